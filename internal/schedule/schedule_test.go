package schedule

import (
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the machine may have no zoneinfo
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

const seed = "customers/dynamisk-altetende-tiger/SickNotes"

func TestParse(t *testing.T) {
	cases := map[string]struct {
		reason string
		in     string
		want   string
	}{
		"hourly":        {reason: "the example of the documentation", in: "H * * * *", want: "35 * * * *"},
		"every 4 hours": {reason: "the offset of the hours is hashed too", in: "H H/4 * * *", want: "35 0-23/4 * * *"},
		"daily":         {reason: "one minute and one hour", in: "H H * * *", want: "35 20 * * *"},
		"every 15 min":  {reason: "an offset below the step", in: "H/15 * * * *", want: "5-59/15 * * * *"},
		"step 1":        {reason: "every value has the offset 0", in: "H/1 H/1 * * *", want: "0-59/1 0-23/1 * * *"},
		"largest steps": {
			reason: "a step as long as the range is one value", in: "H/60 H/24 * * *",
			want: "35-59/60 20-23/24 * * *",
		},
		"uneven step":  {reason: "a step need not divide the range", in: "H/7 * * * *", want: "2-59/7 * * * *"},
		"every minute": {reason: "the most often that can be said", in: "* * * * *", want: "* * * * *"},
		"without H":    {reason: "a time that a person chose stays", in: "20 6 * * *", want: "20 6 * * *"},
		"zeros":        {reason: "people write times with two digits", in: "00 06 * * *", want: "00 06 * * *"},
		"list":         {reason: "values with commas", in: "0,30 6,12,18 * * *", want: "0,30 6,12,18 * * *"},
		"range":        {reason: "values with a hyphen", in: "H 8-16 * * 1-5", want: "35 8-16 * * 1-5"},
		"steps":        {reason: "all that can have a step", in: "*/10 8-16/2 5/10 * *", want: "*/10 8-16/2 5/10 * *"},
		"names": {
			reason: "months and weekdays have names, in any case", in: "H H 1 JAN,jul Mon-FRI",
			want: "35 20 1 JAN,jul Mon-FRI",
		},
		"name with an H": {reason: "Thursday is no hash", in: "H H * * THU", want: "35 20 * * THU"},
		"Sunday":         {reason: "the week begins with 0", in: "H H * * 0", want: "35 20 * * 0"},
		"29 February":    {reason: "a day that comes seldom comes", in: "0 0 29 2 *", want: "0 0 29 2 *"},
		"30 February":    {reason: "day and weekday, neither *, are joined by or", in: "0 0 30 2 MON", want: "0 0 30 2 MON"},
		"spaces": {
			reason: "columns that are aligned, and YAML's last line end", in: " H   H\t* * *\n",
			want: "35 20 * * *",
		},
		"no-break spaces": {reason: "pasted from a web page", in: "H\u00a0* * * *", want: "35 * * * *"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s, err := Parse(tc.in, seed)
			if err != nil {
				t.Fatalf("%s: Parse(%q): %v", tc.reason, tc.in, err)
			}
			if diff := cmp.Diff(tc.want, s.String()); diff != "" {
				t.Errorf("%s: Parse(%q): -want, +got:\n%s", tc.reason, tc.in, diff)
			}
			if again, err := Parse(tc.in, seed); err != nil || again != s {
				t.Errorf("%s: Parse(%q) again = %q, %v", tc.reason, tc.in, again, err)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	cases := map[string]struct {
		reason string
		in     string
		err    string // a part of the message
	}{
		"empty": {
			reason: "nothing was written",
			err:    `schedule "" is empty: write minute, hour, day, month and weekday`,
		},
		"space":         {reason: "nothing was written either", in: " \n", err: "is empty"},
		"macro":         {reason: "all customers at once", in: "@hourly", err: `schedule "@hourly" is a macro`},
		"every":         {reason: "two words, and a macro", in: "@every 1h", err: "is a macro"},
		"unknown macro": {reason: "what the macro says does not matter", in: "@", err: "is a macro"},
		"time zone": {
			reason: "CronJobs refuse it, and have a field for it", in: "TZ=UTC H * * * *",
			err: "names a time zone",
		},
		"cron time zone": {
			reason: "the same in the other form", in: "CRON_TZ=Europe/Oslo H * * * *",
			err: "names a time zone",
		},
		"only a zone": {reason: "the parser panics at this", in: "TZ=UTC", err: "names a time zone"},
		"four fields": {reason: "one is missing", in: "H * * *", err: "has 4 fields and not five"},
		"six fields":  {reason: "some crons begin with seconds", in: "0 H * * * *", err: "has 6 fields and not five"},
		"question mark": {
			reason: "Quartz's, which the parser takes for *", in: "H H ? * *",
			err: "has a ? in its day: for every day write *",
		},
		"? for minute": {reason: "the same in another field", in: "? * * * *", err: "has a ? in its minute"},
		"H day": {
			reason: "months differ in length", in: "H H H * *",
			err: `has an H in its day: H stands in minute and hour only, such as "H H 1 * *"`,
		},
		"H month":        {reason: "no hash for months", in: "H H 1 H *", err: "has an H in its month"},
		"H weekday":      {reason: "no hash for weekdays", in: "H H * * H", err: "has an H in its weekday"},
		"H weekday step": {reason: "no hash with a step either", in: "H H * * H/2", err: "has an H in its weekday"},
		"H day range":    {reason: "no hash in a range either", in: "H H 1-H * *", err: "has an H in its day"},
		"H day brackets": {reason: "no hash with brackets either", in: "H H H(1-28) * *", err: "has an H in its day"},
		"H brackets": {
			reason: "Jenkins' ranges are not ours", in: "H(0-29) * * * *",
			err: "has an H in its minute that is not alone",
		},
		"H brackets step": {
			reason: "not with a step either", in: "H(0-29)/10 * * * *",
			err: "has an H in its minute that is not alone",
		},
		"H list": {
			reason: "a list would be two promises", in: "H,30 * * * *",
			err: "has an H in its minute that is not alone",
		},
		"list H": {reason: "at its end too", in: "H 0,H * * *", err: "has an H in its hour that is not alone"},
		"H step list": {
			reason: "after a step too", in: "H/15,3 * * * *",
			err: "has an H in its minute that is not alone",
		},
		"H steps": {reason: "two of them", in: "H/15,H/20 * * * *", err: "has an H in its minute that is not alone"},
		"H range": {reason: "an H has no end", in: "H-30 * * * *", err: "has an H in its minute that is not alone"},
		"small h": {reason: "one way to write it", in: "h * * * *", err: "H is a capital letter"},
		"HH":      {reason: "two are none", in: "HH * * * *", err: "has an H in its minute that is not alone"},
		"H/0": {
			reason: "every 0 minutes is never or always", in: "H/0 * * * *",
			err: `has a wrong step in its minute: write a number from 1 to 60`,
		},
		"H/61": {reason: "every 61 minutes would be every hour", in: "H/61 * * * *", err: "from 1 to 60"},
		"H/25": {
			reason: "every 25 hours would be every day", in: "H H/25 * * *",
			err: "has a wrong step in its hour: write a number from 1 to 24",
		},
		"H/":    {reason: "no step", in: "H/ * * * *", err: "has a wrong step"},
		"H/+5":  {reason: "the parser would take a sign", in: "H/+5 * * * *", err: "has a wrong step"},
		"H/-5":  {reason: "nor this one", in: "H/-5 * * * *", err: "not alone"},
		"H/5/5": {reason: "one step", in: "H/5/5 * * * *", err: "has a wrong step"},
		"H/overflow": {
			reason: "a number that no integer holds", in: "H/99999999999999999999 * * * *",
			err: "has a wrong step",
		},
		"*/0": {reason: "the parser refuses it too", in: "*/0 * * * *", err: "has a wrong step in its minute"},
		"*/90": {
			reason: "every 90 minutes would be every hour", in: "*/90 * * * *",
			err: "has a wrong step in its minute",
		},
		"*/32": {reason: "the step is measured by its field", in: "0 0 */32 * *", err: "from 1 to 31"},
		"minute 60": {
			reason: "the hour ends at 59", in: "60 * * * *",
			err: "has something else in its minute than * or numbers from 0 to 59",
		},
		"hour 24": {
			reason: "the day ends at 23", in: "0 24 * * *",
			err: "in its hour than * or numbers from 0 to 23",
		},
		"day 0": {reason: "days begin with 1", in: "0 0 0 * *", err: "in its day than * or numbers from 1 to 31"},
		"month 13": {
			reason: "a year has twelve", in: "0 0 1 13 *",
			err: "in its month than * or numbers from 1 to 12, JAN to DEC",
		},
		"weekday 7": {
			reason: "Sunday in other crons, and refused by CronJobs", in: "0 0 * * 7",
			err: "in its weekday than * or numbers from 0 (Sunday) to 6",
		},
		"weekday name":     {reason: "names have three letters", in: "0 0 * * Monday", err: "in its weekday"},
		"weekday as month": {reason: "each field has its own names", in: "0 0 1 MON *", err: "in its month"},
		"last day":         {reason: "Quartz's", in: "0 0 L * *", err: "in its day"},
		"nearest weekday":  {reason: "Quartz's", in: "0 0 15W * *", err: "in its day"},
		"nth weekday":      {reason: "Quartz's", in: "0 0 * * 1#2", err: "in its weekday"},
		"sign":             {reason: "the parser would take it", in: "+5 * * * *", err: "in its minute"},
		"negative":         {reason: "a range without a beginning", in: "-5 * * * *", err: "in its minute"},
		"star range":       {reason: "the parser would take it for *", in: "*-5 * * * *", err: "in its minute"},
		"range star":       {reason: "nor an end", in: "5-* * * * *", err: "in its minute"},
		"three ends":       {reason: "a range has two", in: "1-5-9 * * * *", err: "in its minute"},
		"two steps":        {reason: "a range has one", in: "*/5/5 * * * *", err: "has a wrong step"},
		"reversed range": {
			reason: "over midnight it is two", in: "0 22-5 * * *",
			err: "has a range in its hour that ends before it begins",
		},
		"weekend": {
			reason: "over Sunday too", in: "0 0 * * SAT-SUN",
			err: "has a range in its weekday that ends before it begins",
		},
		"empty list": {
			reason: "the parser would never run it", in: ", * * * *",
			err: "has an empty place in the list of its minute",
		},
		"list end":     {reason: "a value was forgotten", in: "0,30, * * * *", err: "has an empty place"},
		"list middle":  {reason: "or one comma is too many", in: "0,,30 * * * *", err: "has an empty place"},
		"other digits": {reason: "only ASCII digits are digits here", in: "٣ * * * *", err: "in its minute"},
		"words":        {reason: "no expression at all", in: "every day at six o'clock", err: "in its minute"},
		"no UTF-8": {
			reason: "bytes that are no text stay printable", in: "\xff\xfe * * * *",
			err: `schedule "�� * * * *" has`,
		},
		"control": {reason: "a bell stays silent", in: "\a * * * *", err: `schedule "� * * * *" has`},
		"quotes": {
			reason: "the text's own quotes are escaped", in: `"H * * * *"`,
			err: `schedule "\"H * * * *\"" has`,
		},
		"long": {
			reason: "the text is shown in part", in: strings.Repeat("x", 65),
			err: `"` + strings.Repeat("x", 64) + `"… has 1 fields`,
		},
		"30 February": {
			reason: "a day that no year has", in: "0 0 30 2 *",
			err: "never runs, for no month in it has such a day",
		},
		"31 of short ones": {reason: "April to November's short months", in: "H H 31 4,6,9,11 *", err: "never runs"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s, err := Parse(tc.in, seed)
			if err == nil {
				t.Fatalf("%s: Parse(%q) = %q", tc.reason, tc.in, s)
			}
			if !strings.Contains(err.Error(), tc.err) {
				t.Errorf("%s: error = %v, want one with %q", tc.reason, err, tc.err)
			}
			if s != (Schedule{}) {
				t.Errorf("%s: refused, but gave %q", tc.reason, s)
			}
			checkMessage(t, err)
		})
	}
}

// TestExamples checks that the example of an error is itself valid.
func TestExamples(t *testing.T) {
	for _, in := range []string{
		"", "@daily", "TZ=UTC", "? * * * *", "0 0 30 2 *", "H,5 * * * *", "H/0 * * * *", "0, * * * *", "9-1 * * * *",
		"60 * * * *", "0 24 * * *", "0 0 0 * *", "0 0 1 0 *", "0 0 * * 7", "H H H * *", "H H 1 H *", "H H * * H",
	} {
		_, err := Parse(in, seed)
		if err == nil {
			t.Fatalf("%q was accepted", in)
		}
		quoted := strings.Split(err.Error(), `"`)
		if len(quoted) < 5 {
			t.Errorf("error has no example: %v", err)
		}
		for i := 3; i < len(quoted); i += 2 { // The first is the text itself.
			if _, err := Parse(quoted[i], seed); err != nil {
				t.Errorf("error for %q has a wrong example: %v", in, err)
			}
		}
	}
}

// TestStable verifies the times of some seeds. If it fails, an upgrade would move the runs of every customer.
func TestStable(t *testing.T) {
	want := map[string]string{
		"":  "38 17 | 8-59/15 1-23/4",
		"a": "13 0 | 13-59/15 0-23/4",
		"b": "41 5 | 11-59/15 1-23/4",
		"customers/dynamisk-altetende-tiger/FollowUpPlans": "16 16 | 1-59/15 0-23/4",
		"customers/dynamisk-altetende-tiger/SickNotes":     "35 20 | 5-59/15 0-23/4",
		"customers/slapp-presis-katt/SickNotes":            "36 0 | 6-59/15 0-23/4",
		"0b4e7c6e-7f0e-4d53-8a55-3a1d4c0d9f21":             "39 3 | 9-59/15 3-23/4",
		"æøå":                                              "0 4 | 0-59/15 0-23/4",
	}
	got := map[string]string{}
	for seed := range want {
		got[seed] = hashed(t, "H", "H", seed) + " | " + hashed(t, "H/15", "H/4", seed)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("runs moved: -want, +got:\n%s", diff)
	}
}

func TestSpread(t *testing.T) {
	const seeds = 10000
	cases := map[string]struct {
		reason       string
		minute, hour string
		values       int
		low, high    int // five standard deviations from an even spread
	}{
		"minutes": {reason: "no minute of the hour is crowded", minute: "H", hour: "*", values: 60, low: 103, high: 231},
		"hours":   {reason: "no hour of the day is crowded", minute: "0", hour: "H", values: 23, low: 332, high: 537},
		"quarters": {
			reason: "no offset within a quarter is crowded", minute: "H/15", hour: "*", values: 15, low: 542,
			high: 792,
		},
		"four hours": {
			reason: "no offset within four hours is crowded", minute: "0", hour: "H/4", values: 3, low: 3098,
			high: 3569,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			count := map[string]int{}
			for i := range seeds {
				count[hashed(t, tc.minute, tc.hour, fmt.Sprintf("customers/customer-%d/SickNotes", i))]++
			}
			if len(count) != tc.values {
				t.Errorf("%s: %d different schedules, want %d", tc.reason, len(count), tc.values)
			}
			for s, n := range count {
				t.Run(s, func(t *testing.T) {
					if n < tc.low || n > tc.high {
						t.Errorf("%s: %s has %d of %d seeds, want %d to %d", tc.reason, s, n, seeds, tc.low, tc.high)
					}
				})
			}
		})
	}
}

// TestMinuteAndHourAreIndependent looks at all pairs at once by chi-squared, which is about the number of pairs, with
// a standard deviation of 53, if minute and hour are independent. FNV has 31,000: it puts every fourth
// pair only.
func TestMinuteAndHourAreIndependent(t *testing.T) {
	const seeds = 10000
	count := map[string]int{}
	for i := range seeds {
		count[hashed(t, "H", "H", fmt.Sprintf("customers/customer-%d/SickNotes", i))]++
	}
	const pairs, even = 23 * 60, float64(seeds) / (23 * 60)
	sum := float64(pairs-len(count)) * even
	for _, n := range count {
		sum += (float64(n) - even) * (float64(n) - even) / even
	}
	if sum < pairs-5*53 || sum > pairs+5*53 {
		t.Errorf("the spread of minute and hour together is %.0f, want about %d", sum, pairs)
	}
}

// TestHashAvoidsTheChangeOfTheClocks verifies that H never leads to a run from 02:00 to 03:00, unless every hour has
// one.
func TestHashAvoidsTheChangeOfTheClocks(t *testing.T) {
	for step := 1; step <= 24; step++ {
		hour := fmt.Sprintf("H/%d", step)
		if step == 24 {
			hour = "H"
		}
		t.Run(hour, func(t *testing.T) {
			for i := range 300 {
				s := mustParseOf(t, "H "+hour+" * * *", fmt.Sprintf("customers/customer-%d/SickNotes", i))
				if got := contains(s.spec.Hour, 2); got != (step == 1) {
					t.Fatalf("%q has a run from 02:00 to 03:00: %t", s, got)
				}
			}
		})
	}
}

func mustParseOf(t *testing.T, text, seed string) Schedule {
	t.Helper()
	s, err := Parse(text, seed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNext(t *testing.T) {
	cases := map[string]struct {
		reason string
		in     string
		at     string
		want   string
	}{
		"same hour": {
			reason: "the first after", in: "30 * * * *", at: "2026-06-15T12:29:59",
			want: "2026-06-15T12:30:00+02:00",
		},
		"at a run": {
			reason: "after is not at", in: "30 * * * *", at: "2026-06-15T12:30:00",
			want: "2026-06-15T13:30:00+02:00",
		},
		"local": {
			reason: "the time is Oslo's, not UTC's", in: "20 6 * * *", at: "2026-06-15T12:00:00",
			want: "2026-06-16T06:20:00+02:00",
		},
		"spring": {
			reason: "an hour that is skipped has no run", in: "30 2 * * *", at: "2026-03-28T12:00:00",
			want: "2026-03-30T02:30:00+02:00",
		},
		"autumn": {
			reason: "the clocks go back in the night", in: "30 6 * * *", at: "2026-10-24T12:00:00",
			want: "2026-10-25T06:30:00+01:00",
		},
		"leap day": {
			reason: "29 February is years away", in: "0 0 29 2 *", at: "2026-06-15T12:00:00",
			want: "2028-02-29T00:00:00+01:00",
		},
		"no leap day": {
			reason: "2100 has none, and the parser looks five years ahead", in: "0 0 29 2 *",
			at: "2096-06-15T12:00:00", want: "2104-02-29T00:00:00+01:00",
		},
		"new year": {
			reason: "the search goes on with the first of a year", in: "0 0 1 1 *", at: "2026-12-31T23:59:59",
			want: "2027-01-01T00:00:00+01:00",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := mustParse(t, tc.in).Next(oslo(t, tc.at)).Format(time.RFC3339)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: next of %q after %s: -want, +got:\n%s", tc.reason, tc.in, tc.at, diff)
			}
		})
	}
}

func TestPerHour(t *testing.T) {
	for text, want := range map[string]int{
		"* * * * *": 60, "*/5 * * * *": 12, "H * * * *": 1, "H/15 * * * *": 4, "20 6 * * *": 1, "0-59 3 * * *": 60,
		"1,*,2 * * * *": 60, "5,5,6 * * * *": 2,
	} {
		t.Run(text, func(t *testing.T) {
			if got := mustParse(t, text).PerHour(); got != want {
				t.Errorf("%q makes %d runs in an hour, want %d", text, got, want)
			}
		})
	}
	if got := (Schedule{}).PerHour(); got != 0 {
		t.Errorf("the zero Schedule makes %d runs in an hour", got)
	}
}

func TestZero(t *testing.T) {
	var s Schedule
	at := oslo(t, "2026-06-15T12:00:00")
	if s.String() != "" || !s.Next(at).IsZero() || s.Period(at) != 0 {
		t.Errorf("the zero Schedule is %q, next %s, period %s", s, s.Next(at), s.Period(at))
	}
}

// hashed returns the first two fields of a schedule.
func hashed(t *testing.T, minute, hour, seed string) string {
	t.Helper()
	s, err := Parse(minute+" "+hour+" * * *", seed)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(s.String(), " * * *")
}

func mustParse(t testing.TB, text string) Schedule {
	t.Helper()
	s, err := Parse(text, seed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// oslo reads a time of Oslo's clocks.
func oslo(t testing.TB, text string) time.Time {
	t.Helper()
	in, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02T15:04:05", text, in)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// checkMessage holds for every error: it can be printed on one short line.
func checkMessage(t *testing.T, err error) {
	t.Helper()
	if n := utf8.RuneCountInString(err.Error()); n > 350 {
		t.Errorf("error has %d characters: %.80s…", n, err)
	}
	for _, r := range err.Error() {
		if !unicode.IsPrint(r) {
			t.Errorf("error %q has the character %U", err, r)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("H H/4 * * *", seed); err != nil {
			b.Fatal(err)
		}
	}
}

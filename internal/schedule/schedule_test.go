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
		"hourly":          {"the example of the documentation", "H * * * *", "35 * * * *"},
		"every 4 hours":   {"the offset of the hours is hashed too", "H H/4 * * *", "35 0-23/4 * * *"},
		"daily":           {"one minute and one hour", "H H * * *", "35 20 * * *"},
		"every 15 min":    {"an offset below the step", "H/15 * * * *", "5-59/15 * * * *"},
		"step 1":          {"every value has the offset 0", "H/1 H/1 * * *", "0-59/1 0-23/1 * * *"},
		"largest steps":   {"a step as long as the range is one value", "H/60 H/24 * * *", "35-59/60 20-23/24 * * *"},
		"uneven step":     {"a step need not divide the range", "H/7 * * * *", "2-59/7 * * * *"},
		"every minute":    {"the most often that can be said", "* * * * *", "* * * * *"},
		"without H":       {"a time that a person chose stays", "20 6 * * *", "20 6 * * *"},
		"zeros":           {"people write times with two digits", "00 06 * * *", "00 06 * * *"},
		"list":            {"values with commas", "0,30 6,12,18 * * *", "0,30 6,12,18 * * *"},
		"range":           {"values with a hyphen", "H 8-16 * * 1-5", "35 8-16 * * 1-5"},
		"steps":           {"all that can have a step", "*/10 8-16/2 5/10 * *", "*/10 8-16/2 5/10 * *"},
		"names":           {"months and weekdays have names, in any case", "H H 1 JAN,jul Mon-FRI", "35 20 1 JAN,jul Mon-FRI"},
		"name with an H":  {"Thursday is no hash", "H H * * THU", "35 20 * * THU"},
		"Sunday":          {"the week begins with 0", "H H * * 0", "35 20 * * 0"},
		"29 February":     {"a day that comes seldom comes", "0 0 29 2 *", "0 0 29 2 *"},
		"30 February":     {"day and weekday, neither *, are joined by or", "0 0 30 2 MON", "0 0 30 2 MON"},
		"spaces":          {"columns that are aligned, and YAML's last line end", " H   H\t* * *\n", "35 20 * * *"},
		"no-break spaces": {"pasted from a web page", "H\u00a0* * * *", "35 * * * *"},
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
		"empty":            {"nothing was written", "", `schedule "" is empty: write minute, hour, day, month and weekday`},
		"space":            {"nothing was written either", " \n", "is empty"},
		"macro":            {"all customers at once", "@hourly", `schedule "@hourly" is a macro`},
		"every":            {"two words, and a macro", "@every 1h", "is a macro"},
		"unknown macro":    {"what the macro says does not matter", "@", "is a macro"},
		"time zone":        {"CronJobs refuse it, and have a field for it", "TZ=UTC H * * * *", "names a time zone"},
		"cron time zone":   {"the same in the other form", "CRON_TZ=Europe/Oslo H * * * *", "names a time zone"},
		"only a zone":      {"the parser panics at this", "TZ=UTC", "names a time zone"},
		"four fields":      {"one is missing", "H * * *", "has 4 fields and not five"},
		"six fields":       {"some crons begin with seconds", "0 H * * * *", "has 6 fields and not five"},
		"question mark":    {"Quartz's, which the parser takes for *", "H H ? * *", "has a ? in its day: for every day write *"},
		"? for minute":     {"the same in another field", "? * * * *", "has a ? in its minute"},
		"H day":            {"months differ in length", "H H H * *", `has an H in its day: H stands in minute and hour only, such as "H H 1 * *"`},
		"H month":          {"no hash for months", "H H 1 H *", "has an H in its month"},
		"H weekday":        {"no hash for weekdays", "H H * * H", "has an H in its weekday"},
		"H weekday step":   {"no hash with a step either", "H H * * H/2", "has an H in its weekday"},
		"H day range":      {"no hash in a range either", "H H 1-H * *", "has an H in its day"},
		"H day brackets":   {"no hash with brackets either", "H H H(1-28) * *", "has an H in its day"},
		"H brackets":       {"Jenkins' ranges are not ours", "H(0-29) * * * *", "has an H in its minute that is not alone"},
		"H brackets step":  {"not with a step either", "H(0-29)/10 * * * *", "has an H in its minute that is not alone"},
		"H list":           {"a list would be two promises", "H,30 * * * *", "has an H in its minute that is not alone"},
		"list H":           {"at its end too", "H 0,H * * *", "has an H in its hour that is not alone"},
		"H step list":      {"after a step too", "H/15,3 * * * *", "has an H in its minute that is not alone"},
		"H steps":          {"two of them", "H/15,H/20 * * * *", "has an H in its minute that is not alone"},
		"H range":          {"an H has no end", "H-30 * * * *", "has an H in its minute that is not alone"},
		"small h":          {"one way to write it", "h * * * *", "H is a capital letter"},
		"HH":               {"two are none", "HH * * * *", "has an H in its minute that is not alone"},
		"H/0":              {"every 0 minutes is never or always", "H/0 * * * *", `has a wrong step in its minute: write a number from 1 to 60`},
		"H/61":             {"every 61 minutes would be every hour", "H/61 * * * *", "from 1 to 60"},
		"H/25":             {"every 25 hours would be every day", "H H/25 * * *", "has a wrong step in its hour: write a number from 1 to 24"},
		"H/":               {"no step", "H/ * * * *", "has a wrong step"},
		"H/+5":             {"the parser would take a sign", "H/+5 * * * *", "has a wrong step"},
		"H/-5":             {"nor this one", "H/-5 * * * *", "not alone"},
		"H/5/5":            {"one step", "H/5/5 * * * *", "has a wrong step"},
		"H/overflow":       {"a number that no integer holds", "H/99999999999999999999 * * * *", "has a wrong step"},
		"*/0":              {"the parser refuses it too", "*/0 * * * *", "has a wrong step in its minute"},
		"*/90":             {"every 90 minutes would be every hour", "*/90 * * * *", "has a wrong step in its minute"},
		"*/32":             {"the step is measured by its field", "0 0 */32 * *", "from 1 to 31"},
		"minute 60":        {"the hour ends at 59", "60 * * * *", "has something else in its minute than * or numbers from 0 to 59"},
		"hour 24":          {"the day ends at 23", "0 24 * * *", "in its hour than * or numbers from 0 to 23"},
		"day 0":            {"days begin with 1", "0 0 0 * *", "in its day than * or numbers from 1 to 31"},
		"month 13":         {"a year has twelve", "0 0 1 13 *", "in its month than * or numbers from 1 to 12, JAN to DEC"},
		"weekday 7":        {"Sunday in other crons, and refused by CronJobs", "0 0 * * 7", "in its weekday than * or numbers from 0 (Sunday) to 6"},
		"weekday name":     {"names have three letters", "0 0 * * Monday", "in its weekday"},
		"weekday as month": {"each field has its own names", "0 0 1 MON *", "in its month"},
		"last day":         {"Quartz's", "0 0 L * *", "in its day"},
		"nearest weekday":  {"Quartz's", "0 0 15W * *", "in its day"},
		"nth weekday":      {"Quartz's", "0 0 * * 1#2", "in its weekday"},
		"sign":             {"the parser would take it", "+5 * * * *", "in its minute"},
		"negative":         {"a range without a beginning", "-5 * * * *", "in its minute"},
		"star range":       {"the parser would take it for *", "*-5 * * * *", "in its minute"},
		"range star":       {"nor an end", "5-* * * * *", "in its minute"},
		"three ends":       {"a range has two", "1-5-9 * * * *", "in its minute"},
		"two steps":        {"a range has one", "*/5/5 * * * *", "has a wrong step"},
		"reversed range":   {"over midnight it is two", "0 22-5 * * *", "has a range in its hour that ends before it begins"},
		"weekend":          {"over Sunday too", "0 0 * * SAT-SUN", "has a range in its weekday that ends before it begins"},
		"empty list":       {"the parser would never run it", ", * * * *", "has an empty place in the list of its minute"},
		"list end":         {"a value was forgotten", "0,30, * * * *", "has an empty place"},
		"list middle":      {"or one comma is too many", "0,,30 * * * *", "has an empty place"},
		"other digits":     {"only ASCII digits are digits here", "٣ * * * *", "in its minute"},
		"words":            {"no expression at all", "every day at six o'clock", "in its minute"},
		"no UTF-8":         {"bytes that are no text stay printable", "\xff\xfe * * * *", `schedule "�� * * * *" has`},
		"control":          {"a bell stays silent", "\a * * * *", `schedule "� * * * *" has`},
		"quotes":           {"the text's own quotes are escaped", `"H * * * *"`, `schedule "\"H * * * *\"" has`},
		"long":             {"the text is shown in part", strings.Repeat("x", 65), `"` + strings.Repeat("x", 64) + `"… has 1 fields`},
		"30 February":      {"a day that no year has", "0 0 30 2 *", "never runs, for no month in it has such a day"},
		"31 of short ones": {"April to November's short months", "H H 31 4,6,9,11 *", "never runs"},
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

// TestStable holds down what seeds stand for. If it fails, an upgrade would move the runs of every customer.
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
		"minutes":    {"no minute of the hour is crowded", "H", "*", 60, 103, 231},
		"hours":      {"no hour of the day is crowded", "0", "H", 24, 317, 516},
		"quarters":   {"no offset within a quarter is crowded", "H/15", "*", 15, 542, 792},
		"four hours": {"no offset within four hours is crowded", "0", "H/4", 4, 2283, 2717},
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
				if n < tc.low || n > tc.high {
					t.Errorf("%s: %s has %d of %d seeds, want %d to %d", tc.reason, s, n, seeds, tc.low, tc.high)
				}
			}
		})
	}
}

// TestMinuteAndHourAreIndependent looks at all pairs at once by chi-squared, which is about the number of pairs, with
// a standard deviation of 54, if minute and hour are independent. FNV has 31,000: it puts every fourth
// pair only.
func TestMinuteAndHourAreIndependent(t *testing.T) {
	const seeds = 10000
	count := map[string]int{}
	for i := range seeds {
		count[hashed(t, "H", "H", fmt.Sprintf("customers/customer-%d/SickNotes", i))]++
	}
	const pairs, even = 24 * 60, float64(seeds) / (24 * 60)
	sum := float64(pairs-len(count)) * even
	for _, n := range count {
		sum += (float64(n) - even) * (float64(n) - even) / even
	}
	if sum < pairs-5*54 || sum > pairs+5*54 {
		t.Errorf("the spread of minute and hour together is %.0f, want about %d", sum, pairs)
	}
}

func TestNext(t *testing.T) {
	cases := map[string]struct {
		reason string
		in     string
		at     string
		want   string
	}{
		"same hour":   {"the first after", "30 * * * *", "2026-06-15T12:29:59", "2026-06-15T12:30:00+02:00"},
		"at a run":    {"after is not at", "30 * * * *", "2026-06-15T12:30:00", "2026-06-15T13:30:00+02:00"},
		"local":       {"the time is Oslo's, not UTC's", "20 6 * * *", "2026-06-15T12:00:00", "2026-06-16T06:20:00+02:00"},
		"spring":      {"an hour that is skipped has no run", "30 2 * * *", "2026-03-28T12:00:00", "2026-03-30T02:30:00+02:00"},
		"autumn":      {"the clocks go back in the night", "30 6 * * *", "2026-10-24T12:00:00", "2026-10-25T06:30:00+01:00"},
		"leap day":    {"29 February is years away", "0 0 29 2 *", "2026-06-15T12:00:00", "2028-02-29T00:00:00+01:00"},
		"no leap day": {"2100 has none, and the parser looks five years ahead", "0 0 29 2 *", "2096-06-15T12:00:00", "2104-02-29T00:00:00+01:00"},
		"new year":    {"the search goes on with the first of a year", "0 0 1 1 *", "2026-12-31T23:59:59", "2027-01-01T00:00:00+01:00"},
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
		"* * * * *": 60, "*/5 * * * *": 12, "H * * * *": 1, "H/15 * * * *": 4, "20 6 * * *": 1, "0-59 3 * * *": 60, "1,*,2 * * * *": 60, "5,5,6 * * * *": 2,
	} {
		if got := mustParse(t, text).PerHour(); got != want {
			t.Errorf("%q makes %d runs in an hour, want %d", text, got, want)
		}
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

package simulator_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator/navsickpay"
)

// TestSickPayFilter tests each field of a filter.
func TestSickPayFilter(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	oslo := func(text string) time.Time {
		zone, err := time.LoadLocation("Europe/Oslo")
		w.must(err)
		at, err := time.ParseInLocation(time.DateTime, text, zone)
		w.must(err)
		return at
	}
	sent := func(text string) func(*navsickpay.Row) {
		return func(r *navsickpay.Row) { r.Sent = oslo(text) }
	}
	w.add(sickNotesKind, 1, sent("2026-09-01 14:00:00"))
	w.add(sickNotesKind, 1, sent("2026-08-29 23:59:59"), func(r *navsickpay.Row) { r.Person = patient })
	w.add(sickNotesKind, 1, func(r *navsickpay.Row) { r.Visible = w.clock.Now().Add(time.Hour) })
	w.add(sickNotesKind, 1, func(r *navsickpay.Row) { r.Unit = "315339138" })
	w.add(sickNotesKind, 1, sent("2026-08-30 00:00:00")) // 22:00 UTC of the day before
	cases := map[string]struct {
		reason, filter string // after the unit
		want           []int64
	}{
		"nothing": {
			reason: "in order; what is not visible is not there, and other units are other units", filter: ``,
			want: []int64{1, 2, 5},
		},
		"from nought": {reason: "the first time", filter: `,"fraLoepenr":0`, want: []int64{1, 2, 5}},
		"after":       {reason: "strictly greater", filter: `,"fraLoepenr":2`, want: []int64{5}},
		"of another":  {reason: "a number that is not this unit's", filter: `,"fraLoepenr":3`, want: []int64{5}},
		"after all":   {reason: "nothing new", filter: `,"fraLoepenr":5`, want: []int64{}},
		"greatest":    {reason: "as far as numbers go", filter: `,"fraLoepenr":9223372036854775807`, want: []int64{}},
		"quoted":      {reason: "numbers may have quotes", filter: `,"fraLoepenr":"2"`, want: []int64{5}},
		"from": {
			reason: "from the beginning of a day in Oslo", filter: `,"fom":"2026-08-30"`, want: []int64{1, 5},
		},
		"until":   {reason: "to its end", filter: `,"tom":"2026-08-29"`, want: []int64{2}},
		"one day": {reason: "both", filter: `,"fom":"2026-08-30","tom":"2026-08-30"`, want: []int64{5}},
		"backwards": {
			reason: "there are no such days", filter: `,"fom":"2026-08-31","tom":"2026-08-30"`, want: []int64{},
		},
		"all days": {
			reason: "the first year to the last", filter: `,"fom":"0000-01-01","tom":"9999-12-31"`, want: []int64{1, 2, 5},
		},
		"far off":   {reason: "a year of six digits has a plus", filter: `,"fom":"+123456-01-01"`, want: []int64{}},
		"long ago":  {reason: "nor is tom before our era refused", filter: `,"tom":"-0044-03-15"`, want: []int64{}},
		"person":    {reason: "one person's", filter: `,"fnr":"` + patient + `"`, want: []int64{2}},
		"no person": {reason: "not looked at further", filter: `,"fnr":"x"`, want: []int64{}},
		"nulls": {
			reason: "as if they were not there", filter: `,"fnr":null,"fom":null,"tom":null,"fraLoepenr":null`,
			want: []int64{1, 2, 5},
		},
		"twice":       {reason: "the second counts", filter: `,"fraLoepenr":5,"fraLoepenr":2`, want: []int64{5}},
		"without":     {reason: "texts need no quotes", filter: `,fom:2026-08-31`, want: []int64{1}},
		"white space": {reason: "is nothing", filter: " ,\n\t\"fraLoepenr\" :\r 2 ", want: []int64{5}},
		"escapes": {
			reason: "are what they stand for", filter: `,"fr\u0061Loepenr":2,"fnr":"\"\\\/\b\f\n\r\tø"`, want: []int64{},
		},
		"quoted null": {reason: "is a text", filter: `,"fnr":"null"`, want: []int64{}},
		"person, days": {
			reason: "all of it together", filter: `,"fnr":` + patient + `,"fom":"2026-08-29","fraLoepenr":1`,
			want: []int64{2},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			for _, quote := range []string{`"`, ""} {
				got := w.sickPaySend(http.MethodPost, sickNotesPath, token, `{"orgnr":`+quote+subUnit+quote+tc.filter+`}`)
				diff(t, tc.reason, tc.want, numbers(t, got))
			}
		})
	}
	diff(t, "a main unit has none of its own", []int64{},
		numbers(t, w.sickPaySend(http.MethodPost, sickNotesPath, token, `{"orgnr":`+consumer+`}`)))
}

// TestSickPayFilterRefused compares the errors about invalid filters with those of kotlinx and Java.
func TestSickPayFilterRefused(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	const good = `{"orgnr":"` + subUnit + `"`
	token0 := func(text string) string { return "Unexpected JSON token at offset " + text }
	cases := map[string]struct{ reason, filter, want string }{
		"empty object": {
			reason: "whose?", filter: `{}`, want: "Field 'orgnr' is required, but it was missing at path: $",
		},
		"only others": {
			reason: "whose?", filter: `{"fraLoepenr":1}`, want: "Field 'orgnr' is required, but it was missing at path: $",
		},
		"unknown": {
			reason: "fields are known", filter: `{"a":"123"}`, want: token0("2: Encountered an unknown key 'a' at path: $"),
		},
		"case": {
			reason: "in their case", filter: `{"Orgnr":"` + subUnit + `"}`,
			want: token0("2: Encountered an unknown key 'Orgnr' at path: $"),
		},
		"unknown later": {
			reason: "what comes first is said first", filter: `{"orgnr":"1","status":"AKTIV"}`,
			want: token0("14: Encountered an unknown key 'status' at path: $"),
		},
		"number":       {reason: "invalid", filter: `{"orgnr":"315587337"}`, want: "ikke et gyldig orgnr"},
		"empty number": {reason: "invalid", filter: `{"orgnr":""}`, want: "ikke et gyldig orgnr"},
		"null": {
			reason: "whose?", filter: `{"orgnr": null}`,
			want: token0("14: Unexpected 'null' value instead of string literal at path: $.orgnr"),
		},
		"object": {
			reason: "a number is none", filter: `{"orgnr": {}}`,
			want: token0("10: Expected beginning of the string, but got { at path: $.orgnr"),
		},
		"nothing there": {
			reason: "a value is needed", filter: `{"orgnr":`,
			want: token0("9: Expected beginning of the string, but got EOF at path: $.orgnr"),
		},
		"no object": {
			reason: "a filter is one", filter: `ikke json`,
			want: token0("0: Expected start of the object '{', but had 'i' instead at path: $"),
		},
		"list": {
			reason: "a filter is no list", filter: `[]`,
			want: token0("0: Expected start of the object '{', but had '[' instead at path: $"),
		},
		"no body": {
			reason: "a filter is something", filter: ``,
			want: token0("0: Expected start of the object '{', but had 'EOF' instead at path: $"),
		},
		"two": {
			reason: "a filter is one", filter: good + `}{`,
			want: token0("21: Expected EOF after parsing, but had { instead at path: $"),
		},
		"not ended": {
			reason: "it ends", filter: good,
			want: token0("20: Expected end of the object '}', but had 'EOF' instead at path: $"),
		},
		"comma before": {
			reason: "commas are between", filter: `{,"orgnr":1}`, want: token0("1: Unexpected leading comma at path: $"),
		},
		"comma after": {
			reason: "commas are between", filter: good + `,}`,
			want: token0("20: Trailing comma before the end of JSON object at path: $"),
		},
		"no comma": {
			reason: "commas are between", filter: good + ` "fnr":"1"}`,
			want: token0("21: Expected end of the object '}', but had '\"' instead at path: $"),
		},
		"no colon": {
			reason: "a value has a name", filter: `{"orgnr"}`,
			want: token0("8: Expected colon ':', but had '}' instead at path: $"),
		},
		"open text": {
			reason: "a text ends", filter: `{"orgnr":"31`,
			want: token0("12: Expected quotation mark '\"', but had 'EOF' instead at path: $.orgnr"),
		},
		"bad escape": {
			reason: "escapes are known", filter: `{"orgnr":"\x"}`,
			want: token0("10: Invalid escaped char at path: $.orgnr"),
		},
		"half an escape": {
			reason: "and whole", filter: `{"orgnr":"\u00`, want: token0("10: Invalid escaped char at path: $.orgnr"),
		},
		"wrong escape": {
			reason: "and numbers", filter: `{"orgnr":"\u00xy"}`, want: token0("10: Invalid escaped char at path: $.orgnr"),
		},
		"last escape": {
			reason: "and something", filter: `{"orgnr":"\`, want: token0("10: Invalid escaped char at path: $.orgnr"),
		},
		"fraction": {
			reason: "numbers are whole", filter: good + `,"fraLoepenr":1.5}`,
			want: token0("35: Unexpected symbol '.' in numeric literal at path: $.fraLoepenr"),
		},
		"boolean": {
			reason: "numbers are numbers", filter: good + `,"fraLoepenr":true}`,
			want: token0("34: Unexpected symbol 't' in numeric literal at path: $.fraLoepenr"),
		},
		"empty numeral": {
			reason: "numbers are something", filter: good + `,"fraLoepenr":""}`,
			want: token0("34: Expected numeric literal at path: $.fraLoepenr"),
		},
		"no numeral": {
			reason: "numbers are something", filter: good + `,"fraLoepenr":`,
			want: token0("34: Unexpected EOF at path: $.fraLoepenr"),
		},
		"only a sign": {
			reason: "numbers are something", filter: good + `,"fraLoepenr":-}`,
			want: token0("34: Expected numeric literal at path: $.fraLoepenr"),
		},
		"too great": {
			reason: "numbers have 64 bits", filter: good + `,"fraLoepenr":9223372036854775808}`,
			want: token0("34: Numeric value overflow at path: $.fraLoepenr"),
		},
		"open numeral": {
			reason: "quotes come in pairs", filter: good + `,"fraLoepenr":"1}`,
			want: token0("36: Expected closing quotation mark at path: $.fraLoepenr"),
		},
		"negative": {
			reason: "there are none", filter: good + `,"fraLoepenr":-1}`, want: "fraLoepenr kan ikke være mindre enn 0",
		},
		"no date": {
			reason: "days are days", filter: good + `,"fom":"ikke-dato"}`,
			want: "Text 'ikke-dato' could not be parsed at index 0",
		},
		"empty date": {
			reason: "days are days", filter: good + `,"fom":""}`, want: "Text '' could not be parsed at index 0",
		},
		"date unquoted": {
			reason: "days are days", filter: good + `,"tom":1}`, want: "Text '1' could not be parsed at index 0",
		},
		"date object": {
			reason: "days are texts", filter: good + `,"tom":{}}`,
			want: token0("27: Expected beginning of the string, but got { at path: $.tom"),
		},
		"short month": {
			reason: "months have two digits", filter: good + `,"fom":"2024-1-01"}`,
			want: "Text '2024-1-01' could not be parsed at index 5",
		},
		"no month": {
			reason: "days have months", filter: good + `,"fom":"2024"}`, want: "Text '2024' could not be parsed at index 4",
		},
		"short day": {
			reason: "days have two digits", filter: good + `,"tom":"2024-01-1"}`,
			want: "Text '2024-01-1' could not be parsed at index 8",
		},
		"other form": {
			reason: "there is one form", filter: good + `,"tom":"2024-01/01"}`,
			want: "Text '2024-01/01' could not be parsed at index 7",
		},
		"with a time": {
			reason: "days have no time", filter: good + `,"fom":"2024-01-01T00:00"}`,
			want: "Text '2024-01-01T00:00' could not be parsed, unparsed text found at index 10",
		},
		"month 13": {
			reason: "there is none", filter: good + `,"fom":"2024-13-01"}`,
			want: "Text '2024-13-01' could not be parsed: Invalid value for MonthOfYear (valid values 1 - 12): 13",
		},
		"day 32": {
			reason: "there is none", filter: good + `,"fom":"2024-01-32"}`,
			want: "Text '2024-01-32' could not be parsed: Invalid value for DayOfMonth (valid values 1 - 28/31): 32",
		},
		"April 31": {
			reason: "there is none", filter: good + `,"fom":"2024-04-31"}`,
			want: "Text '2024-04-31' could not be parsed: Invalid date 'APRIL 31'",
		},
		"February 29": {
			reason: "there is none", filter: good + `,"tom":"2023-02-29"}`,
			want: "Text '2023-02-29' could not be parsed: Invalid date 'February 29' as '2023' is not a leap year",
		},
		"five digits": {
			reason: "without a plus there are four", filter: good + `,"tom":"10000-01-01"}`,
			want: "Text '10000-01-01' could not be parsed at index 0",
		},
		"idle plus": {
			reason: "a plus means more than four", filter: good + `,"tom":"+2024-01-01"}`,
			want: "Text '+2024-01-01' could not be parsed at index 0",
		},
		"minus nought": {
			reason: "there is none", filter: good + `,"tom":"-0000-01-01"}`,
			want: "Text '-0000-01-01' could not be parsed at index 0",
		},
		"last year": {
			reason: "Java has no more", filter: good + `,"tom":"+1000000000-01-01"}`,
			want: "Text '+1000000000-01-01' could not be parsed: " +
				"Invalid value for Year (valid values -999999999 - 999999999): 1000000000",
		},
		"before our era": {
			reason: "from is not", filter: good + `,"fom":"-0044-03-15"}`, want: "fom kan ikke være mindre enn år 0",
		},
		"after year 9999": {
			reason: "until is not", filter: good + `,"tom":"+10000-01-01"}`, want: "tom kan ikke være etter år 9999",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{sickNotesPath, sickApplicationsPath} {
				got := w.sickPaySend(http.MethodPost, path, token, tc.filter)
				said := rawJSON(t, got.raw)
				diff(t, tc.reason, []any{400, "SERIALISERINGSFEIL", "Illegal input: " + tc.want, nil},
					[]any{got.status, said["feilkode"], said["feilmelding"], said["referanseId"]})
			}
		})
	}
}

// FuzzSickPayFilter sends arbitrary filters. NAV must return a list or its error. If Go's strict parser and NAV's both
// accept a filter, they must read the same from it.
func FuzzSickPayFilter(f *testing.F) {
	for _, body := range []string{
		`{"orgnr":"` + subUnit + `"}`, "", "{", `{"orgnr":1,"fraLoepenr":"x"}`, `{"orgnr":"` + subUnit +
			`","fom":null}`, `{orgnr:` + subUnit + `,fom:2026-01-01}`,
		`{"orgnr":"` + subUnit + `","fraLoepenr":1,"tom":"2026-08-30","fnr":"\u00e5"}`, `{"orgnr":"\ud800"}`,
	} {
		f.Add(body)
	}
	w := newWorld(f)
	token := w.mayRead()
	w.add(sickNotesKind, 3)
	f.Fuzz(func(t *testing.T, body string) {
		w.t = t
		request := httptest.NewRequest(http.MethodPost, sickNotesPath, strings.NewReader(body))
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Content-Type", "application/json")
		got := serveWith(w.sim.SickPay.Handler(), request)
		if got.Code != 200 && got.Code != 400 && got.Code != 401 || !json.Valid(got.Body.Bytes()) {
			t.Fatalf("%d %s", got.Code, got.Body)
		}
		var asked struct {
			Orgnr      string `json:"orgnr"`
			FraLoepenr *int64 `json:"fraLoepenr"`
		}
		if got.Code != 200 || json.Unmarshal([]byte(body), &asked) != nil || asked.FraLoepenr == nil ||
			strings.Count(body, ":") != 2 {
			return
		}
		if want := max(0, 3-*asked.FraLoepenr); int64(strings.Count(got.Body.String(), `"loepenr"`)) != want &&
			asked.Orgnr == subUnit {
			t.Fatalf("%s gives %s", body, got.Body)
		}
	})
}

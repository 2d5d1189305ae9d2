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

// TestSickPayFilter goes through what a filter may say.
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
		"nothing":     {"in order; what is not visible is not there, and other units are other units", ``, []int64{1, 2, 5}},
		"from nought": {"the first time", `,"fraLoepenr":0`, []int64{1, 2, 5}},
		"after":       {"strictly greater", `,"fraLoepenr":2`, []int64{5}},
		"of another":  {"a number that is not this unit's", `,"fraLoepenr":3`, []int64{5}},
		"after all":   {"nothing new", `,"fraLoepenr":5`, []int64{}},
		"greatest":    {"as far as numbers go", `,"fraLoepenr":9223372036854775807`, []int64{}},
		"quoted":      {"numbers may have quotes", `,"fraLoepenr":"2"`, []int64{5}},
		"from":        {"from the beginning of a day in Oslo", `,"fom":"2026-08-30"`, []int64{1, 5}},
		"until":       {"to its end", `,"tom":"2026-08-29"`, []int64{2}},
		"one day":     {"both", `,"fom":"2026-08-30","tom":"2026-08-30"`, []int64{5}},
		"backwards":   {"there are no such days", `,"fom":"2026-08-31","tom":"2026-08-30"`, []int64{}},
		"all days":    {"the first year to the last", `,"fom":"0000-01-01","tom":"9999-12-31"`, []int64{1, 2, 5}},
		"far off":     {"a year of six digits has a plus", `,"fom":"+123456-01-01"`, []int64{}},
		"long ago":    {"nor is tom before our era refused", `,"tom":"-0044-03-15"`, []int64{}},
		"person":      {"one person's", `,"fnr":"` + patient + `"`, []int64{2}},
		"no person":   {"not looked at further", `,"fnr":"x"`, []int64{}},
		"nulls": {
			"as if they were not there", `,"fnr":null,"fom":null,"tom":null,"fraLoepenr":null`,
			[]int64{1, 2, 5},
		},
		"twice":        {"the second counts", `,"fraLoepenr":5,"fraLoepenr":2`, []int64{5}},
		"without":      {"texts need no quotes", `,fom:2026-08-31`, []int64{1}},
		"white space":  {"is nothing", " ,\n\t\"fraLoepenr\" :\r 2 ", []int64{5}},
		"escapes":      {"are what they stand for", `,"fr\u0061Loepenr":2,"fnr":"\"\\\/\b\f\n\r\tø"`, []int64{}},
		"quoted null":  {"is a text", `,"fnr":"null"`, []int64{}},
		"person, days": {"all of it together", `,"fnr":` + patient + `,"fom":"2026-08-29","fraLoepenr":1`, []int64{2}},
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

// TestSickPayFilterRefused has kotlinx's and Java's words for what is no filter.
func TestSickPayFilterRefused(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	const good = `{"orgnr":"` + subUnit + `"`
	token0 := func(text string) string { return "Unexpected JSON token at offset " + text }
	cases := map[string]struct{ reason, filter, want string }{
		"empty object": {"whose?", `{}`, "Field 'orgnr' is required, but it was missing at path: $"},
		"only others":  {"whose?", `{"fraLoepenr":1}`, "Field 'orgnr' is required, but it was missing at path: $"},
		"unknown":      {"fields are known", `{"a":"123"}`, token0("2: Encountered an unknown key 'a' at path: $")},
		"case": {
			"in their case", `{"Orgnr":"` + subUnit + `"}`,
			token0("2: Encountered an unknown key 'Orgnr' at path: $"),
		},
		"unknown later": {
			"what comes first is said first", `{"orgnr":"1","status":"AKTIV"}`,
			token0("14: Encountered an unknown key 'status' at path: $"),
		},
		"number":       {"invalid", `{"orgnr":"315587337"}`, "ikke et gyldig orgnr"},
		"empty number": {"invalid", `{"orgnr":""}`, "ikke et gyldig orgnr"},
		"null": {
			"whose?", `{"orgnr": null}`,
			token0("14: Unexpected 'null' value instead of string literal at path: $.orgnr"),
		},
		"object": {
			"a number is none", `{"orgnr": {}}`,
			token0("10: Expected beginning of the string, but got { at path: $.orgnr"),
		},
		"nothing there": {
			"a value is needed", `{"orgnr":`,
			token0("9: Expected beginning of the string, but got EOF at path: $.orgnr"),
		},
		"no object": {
			"a filter is one", `ikke json`,
			token0("0: Expected start of the object '{', but had 'i' instead at path: $"),
		},
		"list": {
			"a filter is no list", `[]`,
			token0("0: Expected start of the object '{', but had '[' instead at path: $"),
		},
		"no body": {
			"a filter is something", ``,
			token0("0: Expected start of the object '{', but had 'EOF' instead at path: $"),
		},
		"two": {
			"a filter is one", good + `}{`,
			token0("21: Expected EOF after parsing, but had { instead at path: $"),
		},
		"not ended":    {"it ends", good, token0("20: Expected end of the object '}', but had 'EOF' instead at path: $")},
		"comma before": {"commas are between", `{,"orgnr":1}`, token0("1: Unexpected leading comma at path: $")},
		"comma after": {
			"commas are between", good + `,}`,
			token0("20: Trailing comma before the end of JSON object at path: $"),
		},
		"no comma": {
			"commas are between", good + ` "fnr":"1"}`,
			token0("21: Expected end of the object '}', but had '\"' instead at path: $"),
		},
		"no colon": {
			"a value has a name", `{"orgnr"}`,
			token0("8: Expected colon ':', but had '}' instead at path: $"),
		},
		"open text": {
			"a text ends", `{"orgnr":"31`,
			token0("12: Expected quotation mark '\"', but had 'EOF' instead at path: $.orgnr"),
		},
		"bad escape":     {"escapes are known", `{"orgnr":"\x"}`, token0("10: Invalid escaped char at path: $.orgnr")},
		"half an escape": {"and whole", `{"orgnr":"\u00`, token0("10: Invalid escaped char at path: $.orgnr")},
		"wrong escape":   {"and numbers", `{"orgnr":"\u00xy"}`, token0("10: Invalid escaped char at path: $.orgnr")},
		"last escape":    {"and something", `{"orgnr":"\`, token0("10: Invalid escaped char at path: $.orgnr")},
		"fraction": {
			"numbers are whole", good + `,"fraLoepenr":1.5}`,
			token0("35: Unexpected symbol '.' in numeric literal at path: $.fraLoepenr"),
		},
		"boolean": {
			"numbers are numbers", good + `,"fraLoepenr":true}`,
			token0("34: Unexpected symbol 't' in numeric literal at path: $.fraLoepenr"),
		},
		"empty numeral": {
			"numbers are something", good + `,"fraLoepenr":""}`,
			token0("34: Expected numeric literal at path: $.fraLoepenr"),
		},
		"no numeral": {
			"numbers are something", good + `,"fraLoepenr":`,
			token0("34: Unexpected EOF at path: $.fraLoepenr"),
		},
		"only a sign": {
			"numbers are something", good + `,"fraLoepenr":-}`,
			token0("34: Expected numeric literal at path: $.fraLoepenr"),
		},
		"too great": {
			"numbers have 64 bits", good + `,"fraLoepenr":9223372036854775808}`,
			token0("34: Numeric value overflow at path: $.fraLoepenr"),
		},
		"open numeral": {
			"quotes come in pairs", good + `,"fraLoepenr":"1}`,
			token0("36: Expected closing quotation mark at path: $.fraLoepenr"),
		},
		"negative":      {"there are none", good + `,"fraLoepenr":-1}`, "fraLoepenr kan ikke være mindre enn 0"},
		"no date":       {"days are days", good + `,"fom":"ikke-dato"}`, "Text 'ikke-dato' could not be parsed at index 0"},
		"empty date":    {"days are days", good + `,"fom":""}`, "Text '' could not be parsed at index 0"},
		"date unquoted": {"days are days", good + `,"tom":1}`, "Text '1' could not be parsed at index 0"},
		"date object": {
			"days are texts", good + `,"tom":{}}`,
			token0("27: Expected beginning of the string, but got { at path: $.tom"),
		},
		"short month": {
			"months have two digits", good + `,"fom":"2024-1-01"}`,
			"Text '2024-1-01' could not be parsed at index 5",
		},
		"no month": {"days have months", good + `,"fom":"2024"}`, "Text '2024' could not be parsed at index 4"},
		"short day": {
			"days have two digits", good + `,"tom":"2024-01-1"}`,
			"Text '2024-01-1' could not be parsed at index 8",
		},
		"other form": {
			"there is one form", good + `,"tom":"2024-01/01"}`,
			"Text '2024-01/01' could not be parsed at index 7",
		},
		"with a time": {
			"days have no time", good + `,"fom":"2024-01-01T00:00"}`,
			"Text '2024-01-01T00:00' could not be parsed, unparsed text found at index 10",
		},
		"month 13": {
			"there is none", good + `,"fom":"2024-13-01"}`,
			"Text '2024-13-01' could not be parsed: Invalid value for MonthOfYear (valid values 1 - 12): 13",
		},
		"day 32": {
			"there is none", good + `,"fom":"2024-01-32"}`,
			"Text '2024-01-32' could not be parsed: Invalid value for DayOfMonth (valid values 1 - 28/31): 32",
		},
		"April 31": {
			"there is none", good + `,"fom":"2024-04-31"}`,
			"Text '2024-04-31' could not be parsed: Invalid date 'APRIL 31'",
		},
		"February 29": {
			"there is none", good + `,"tom":"2023-02-29"}`,
			"Text '2023-02-29' could not be parsed: Invalid date 'February 29' as '2023' is not a leap year",
		},
		"five digits": {
			"without a plus there are four", good + `,"tom":"10000-01-01"}`,
			"Text '10000-01-01' could not be parsed at index 0",
		},
		"idle plus": {
			"a plus means more than four", good + `,"tom":"+2024-01-01"}`,
			"Text '+2024-01-01' could not be parsed at index 0",
		},
		"minus nought": {
			"there is none", good + `,"tom":"-0000-01-01"}`,
			"Text '-0000-01-01' could not be parsed at index 0",
		},
		"last year": {
			"Java has no more", good + `,"tom":"+1000000000-01-01"}`,
			"Text '+1000000000-01-01' could not be parsed: Invalid value for Year (valid values -999999999 - 999999999): 1000000000",
		},
		"before our era":  {"from is not", good + `,"fom":"-0044-03-15"}`, "fom kan ikke være før år 0"},
		"after year 9999": {"until is not", good + `,"tom":"+10000-01-01"}`, "tom kan ikke være etter år 9999"},
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

// FuzzSickPayFilter sends any filter: it gets a list or NAV's error. Whatever Go's strict parser and NAV's both read,
// both read alike.
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

package simulator

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sickPayFilter is what is asked for.
type sickPayFilter struct {
	unit, person string
	from, to     string // dates, "" for none
	after        int64
}

var filterFields = []string{"orgnr", "fnr", "fom", "tom", "fraLoepenr"}

// readSickPayFilter reads a filter as kotlinx.serialization does, leniently about quotes and strictly about everything
// else, and gives NAV's words for what is wrong with it; offsets in them are not those of the real one.
func readSickPayFilter(body []byte) (f sickPayFilter, problem string) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil || fields == nil {
		return f, "Illegal input: Unexpected JSON token at offset 0: Expected start of the object '{' at path: $"
	}
	for name := range fields {
		if !slices.Contains(filterFields, name) {
			return f, fmt.Sprintf("Illegal input: Unexpected JSON token at offset 2: Encountered an unknown key '%s' at path: $", name)
		}
	}
	if _, there := fields["orgnr"]; !there {
		return f, "Illegal input: Field 'orgnr' is required, but it was missing at path: $"
	}
	if problem := f.readTexts(fields); problem != "" {
		return f, problem
	}
	if problem := f.readNumber(fields["fraLoepenr"]); problem != "" {
		return f, problem
	}
	if checkOrganizationNumber(f.unit) != nil {
		return f, "Illegal input: ikke et gyldig orgnr"
	}
	return f, ""
}

func (f *sickPayFilter) readTexts(fields map[string]json.RawMessage) string {
	for name, into := range map[string]*string{"orgnr": &f.unit, "fnr": &f.person, "fom": &f.from, "tom": &f.to} {
		text, there, ok := textOf(fields[name])
		switch {
		case !ok:
			return "Illegal input: Unexpected JSON token at offset 10: Expected beginning of the string, but got { at path: $." + name
		case !there && name == "orgnr":
			return "Illegal input: Unexpected JSON token at offset 14: Unexpected 'null' value instead of string literal at path: $.orgnr"
		}
		*into = text
	}
	for _, name := range []string{"fom", "tom"} {
		text, there, _ := textOf(fields[name])
		if _, err := time.Parse(time.DateOnly, text); there && err != nil {
			return fmt.Sprintf("Illegal input: Text '%s' could not be parsed at index 0", text)
		}
	}
	return ""
}

func (f *sickPayFilter) readNumber(value json.RawMessage) string {
	text, there, _ := textOf(value)
	if !there {
		return ""
	}
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil && strings.Contains(text, "."):
		return "Illegal input: Unexpected JSON token at offset 0: Unexpected symbol '.' in numeric literal at path: $.fraLoepenr"
	case err != nil:
		return "Illegal input: Unexpected JSON token at offset 0: Unexpected symbol in numeric literal at path: $.fraLoepenr"
	case n < 0:
		return "Illegal input: fraLoepenr kan ikke være mindre enn 0"
	}
	f.after = n
	return ""
}

// takes reports whether a row is asked for. Days are Oslo's.
func (f *sickPayFilter) takes(r SickPayRow) bool {
	day := r.Sent.In(oslo()).Format(time.DateOnly)
	return r.Number > f.after && (f.from == "" || f.from <= day) && (f.to == "" || day <= f.to) && (f.person == "" || f.person == r.person())
}

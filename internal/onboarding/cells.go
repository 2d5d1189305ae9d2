package onboarding

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/services"
)

var (
	// quotedFormula is what people write so that Excel keeps leading zeros: ="012345678".
	quotedFormula = regexp.MustCompile(`^="([^"]*)"$`)
	// formulaErrors are the errors of formulas in Norwegian and English: #I/T, #N/A, #VERDI!, #REF!, #DIV/0!.
	formulaErrors = regexp.MustCompile(`^#[\p{L}][\p{L}0-9/]*[!?]?$`)
)

// readCell returns the value of a cell, or the fault of what Excel left in it.
func readCell(raw string) (value string, fault Code, args []any) {
	value = strings.TrimFunc(raw, func(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' || r == '\u200B' })
	if m := quotedFormula.FindStringSubmatch(value); m != nil {
		return strings.TrimSpace(m[1]), "", nil
	}
	switch {
	case formulaErrors.MatchString(value):
		return "", FormulaError, []any{value}
	case strings.HasPrefix(value, "="):
		return "", FormulaNotCalculated, nil
	default:
		return value, "", nil
	}
}

// readServices returns the services that a cell names, in the order of their names: built-in ones, or the Suppliers'
// own.
func readServices(
	cell string, own map[string]v1alpha1.ServiceName,
) (found []v1alpha1.ServiceName, fault Code, args []any) {
	for _, part := range splitList(cell) {
		name := cmp.Or(serviceTitles[titleKey(part)], own[titleKey(part)])
		if name == "" {
			return nil, ServiceUnknown, []any{quote(part), serviceList(own)}
		}
		found = append(found, name)
	}
	slices.Sort(found)
	return slices.Compact(found), "", nil
}

// lastConjunction separates the last two words of a list.
var lastConjunction = regexp.MustCompile(`(?i)\s+(og|and)\s+`)

// splitList splits a cell at the end of lines, at , ; / + | and &, and at "og" and "and".
func splitList(cell string) []string {
	var parts []string
	for _, part := range strings.FieldsFunc(lastConjunction.ReplaceAllString(cell, ","), func(r rune) bool {
		return strings.ContainsRune(",;/+|&\n", r)
	}) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// serviceList is the list of services for messages: the built-in ones, then the Suppliers' own.
func serviceList(own map[string]v1alpha1.ServiceName) string {
	names := slices.Concat(services.Names(), slices.Compact(slices.Sorted(maps.Values(own))))
	texts := make([]string, 0, len(names))
	for _, name := range names {
		texts = append(texts, string(name))
	}
	return strings.Join(texts, ", ")
}

// readAnswer returns whether a cell says yes.
func readAnswer(cell string) (yes bool, fault Code, args []any) {
	switch strings.ToLower(cell) {
	case "x", "ja", "j", "yes", "y", "true", "sann", "1", "✓", "✔":
		return true, "", nil
	case "", "-", "–", "nei", "n", "no", "false", "usann", "0":
		return false, "", nil
	default:
		return false, AnswerUnclear, []any{quote(cell)}
	}
}

// dateLayouts are the accepted forms of a date. Each can be read in one way only.
var dateLayouts = []string{time.DateOnly, "2.1.2006", "2006-01-02 15:04:05", "2.1.2006 15:04:05", "2.1.2006 15:04"}

// readDate returns a date as Kubernetes' objects have it.
func readDate(cell string) (date string, fault Code, args []any) {
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, cell); err == nil {
			return t.Format(time.DateOnly), "", nil
		}
	}
	return "", DateInvalid, []any{quote(cell)}
}

// readUnits returns the organization numbers in a cell. They may be separated by spaces if they have none themselves.
func readUnits(cell string) (numbers []string, fault Code, args []any) {
	parts := splitList(cell)
	if words := strings.Fields(strings.NewReplacer(",", " ", ";", " ").Replace(cell)); allNumbers(words) {
		parts = words
	}
	for _, part := range parts {
		number, fault, args := readNumber(part)
		if fault != "" {
			return nil, fault, args
		}
		numbers = append(numbers, number)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), "", nil
}

func allNumbers(words []string) bool {
	for _, word := range words {
		if _, err := orgnumber.Parse(word); err != nil {
			return false
		}
	}
	return true
}

package onboarding

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/language"
)

// LookingUp says that the look-ups in Enhetsregisteret begin, and how long they take.
func LookingUp(lang language.Language, organizations int, atLeast time.Duration) string {
	return catalogue.Text(lang, "register.began", "organizations",
		catalogue.Count(lang, "register.organizations", organizations), "seconds",
		language.Number(max(1, int(atLeast.Seconds())), lang))
}

// NothingWritten says that an import wrote nothing, and what to do.
func (i *Import) NothingWritten(lang language.Language, skipBad bool) string {
	if skipBad || i.RejectedRows == 0 {
		return catalogue.Text(lang, "import.nothing")
	}
	return catalogue.Text(lang, "import.nothingButGood", "bad", catalogue.Count(lang, "import.rows", i.RejectedRows))
}

// Outcome says what an import wrote, and what is next. rejected is the file of the bad rows, "" if there are none.
func (i *Import) Outcome(lang language.Language, rejected string) string {
	written, replaced := 0, 0
	for _, f := range i.Files {
		switch {
		case !f.Customer:
		case f.Replaces == nil:
			written++
		default:
			replaced++
		}
	}
	count := func(n int) string { return language.Number(n, lang) }
	lines := []string{catalogue.Text(lang, "import.written", "directory", i.Directory, "written", count(written),
		"replaced", count(replaced), "unchanged", count(i.Unchanged))}
	if rejected != "" {
		lines = append(lines, catalogue.Text(lang, "import.rejected", "file", rejected,
			"rows", catalogue.Count(lang, "import.rows", i.RejectedRows)))
	}
	if written > 0 {
		lines = append(lines, catalogue.Text(lang, "import.next", "file", i.Directory+"/"+SecretsFile))
	}
	return strings.Join(lines, "\n")
}

// placeholder matches what a template of addresses has for each customer.
var placeholder = regexp.MustCompile(`\{[^}]*\}?`)

// CheckTemplate returns an error if a template of addresses has unknown placeholders.
func CheckTemplate(template string) error {
	for _, found := range placeholder.FindAllString(template, -1) {
		if !slices.Contains([]string{"{name}", "{organizationNumber}"}, found) {
			return fmt.Errorf("--hrm-endpoint has %s: write {name} or {organizationNumber}", found)
		}
	}
	return nil
}

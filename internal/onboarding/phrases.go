package onboarding

import "github.com/4human/integration-operator/internal/language"

// phrases are the words around findings.
type phrases struct {
	row        string
	severities map[Severity]string
	none       string
	unknown    string
	// rejectedColumn is the title of the column with the fault of a rejected row.
	rejectedColumn string
}

// phrasesIn returns the words in a language.
func phrasesIn(lang language.Language) phrases {
	if lang == language.Norwegian {
		return phrases{
			row:            "rad",
			severities:     map[Severity]string{SeverityError: "feil", SeverityWarning: "advarsel", SeverityNote: "merk"},
			none:           "ingen",
			unknown:        "ukjent",
			rejectedColumn: "feil",
		}
	}
	return phrases{
		row:            "row",
		severities:     map[Severity]string{SeverityError: "error", SeverityWarning: "warning", SeverityNote: "note"},
		none:           "none",
		unknown:        "unknown",
		rejectedColumn: "fault",
	}
}

// suggestions are advice about unknown fields. similar and known are formats for names.
type suggestions struct{ similar, known, remove string }

// suggestionWords returns the advice in a language.
func suggestionWords(lang language.Language) suggestions {
	if lang == language.Norwegian {
		return suggestions{"Mener du %s?", "Feltene her er: %s.", "Fjern det."}
	}
	return suggestions{"Do you mean %s?", "The fields here are: %s.", "Remove it."}
}

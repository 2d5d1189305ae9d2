package onboarding

import "github.com/4human/integration-operator/internal/language"

// findings collects findings in one language.
type findings struct {
	lang language.Language
	all  []Finding
}

// add adds a finding. at has its place only.
func (f *findings) add(at Finding, code Code, args ...any) {
	at.Code = code
	at.Severity, at.Message, at.Advice = describe(f.lang, code, args)
	f.all = append(f.all, at)
}

// subject is an object to check, out of a document or of a row.
type subject struct {
	kind   string
	object map[string]any
	// title is the customer's name in the spreadsheet.
	title string
	// at returns the place of a field.
	at func(path string) Finding
	// scalar returns the text of a field as it is written, nil for rows.
	scalar func(path string) string
	// faulty are the places that have a finding already: columns of rows, paths of documents' fields.
	faulty map[string]bool
	// placeOf returns what faulty has for a path, nil if it is the path itself.
	placeOf func(path string) string
}

// isFaulty reports whether a field has a finding already.
func (s *subject) isFaulty(path string) bool { return s.faulty[s.key(path)] }

// setFaulty silences later checks of a field.
func (s *subject) setFaulty(path string) { s.faulty[s.key(path)] = true }

func (s *subject) key(path string) string {
	if s.placeOf != nil {
		return s.placeOf(path)
	}
	return path
}

// addTo adds a finding about a field of a subject. Later checks of the same field are silent.
func (f *findings) addTo(s *subject, path string, code Code, args ...any) {
	if s.isFaulty(path) {
		return
	}
	s.setFaulty(path)
	f.add(s.at(path), code, args...)
}

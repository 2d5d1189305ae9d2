package conformance

// Verdict is the result of a check.
type Verdict string

// The verdicts.
const (
	// Holds means that every response was as promised.
	Holds Verdict = "Holds"
	// Broken means that a response is not as promised.
	Broken Verdict = "Broken"
	// NotChecked means that the check was not possible, such as for lack of plans.
	NotChecked Verdict = "NotChecked"
)

// Check is a check of one promise.
type Check struct {
	// Group and Name tell it from the others.
	Group, Name string
	// Place is the place of the promise in api/hrm/openapi.yaml, and Promise its words.
	Place, Promise string
	// Plans is how many offered plans it uses up.
	Plans int
}

// Result is the result of a Check.
type Result struct {
	Check

	Verdict Verdict
	// Requests are the requests with the status of their responses, in their order.
	Requests []string
	// Found is what the check found instead, or why it was not made.
	Found string
	// Do is what to do, or what to prepare.
	Do string
	// Look is what to verify by hand in the HRM system.
	Look []string
}

// Report has the results of all checks.
type Report struct {
	Results []Result
	// PlansOffered is how many plans were offered before the first was used up, up to a bound; PlansNeeded is how many the
	// checks need.
	PlansOffered, PlansNeeded int
	// Units is the number of sub-units for documents.
	Units int
}

// Count returns the number of results with a verdict.
func (r Report) Count(v Verdict) int {
	n := 0
	for _, result := range r.Results {
		if result.Verdict == v {
			n++
		}
	}
	return n
}

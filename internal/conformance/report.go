package conformance

// Verdict is the result of a check.
type Verdict string

// The verdicts.
const (
	// Holds means that every response was as promised.
	Holds Verdict = "Holds"
	// Broken means that a response is not as promised.
	Broken Verdict = "Broken"
	// NotChecked means that the check could not send its requests.
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
	// Asked are the requests with the status of their responses, in their order.
	Asked []string
	// Came is what came instead, or why the check was not made.
	Came string
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

package conformance

// Verdict is what a check found.
type Verdict string

// The verdicts.
const (
	// Holds means that all that was asked was answered as promised.
	Holds Verdict = "Holds"
	// Broken means that an answer is not what the contract promises.
	Broken Verdict = "Broken"
	// NotChecked means that the check could not ask what it would have to.
	NotChecked Verdict = "NotChecked"
)

// Check is one promise that is looked at.
type Check struct {
	// Group and Name tell it from the others.
	Group, Name string
	// Place is where the promise stands in api/hrm/openapi.yaml, and Promise are the words there.
	Place, Promise string
	// Plans is how many offered plans it uses up.
	Plans int
}

// Result is what became of a Check.
type Result struct {
	Check

	Verdict Verdict
	// Asked are the requests with the status of their answers, in their order.
	Asked []string
	// Came is what came that should not have, or why nothing could be checked.
	Came string
	// Do is what to look into, or what to prepare.
	Do string
	// Look is what only somebody with another view into the HRM system can see, and should.
	Look []string
}

// Report is what became of all checks.
type Report struct {
	Results []Result
	// PlansOffered is how many plans were offered before the first was used up, counted up to a bound; PlansNeeded is
	// how many the checks need.
	PlansOffered, PlansNeeded int
	// Units is how many sub-units there were for documents.
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

package torture

import "time"

// ledger is what NAV and the HRM solutions have written down, and what was done to those between them.
type ledger struct {
	plans       []planRecord
	submissions []submission
	held        []document // NAV's, that shall be at the HRM solution
	stored      []document // the HRM solutions'
	unfit       []document // NAV's that cannot be carried: unreadable, or refused by the HRM solution
	aside       []document // that the HRM solutions were told of as set aside
	cursors     []cursorRecord
	causes      []cause
}

// planRecord is a plan at a HRM solution.
type planRecord struct {
	customer string
	id       string
	state    string
	// uuid is NAV's name for it, if it is sent.
	uuid string
	// invalid says that the test made it so: it is rejected by the worker's check.
	invalid bool
	// refusals is how often NAV refused it for now, undecided how often a person decided on it.
	refusals, undecided int
	// resumed says that it was undecided, and was taken up again by another than a person.
	resumed bool
	// settledByPerson says that a person has found out what became of it.
	settledByPerson bool
	unknowns        []unknown
}

// unknown is a time that a plan became unknown.
type unknown struct {
	callID   string
	from, to time.Time // when it was said to be sent, and when it became unknown
}

// submission is a plan that NAV has stored.
type submission struct {
	customer string // the employer, by the token
	planID   string // as the test wrote it into the plan
	owner    string // the customer whose plan it is, as the test wrote it into the plan
	uuid     string
	callID   string
}

// document is a sick note or an application.
type document struct {
	customer, unit, kind, id string
	sequence                 int64
	sum                      string // of its bytes
	late                     bool   // it became visible after it was numbered, or is behind a page of hidden rows
}

// cursorRecord is where a cursor has been, in order.
type cursorRecord struct {
	customer, unit, kind string
	values               []int64
}

// cause is something that was done that may make a plan unknown.
type cause struct {
	customer string
	// callID is the submission that it was done to, "" if it was done to the customer's worker or to its HRM solution.
	callID   string
	from, to time.Time
}

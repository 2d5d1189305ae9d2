package torture

import "time"

// ledger has the records of NAV and of the HRM systems, and the faults between them.
type ledger struct {
	plans       []planRecord
	submissions []submission
	held        []document // NAV's, which must be at the HRM systems
	stored      []document // the HRM systems'
	unfit       []document // NAV's unreadable ones, and those that HRM systems refuse
	aside       []document // reported to HRM systems as set aside
	cursors     []cursorRecord
	letters     []letter // NAV's, and what became of them
	causes      []cause
}

// planRecord is a plan at an HRM system.
type planRecord struct {
	customer string
	id       string
	state    string
	// uuid is NAV's id of a sent plan.
	uuid string
	// invalid means that the test made an invalid plan.
	invalid bool
	// refusals counts NAV's refusals for now, and undecided the times that the plan became undecided.
	refusals, undecided int
	// resumed means that an undecided plan was offered again without a person.
	resumed bool
	// settledByPerson means that a person settled the plan.
	settledByPerson bool
	unknowns        []unknown
	// history is for people: each state with its time, actor and call.
	history string
}

// unknown records that a plan became unknown.
type unknown struct {
	callID   string
	from, to time.Time // when it was announced, and when it became unknown
}

// submission is a plan at NAV.
type submission struct {
	customer string // the employer, by the token
	planID   string // from the plan
	owner    string // the customer, from the plan
	uuid     string
	callID   string
	received time.Time
}

// document is a sick note, an application or a settlement report.
type document struct {
	customer, unit, kind, id string
	sequence                 int64
	sum                      string // checksum
	csv                      string // checksum of a report's CSV file
	late                     bool   // it became visible late, or is behind a page of hidden rows
}

// cursorRecord has the values of a cursor, in order.
type cursorRecord struct {
	customer, unit, kind string
	values               []int64
}

// cause is a fault that may make a plan unknown.
type cause struct {
	customer string
	// callID is the call that the fault concerns, "" if it concerns the customer's worker or HRM system.
	callID   string
	from, to time.Time
}

package navreports

// Faults change the behaviour of NAV's API for settlement reports.
type Faults struct {
	// NoRights takes all rights from every system user: lists are empty, and no report is found.
	NoRights bool `json:"noRights,omitzero" help:"no system user has a right: lists are empty"`
	// NoPDF returns 404 in place of a PDF, as before NAV has made it.
	NoPDF bool `json:"noPDF,omitzero" help:"NAV has no PDFs: 404"`
}

// Readings choose between two readings of what is documented or known of NAV's API for settlement reports. The zero
// value is the reading thought more likely.
type Readings struct {
	// AfterIsInclusive: etterId lists the report of that id too. By default only later ones.
	AfterIsInclusive bool `json:"reportAfterIsInclusive,omitzero" help:"etterId lists the report of that id too"`
	// MainHasSubUnits: the list of a main unit has the reports of its sub-units. By default it has its own only.
	MainHasSubUnits bool `json:"reportMainHasSubUnits,omitzero" help:"a main unit's list of settlement reports has those of its sub-units"`
	// NewestFirst: lists begin with the newest report. By default with the oldest. NAV promises no order.
	NewestFirst bool `json:"reportNewestFirst,omitzero" help:"lists of settlement reports begin with the newest"`
	// RightsRequired: a list is refused with 403 unless the system user has the right to all its types. By default it
	// leaves out the others.
	RightsRequired bool `json:"reportRightsRequired,omitzero" help:"lists of settlement reports are refused without the right to all types, which are otherwise left out"`
}

package navreports

// Faults change the behaviour of NAV's API for settlement reports.
type Faults struct {
	// NoRights refuses every system user with 403.
	NoRights bool `json:"noRights,omitzero" help:"every system user lacks the right"`
	// NoPDF answers 500 in place of a PDF.
	NoPDF bool `json:"noPDF,omitzero" help:"NAV cannot make PDFs: 500"`
}

// Readings choose between two readings of what is documented or known of NAV's API for settlement reports. The zero
// value is the reading thought more likely.
type Readings struct {
	// AfterIsInclusive: etterId lists the report of that id too. By default only later ones.
	AfterIsInclusive bool `json:"reportAfterIsInclusive,omitzero" help:"etterId lists the report of that id too"`
	// FromIsCreated: fraDato and tilDato are compared with the time at which NAV made the report. By default with the date
	// on which NAV pays.
	FromIsCreated bool `json:"reportFromIsCreated,omitzero" help:"fraDato and tilDato of settlement reports are about when NAV made them, not about when NAV pays"`
	// MainHasSubUnits: the list of a main unit has the reports of its sub-units. By default it has its own only.
	MainHasSubUnits bool `json:"reportMainHasSubUnits,omitzero" help:"a main unit's list of settlement reports has those of its sub-units"`
	// NewestFirst: lists begin with the newest report. By default with the oldest.
	NewestFirst bool `json:"reportNewestFirst,omitzero" help:"lists of settlement reports begin with the newest"`
	// SomeRightsSuffice: a list leaves out the types to which the system user lacks the right. By default it is refused
	// with 403.
	SomeRightsSuffice bool `json:"reportSomeRightsSuffice,omitzero" help:"lists of settlement reports leave out types without a right, and are not refused"`
}

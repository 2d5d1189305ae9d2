package navsickpay

// Readings choose between two readings of what is documented or known of NAV's API for sick notes and applications. The
// zero value is the reading thought more likely.
type Readings struct {
	// PackageGivesNothing: an access package does not open NAV's documents about sick pay, only rights do. By default
	// [Package] opens all of them, as vendors report.
	PackageGivesNothing bool `json:"sickPayPackageGivesNothing,omitzero" help:"an access package does not open NAV's documents about sick pay"`
	// NoRightIsForbidden: NAV refuses a system user that lacks the right with 403, as its OpenAPI document lists. By
	// default with 401, as its code does.
	NoRightIsForbidden bool `json:"sickPayNoRightIsForbidden,omitzero" help:"NAV's response to a missing right to sick pay documents is 403, not 401"`
	// TokenRefusalHasCode: NAV refuses a token with 401 and the code UAUTORISERT. By default the body is empty.
	TokenRefusalHasCode bool `json:"sickPayTokenRefusalHasCode,omitzero" help:"NAV's 401 for a token has a body with the code UAUTORISERT"`
	// ReplacedKeepsTime: an application that comes again under a new number keeps the time with which fom and tom are
	// compared. By default it is that of its coming again.
	ReplacedKeepsTime bool `json:"sickPayReplacedKeepsTime,omitzero" help:"an application that comes again is compared with fom and tom by when it first came"`
}

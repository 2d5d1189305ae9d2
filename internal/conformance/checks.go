package conformance

import "context"

// The groups of checks.
const (
	groupCustomer       = "Customer"
	groupAuthentication = "Authentication"
	groupPlans          = "FollowUpPlans"
	groupDocuments      = "Documents"
	groupErrors         = "Errors"
)

// check is a Check and how it is made.
type check struct {
	Check

	run func(context.Context, *probe)
}

// checks are all checks in their order: whose HRM system it is comes first; what uses up plans comes after what gives
// them back; what is about all answers comes last.
func checks() []check {
	var all []check
	for _, some := range [][]check{
		customerChecks(), authenticationChecks(),
		claimChecks(), leaseChecks(), claimRaceChecks(), sendingChecks(), notSentChecks(), finalChecks(), unknownChecks(), refusalChecks(),
		pageChecks(), cursorChecks(), upsertChecks(), pdfChecks(), sizeChecks(),
		errorChecks(),
	} {
		all = append(all, some...)
	}
	return all
}

package conformance

import "context"

// The groups of checks.
const (
	groupCustomer       = "Customer"
	groupAuthentication = "Authentication"
	groupPlans          = "FollowUpPlans"
	groupDocuments      = "Documents"
	groupLetters        = "Letters"
	groupErrors         = "Errors"
)

// check is a Check with its function.
type check struct {
	Check

	run func(context.Context, *probe)
}

// placeInfo is the place of the promises about all requests.
const placeInfo = "info > description"

func newCheck(group, name, place, promise string, run func(context.Context, *probe)) check {
	return check{Check: Check{Group: group, Name: name, Place: place, Promise: promise}, run: run}
}

// checks returns all checks in their order: the organization first, checks that use up plans after those that return
// them, and checks of all responses last.
func checks() []check {
	var all []check
	for _, some := range [][]check{
		customerChecks(), authenticationChecks(),
		claimChecks(), leaseChecks(), claimRaceChecks(), sendingChecks(), notSentChecks(), finalChecks(), unknownChecks(),
		refusalChecks(),
		pageChecks(), cursorChecks(), upsertChecks(), pdfChecks(), sizeChecks(), settlementChecks(),
		letterChecks(), letterDeletionChecks(),
		errorChecks(),
	} {
		all = append(all, some...)
	}
	return all
}

package hrm //nolint:revive // The package's comment is in the generated file.

import "net/http"

// ContractHeader and ContractVersion mark the successes of a HRM system that have no body. A 204 without them may be a
// proxy's.
const (
	ContractHeader  = "Hrm-Contract"
	ContractVersion = "1"
)

// IsForeign reports whether a response has the status 204 and nothing in it that marks it as a HRM system's.
func IsForeign(status int, header http.Header) bool {
	return status == http.StatusNoContent && header.Get(ContractHeader) != ContractVersion
}

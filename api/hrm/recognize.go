package hrm //nolint:revive // The package's comment is in the generated file.

import "net/http"

// ContractHeader and ContractVersion mark the successes of an HRM system that have no body. A 204 without them may be a
// proxy's.
const (
	ContractHeader  = "Hrm-Contract"
	ContractVersion = "1"
)

// IsForeign reports whether a response has status 204 without the mark of an HRM system.
func IsForeign(status int, header http.Header) bool {
	return status == http.StatusNoContent && header.Get(ContractHeader) != ContractVersion
}

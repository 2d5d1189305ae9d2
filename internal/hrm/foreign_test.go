package hrm

import (
	"net/http"
	"strings"
	"testing"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// TestForeign checks which headers mark a success without a body as the HRM system's, and that the error names the
// header.
func TestForeign(t *testing.T) {
	for value, want := range map[string]bool{"1": false, "": true, "1.1.0": true, "2": true, "true": true} {
		t.Run(value, func(t *testing.T) {
			header := http.Header{}
			if value != "" {
				header.Set(hrmapi.ContractHeader, value)
			}
			if got := hrmapi.IsForeign(http.StatusNoContent, header); got != want {
				t.Errorf("%q: %t, want %t", value, got, want)
			}
		})
	}
	if text := errForeign.Error(); !strings.Contains(text, hrmapi.ContractVersion) ||
		!strings.Contains(strings.ToLower(text), strings.ToLower(hrmapi.ContractHeader)) {
		t.Errorf("the error does not name the header: %s", text)
	}
}

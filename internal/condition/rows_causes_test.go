package condition

import (
	"strings"
	"testing"

	"github.com/4human/integration-operator/internal/runreport"
)

// TestEveryCauseHasARow verifies that there is a fact and an action for each cause that a run may report, for the
// reasons that it may have.
func TestEveryCauseHasARow(t *testing.T) {
	causes, rows := runreport.Causes(), RunCauses()
	if len(causes) != len(rows) {
		t.Fatalf("%d causes, %d rows", len(causes), len(rows))
	}
	for i, cause := range causes {
		t.Run(string(cause), func(t *testing.T) {
			row := rows[i]
			if row.Cause != cause {
				t.Fatalf("the row is of %s", row.Cause)
			}
			isWhole := strings.HasSuffix(row.Action, ".") != strings.Contains(row.Action, ": kubectl ")
			if !strings.HasSuffix(row.Fact, ".") || !isWhole || len(row.Fact+row.Action) > 390 {
				t.Errorf("%d bytes: %s %s", len(row.Fact+row.Action), row.Fact, row.Action)
			}
			hrm, credentials := CauseOf("HRMUnreachable", string(cause)), CauseOf("HRMCredentialsMissing", string(cause))
			settings := CauseOf("ConfigurationInvalid", string(cause))
			reasons := 0
			for _, c := range []RunCause{hrm, credentials, settings} {
				if c.Cause != "" {
					reasons++
				}
			}
			if reasons != 1 || CauseOf("NAVUnreachable", string(cause)).Cause != hrm.Cause {
				t.Error("not of one reason")
			}
			for _, own := range []string{"Start it", "Renew it", "URL"} {
				if action := CauseOf("NAVUnreachable", string(cause)).Action; strings.Contains(action, own) {
					t.Errorf("%q cannot be done at NAV", action)
				}
			}
			if strings.HasPrefix(string(cause), "Token") && strings.HasPrefix(row.Action, "Create") {
				t.Errorf("the Secret may exist: %s", row.Action)
			}
		})
	}
	if c := CauseOf("HRMUnauthorized", "TokenEmpty"); c != (RunCause{}) {
		t.Errorf("a cause of another reason: %+v", c)
	}
}

//go:build e2e

package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// firstVerdicts applies config/samples. The wolf has delegated before, the others have not.
func (s *story) firstVerdicts(t *testing.T) {
	s.maskinporten.delegate(t, wolf)
	s.maskinporten.delegate(t, hare)
	s.planOfTiger(t)
	kubectl(t, "apply", "-k", "config/samples")
	s.seldom(t)
	s.patchSupplier(t, `{"portal":{"url":"`+portalURL+`"}}`)
	proved := await(t, s.supplierIs(t, "True CredentialsProved", "True Reachable"))
	start := time.Now()
	await(t, s.customerIs(t, wolf, "True Delegated", "True Delegated"))
	await(t, s.customerIs(t, tiger, "False AwaitingDelegation", "False NotDelegated"))
	await(t, s.customerIs(t, elk, "False AwaitingDelegation", "False NotDelegated"))
	await(t, s.customerIs(t, hare, "False AwaitingApproval", "False PartiallyDelegated"))
	await(t, s.synced(t, wolf))
	await(t, s.synced(t, hare))
	t.Logf("the credentials were proved after %s, all customers verified and the wolf synced %s later", seconds(proved),
		seconds(time.Since(start)))

	want := []string{
		"NAME ORG ACCESS REASON READY TURN SINCE SYNC LAST SYNC AGE",
		"dynamisk-altetende-tiger 310330701 False AwaitingDelegation False Customer (age) NotSyncing (age)",
		"kreativ-oransje-ulv 315587336 True Delegated True SyncSucceeded (age) (age)",
		"sjelden-flink-elg 315339138 False AwaitingDelegation False Customer (age) NotSyncing (age)",
		"varsom-rolig-hare 310702641 False AwaitingApproval False Customer (age) SyncSucceeded (age) (age)",
	}
	if diff := cmp.Diff(want, s.columns(t, "get", "cint", "-n", customersNamespace)); diff != "" {
		t.Errorf("kubectl get cint (-want +got):\n%s", diff)
	}
	want = []string{
		"NAME ORG ENVIRONMENT READY REASON ALARMS CUSTOMERS GRANTED VERIFIED AGE",
		"default 897757222 Test True CredentialsProved 4 1 (age) (age)",
	}
	counted := await(t, func() string { // counts are updated once a minute
		return cmp.Diff(want, s.columns(t, "get", "suppliers"))
	})
	t.Logf("counts correct %s later", seconds(counted))
}

// columns returns kubectl's table with one space between columns and masked ages. A missing value leaves no gap, so
// that the line differs.
func (s *story) columns(t *testing.T, args ...string) []string {
	t.Helper()
	age := regexp.MustCompile(`^([0-9]+[dhms])+$`)
	var lines []string
	for line := range strings.Lines(kubectl(t, args...)) {
		cells := strings.Fields(line)
		for i, cell := range cells {
			if age.MatchString(cell) {
				cells[i] = "(age)"
			}
		}
		lines = append(lines, strings.Join(cells, " "))
	}
	return lines
}

// delegated has the tiger delegate while its own page is open, which updates itself. The operator detects it at its
// next verification.
func (s *story) delegated(t *testing.T) {
	page := s.opensOwnPage(t)
	s.maskinporten.delegate(t, tiger)
	took := await(t, s.customerIs(t, tiger, "True Delegated", "True Delegated"))
	t.Logf("detected after %s", seconds(took))
	page.turns()
}

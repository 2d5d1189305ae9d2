//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	simhrm "github.com/4human/integration-operator/internal/simulator/hrm"
	"github.com/4human/integration-operator/internal/simulator/navletters"
)

// letters lists another service for the hare, which approves one more right. NAV's letters arrive at the HRM system,
// each fetched once. NAV withdraws one of them, and the next run deletes it. Then the hare has its services of before.
func (s *story) letters(t *testing.T) {
	const service = v1alpha1.ServiceDialogueMeetingLetters
	s.changeServices(t, hare, fmt.Sprintf(`{"op": "add", "path": "/spec/services/-", "value": {"name": %q}}`, service))
	await(t, s.customerIs(t, hare, "False AwaitingApproval", "False PartiallyDelegated"))

	var sent []navletters.Letter
	const path = "/nav/letters/" + haresUnit + "/" + navletters.TypeDialogueMeeting
	s.maskinporten.call(t, http.MethodPost, path+"?count=3&same-time=true", nil, &sent)
	s.maskinporten.approve(t, hare)
	await(t, s.customerIs(t, hare, "True Delegated", "True Delegated"))
	await(t, s.ranWell(t, hare, service))
	await(t, s.haresLetters(t, 3))

	s.maskinporten.call(t, http.MethodPut, "/nav/letters/"+sent[0].ID.String()+"/withdraw", nil, nil)
	kubectl(t, "create", "job", "-n", customersNamespace, "--from=cronjob/"+naming.Child(hare.name, service),
		"hare-letters")
	await(t, s.haresLetters(t, 2))
	s.maskinporten.call(t, http.MethodGet, path, nil, &sent)
	for _, letter := range sent {
		if letter.Fetched != 1 || !letter.Read {
			t.Errorf("letter %s was fetched %d times, read: %t", letter.ID, letter.Fetched, letter.Read)
		}
	}
	s.checkRun(t, hare)

	s.changeServices(t, hare, `{"op": "remove", "path": "/spec/services/3"}`)
	await(t, func() string {
		if s.cronJob(t, hare, service).Name != "" {
			return "the hare's CronJob for letters to be deleted"
		}
		return s.customerIs(t, hare, "True Delegated", "True Delegated")()
	})
}

// changeServices changes a customer's services by a JSON patch.
func (s *story) changeServices(t *testing.T, p party, patch string) {
	t.Helper()
	kubectl(t, "patch", "customerintegration", p.name, "-n", customersNamespace, "--type=json", "-p", "["+patch+"]")
}

// haresLetters returns a condition for await: the hare's HRM system has so many letters, each with its content.
func (s *story) haresLetters(t *testing.T, want int) func() string {
	t.Helper()
	return func() string {
		var stored []simhrm.LetterView
		s.maskinporten.call(t, http.MethodGet, "/hrm/tenants/hare/letters", nil, &stored)
		contents := 0
		for _, letter := range stored {
			if letter.Content {
				contents++
			}
		}
		if len(stored) == want && contents == want {
			return ""
		}
		return fmt.Sprintf("%d letters at the hare's HRM system, which has %d, %d with content", want, len(stored), contents)
	}
}

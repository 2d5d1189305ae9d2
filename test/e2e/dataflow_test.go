//go:build e2e

package e2e

import (
	"encoding/json"
	"net"
	"net/http"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	simhrm "github.com/4human/integration-operator/internal/simulator/hrm"
	"github.com/4human/integration-operator/internal/simulator/navplans"
	"github.com/4human/integration-operator/internal/simulator/navsickpay"
)

const (
	// employee is a synthetic employee of the tiger's, leader signs the plan.
	employee = "01447842099"
	leader   = "Syntetisk Leder"
	// tigersUnit and haresUnit are sub-units.
	tigersUnit = "311111000"
	haresUnit  = "312345005" // as in hack/demo/register_hrm

	planID = "plan-1"
)

// planOfTiger puts an employee of the tiger on sick leave, and completes a follow-up plan for that person.
func (s *story) planOfTiger(t *testing.T) {
	t.Helper()
	today := time.Now()
	s.maskinporten.call(t, http.MethodPost, "/nav/employments", navplans.Employment{
		Employee: employee, MainUnit: tiger.number, Unit: tigersUnit,
		SickFrom: today.AddDate(0, 0, -7).Format(time.DateOnly), SickTo: today.AddDate(0, 0, 7).Format(time.DateOnly),
	}, nil)
	plan := map[string]any{
		"employeeIdentificationNumber": employee, "evaluationDate": "2026-12-15", "sendPlanToNav": true,
		"sendPlanToGeneralPractitioner": false, "employeeHasContributedToPlan": true,
	}
	for _, name := range []string{
		"typicalWorkday", "tasksThatCanStillBeDone", "tasksThatCanNotBeDone", "previousFacilitation", "plannedFacilitation",
		"followUp",
		"contactPersonFullName", "contactPersonPhoneNumber", "contactPersonEmail",
	} {
		plan[name] = leader
	}
	s.maskinporten.call(t, http.MethodPut, "/hrm/tenants/tiger/plans/"+planID, plan, nil)
}

// planArrived verifies that NAV has the tiger's plan once, and that the HRM system has NAV's id of it.
func (s *story) planArrived(t *testing.T) {
	t.Helper()
	var atNAV []navplans.StoredPlan
	s.maskinporten.call(t, http.MethodGet, "/nav/plans", nil, &atNAV)
	var atHRM []simhrm.PlanView
	s.maskinporten.call(t, http.MethodGet, "/hrm/tenants/tiger/plans", nil, &atHRM)
	if len(atNAV) != 1 || len(atHRM) != 1 {
		t.Fatalf("NAV has %d plans, the HRM system %d, want one each", len(atNAV), len(atHRM))
	}
	if got := atNAV[0]; got.Employer != tiger.number || got.Supplier != supplierNumber ||
		got.CallID != atHRM[0].CallID.String() {
		t.Errorf("NAV has %+v, the HRM system %+v", got, atHRM[0])
	}
	if got := atHRM[0]; got.State != "sent" || got.NAVUUID != atNAV[0].UUID {
		t.Errorf("NAV has %+v, the HRM system %+v", atNAV[0], got)
	}
}

// notesArrived verifies that the HRM system has all of NAV's sick notes for the hare.
func (s *story) notesArrived(t *testing.T, want int) {
	t.Helper()
	var atNAV []navsickpay.Row
	s.maskinporten.call(t, http.MethodGet, "/nav/units/"+haresUnit+"/sick-notes", nil, &atNAV)
	atHRM := s.haresDocuments(t, hrmapi.SickNotes)
	numbers := map[string]int64{}
	for _, d := range atHRM {
		numbers[d.ID.String()] = d.SequenceNumber
	}
	if len(atNAV) != want || len(atHRM) != want {
		t.Errorf("NAV has %d sick notes, the HRM system %d, want %d each", len(atNAV), len(atHRM), want)
	}
	for _, row := range atNAV {
		if numbers[row.ID.String()] != row.Number {
			t.Errorf("sick note %s of number %d is stored with %d", row.ID, row.Number, numbers[row.ID.String()])
		}
	}
}

var (
	// byChance matches what may have eleven digits that are valid as an identity number: a number such as a metric's, and
	// ids in hexadecimal digits, such as a container's.
	byChance = regexp.MustCompile(`[0-9]+\.[0-9]+|[0-9a-f]{32,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	digitRun = regexp.MustCompile(`[0-9]+`)
)

// personIn returns what personal data a text has: an identity number, or a name.
func personIn(text string) string {
	for _, name := range []string{leader, "Testperson"} {
		if strings.Contains(text, name) {
			return "a name"
		}
	}
	for _, digits := range digitRun.FindAllString(byChance.ReplaceAllString(text, "0"), -1) {
		if len(digits) == 11 && isIdentityNumber(digits) {
			return "an identity number"
		}
	}
	return ""
}

// isIdentityNumber verifies the check digits.
func isIdentityNumber(number string) bool {
	for _, weights := range [][]int{{3, 7, 6, 1, 8, 9, 4, 5, 2, 1}, {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1}} {
		sum := 0
		for i, weight := range weights {
			sum += weight * int(number[i]-'0')
		}
		if sum%11 != 0 {
			return false
		}
	}
	return true
}

// checkRun verifies that a service's run has left neither personal data nor a token in its log and termination message.
func (s *story) checkRun(t *testing.T, p party) {
	t.Helper()
	var pods corev1.PodList
	must(t, s.List(t.Context(), &pods, client.InNamespace(customersNamespace), ofCustomer(p)))
	read := 0
	for i := range pods.Items {
		pod := &pods.Items[i]
		text, err := s.kubernetes.CoreV1().Pods(customersNamespace).GetLogs(pod.Name, &corev1.PodLogOptions{}).
			DoRaw(t.Context())
		must(t, err)
		object, err := json.Marshal(pod)
		must(t, err)
		s.clean(t, "the log of "+pod.Name, string(text))
		s.clean(t, "pod "+pod.Name, string(object))
		read += len(text)
	}
	if read == 0 {
		t.Errorf("the runs of %s have left no log", p.name)
	}
}

// clean verifies that a text has no personal data, token or key.
func (s *story) clean(t *testing.T, what, text string) {
	t.Helper()
	if person := personIn(text); person != "" {
		t.Errorf("%s has %s", what, person)
	}
	for secret, pattern := range unspeakable {
		if pattern.MatchString(text) {
			t.Errorf("%s has %s", what, secret)
		}
	}
}

// people searches all logs, all objects and events of customers, managers, portal and simulator, and the metrics for
// personal data. Secrets are not searched.
func (s *story) people(t *testing.T) {
	if personIn("of "+employee+".") == "" || personIn(leader) == "" ||
		personIn("12345678901 0."+employee+" e"+employee+"ff00112233445566778899") != "" {
		t.Fatal("the search does not find personal data")
	}
	for name, text := range s.managersLogs(t) {
		s.clean(t, "the log of "+name, text)
	}
	for name, text := range s.portalsLogs(t) {
		s.clean(t, "the log of "+name, text)
	}
	s.clean(t, "the simulator's log", kubectl(t, "logs", "-n", simulatorNamespace, "deployment/simulator"))
	for _, kinds := range []string{
		"customerintegrations.integrations.4human.no", "suppliers.integrations.4human.no", "events", "pods", "jobs",
		"cronjobs", "configmaps", "leases", "serviceaccounts",
	} {
		text := kubectl(t, "get", kinds, "-A", "-o", "json")
		if person := personIn(text); person != "" {
			t.Errorf("%s have %s", kinds, person)
		}
	}
	token := s.token(t, "scraper")
	for _, pod := range s.managers(t) {
		status, body := s.get(t, "https://"+net.JoinHostPort(pod.Status.PodIP, "8443")+"/metrics", token)
		if status != http.StatusOK {
			t.Errorf("the metrics of %s: %d", pod.Name, status)
		}
		s.clean(t, "the metrics of "+pod.Name, body)
	}
	for _, pod := range s.portals(t) {
		status, body := s.get(t, "http://"+net.JoinHostPort(pod.Status.PodIP, "8082")+"/metrics", "")
		if status != http.StatusOK || strings.Contains(body, tiger.number) || strings.Contains(body, path.Base(s.opened)) {
			t.Errorf("the metrics of %s: %d, or they name a customer", pod.Name, status)
		}
		s.clean(t, "the metrics of "+pod.Name, body)
	}
}

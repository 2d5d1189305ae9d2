// Package contract_test verifies that the simulated HRM system keeps the contract for HRM systems, by the suite that
// HRM vendors run.
package contract_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/conformance"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/simulator"
	simhrm "github.com/4human/integration-operator/internal/simulator/hrm"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

const (
	customer = "310330701"
	token    = "hush-0123456789"
)

// clock is a time that only pauses move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Pause(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}

// plan is about a synthetic person.
var plan = json.RawMessage(`{"employeeIdentificationNumber":"01447842099","typicalWorkday":"a","tasksThatCanStillBeDone":"b","tasksThatCanNotBeDone":"c",
"previousFacilitation":"d","plannedFacilitation":"e","followUp":"f","evaluationDate":"2026-10-01",
"sendPlanToNav":true,"sendPlanToGeneralPractitioner":false,"contactPersonFullName":"g","contactPersonPhoneNumber":"h","contactPersonEmail":"i","employeeHasContributedToPlan":true}`)

// TestSimulator runs all checks twice, the second time with the data of the first.
func TestSimulator(t *testing.T) {
	now := &clock{now: time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)}
	sim, err := simulator.New(simulator.Options{Issuer: "http://localhost/", Now: now.Now, RefusalHour: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	hrm, admin := httptest.NewServer(sim.HRM.Handler()), httptest.NewServer(sim.Admin())
	t.Cleanup(hrm.Close)
	t.Cleanup(admin.Close)
	if err := sim.HRM.RegisterTenant(simhrm.Tenant{
		Name: "tiger", OrganizationNumber: customer,
		Units: []string{"315587336", "315339138"},
	}, token); err != nil {
		t.Fatal(err)
	}
	tenant, err := sim.HRM.Tenant("tiger")
	if err != nil {
		t.Fatal(err)
	}
	if err := tenant.WantPDFs(true); err != nil {
		t.Fatal(err)
	}
	bearer, err := outbound.NewBearer(token)
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 {
		for n := range conformance.PlansNeeded() {
			if err := tenant.Offer(map[string]json.RawMessage{fmt.Sprintf("plan-%d-%d", round, n): plan}); err != nil {
				t.Fatal(err)
			}
		}
		report, err := conformance.Run(t.Context(), conformance.Config{
			Endpoint: hrm.URL + "/tiger", Token: bearer, Customer: orgnumber.MustParse(customer), DocumentsURL: admin.URL +
				"/hrm/tenants/tiger/documents",
			Calls: outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: time.Minute, Now: now.Now}, Pause: now.Pause,
			RefusalHour: time.Minute,
		})
		if err != nil {
			t.Fatal(err)
		}
		checkContent(t, tenant)
		for _, result := range report.Results {
			if result.Verdict != conformance.Holds {
				t.Errorf("%s: %s: %s\n%s", result.Name, result.Verdict, result.Found, strings.Join(result.Requests, "\n"))
			}
		}
	}
}

// checkContent sees that what is shown of a document is the document.
func checkContent(t *testing.T, tenant *hrmstore.Tenant) {
	t.Helper()
	n := 0
	if err := tenant.Each(func(d hrmstore.Document) error {
		n++
		shown, err := tenant.Document(d.Unit, d.Kind, d.ID)
		if err == nil && string(shown.Content) != string(d.Content) {
			t.Errorf("document %s is shown otherwise than it is stored", d.ID)
		}
		return err
	}); err != nil || n == 0 {
		t.Errorf("%d documents: %v", n, err)
	}
}

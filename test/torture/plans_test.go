package torture

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// BenchmarkPlans sends plans with one worker, one after the other, and as many with a plain loop of the same requests
// without checks.
func BenchmarkPlans(b *testing.B) {
	const n = 500
	w, program := calmWorld(b, 1, 0)
	c := w.customers[0]
	round := 0
	for b.Loop() {
		w.offer(b, c, n, fmt.Sprintf("worker-%d", round))
		began := time.Now()
		peak, err := w.watch(b, program, run{customer: c, service: followUpPlans}, nil)
		took := time.Since(began)
		w.offer(b, c, n, fmt.Sprintf("plain-%d", round))
		began = time.Now()
		if plainErr := w.plainPlans(b.Context(), c); plainErr != nil {
			b.Fatal(plainErr)
		}
		plain := time.Since(began)
		round++
		if err != nil || len(w.sim.NAVPlans.Plans()) != round*2*n {
			b.Fatalf("%d plans at NAV, want %d: %v", len(w.sim.NAVPlans.Plans()), round*2*n, err)
		}
		b.ReportMetric(n/took.Seconds(), "plans/s")
		b.ReportMetric(n/plain.Seconds(), "plans/s-plain")
		b.ReportMetric(float64(peak)/1024, "MiB-peak")
	}
}

// BenchmarkIdleRun starts a worker that finds no plan, as most runs do: from the start of its process to the end.
func BenchmarkIdleRun(b *testing.B) {
	w, program := calmWorld(b, 1, 0)
	for b.Loop() {
		peak, err := w.watch(b, program, run{customer: w.customers[0], service: followUpPlans}, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(peak)/1024, "MiB-peak")
	}
}

// offer offers plans of a customer.
func (w *world) offer(t testing.TB, c *customer, n int, prefix string) {
	t.Helper()
	tenant, err := w.sim.HRM.Tenant(c.tenant)
	if err != nil {
		t.Fatal(err)
	}
	plans := map[string]json.RawMessage{}
	for i := range n {
		id := fmt.Sprintf("%s-%d", prefix, i)
		plans[id] = plan(c.number, id)
	}
	if err := tenant.Offer(plans); err != nil {
		t.Fatal(err)
	}
}

// plainPlans sends the plans of a customer as a script would.
func (w *world) plainPlans(ctx context.Context, c *customer) error {
	token, err := w.asks.Token(ctx, maskinporten.Request{Scope: planScope, Consumer: orgnumber.MustParse(c.number)})
	if err != nil {
		return err
	}
	for {
		claim := w.hrm.URL + "/" + c.tenant + "/v1/claims/" + uuid.NewString()
		var claimed hrmapi.ClaimAnswer
		if err := put(ctx, claim, c.token, hrmapi.ClaimRequest{LeaseSeconds: 300}, &claimed); err != nil {
			return err
		}
		if claimed.Claim == nil {
			return nil
		}
		sending := hrmapi.Sending{NAVCallID: uuid.New(), DeadlineSeconds: 60}
		if err := put(ctx, claim+"/sending", c.token, sending, nil); err != nil {
			return err
		}
		plan := strings.TrimSuffix(string(claimed.Claim.Plan), "}") + `,"lpsName":"4HUMAN HRM AS"}`
		receipt, err := post(ctx, w.nav.URL+"/api/v1/followupplan", token.AccessToken, plan)
		if err != nil {
			return err
		}
		var id struct{ UUID uuid.UUID }
		if err := json.Unmarshal(receipt, &id); err != nil {
			return err
		}
		settled := hrmapi.Settlement{State: hrmapi.SettledStateSent, Sent: &hrmapi.Sent{
			GeneralPractitioner: hrmapi.NotAsked, NAVUUID: id.UUID, SentToNAV: true,
		}}
		if err := put(ctx, claim+"/settlement", c.token, settled, nil); err != nil {
			return err
		}
	}
}

// put sends a value as JSON and reads the response into another, unless that is nil.
func put(ctx context.Context, url, token string, value, into any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	text, err := send(ctx, http.MethodPut, url, token, string(body))
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(text, into)
}

package metrics

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/services"
)

// scrape returns every series of collectors as "name{labels} value"; for a histogram its count and sum.
func scrape(t *testing.T, collectors ...prometheus.Collector) []string {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	for _, c := range collectors {
		if err := registry.Register(c); err != nil {
			t.Fatal(err)
		}
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range families {
		for _, m := range f.GetMetric() {
			all = append(all, fmt.Sprintf("%s{%s} %s", strings.TrimPrefix(f.GetName(), Prefix), labels(m), value(m)))
		}
	}
	return all
}

func labels(m *dto.Metric) string {
	var pairs []string
	for _, l := range m.GetLabel() {
		pairs = append(pairs, l.GetName()+"="+l.GetValue())
	}
	return strings.Join(pairs, ",")
}

func value(m *dto.Metric) string {
	switch {
	case m.GetHistogram() != nil:
		return fmt.Sprintf("%d in %g s", m.GetHistogram().GetSampleCount(), m.GetHistogram().GetSampleSum())
	case m.GetCounter() != nil:
		return fmt.Sprint(m.GetCounter().GetValue())
	default:
		return fmt.Sprint(m.GetGauge().GetValue())
	}
}

func TestCounting(t *testing.T) {
	cases := map[string]struct {
		reason string
		happen func(m *Metrics)
		want   []string
	}{
		"nothing": {reason: "without events all counts are 0", happen: func(*Metrics) {}},
		"requests": {
			reason: "a request without a class succeeded",
			happen: func(m *Metrics) {
				m.ObserveRequest(ServiceMaskinporten, OperationToken, "", time.Second)
				m.ObserveRequest(ServiceMaskinporten, OperationToken, "", 2*time.Second)
				m.ObserveRequest(ServiceAltinn, OperationSystemUser, "ServerError", time.Second)
			},
			want: []string{
				"outside_request_duration_seconds{operation=system-user,service=altinn} 1 in 1 s",
				"outside_request_duration_seconds{operation=token,service=maskinporten} 2 in 3 s",
				"outside_requests_total{class=ServerError,operation=system-user,service=altinn} 1",
				"outside_requests_total{class=OK,operation=token,service=maskinporten} 2",
			},
		},
		"refusals": {
			reason: "priorities are separate series",
			happen: func(m *Metrics) {
				m.CountDeferral("default",
					"routine")
			}, want: []string{"limiter_refusals_total{priority=routine,supplier=default} 1"},
		},
		"withdrawals": {
			reason: "services are separate series",
			happen: func(m *Metrics) {
				m.CountWithdrawal("default",
					"SickNotes")
			}, want: []string{"access_withdrawals_total{service=SickNotes,supplier=default} 1"},
		},
		"delays": {
			reason: "in seconds",
			happen: func(m *Metrics) { m.ObserveDelay("default", TransitionWithdrawn, time.Hour) },
			want:   []string{"detection_delay_seconds{supplier=default,transition=withdrawn} 1 in 3600 s"},
		},
		"plans": {
			reason: "outcomes without plans are not counted",
			happen: func(m *Metrics) {
				m.CountPlans(PlanSent, 3)
				m.CountPlans(PlanSent, 2)
				m.CountPlans(PlanUnknown, 1)
				m.CountPlans(PlanRejected, 0)
			},
			want: []string{"plans_total{outcome=sent} 5", "plans_total{outcome=unknown} 1"},
		},
		"documents": {
			reason: "there may be documents without PDFs",
			happen: func(m *Metrics) {
				m.CountDocuments("SickNotes", 3, 2)
				m.CountDocuments("SickNotes", 1, 0)
				m.CountDocuments("SickPayApplications", 0, 1)
				m.CountDocuments("FollowUpPlans", 0, 0)
			},
			want: []string{
				"documents_stored_total{service=SickNotes} 4",
				"pdfs_stored_total{service=SickNotes} 2", "pdfs_stored_total{service=SickPayApplications} 1",
			},
		},
		"items": {
			reason: "a worker may send and receive",
			happen: func(m *Metrics) {
				m.CountItems("default", "NetRegistration", 3, 0)
				m.CountItems("default", "NetRegistration", 1, 2)
				m.CountItems("default", "FollowUpPlans", 0, 0)
			},
			want: []string{
				"items_total{outcome=received,service=NetRegistration,supplier=default} 2",
				"items_total{outcome=sent,service=NetRegistration,supplier=default} 4",
			},
		},
		"runs": {
			reason: "a successful run has no reason, and Suppliers are separate series",
			happen: func(m *Metrics) {
				m.CountRun("default", "FollowUpPlans", "Succeeded", "")
				m.CountRun("default", "FollowUpPlans", "Failed", "NAVUnreachable")
				m.CountRun("other", "FollowUpPlans", "Succeeded", "")
			},
			want: []string{
				"sync_runs_total{outcome=Failed,reason=NAVUnreachable,service=FollowUpPlans,supplier=default} 1",
				"sync_runs_total{outcome=Succeeded,reason=OK,service=FollowUpPlans,supplier=default} 1",
				"sync_runs_total{outcome=Succeeded,reason=OK,service=FollowUpPlans,supplier=other} 1",
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := New()
			c.happen(m)
			got := slices.DeleteFunc(scrape(t, m), isZero)
			slices.Sort(got)
			slices.Sort(c.want)
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// isZero reports whether a series that scrape returned has had no event.
func isZero(series string) bool {
	return strings.HasSuffix(series, "} 0") || strings.HasSuffix(series, "} 0 in 0 s")
}

// offering returns a Supplier that declares a service.
func offering(name v1alpha1.ServiceName) *v1alpha1.Supplier {
	s := &v1alpha1.Supplier{}
	s.Name = "default"
	s.Spec.Services = []v1alpha1.OfferedService{{Name: name, Custom: &v1alpha1.CustomService{}}}
	return s
}

// TestCountersStartAtZero scrapes before the first event and after one of each kind: no series is new, so Prometheus
// sees the first of each as an increase.
func TestCountersStartAtZero(t *testing.T) {
	m := New()
	m.AddSupplier(offering("NetRegistration"), "routine")
	m.AddTokenRequests("access_denied", "DelegationWithdrawn", "")
	before := scrape(t, m)
	if i := slices.IndexFunc(before, func(series string) bool { return !isZero(series) }); i >= 0 {
		t.Errorf("before any event: %s", before[i])
	}
	for server, all := range operations {
		for _, operation := range all {
			m.ObserveRequest(server, operation, "ServerError", time.Second)
			m.ObserveRequest(server, operation, "", time.Second)
		}
	}
	for _, name := range append(services.Names(), "NetRegistration") {
		m.CountWithdrawal("default", string(name))
		m.CountRun("default", string(name), "Succeeded", "")
		for _, run := range condition.Runs() {
			m.CountRun("default", string(name), "Failed", string(run.Reason))
		}
	}
	for _, outcome := range []string{PlanSent, PlanRejected, PlanRefused, PlanUnknown, PlanGPNotReached} {
		m.CountPlans(outcome, 1)
	}
	m.CountDeferral("default", "routine")
	m.ObserveDelay("default", TransitionGranted, time.Hour)
	m.ObserveDelay("default", TransitionWithdrawn, time.Hour)
	m.CountDocuments("SickNotes", 1, 1)
	m.CountDocuments("SickPayApplications", 1, 1)
	m.CountItems("default", "NetRegistration", 1, 1)
	m.CountTokenRequest("access_denied", "DelegationWithdrawn")
	m.CountTokenRequest("access_denied", "")
	if diff := cmp.Diff(names(before), names(scrape(t, m))); diff != "" {
		t.Errorf("series, -before +after the first events:\n%s", diff)
	}
}

// names returns series without their values.
func names(series []string) []string {
	var all []string
	for _, s := range series {
		all = append(all, s[:strings.Index(s, "} ")+1])
	}
	return all
}

// TestProcess collects the state of a process before and after it is elected.
func TestProcess(t *testing.T) {
	elected := make(chan struct{})
	var end time.Time
	p := NewProcess(Build{"v1.2.3", "abc", "go1.26"}, "lease", elected, func() time.Time { return end })
	want := []string{"build_info{goversion=go1.26,revision=abc,version=v1.2.3} 1", "leader{lease=lease} 0"}
	if diff := cmp.Diff(want, scrape(t, p)); diff != "" {
		t.Errorf("at the start (-want +got):\n%s", diff)
	}
	close(elected)
	end = time.Unix(1_800_000_000, 0)
	p.SetReady("caches", true)
	p.SetReady("token-broker", true)
	p.SetReady("token-broker", false)
	want = []string{
		"build_info{goversion=go1.26,revision=abc,version=v1.2.3} 1", "leader{lease=lease} 1", "readiness_check{check=caches} 1",
		"readiness_check{check=token-broker} 0", "token_broker_ca_expiry_timestamp_seconds{} 1.8e+09",
	}
	if diff := cmp.Diff(want, scrape(t, p)); diff != "" {
		t.Errorf("as leader (-want +got):\n%s", diff)
	}
}

// TestBreakerCollector verifies that only current states are collected.
func TestBreakerCollector(t *testing.T) {
	now := []BreakerState{
		{Supplier: "default", Service: ServiceMaskinporten, Position: BreakerOpen},
		{Supplier: "default", Service: ServiceAltinn, Position: BreakerHalfOpen},
		{Supplier: "test", Service: ServiceMaskinporten, Position: BreakerClosed},
	}
	c := NewBreakerCollector(func() []BreakerState { return now })
	want := []string{
		"breaker_state{service=altinn,supplier=default} 1",
		"breaker_state{service=maskinporten,supplier=default} 2",
		"breaker_state{service=maskinporten,supplier=test} 0",
	}
	if diff := cmp.Diff(want, scrape(t, c)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	now = now[2:]
	if diff := cmp.Diff(want[2:], scrape(t, c)); diff != "" {
		t.Errorf("after a Supplier was deleted (-want +got):\n%s", diff)
	}
}

// TestDefinitions verifies Prometheus' conventions, and that no label can name a customer.
func TestDefinitions(t *testing.T) {
	allowed := []string{
		LabelSupplier, LabelService, LabelReady, LabelReason, LabelState, LabelOperation, LabelClass, LabelPriority,
		LabelTransition, LabelOutcome, LabelType, LabelStatus, LabelCode, LabelCheck, LabelVersion, LabelRevision,
		LabelGoVersion, LabelLease,
	}
	var names []string
	for _, d := range Definitions() {
		names = append(names, d.Name)
		if !strings.HasPrefix(d.Name, Prefix) || !strings.HasSuffix(d.Help, ".") {
			t.Errorf("%s: %q %v", d.Name, d.Help, d.Labels)
		}
		if total := strings.HasSuffix(d.Name, "_total"); total != (d.Type == Counter) {
			t.Errorf("%s is a %s", d.Name, d.Type)
		}
		for _, label := range d.Labels {
			if !slices.Contains(allowed, label) {
				t.Errorf("%s has the label %s", d.Name, label)
			}
		}
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("not in order, or twice: %v", names)
	}
}

// BenchmarkObserveRequest measures the cost of counting a request.
func BenchmarkObserveRequest(b *testing.B) {
	m := New()
	for b.Loop() {
		m.ObserveRequest(ServiceMaskinporten, OperationToken, "", time.Second)
	}
}

package customerintegration

import (
	"slices"
	"testing"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/syncjob"
)

// TestWasRefused verifies when a refused run leads to a verification: if it is newer than the last one.
func TestWasRefused(t *testing.T) {
	failed := func(reason runreport.Reason) runreport.Report {
		return runreport.Report{Outcome: runreport.Failed, Reason: reason}
	}
	// ended returns a customer who was verified the given time ago, and one of whose runs ended at noon.
	ended := func(ago time.Duration, reason runreport.Reason) customerBuilder {
		return makeCustomer().granted(ago).inPlace().ran("1", failed(reason))
	}
	// service says since when the service is available, or not.
	service := func(fault string, ago time.Duration) func(*scope) {
		return func(s *scope) { available(s, fault, ago) }
	}
	noted := func(s *scope) { // the run stands in the status, and its Job is gone
		s.customer.Status.Services[0].Sync = syncjob.FoldAll(v1alpha1.ServiceSync{},
			syncjob.RunsOf(s.children.Of(fixture.FollowUpPlans)))
		s.children.Of(fixture.FollowUpPlans).Jobs = nil
	}
	alsoVerified := func(s *scope) {
		notes := *s.customer.Status.Services[0].DeepCopy()
		notes.Name, notes.Sync = fixture.SickNotes, v1alpha1.ServiceSync{}
		s.customer.Status.Services = append(s.customer.Status.Services, notes)
	}
	cases := map[string]struct {
		reason string
		pass   customerBuilder
		want   bool
	}{
		"no-run":         {reason: "no run was refused", pass: makeCustomer().granted(time.Hour).inPlace(), want: false},
		"refused":        {reason: "access may be gone", pass: ended(time.Hour, runreport.AccessRefused), want: true},
		"token-rejected": {reason: "NAV may know of it", pass: ended(time.Hour, runreport.NAVTokenRejected), want: true},
		"token-rejected-of-a-custom-service": {
			reason: "so may its API", pass: ended(time.Hour, runreport.ServiceTokenRejected), want: true,
		},
		"right-missing":  {reason: "likewise", pass: ended(time.Hour, runreport.RightMissing), want: true},
		"refused-before": {reason: "it was verified since", pass: ended(0, runreport.AccessRefused), want: false},
		"noted": {
			reason: "it was refused, and could not be verified yet",
			pass:   ended(time.Hour, runreport.AccessRefused).with(noted), want: true,
		},
		"noted-before": {reason: "it was verified since", pass: ended(0, runreport.AccessRefused).with(noted), want: false},
		"well-since": {
			reason: "the next run went well",
			pass:   ended(time.Hour, runreport.AccessRefused).ran("2", fixture.ReportedWell), want: false,
		},
		"no-token": {reason: "that is no refusal", pass: ended(time.Hour, runreport.BrokerUnavailable), want: false},
		"nav-down": {reason: "nor is this", pass: ended(time.Hour, runreport.NAVError), want: false},
		"succeeded": {
			reason: "nor is this",
			pass:   makeCustomer().granted(time.Hour).inPlace().ran("1", fixture.ReportedWell), want: false,
		},
		"out-of-order": {
			reason: "all customers are refused by it",
			pass:   ended(time.Hour, runreport.AccessRefused).with(service(v1alpha1.ReasonSupplierNotReady, time.Minute)),
			want:   false,
		},
		"back-in-order": {
			reason: "nor are they all verified afterwards",
			pass:   ended(time.Hour, runreport.AccessRefused).with(service("", -time.Minute)), want: false,
		},
		"in-order": {
			reason: "this customer was refused",
			pass:   ended(time.Hour, runreport.AccessRefused).with(service("", time.Minute)), want: true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if due := dueOf(c.pass.services(fixture.FollowUpPlans, fixture.SickNotes).with(alsoVerified).s); slices.Contains(due,
				fixture.FollowUpPlans) != c.want {
				t.Errorf("%s: due are %v, want the plans among them: %t", c.reason, due, c.want)
			} else if slices.Contains(due, fixture.SickNotes) {
				t.Error("another service's run counts")
			}
		})
	}
}

// TestRefusedRunIsDeferred defers a request about a run because there are too many: it is sent later, also if the run's
// Job no longer exists.
func TestRefusedRunIsDeferred(t *testing.T) {
	b := makeCustomer().granted(time.Hour).inPlace().
		ran("1", runreport.Report{Outcome: runreport.Failed, Reason: runreport.RightMissing})
	if got := dueOf(b.s); len(got) != 1 {
		t.Fatalf("due are %v", got)
	}
	b.s.deferred = map[v1alpha1.ServiceName]time.Time{fixture.FollowUpPlans: fixture.Noon.Add(5 * time.Second)}
	status := statusOf(b.s.verdict())
	if got := nextReconcile(b.s.verdict()); got != 5*time.Second {
		t.Errorf("the next reconcile is made in %s, want 5s", got)
	}
	b.s.customer.Status, b.s.deferred = status, nil
	if got := dueOf(b.s); len(got) != 1 {
		t.Errorf("then due are %v", got)
	}
	b.s.children.Of(fixture.FollowUpPlans).Jobs = nil
	if got := dueOf(b.s); len(got) != 1 {
		t.Errorf("without its Job due are %v", got)
	}
}

package customerintegration

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/pacing"
)

// uid is the customer's in the tables.
var uid = fixture.Customer().UID

func TestNextCheck(t *testing.T) {
	const granted, notGranted = v1alpha1.AuthorizationGranted, v1alpha1.AuthorizationNotGranted
	never := time.Duration(-1)
	cases := map[string]struct {
		reason  string
		state   v1alpha1.AuthorizationState
		since   time.Duration // after noon; never: not known
		last    time.Duration // after noon; never: not verified
		waiting time.Duration
		want    time.Duration // after noon
		zero    bool
	}{
		"never-asked": {
			reason: "it is due now", state: v1alpha1.AuthorizationUnknown, last: never,
			waiting: fixture.WaitingUsual, zero: true,
		},
		"granted": {
			reason: "an answer counts for the interval", state: granted, last: time.Hour,
			waiting: fixture.WaitingUsual, want: time.Hour + pacing.Jitter(fixture.Usual, uid),
		},
		"just-told-no": {
			reason: "a customer that was just refused is verified after a minute", state: notGranted,
			waiting: fixture.WaitingUsual, want: time.Minute,
		},
		"first-step": {
			reason: "the second step", state: notGranted, last: time.Minute, waiting: fixture.WaitingUsual,
			want: 2 * time.Minute,
		},
		"between": {
			reason: "a requested answer between two steps skips none", state: notGranted, last: 90 * time.Second,
			waiting: fixture.WaitingUsual, want: 2 * time.Minute,
		},
		"second-step": {
			reason: "the third step", state: notGranted, last: 2 * time.Minute, waiting: fixture.WaitingUsual,
			want: 4 * time.Minute,
		},
		"third-step": {
			reason: "the fourth step", state: notGranted, last: 4 * time.Minute, waiting: fixture.WaitingUsual,
			want: 8 * time.Minute,
		},
		"last-step": {
			reason: "then every waitingInterval", state: notGranted, last: 8 * time.Minute, waiting: fixture.WaitingUsual,
			want: 8*time.Minute + pacing.Jitter(fixture.WaitingUsual, uid),
		},
		"weeks-later": {
			reason: "still every waitingInterval", state: notGranted, last: 500 * time.Hour, waiting: fixture.WaitingUsual,
			want: 500*time.Hour + pacing.Jitter(fixture.WaitingUsual, uid),
		},
		"withdrawn": {
			reason: "who withdrew by mistake is as likely to be in Altinn", state: v1alpha1.AuthorizationWithdrawn,
			waiting: fixture.WaitingUsual, want: time.Minute,
		},
		"undecided": {
			reason: "so is one whose request was rejected", state: v1alpha1.AuthorizationUnknown, waiting: fixture.WaitingUsual,
			want: time.Minute,
		},
		"short-waiting": {
			reason: "a step never makes the wait longer than waitingInterval", state: notGranted, waiting: 10 * time.Second,
			want: pacing.Jitter(10*time.Second, uid),
		},
		"short-waiting-later": {
			reason: "nor does a later step", state: notGranted, last: 5 * time.Minute, waiting: 10 * time.Second,
			want: 5*time.Minute + pacing.Jitter(10*time.Second, uid),
		},
		"since-unknown": {
			reason: "a status without since is waited for plainly", state: notGranted, since: never,
			waiting: fixture.WaitingUsual, want: pacing.Jitter(fixture.WaitingUsual, uid),
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			a := v1alpha1.Authorization{State: c.state, Since: at(c.since), LastVerifiedTime: at(c.last)}
			got := pacing.NextCheck(a, pacing.Intervals{Granted: fixture.Usual, Waiting: c.waiting}, uid)
			if c.zero != got.IsZero() || (!c.zero && !got.Equal(fixture.Noon.Add(c.want.Truncate(time.Second)))) {
				t.Errorf("%s: %s after noon, want %s", c.reason, got.Sub(fixture.Noon), c.want)
			}
		})
	}
}

// at returns a time after noon, nil for a negative one.
func at(afterNoon time.Duration) *metav1.Time {
	if afterNoon < 0 {
		return nil
	}
	v := metav1.NewTime(fixture.Noon.Add(afterNoon))
	return &v
}

// TestWaiting verifies the times at which a customer without access is due, each verification being on time.
func TestWaiting(t *testing.T) {
	iv := pacing.Intervals{Granted: fixture.Usual, Waiting: fixture.WaitingUsual}
	a := v1alpha1.Authorization{State: v1alpha1.AuthorizationNotGranted, Since: at(0), LastVerifiedTime: at(0)}
	step := pacing.Jitter(fixture.WaitingUsual, uid).Truncate(time.Second)
	want := []time.Duration{
		time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 8*time.Minute + step, 8*time.Minute + 2*step,
	}
	for i, w := range want {
		next := pacing.NextCheck(a, iv, uid)
		if got := next.Sub(fixture.Noon); got != w {
			t.Errorf("question %d: %s after noon, want %s", i+1, got, w)
		}
		a.LastVerifiedTime = &metav1.Time{Time: next}
	}
}

func TestIntervalsOf(t *testing.T) {
	s := fixture.Supplier()
	if got := pacing.IntervalsOf(s); got != (pacing.Intervals{Granted: fixture.Usual, Waiting: fixture.WaitingUsual}) {
		t.Errorf("the defaults are %v", got)
	}
	s.Spec.Verification.Interval = &metav1.Duration{Duration: time.Hour}
	s.Spec.Verification.WaitingInterval = &metav1.Duration{Duration: time.Minute}
	if got := pacing.IntervalsOf(s); got != (pacing.Intervals{Granted: time.Hour, Waiting: time.Minute}) {
		t.Errorf("the spec's are %v", got)
	}
}

func TestPriorityOf(t *testing.T) {
	const granted, unknown = v1alpha1.AuthorizationGranted, v1alpha1.AuthorizationUnknown
	const notGranted, withdrawn = v1alpha1.AuthorizationNotGranted, v1alpha1.AuthorizationWithdrawn
	cases := map[string]struct {
		reason string
		states []v1alpha1.AuthorizationState
		want   int
	}{
		"none":    {reason: "nothing to wait for", want: pacing.PriorityRoutine},
		"granted": {reason: "routine", states: []v1alpha1.AuthorizationState{granted}, want: pacing.PriorityRoutine},
		"waiting": {
			reason: "a customer waits",
			states: []v1alpha1.AuthorizationState{notGranted}, want: pacing.PriorityWaiting,
		},
		"withdrawn": {
			reason: "so does this one",
			states: []v1alpha1.AuthorizationState{withdrawn}, want: pacing.PriorityWaiting,
		},
		"first": {
			reason: "nothing is written yet",
			states: []v1alpha1.AuthorizationState{""}, want: pacing.PriorityChanged,
		},
		"new": {
			reason: "nothing is known yet",
			states: []v1alpha1.AuthorizationState{unknown}, want: pacing.PriorityChanged,
		},
		"granted-waiting": {
			reason: "the more urgent service counts",
			states: []v1alpha1.AuthorizationState{granted, notGranted}, want: pacing.PriorityWaiting,
		},
		"waiting-granted": {
			reason: "in whatever order",
			states: []v1alpha1.AuthorizationState{notGranted, granted}, want: pacing.PriorityWaiting,
		},
		"waiting-unknown": {
			reason: "in whatever order",
			states: []v1alpha1.AuthorizationState{notGranted, unknown}, want: pacing.PriorityChanged,
		},
		"unknown-withdrawn": {
			reason: "in whatever order",
			states: []v1alpha1.AuthorizationState{unknown, withdrawn}, want: pacing.PriorityChanged,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			v := &verdict.Verdict{Facts: &verdict.Facts{}}
			for _, state := range c.states {
				v.Services = append(v.Services, verdict.Service{
					ServiceFacts: &verdict.ServiceFacts{Verifiable: true}, Access: v1alpha1.Authorization{State: state},
				})
			}
			if got := priorityOf(v); got != c.want {
				t.Errorf("%s: %d, want %d", c.reason, got, c.want)
			}
		})
	}
	both := makeCustomer().granted(0).services(v1alpha1.ServiceFollowUpPlans, v1alpha1.ServiceSickNotes).noSystem().s
	if got := priorityOf(both.verdict()); got != pacing.PriorityRoutine {
		t.Errorf("a service that cannot be verified makes routine work urgent: %d", got)
	}
	if pacing.PriorityChanged <= pacing.PriorityWaiting || pacing.PriorityWaiting <= pacing.PriorityRoutine {
		t.Error("the priorities are not in their order: a higher one goes first")
	}
}

// TestNextReconcile verifies when the next reconcile is, by the known state and the results of the requests.
func TestNextReconcile(t *testing.T) {
	retry := pacing.FaultPause(fixture.Usual, uid)
	annoyed := func(t *testing.T, wait time.Duration) func(*scope) {
		guard := fixture.GuardOf(t, fixture.TestKey, fixture.Always(maskinporten.ClassRateLimited, wait))
		_ = guard.Prove(t.Context(), "a test", fixture.PlansProof())
		return func(s *scope) { s.guard = guard }
	}
	cases := map[string]struct {
		reason string
		pass   customerBuilder
		want   time.Duration
	}{
		"granted": {
			reason: "a new proof counts for the interval",
			pass:   makeCustomer().answered(""), want: pacing.Jitter(fixture.Usual, uid),
		},
		"refused": {
			reason: "the first step of waiting",
			pass:   makeCustomer().answered(maskinporten.ClassNotDelegated), want: time.Minute,
		},
		"not-due": {
			reason: "an event woke the customer before its time",
			pass:   makeCustomer().granted(time.Hour), want: pacing.Jitter(fixture.Usual, uid) - time.Hour,
		},
		"outage": {
			reason: "nothing is known: soon again",
			pass:   makeCustomer().answered(maskinporten.ClassServerError), want: retry,
		},
		"own-fault": {
			reason: "the Supplier wakes its customers when it is well; until then as during an outage",
			pass:   makeCustomer().answered(maskinporten.ClassKeyExpired), want: retry,
		},
		"mismatch": {
			reason: "an answer that is not believed is none",
			pass:   makeCustomer().answered(maskinporten.ClassTokenMismatch), want: retry,
		},
		"granted-outage": {
			reason: "an access that was due and not answered for",
			pass:   makeCustomer().granted(8 * time.Hour).answered(maskinporten.ClassServerError), want: retry,
		},
		"requested-outage": {
			reason: "not due, but requested, and the request met a fault",
			pass:   makeCustomer().granted(time.Hour).requested("1").answered(maskinporten.ClassServerError), want: retry,
		},
		"requested-granted": {
			reason: "requested and answered: the interval begins anew",
			pass:   makeCustomer().granted(time.Hour).requested("1").answered(""), want: pacing.Jitter(fixture.Usual, uid),
		},
		"stay-away": {
			reason: "Maskinporten names a time that is later than ours",
			pass:   makeCustomer().answered(maskinporten.ClassRateLimited).with(annoyed(t, 20*time.Minute)),
			want:   20 * time.Minute,
		},
		"come-soon": {
			reason: "Maskinporten names a time that is earlier than ours",
			pass:   makeCustomer().answered(maskinporten.ClassRateLimited).with(annoyed(t, time.Second)), want: retry,
		},
		"stay-away-not-asked": {
			reason: "a customer that is not due is not concerned",
			pass:   makeCustomer().granted(time.Hour).with(annoyed(t, 20*time.Minute)),
			want:   pacing.Jitter(fixture.Usual, uid) - time.Hour,
		},
		"contradiction": {
			reason: "NAV's no about a granted access decides nothing: verified again as if waiting",
			pass:   makeCustomer().granted(8 * time.Hour).answered(maskinporten.ClassScopeNotGranted),
			want:   pacing.Jitter(fixture.WaitingUsual, uid),
		},
		"rejected-granted": {
			reason: "nor does a rejected request",
			pass:   makeCustomer().granted(8 * time.Hour).answered(maskinporten.ClassRequestRejected),
			want:   pacing.Jitter(fixture.WaitingUsual, uid),
		},
		"suspended": {reason: "only a change wakes it", pass: makeCustomer().granted(8 * time.Hour).suspended(), want: 0},
		"no-supplier": {
			reason: "only a Supplier wakes it",
			pass:   makeCustomer().with(func(s *scope) { s.supplier = nil }), want: 0,
		},
		"not-offered": {
			reason: "only the Supplier's spec wakes it",
			pass: makeCustomer().granted(8 * time.Hour).
				with(func(s *scope) { s.supplier.Spec.Services = s.supplier.Spec.Services[1:] }),
			want: 0,
		},
		"not-supported": {
			reason: "nothing to ask",
			pass:   makeCustomer().services(v1alpha1.ServiceSickNotes).noSystem(), want: 0,
		},
		"one-supported": {
			reason: "the other service's time counts, whatever its place",
			pass: makeCustomer().services(v1alpha1.ServiceSickNotes, v1alpha1.ServiceFollowUpPlans).noSystem().
				granted(time.Hour),
			want: pacing.Jitter(fixture.Usual, uid) - time.Hour,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			c.pass.s.customer.Spec.Sync = v1alpha1.SyncDisabled // jobs are looked at besides: TestNextLook

			if got := nextReconcile(c.pass.s.verdict()).Truncate(time.Second); got != c.want.Truncate(time.Second) {
				t.Errorf("%s: %s, want %s", c.reason, got, c.want)
			}
		})
	}
}

// TestRetryTime sends a request again about a minute after a fault, also without a client.
func TestRetryTime(t *testing.T) {
	s := makeCustomer().s
	for _, interval := range []time.Duration{10 * time.Second, time.Minute, fixture.Usual, 168 * time.Hour} {
		iv := pacing.Intervals{Granted: interval, Waiting: fixture.WaitingUsual}
		if got, want := retryTime(s.verdict(), iv, s.verdict().Service(fixture.FollowUpPlans)).
			Sub(fixture.Noon), pacing.FaultPause(interval, uid); got != want {
			t.Errorf("interval %s, no client: %s, want %s", interval, got, want)
		}
		s.guard = fixture.Guard(t)
		if got, want := retryTime(s.verdict(), iv, s.verdict().Service(fixture.FollowUpPlans)).
			Sub(fixture.Noon), pacing.FaultPause(interval, uid); got != want {
			t.Errorf("interval %s: %s, want %s", interval, got, want)
		}
		s.guard = nil
	}
}

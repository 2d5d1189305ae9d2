package customerintegration

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/pacing"
)

// TestStorms changes a customer four times a second for half a minute: no more requests are sent than the pace of its
// organization allows, and in the end the last change applies.
func TestStorms(t *testing.T) {
	const steps, most = 4 * 30, 4 + 30/15 + 1
	const mostWrites = 2 * most // each request that is answered, and each that is recorded
	last := strconv.Itoa(steps - 1)
	annotate := func(c *counted, step int, customer *v1alpha1.CustomerIntegration) error {
		customer.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: strconv.Itoa(step)}
		return c.cache.Client.Update(t.Context(), customer)
	}
	cases := map[string]struct {
		reason string
		class  maskinporten.Class
		change func(c *counted, step int, customer *v1alpha1.CustomerIntegration) error
		last   string
	}{
		"annotated": {reason: "each value asks for a verification", change: annotate, last: last},
		"annotated-fault": {
			reason: "also while Maskinporten fails for this customer alone",
			class:  maskinporten.ClassServerError, change: annotate,
		},
		"annotated-rejected": {
			reason: "and where its answers decide nothing",
			class:  maskinporten.ClassRequestRejected, change: annotate, last: last,
		},
		"created-again": {
			reason: "each is new",
			class:  maskinporten.ClassNotDelegated,
			change: func(c *counted, step int, customer *v1alpha1.CustomerIntegration) error {
				again := fixture.Customer()
				again.UID, again.Spec.Sync = types.UID(strconv.Itoa(step)), v1alpha1.SyncDisabled
				return errors.Join(c.cache.Client.Delete(t.Context(), customer), c.cache.Client.Create(t.Context(), again))
			},
		},
		"listed-again": {
			reason: "what was known of a service goes with it",
			class:  maskinporten.ClassNotDelegated,
			change: func(c *counted, step int, customer *v1alpha1.CustomerIntegration) error {
				customer.Generation++
				customer.Spec.Services[0].Name = []v1alpha1.ServiceName{fixture.SickNotes, fixture.FollowUpPlans}[step%2]
				return c.cache.Client.Update(t.Context(), customer)
			},
		},
		"suspended": {
			reason: "and resumed",
			class:  maskinporten.ClassNotDelegated,
			change: func(c *counted, step int, customer *v1alpha1.CustomerIntegration) error {
				customer.Generation++
				customer.Spec.Suspend = step%2 == 0
				return c.cache.Client.Update(t.Context(), customer)
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			now := fixture.Noon
			c := makeReconciler(t, func() time.Time { return now }, func() maskinporten.Class { return tc.class })
			c.Pool.Now = func() time.Time { return now }
			c.withoutSystem(t)
			writes := 0
			for step := range steps {
				if err := tc.change(c, step, c.shown(t)); err != nil {
					t.Fatal(err)
				}
				before := c.shown(t).ResourceVersion
				c.pass(t)
				if c.shown(t).ResourceVersion != before {
					writes++
				}
				now = now.Add(250 * time.Millisecond)
			}
			if strings.HasPrefix(name, "annotated") && writes > mostWrites {
				t.Errorf("%s: %d status writes in half a minute, want %d at the most", tc.reason, writes, mostWrites)
			}
			if c.requests > most {
				t.Errorf("%s: %d requests in half a minute, want %d at the most", tc.reason, c.requests, most)
			}
			for range 3 { // a refusal of one customer alone is believed at the third
				now = now.Add(time.Minute)
				c.pass(t)
			}
			status := c.shown(t).Status
			if status.LastHandledReconcileAt != tc.last {
				t.Errorf("%s: handled %q, want %q", tc.reason, status.LastHandledReconcileAt, tc.last)
			}
			t.Logf("%d requests, %d writes", c.requests, writes)
		})
	}
}

// TestRequestedRunsArePaced requests runs, each of which ends at once: after a burst no more are created for a while.
func TestRequestedRunsArePaced(t *testing.T) {
	b := makeCustomer().granted(0).inPlace().with(started)
	server := fixture.Server(t, thereOf(b.s)...)
	r := &Reconciler{Client: server, Live: server, Events: events.NewFakeRecorder(100), Now: fixture.NowIsNoon}
	for i := range 3 * runPace.Burst {
		b.with(handled(strconv.Itoa(i)))
		o := b.s.observed()
		b.s.limits = r.limits.of(&o)
		if _, _, err := r.apply(t.Context(), b.s.verdict()); err != nil {
			t.Fatal(err)
		}
	}
	created := 0
	for _, call := range server.Calls {
		if strings.HasPrefix(call, "create Job ") {
			created++
		}
	}
	if created != runPace.Burst {
		t.Errorf("%d runs were created at once, want %d", created, runPace.Burst)
	}
}

// withoutSystem takes the Supplier's system away: one service alone is verified.
func (c *counted) withoutSystem(t *testing.T) {
	t.Helper()
	supplier := &v1alpha1.Supplier{}
	if err := c.Live.Get(t.Context(), client.ObjectKey{Name: "default"}, supplier); err != nil {
		t.Fatal(err)
	}
	supplier.Spec.SystemUser.SystemID = ""
	if err := c.cache.Client.Update(t.Context(), supplier); err != nil {
		t.Fatal(err)
	}
}

// TestAllowance spends an allowance, rests, and sets the clock back.
func TestAllowance(t *testing.T) {
	var a pacing.Allowance[string]
	p := pacing.Pace{Burst: 2, Every: time.Minute}
	steps := []struct {
		at, want time.Duration
	}{
		{at: 0, want: 0},
		{at: 0, want: 0},
		{at: 0, want: time.Minute},
		{at: time.Minute, want: time.Minute},
		{at: time.Minute, want: 2 * time.Minute},
		{at: time.Hour, want: time.Hour},
		{at: time.Hour, want: time.Hour},
		{at: time.Hour, want: time.Hour + time.Minute},
		// The clock was set back: not a day, but what the burst takes.
		{at: -24 * time.Hour, want: -24*time.Hour + time.Minute},
		{at: -24*time.Hour + 30*time.Second, want: -24*time.Hour + time.Minute},
		{at: -24*time.Hour + time.Minute, want: -24*time.Hour + time.Minute}, // and that passes
	}
	for i, step := range steps {
		now := fixture.Noon.Add(step.at)
		next := a.Next("key", p, now)
		if got := next.Sub(fixture.Noon); got != step.want {
			t.Errorf("step %d: next %s after noon, want %s", i, got, step.want)
		}
		if !next.After(now) {
			a.Take("key", p, now)
		}
		if got := a.Next("another", p, now); !got.Equal(now) {
			t.Errorf("step %d: another key has to wait until %s", i, got)
		}
	}
	a.Take("new", p, fixture.Noon.Add(time.Hour*48))
	if len(a.Whole) != 1 {
		t.Errorf("%d keys are remembered, want the one that is not whole again", len(a.Whole))
	}
}

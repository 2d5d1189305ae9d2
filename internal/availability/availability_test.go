package availability

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const (
	plans     = v1alpha1.ServiceFollowUpPlans
	sickNotes = v1alpha1.ServiceSickNotes
)

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// change changes a Supplier.
type change func(*v1alpha1.Supplier)

// makeSupplier returns a Supplier that offers plans and sick notes, both available since noon.
func makeSupplier(changes ...change) *v1alpha1.Supplier {
	s := &v1alpha1.Supplier{}
	for _, name := range []v1alpha1.ServiceName{plans, sickNotes} {
		s.Spec.Services = append(s.Spec.Services, v1alpha1.OfferedService{Name: name})
		s.Status.Services = append(s.Status.Services, v1alpha1.OfferedServiceStatus{
			Name: name, Available: new(true), Since: &metav1.Time{Time: noon},
		})
	}
	for _, c := range changes {
		c(s)
	}
	return s
}

// unavailable makes all services unavailable.
func unavailable(reason string) change {
	return func(s *v1alpha1.Supplier) {
		for i := range s.Status.Services {
			s.Status.Services[i].Available, s.Status.Services[i].Reason = new(false), reason
		}
	}
}

// condition sets a condition of the Supplier.
func condition(conditionType string, status metav1.ConditionStatus, reason string) change {
	return func(s *v1alpha1.Supplier) {
		s.Status.Conditions = append(s.Status.Conditions, metav1.Condition{
			Type: conditionType, Status: status, Reason: reason, LastTransitionTime: metav1.NewTime(noon),
		})
	}
}

func nothing(s *v1alpha1.Supplier) { s.Status.Services = nil }

func TestOf(t *testing.T) {
	cases := map[string]struct {
		supplier *v1alpha1.Supplier
		ok       bool
		since    time.Time
		reason   string
	}{
		"available":    {supplier: makeSupplier(), ok: true, since: noon},
		"unavailable":  {supplier: makeSupplier(unavailable("KeyExpired")), ok: false, since: noon, reason: "KeyExpired"},
		"not-verified": {supplier: makeSupplier(nothing), ok: false, since: time.Time{}},
		"old-status": {
			supplier: makeSupplier(func(s *v1alpha1.Supplier) {
				s.Status.Services = []v1alpha1.OfferedServiceStatus{{Name: plans, Reason: "KeyExpired"}}
			}),
			ok: false, since: time.Time{},
			reason: "KeyExpired",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			ok, since := Of(c.supplier, plans)
			if ok != c.ok || !since.Equal(c.since) || Reason(c.supplier, plans) != c.reason {
				t.Errorf("%t since %s %q", ok, since, Reason(c.supplier, plans))
			}
		})
	}
}

// TestBlocksMany verifies what the status says about customers that the spec blocks.
func TestBlocksMany(t *testing.T) {
	const hosts, removed = v1alpha1.ReasonHRMHostsMissing, v1alpha1.ReasonServiceRemoved
	blocked := func(status metav1.ConditionStatus, reason string) *v1alpha1.Supplier {
		return makeSupplier(condition(v1alpha1.ConditionCustomersBlocked, status, reason))
	}
	unseen := makeSupplier(func(s *v1alpha1.Supplier) { s.Generation = 1 })
	cases := map[string]struct {
		supplier      *v1alpha1.Supplier
		blocks, known bool
		changes       bool // from a Supplier that blocks no customers
	}{
		"nothing": {supplier: makeSupplier(), known: true},
		"hosts":   {supplier: blocked(metav1.ConditionTrue, hosts), blocks: true, known: true, changes: true},
		"removed": {supplier: blocked(metav1.ConditionTrue, removed), known: true, changes: true},
		"ended":   {supplier: blocked(metav1.ConditionFalse, v1alpha1.ReasonCustomersNotBlocked), known: true},
		"unseen":  {supplier: unseen},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if blocks, known := BlocksMany(c.supplier, hosts); blocks != c.blocks || known != c.known {
				t.Errorf("blocks %t, known %t", blocks, known)
			}
			if got := ChangesBlocks(makeSupplier(), c.supplier); got != c.changes {
				t.Errorf("changes %t", got)
			}
		})
	}
	if !ChangesBlocks(unseen, makeSupplier()) {
		t.Error("the spec was seen, and nothing changed")
	}
}

func TestRecovered(t *testing.T) {
	altinnDown := condition(v1alpha1.ConditionAltinnReachable, metav1.ConditionFalse, v1alpha1.ReasonUnreachable)
	withoutSickNotes := func(s *v1alpha1.Supplier) { s.Spec.Services = s.Spec.Services[:1] }
	cases := map[string]struct {
		before, after *v1alpha1.Supplier
		want          bool
	}{
		"nothing-changed":  {before: makeSupplier(), after: makeSupplier(), want: false},
		"failed":           {before: makeSupplier(), after: makeSupplier(unavailable("KeyExpired")), want: false},
		"recovered":        {before: makeSupplier(unavailable("KeyExpired")), after: makeSupplier(), want: true},
		"first-verified":   {before: makeSupplier(nothing), after: makeSupplier(), want: true},
		"altinn-recovered": {before: makeSupplier(altinnDown), after: makeSupplier(), want: true},
		"altinn-not-needed": {
			before: makeSupplier(altinnDown, withoutSickNotes), after: makeSupplier(withoutSickNotes), want: false,
		},
		"maskinporten-only": {
			before: makeSupplier(altinnDown, unavailable("ServerError")), after: makeSupplier(altinnDown), want: true,
		},
		"other-reason": {
			before: makeSupplier(unavailable("KeyExpired")), after: makeSupplier(unavailable("KeyUnknown")), want: false,
		},
		"plans-accepted-again": {
			before: makeSupplier(unavailable(v1alpha1.ReasonManyRejections)), after: makeSupplier(), want: false,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := HasRecovered(c.before, c.after); got != c.want {
				t.Errorf("%t, want %t", got, c.want)
			}
		})
	}
}

func TestPaused(t *testing.T) {
	implausible := v1alpha1.ConditionRejectionsImplausible
	cases := map[string]struct {
		supplier *v1alpha1.Supplier
		service  v1alpha1.ServiceName
		want     string
	}{
		"unknown": {supplier: makeSupplier(), service: plans, want: ""},
		"offered": {
			supplier: makeSupplier(condition(implausible, metav1.ConditionFalse, v1alpha1.ReasonFewRejections)),
			service:  plans, want: "",
		},
		"paused": {
			supplier: makeSupplier(condition(implausible, metav1.ConditionTrue, v1alpha1.ReasonManyRejections)),
			service:  plans, want: v1alpha1.ReasonManyRejections,
		},
		"other-service": {
			supplier: makeSupplier(condition(implausible, metav1.ConditionTrue, v1alpha1.ReasonManyRejections)),
			service:  sickNotes, want: "",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			reason, since := PauseOf(c.supplier, c.service)
			if reason != c.want || since.IsZero() != (c.want == "") {
				t.Errorf("%q since %s, want %q", reason, since, c.want)
			}
		})
	}
}

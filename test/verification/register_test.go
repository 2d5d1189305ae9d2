package verification

import (
	"context"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
	simregister "github.com/4human/integration-operator/internal/simulator/enhetsregisteret"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	subUnit = "315587336"
	missing = "311006819"
)

// registerWorld is a world whose Supplier looks customers up in a simulated register.
type registerWorld struct {
	*world
	clock    *clock
	requests int
}

func newRegisterWorld(t *testing.T) *registerWorld {
	t.Helper()
	w := &registerWorld{clock: &clock{now: time.Now().Truncate(time.Second)}}
	w.world = newWorld(t, server.Client, w.clock.Now, time.Hour)
	register := httptest.NewServer(w.simulator.Register.Handler())
	t.Cleanup(register.Close)
	before := w.current()
	after := before.DeepCopy()
	after.Spec.Register = v1alpha1.RegisterEnabled
	after.Spec.Endpoints.Register = register.URL + "/enhetsregisteret/api"
	w.must(w.client.Patch(context.Background(), after, client.MergeFrom(before)))
	w.registerUnit(simregister.Unit{Number: supplierNumber, Name: "4HUMAN HRM AS"})
	return w
}

func (w *registerWorld) registerUnit(u simregister.Unit) {
	w.t.Helper()
	w.must(w.simulator.Register.Register(u))
}

// verify requests a verification of a customer and waits until it is handled.
func (w *registerWorld) verify(key client.ObjectKey) *v1alpha1.CustomerIntegration {
	w.t.Helper()
	w.requests++
	value := strconv.Itoa(w.requests)
	before := w.customer(key)
	after := before.DeepCopy()
	metav1.SetMetaDataAnnotation(&after.ObjectMeta, v1alpha1.AnnotationReconcileRequestedAt, value)
	w.must(w.client.Patch(context.Background(), after, client.MergeFrom(before)))
	eventually(w.t, "a verification", func() bool { return w.customer(key).Status.LastHandledReconcileAt == value })
	return w.customer(key)
}

// lookups counts the requests to the register about a number.
func (w *registerWorld) lookups(number string) int {
	n := 0
	for _, call := range w.simulator.Recorder.Report().RecentCalls {
		if call.Endpoint == "register" && call.Organization == number {
			n++
		}
	}
	return n
}

func (w *registerWorld) expect(key client.ObjectKey, ready, registered string) {
	w.t.Helper()
	eventually(w.t, ready+" and "+registered, func() bool {
		all := w.customer(key).Status.Conditions
		return says(all, v1alpha1.ConditionReady) == ready &&
			says(all, v1alpha1.ConditionOrganizationRegistered) == registered
	})
}

// TestRegister names a customer, and reports one that cannot delegate or that the register does not have. What the
// register says, an outage included, never changes access.
func TestRegister(t *testing.T) {
	w := newRegisterWorld(t)
	w.registerUnit(simregister.Unit{Number: tiger, Name: "DYNAMISK ALTETENDE TIGER AS"})
	w.registerUnit(simregister.Unit{Number: subUnit, Name: "TIGER AVD OSLO", MainUnit: tiger})
	w.delegate(tiger)
	w.startManagerAt(w.clock.Now)

	granted := w.addCustomer(tiger)
	w.expect(granted, "True Delegated", "True OrganizationRegistered")
	first := w.customer(granted).Status.Organization
	if first.Name != "DYNAMISK ALTETENDE TIGER AS" || first.Kind != v1alpha1.OrganizationMainUnit || w.lookups(tiger) != 1 {
		t.Errorf("organization %+v after %d requests, want 1", first, w.lookups(tiger))
	}
	branch := w.addCustomer(subUnit)
	w.expect(branch, "False OrganizationIsSubUnit", "False OrganizationIsSubUnit")
	if c := w.customer(branch); !meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionStalled) ||
		c.Status.Organization.MainUnit != tiger {
		t.Errorf("sub-unit: %+v", c.Status)
	}
	unknown := w.addCustomer(missing)
	w.expect(unknown, "False OrganizationNotFound", "False OrganizationNotFound")

	t.Run("access wins", func(*testing.T) {
		w.delegate(subUnit)
		w.verify(branch)
		w.expect(branch, "True Delegated", "False OrganizationIsSubUnit")
	})
	t.Run("outage", func(t *testing.T) {
		w.must(w.simulator.SetFaults(simulator.Faults{Register: simwire.Faults{Outage: simwire.OutageBadGateway}}))
		w.clock.Set(w.clock.Now().Add(9 * 24 * time.Hour))
		before := w.lookups(tiger)
		w.verify(granted)
		eventually(t, "a look-up", func() bool { return w.lookups(tiger) > before })
		c := w.verify(granted)
		if got := says(c.Status.Conditions, v1alpha1.ConditionReady); got != "True Delegated" {
			t.Errorf("Ready %s", got)
		}
		if o := c.Status.Organization; o.Name != first.Name || !o.CheckedTime.Equal(&first.CheckedTime) {
			t.Errorf("organization %+v, want %+v", o, first)
		}
		w.must(w.simulator.SetFaults(simulator.Faults{}))
	})
	t.Run("new organization", func(t *testing.T) {
		w.registerUnit(simregister.Unit{Number: missing, Name: "NY ELG AS"})
		w.clock.Set(w.clock.Now().Add(48 * time.Hour))
		eventually(t, "the organization", func() bool {
			c := w.verify(unknown)
			return says(c.Status.Conditions, v1alpha1.ConditionReady) == "False AwaitingDelegation" &&
				c.Status.Organization.Name == "NY ELG AS"
		})
	})
	t.Run("organization goes", func(t *testing.T) {
		w.simulator.Register.Forget(tiger)
		eventually(t, "OrganizationNotFound", func() bool {
			c := w.verify(granted)
			return says(c.Status.Conditions, v1alpha1.ConditionOrganizationRegistered) == "False OrganizationNotFound" &&
				c.Status.Organization.Name == first.Name
		})
		w.expect(granted, "True Delegated", "False OrganizationNotFound")
	})
	t.Run("disabled", func(t *testing.T) {
		before := w.current()
		after := before.DeepCopy()
		after.Spec.Register = v1alpha1.RegisterDisabled
		w.must(w.client.Patch(context.Background(), after, client.MergeFrom(before)))
		eventually(t, "no organization", func() bool { return w.customer(granted).Status.Organization == nil })
	})
}

// TestLateRegister reports what the register returns only after the customer's reconcile, without another verification.
func TestLateRegister(t *testing.T) {
	w := newRegisterWorld(t)
	w.registerUnit(simregister.Unit{Number: tiger, Name: "DYNAMISK ALTETENDE TIGER AS"})
	w.must(w.simulator.SetFaults(simulator.Faults{Register: simwire.Faults{Latency: simwire.Duration(2 * time.Second)}}))
	w.delegate(tiger)
	w.startManagerAt(w.clock.Now)
	granted := w.addCustomer(tiger)
	eventually(t, "access", func() bool {
		return says(w.customer(granted).Status.Conditions, v1alpha1.ConditionReady) == "True Delegated"
	})
	if o := w.customer(granted).Status.Organization; o != nil {
		t.Errorf("access waited for the register: %+v", o)
	}
	w.expect(granted, "True Delegated", "True OrganizationRegistered")
	if n := w.lookups(tiger); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

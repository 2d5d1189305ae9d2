//go:build e2e

package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// customer reads a customer of config/samples.
func (c *cluster) customer(t *testing.T, p party) *v1alpha1.CustomerIntegration {
	t.Helper()
	var found v1alpha1.CustomerIntegration
	must(t, c.Get(t.Context(), client.ObjectKey{Namespace: customersNamespace, Name: p.name}, &found))
	return &found
}

// customers reads all customers of config/samples.
func (c *cluster) customers(t *testing.T) []v1alpha1.CustomerIntegration {
	t.Helper()
	var list v1alpha1.CustomerIntegrationList
	must(t, c.List(t.Context(), &list, client.InNamespace(customersNamespace)))
	samples := slices.DeleteFunc(list.Items,
		func(found v1alpha1.CustomerIntegration) bool {
			return found.Name == fox.name || found.Name == bear.name
		})
	if len(samples) != 4 {
		t.Fatalf("%d customers, want the 4 of config/samples", len(samples))
	}
	return samples
}

func (c *cluster) supplier(t *testing.T) *v1alpha1.Supplier {
	t.Helper()
	var found v1alpha1.Supplier
	must(t, c.Get(t.Context(), client.ObjectKey{Name: supplierName}, &found))
	return &found
}

// says returns "Status Reason" of a condition, or "" without one.
func says(conditions []metav1.Condition, conditionType string) string {
	c := meta.FindStatusCondition(conditions, conditionType)
	if c == nil {
		return ""
	}
	return string(c.Status) + " " + c.Reason
}

// customerIs returns a condition for await: a customer's Ready and DelegationVerified, for its current spec.
func (c *cluster) customerIs(t *testing.T, p party, ready, verified string) func() string {
	t.Helper()
	return func() string {
		found := c.customer(t, p)
		is := says(found.Status.Conditions, v1alpha1.ConditionReady)
		delegation := says(found.Status.Conditions, v1alpha1.ConditionDelegationVerified)
		if is == ready && delegation == verified && found.Status.ObservedGeneration == found.Generation {
			return ""
		}
		return fmt.Sprintf("%s: Ready %q, want %q; DelegationVerified %q, want %q; generation %d, observed %d",
			p.name, is, ready, delegation, verified, found.Generation, found.Status.ObservedGeneration)
	}
}

// supplierIs returns a condition for await: the Supplier's Ready and MaskinportenReachable, for its current spec.
func (c *cluster) supplierIs(t *testing.T, ready, reachable string) func() string {
	t.Helper()
	return func() string {
		found := c.supplier(t)
		is := says(found.Status.Conditions, v1alpha1.ConditionReady)
		reached := says(found.Status.Conditions, v1alpha1.ConditionMaskinportenReachable)
		if is == ready && reached == reachable && found.Status.ObservedGeneration == found.Generation {
			return ""
		}
		return fmt.Sprintf("Supplier: Ready %q, want %q; MaskinportenReachable %q, want %q; generation %d, observed %d",
			is, ready, reached, reachable, found.Generation, found.Status.ObservedGeneration)
	}
}

// lastVerified returns when access was last verified, or the zero time if it never was.
func lastVerified(c *v1alpha1.CustomerIntegration) time.Time {
	if len(c.Status.Services) == 0 || c.Status.Services[0].Authorization.LastVerifiedTime == nil {
		return time.Time{}
	}
	return c.Status.Services[0].Authorization.LastVerifiedTime.Time
}

// awaitChecks waits until each customer has been verified a number of times from now on.
func (c *cluster) awaitChecks(t *testing.T, checks int, parties ...party) {
	t.Helper()
	for range checks {
		before := map[party]time.Time{}
		for _, p := range parties {
			before[p] = lastVerified(c.customer(t, p))
		}
		for _, p := range parties {
			await(t, func() string {
				if lastVerified(c.customer(t, p)).After(before[p]) {
					return ""
				}
				return fmt.Sprintf("another verification of %s after %s", p.name, before[p])
			})
		}
	}
}

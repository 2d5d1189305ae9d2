package supplier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/metrics"
)

// suppliersOf is a cache of Suppliers. It cannot be read if it is nil.
type suppliersOf struct {
	client.Reader
	items []v1alpha1.Supplier
}

func (c suppliersOf) List(_ context.Context, list client.ObjectList, _ ...client.ListOption) error {
	suppliers, ok := list.(*v1alpha1.SupplierList)
	if !ok || c.items == nil {
		return errors.New("the cache has not been filled")
	}
	suppliers.Items = c.items
	return nil
}

// TestCollector collects the conditions and keys of Suppliers with a registered key, with a certificate, with
// neither, and with a certificate that this replica has not read.
func TestCollector(t *testing.T) {
	registered, certified := fixture.Supplier(), fixture.Supplier()
	fresh, unread := fixture.Supplier(), fixture.Supplier()
	registered.Spec.Maskinporten.KeyRegisteredAt = "2026-01-01"
	registered.Status.Conditions = []metav1.Condition{
		{Type: "Ready", Status: metav1.ConditionTrue, Reason: "CredentialsProved"},
		{Type: "KeyExpiring", Status: metav1.ConditionTrue, Reason: "KeyExpiresSoon"},
	}
	certified.Name, fresh.Name, unread.Name = "certified", "fresh", "unread"
	unread.Spec.Maskinporten.KeyRegisteredAt = "2026-01-01"
	unread.Spec.Maskinporten.CertificateSecretRef.Name = "certificate"
	expires := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	cases := map[string]struct {
		reason string
		cache  suppliersOf
		want   []string
	}{
		"four": {
			reason: "each condition is a series; what is unknown has none",
			cache:  suppliersOf{items: []v1alpha1.Supplier{*registered, *certified, *fresh, *unread}},
			want: []string{
				"supplier_condition{KeyExpiresSoon,True,default,KeyExpiring} 1",
				"supplier_condition{CredentialsProved,True,default,Ready} 1",
				fmt.Sprintf("supplier_key_expiry_timestamp_seconds{certified} %g", float64(expires.Unix())),
				fmt.Sprintf("supplier_key_expiry_timestamp_seconds{default} %g",
					float64(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC).Unix())),
			},
		},
		"none": {reason: "the cache cannot be read"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			certificates := func() map[string]time.Time { return map[string]time.Time{"certified": expires} }
			got := scrape(t, NewCollector(c.cache, certificates, logr.Discard()))
			slices.Sort(c.want)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// scrape returns every series as "name{values} value", sorted.
func scrape(t *testing.T, c prometheus.Collector) []string {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(c)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var values []string
			for _, l := range m.GetLabel() {
				values = append(values, l.GetValue())
			}
			all = append(all, fmt.Sprintf("%s{%s} %g", strings.TrimPrefix(f.GetName(), metrics.Prefix),
				strings.Join(values, ","), m.GetGauge().GetValue()))
		}
	}
	slices.Sort(all)
	return all
}

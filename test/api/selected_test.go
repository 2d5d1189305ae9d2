package api

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// TestSelectableFields selects objects by their fields, short names and category with kubectl.
func TestSelectableFields(t *testing.T) {
	const namespace = "selected"
	if err := server.Client.Create(t.Context(),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*v1alpha1.CustomerIntegration){
		"tiger": func(*v1alpha1.CustomerIntegration) {},
		"hare": func(c *v1alpha1.CustomerIntegration) {
			c.Spec.OrganizationNumber, c.Spec.SupplierRef.Name = "310702641", "north"
		},
		"elk": func(c *v1alpha1.CustomerIntegration) {
			c.Spec.OrganizationNumber, c.Spec.Suspend = "315339138", true
		},
	} {
		c := customer(namespace, name)
		change(c)
		store(t, c, func() {
			if name == "hare" {
				c.Status.Turn = v1alpha1.Turn{Actor: v1alpha1.ActorCustomer, Since: metav1.Now()}
			}
		})
	}
	s := supplier(t, "selected-north")
	s.Spec.Environment = v1alpha1.EnvironmentTest
	store(t, s, func() {})

	const ofCustomer, ofSupplier = "customerintegration.integrations.4human.no/", "supplier.integrations.4human.no/"
	for name, c := range map[string]struct {
		reason string
		args   string
		want   string
	}{
		"organization": {
			reason: "support has the number", args: "cint --field-selector=spec.organizationNumber=310330701",
			want: ofCustomer + "tiger",
		},
		"supplier": {
			reason: "one Supplier's", args: "cint --field-selector=spec.supplierRef.name=north", want: ofCustomer + "hare",
		},
		"default supplier": {
			reason: "its name is left out", args: "cint --field-selector=spec.supplierRef.name=,spec.suspend!=true",
			want: ofCustomer + "tiger",
		},
		"suspended": {
			reason: "to find what was forgotten", args: "cint --field-selector=spec.suspend=true", want: ofCustomer + "elk",
		},
		"turn": {
			reason: "whom to remind", args: "cint --field-selector=status.turn.actor=Customer", want: ofCustomer + "hare",
		},
		"short name": {
			reason: "as for customers", args: "supp --field-selector=spec.environment=Test,metadata.name=selected-north",
			want: ofSupplier + "selected-north",
		},
		"supplier's number": {
			reason: "which Supplier is that?", want: ofSupplier + "selected-north",
			args: "suppliers --field-selector=spec.organizationNumber=897757222,metadata.name=selected-north",
		},
		"category": {
			reason: "everything of the operator", args: "integrations --field-selector=metadata.name=tiger",
			want: ofCustomer + "tiger",
		},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"get", "-n", namespace, "-o", "name"}, strings.Fields(c.args)...)
			out, problems, err := server.Kubectl(t.Context(), "", args...)
			if err != nil {
				t.Fatalf("%s: %v\n%s", c.reason, err, problems)
			}
			if diff := cmp.Diff(c.want, strings.TrimSpace(out)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

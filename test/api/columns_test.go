package api

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
)

// ago is a time whose age kubectl shows as whole hours, half an hour from the next.
func ago(hours int) *metav1.Time {
	then := metav1.NewTime(time.Now().Add(-time.Duration(hours)*time.Hour - 30*time.Minute))
	return &then
}

// condition is a status condition.
func condition(kind string, status metav1.ConditionStatus, reason, message string) metav1.Condition {
	return metav1.Condition{
		Type: kind, Status: status, Reason: reason, Message: message,
		LastTransitionTime: metav1.Now(), ObservedGeneration: 1,
	}
}

// service is a service that was verified at a time, or never.
func service(name v1alpha1.ServiceName, verified *metav1.Time) v1alpha1.CustomerServiceStatus {
	return v1alpha1.CustomerServiceStatus{
		Name: name,
		Authorization: v1alpha1.Authorization{
			Kind:             v1alpha1.AccessAPIDelegation,
			State:            v1alpha1.AuthorizationUnknown,
			LastVerifiedTime: verified,
		},
	}
}

// customersWithStatus are customers for each line of the table. The VERIFIED column's path has several results, so
// there is a customer for each number of times.
func customersWithStatus() map[string]v1alpha1.CustomerIntegrationStatus {
	ready := []metav1.Condition{
		condition(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonDelegated, "Everything works."),
		condition(v1alpha1.ConditionDelegationVerified, metav1.ConditionTrue, v1alpha1.ReasonDelegated, "Proved."),
		condition(v1alpha1.ConditionSyncHealthy, metav1.ConditionTrue, v1alpha1.ReasonSyncSucceeded,
			"The last run succeeded."),
	}
	waiting := []metav1.Condition{
		condition(v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonAwaitingDelegation,
			"The customer has not given access."),
		condition(v1alpha1.ConditionDelegationVerified, metav1.ConditionFalse, v1alpha1.ReasonNotDelegated, "Not given."),
	}
	const plans, notes = v1alpha1.ServiceFollowUpPlans, v1alpha1.ServiceSickNotes
	type services = []v1alpha1.CustomerServiceStatus
	type status = v1alpha1.CustomerIntegrationStatus
	return map[string]status{
		"a-no-status":   {},
		"b-one-service": {Conditions: ready, Services: services{service(plans, ago(26))}},
		"c-two-services": {
			Conditions: ready, Services: services{service(plans, ago(26)), service(notes, ago(40))},
			LastSyncTime: ago(9),
		},
		"d-first-never-asked": {
			Conditions: waiting, Turn: v1alpha1.Turn{
				Actor: v1alpha1.ActorCustomer,
				Since: *ago(30),
			}, Services: services{service(plans, nil), service(notes, ago(40))},
		},
		"e-second-never-asked":  {Conditions: waiting, Services: services{service(plans, ago(26)), service(notes, nil)}},
		"f-neither-was-asked":   {Conditions: waiting, Services: services{service(plans, nil), service(notes, nil)}},
		"g-no-services-in-view": {Conditions: waiting},
	}
}

// supplierStatus is a Supplier's status that uses every column.
func supplierStatus() v1alpha1.SupplierStatus {
	return v1alpha1.SupplierStatus{
		Conditions: []metav1.Condition{
			condition(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonCredentialsProved, "Maskinporten knows us."),
			condition(v1alpha1.ConditionMaskinportenReachable, metav1.ConditionFalse, v1alpha1.ReasonServerError,
				"Maskinporten answers with 5xx."),
			condition(v1alpha1.ConditionAltinnReachable, metav1.ConditionTrue, v1alpha1.ReasonReachable, "Altinn responds."),
			condition(v1alpha1.ConditionNAVReachable, metav1.ConditionTrue, v1alpha1.ReasonReachable,
				"NAV serves the customers' runs."),
		},
		Alarms:      "MaskinportenReachable=ServerError, KeyExpiring (2026-12-11)",
		Credentials: v1alpha1.CredentialsStatus{LastVerifiedTime: ago(26)},
		Customers: v1alpha1.CustomerCounts{
			Total: new(int32(1200)), Granted: new(int32(1100)), Waiting: new(int32(97)), Withdrawn: new(int32(3)),
			Unknown: new(int32(0)),
		},
	}
}

// store creates an object with a status, and deletes it after the test.
func store(t *testing.T, o client.Object, setStatus func()) {
	t.Helper()
	if err := server.Client.Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The test's own context has ended.
		if err := server.Client.Delete(context.WithoutCancel(t.Context()), o); err != nil {
			t.Error(err)
		}
	})
	setStatus()
	if err := server.Client.Status().Update(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

// customer returns a customer with one service.
func customer(namespace, name string) *v1alpha1.CustomerIntegration {
	return &v1alpha1.CustomerIntegration{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace},
		Spec: v1alpha1.CustomerIntegrationSpec{
			OrganizationNumber: "310330701",
			Services:           []v1alpha1.CustomerService{{Name: v1alpha1.ServiceFollowUpPlans}},
			HRM: v1alpha1.HRMConnection{
				Endpoint:             "https://tiger.hrm.4human.example/integration",
				CredentialsSecretRef: v1alpha1.LocalSecretReference{Name: "tiger-hrm"},
			},
		},
	}
}

func TestPrinterColumns(t *testing.T) {
	const namespace = "columns"
	if err := server.Client.Create(t.Context(),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}); err != nil {
		t.Fatal(err)
	}
	for name, status := range customersWithStatus() {
		c := customer(namespace, name)
		if name == "b-one-service" {
			c.Spec.SupplierRef = v1alpha1.SupplierReference{Name: "other"}
		}
		store(t, c, func() { c.Status = status })
	}
	for name, status := range map[string]v1alpha1.SupplierStatus{"default": supplierStatus(), "unseen": {}} {
		s := supplier(t, name)
		store(t, s, func() { s.Status = status })
	}

	for name, args := range map[string][]string{
		"customers":      {"get", "cint", "-n", namespace},
		"customers-wide": {"get", "cint", "-n", namespace, "-o", "wide"},
		"suppliers":      {"get", "suppliers"},
		"suppliers-wide": {"get", "suppliers", "-o", "wide"},
	} {
		t.Run(name, func(t *testing.T) {
			out, problems, err := server.Kubectl(t.Context(), "", args...)
			if err != nil {
				t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, problems)
			}
			compareGolden(t, name+".golden", cells(t, out))
		})
	}
}

// supplier is the minimal Supplier under another name.
func supplier(t *testing.T, name string) *v1alpha1.Supplier {
	t.Helper()
	s := &v1alpha1.Supplier{}
	text := manifest(t, supplierMinimal, edit{was: "  name: minimal\n", is: "  name: " + name + "\n"})
	if err := yaml.UnmarshalStrict([]byte(text), s); err != nil {
		t.Fatal(err)
	}
	return s
}

// cells returns kubectl's table with bars between the cells, because the widths of columns depend on the objects' ages.
// It masks the age itself.
func cells(t *testing.T, table string) string {
	t.Helper()
	lines := strings.Split(strings.TrimRight(table, "\n"), "\n")
	starts := regexp.MustCompile(`\S+( \S+)*`).FindAllStringIndex(lines[0], -1) // columns are three spaces apart
	var b strings.Builder
	for i, line := range lines {
		for column, start := range starts {
			end := len(line)
			if column+1 < len(starts) {
				end = min(end, starts[column+1][0])
			}
			cell := strings.TrimSpace(line[min(start[0], end):end])
			if i > 0 && lines[0][start[0]:start[1]] == "AGE" {
				if !regexp.MustCompile(`^\d+[ms]`).MatchString(cell) {
					t.Errorf("the age of an object of this test is %q", cell)
				}
				cell = "(age)"
			}
			b.WriteString("| " + cell + " ")
		}
		b.WriteString("|\n")
	}
	return b.String()
}

// compareGolden compares a text with a file in testdata, or writes the file with -update.
func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *fixture.Update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: -want, +got:\n%s", path, diff)
	}
}

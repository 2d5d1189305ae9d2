package syncing

import (
	"context"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/emergencystop"
	"github.com/4human/integration-operator/test/sample"
)

// TestEmergencyStop stops the Supplier by a ConfigMap while a run is under way, and lets it continue. No request is
// sent during the stop, although a verification is due and requested; afterwards each is sent once.
func TestEmergencyStop(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	m.run(m.job(m.firstJob()), good)
	m.pod(m.schedule(), working())
	eventually(t, "SyncHealthy with SyncSucceeded", func() bool { return m.healthy() == "True SyncSucceeded" })
	under := m.schedule()
	m.rest()
	m.forget()

	stop := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: m.name, Name: emergencystop.Name},
		Data:       map[string]string{emergencystop.KeyReason: "INC-4711"},
	}
	m.create(stop)
	eventually(t, "EmergencyStop of both", func() bool {
		return m.ready() == "False EmergencyStop" && m.supplierReady() == "False EmergencyStop" && m.suspended()
	})
	m.clock.forward(2 * m.supplier().VerificationInterval())
	m.requestVerification()
	ofSupplier := m.did().Writes["patch suppliers/status"]
	if ofSupplier != 1 && ofSupplier != 2 {
		t.Errorf("the Supplier is written %d times, want once for the stop, and once more for its counts if they come later",
			ofSupplier)
	}
	m.expect("each object is written once, and a request is kept", work{
		Writes: map[string]int{
			"patch customerintegrations/status": 2, "patch suppliers/status": ofSupplier, "patch cronjobs": 1, "delete jobs": 2,
		},
		Events: []string{"EmergencyStop", "RunStopped", "RunStopped"},
	})
	if m.find(under.Name, under) {
		t.Error("an active Job exists")
	}

	m.forget()
	m.must(server.Client.Delete(t.Context(), stop))
	eventually(t, "both ready, and the request handled", func() bool {
		return m.ready() == "True Delegated" && m.supplierReady() == "True CredentialsProved" && !m.suspended() &&
			m.tiger().Status.PendingReconcileAt == ""
	})
	m.rest()
	if n := m.tokenRequests(); n != 2 {
		t.Errorf("%d requests after the stop, want the Supplier's proof and the verification that is due", n)
	}
}

// TestStopOfRecreatedSupplier stops one of two Suppliers by its name, deletes it and creates it again. The other goes
// on all the time: its customer's run is not stopped. The stop applies to the new one from its first reconcile.
func TestStopOfRecreatedSupplier(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	first := m.firstJob()
	other := m.makeSupplier()
	other.Name += "-other"
	again := other.DeepCopy()
	t.Cleanup(func() { m.must(client.IgnoreNotFound(server.Client.Delete(context.Background(), again))) })
	m.create(other)
	hare := m.makeCustomer("varsom-rolig-hare", "310702641")
	hare.Spec.SupplierRef.Name = other.Name
	m.delegate(string(hare.Spec.OrganizationNumber))
	m.create(hare)
	says := func(want string) {
		t.Helper()
		eventually(t, want+" of the customer", func() bool {
			m.must(server.Client.Get(t.Context(), client.ObjectKeyFromObject(hare), hare))
			return sample.StatusOf(hare.Status.Conditions, v1alpha1.ConditionReady) == want
		})
	}
	goesOn := func(when string) {
		t.Helper()
		m.rest()
		if m.ready() != "True Delegated" || m.supplierReady() != "True CredentialsProved" || m.suspended() ||
			!m.find(first, &batchv1.Job{}) {
			t.Errorf("%s: the other Supplier is %s, its customer %s", when, m.supplierReady(), m.ready())
		}
	}
	says("True Delegated")

	m.create(&corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: m.name, Name: emergencystop.Name},
		Data:       map[string]string{emergencystop.KeySuppliers: other.Name},
	})
	says("False EmergencyStop")
	goesOn("during the stop")
	m.must(server.Client.Delete(t.Context(), other))
	says("False SupplierNotFound")
	goesOn("without the stopped Supplier")
	m.forget()
	m.create(again)
	says("False EmergencyStop")
	goesOn("with the stopped Supplier again")
	if n := m.tokenRequests(); n != 0 {
		t.Errorf("%d requests during the stop", n)
	}
}

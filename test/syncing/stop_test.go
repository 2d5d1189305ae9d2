package syncing

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/internal/emergencystop"
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
	m.expect("each object is written once, and a request is kept", work{
		Writes: map[string]int{
			"patch customerintegrations/status": 2, "patch suppliers/status": 1, "patch cronjobs": 1, "delete jobs": 2,
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

package syncing

import (
	"context"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/sample"
)

// readies returns how many of the world's customers have each Ready.
func (w *world) readies() map[string]int {
	w.t.Helper()
	var list v1alpha1.CustomerIntegrationList
	w.must(server.Client.List(context.Background(), &list, client.InNamespace(w.name)))
	all := map[string]int{}
	for i := range list.Items {
		all[sample.StatusOf(list.Items[i].Status.Conditions, v1alpha1.ConditionReady)]++
	}
	return all
}

// alarms returns the Supplier's alarms.
func (w *world) alarms() string { return w.supplier().Status.Alarms }

// startCustomers starts a manager with customers that have access, and returns it with their first Jobs.
func startCustomers(t *testing.T, n int) (*running, []*batchv1.Job) {
	t.Helper()
	w := newWorld(t, fixedClock())
	numbers := sample.Numbers(n)
	for _, number := range numbers {
		w.delegate(number)
		w.create(w.makeCustomer("c"+number, number))
	}
	m := w.startManager()
	eventually(t, "customers with jobs", func() bool { return m.flowing() == n })
	jobs := make([]*batchv1.Job, 0, n)
	for _, number := range numbers {
		var c v1alpha1.CustomerIntegration
		w.must(server.Client.Get(context.Background(), client.ObjectKey{Namespace: w.name, Name: "c" + number}, &c))
		jobs = append(jobs, w.job(c.Status.Services[0].Sync.FirstJobName))
	}
	return m, jobs
}

// TestImageThatDoesNotExist checks that an image that no pod can pull is reported once, on the Supplier, and that this
// ends with the image.
func TestImageThatDoesNotExist(t *testing.T) {
	t.Parallel()
	m, jobs := startCustomers(t, 4)
	pods := make([]*corev1.Pod, 0, len(jobs))
	for i, job := range jobs {
		pods = append(pods, m.pod(job, waiting("ImagePullBackOff")))
		if i == 1 {
			eventually(t, "two reports", func() bool { return m.readies()["False SyncPodNotStarting"] == 2 })
			if got := m.alarms(); got != "" {
				t.Errorf("two customers: alarms %q", got)
			}
		}
	}
	eventually(t, "one report", func() bool {
		m.clock.forward(moment)
		return m.alarms() == "RunsNotStarting=PodsNotStarting" && m.readies()["True Delegated"] == len(jobs)
	})
	for _, pod := range pods {
		m.setPod(pod, working())
	}
	eventually(t, "no report", func() bool {
		m.clock.forward(moment)
		return m.alarms() == "" && m.readies()["True Delegated"] == len(jobs)
	})
}

// TestSpecThatBlocksCustomers checks that what the Supplier's spec takes from all customers is reported once, on the
// Supplier, and that the correction ends it.
func TestSpecThatBlocksCustomers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		spoil func(*v1alpha1.Supplier)
		want  string
	}{
		"no hosts": {
			spoil: func(s *v1alpha1.Supplier) { s.Spec.HRM.AllowedHosts = nil }, want: "CustomersBlocked=HRMHostsMissing",
		},
		"no service": {
			spoil: func(s *v1alpha1.Supplier) {
				s.Spec.Services = []v1alpha1.OfferedService{{Name: v1alpha1.ServiceSickNotes}}
			},
			want: "CustomersBlocked=ServiceRemoved",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, jobs := startCustomers(t, 3)
			before := m.supplier().Spec
			m.changeSupplier(tc.spoil)
			eventually(t, "one report", func() bool {
				m.clock.forward(moment)
				return m.alarms() == tc.want && m.readies()["Unknown AwaitingSupplier"] == len(jobs)
			})
			m.changeSupplier(func(s *v1alpha1.Supplier) { s.Spec = before })
			eventually(t, "no report", func() bool {
				m.clock.forward(moment)
				return m.alarms() == "" && m.readies()["True Delegated"] == len(jobs)
			})
		})
	}
}

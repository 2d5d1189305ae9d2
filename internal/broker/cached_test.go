package broker

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

// cacheOf returns a cache with objects.
func (w *world) cacheOf(all ...client.Object) client.Reader {
	w.t.Helper()
	return fake.NewClientBuilder().WithScheme(w.server.Scheme()).WithObjects(all...).Build()
}

// TestCachedOwners verifies what is read past the cache: the pod always, and an account, a Job or a CronJob only if the
// cache does not have the very object that the API server named. A cache that lags refuses nothing.
func TestCachedOwners(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(account *corev1.ServiceAccount, job *batchv1.Job, cronJob *batchv1.CronJob) []client.Object
		want   []string
	}{
		"same": {
			reason: "one read for each token", want: []string{"v1.Pod"},
			change: func(account *corev1.ServiceAccount, job *batchv1.Job, cronJob *batchv1.CronJob) []client.Object {
				return []client.Object{account, job, cronJob}
			},
		},
		"new": {
			reason: "the cache does not have them yet",
			change: func(*corev1.ServiceAccount, *batchv1.Job, *batchv1.CronJob) []client.Object { return nil },
			want:   []string{"v1.ServiceAccount", "v1.Pod", "v1.Job", "v1.CronJob"},
		},
		"replaced": {
			reason: "the cache has those that were there before",
			change: func(account *corev1.ServiceAccount, job *batchv1.Job, cronJob *batchv1.CronJob) []client.Object {
				account.UID, job.UID, cronJob.UID = "before", "before", "before"
				return []client.Object{account, job, cronJob}
			},
			want: []string{"v1.ServiceAccount", "v1.Pod", "v1.Job", "v1.CronJob"},
		},
		"adopted": {
			reason: "the customer has just become their owner",
			change: func(account *corev1.ServiceAccount, job *batchv1.Job, cronJob *batchv1.CronJob) []client.Object {
				account.OwnerReferences, cronJob.OwnerReferences = nil, nil
				return []client.Object{account, job, cronJob}
			},
			want: []string{"v1.ServiceAccount", "v1.Pod", "v1.CronJob"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := makeWorld(t, nil)
			w.cache = w.cacheOf(c.change(w.account.DeepCopy(), w.job.DeepCopy(), w.cronJob.DeepCopy())...)
			if got := w.ask(nil); got.Status != http.StatusOK {
				t.Errorf("%s: %+v: %s", c.reason, got, w.logged())
			}
			if diff := cmp.Diff(c.want, w.read); diff != "" {
				t.Errorf("%s: read past the cache (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// TestRefusedAlthoughTheCacheLags repeats every refusal with a cache that still has account, Job and CronJob as they were.
// What concerns the token, the pod, the customer or the Supplier is refused all the same. What happened to an account, a
// Job or a CronJob since is not seen for as long as the cache lags: their UIDs are still those that the API server names,
// and the deletion of any of them ends the pod.
func TestRefusedAlthoughTheCacheLags(t *testing.T) {
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) {
			w := makeWorld(t, c.change)
			before := makeObjects()
			w.cache = w.cacheOf(before.account, before.job, before.cronJob)
			got, want := w.ask(nil), c.want
			switch kind, _, _ := strings.Cut(name, "-"); kind {
			case "account", "job", "cronjob":
				want = reply{Status: http.StatusOK}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

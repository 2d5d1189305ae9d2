package syncing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/failpoint"
	"github.com/4human/integration-operator/internal/podseal"
)

// TestKilled kills the manager's process in the middle of a transition. Another manager then reaches the same state as
// an undisturbed one.
func TestKilled(t *testing.T) {
	granted := func(w *world) bool { return w.started() }
	withdrawn := func(w *world) bool {
		return w.ready() == "False DelegationWithdrawn" && w.suspended() && len(w.jobs()) == 0
	}
	cases := map[string]struct {
		reason   string
		place    string
		withdraw bool
		meantime string // the state after the kill
		end      func(*world) bool
	}{
		"granted-and-written": {
			reason: "the status has access, and there is no CronJob",
			place:  failpoint.CustomerWritten, meantime: "Unknown SyncPending", end: granted,
		},
		"first-job-made": {
			reason: "there are a CronJob and a first Job, and the status has neither",
			place:  failpoint.FirstJobCreated, meantime: "Unknown SyncPending, running, 1 Jobs", end: granted,
		},
		"withdrawn-and-written": {
			reason: "the status has the withdrawal, so the broker refuses, and the CronJob still runs",
			place:  failpoint.CustomerWritten, withdraw: true, meantime: "False DelegationWithdrawn, running, 1 Jobs",
			end: withdrawn,
		},
		"suspended": {
			reason: "the CronJob is suspended, and a Job is running",
			place:  failpoint.CronJobSuspended, withdraw: true, meantime: "False DelegationWithdrawn, suspended, 1 Jobs",
			end: withdrawn,
		},
	}
	undisturbed := map[bool]map[string]any{}
	for _, withdraw := range []bool{false, true} {
		w := newWorld(t, &clock{})
		w.grant()
		p := w.startProcess("")
		p.until("jobs of the customer", w.started)
		if withdraw {
			w.withdraw(tigerNumber)
			w.requestVerification()
			p.until("stopped jobs", func() bool { return withdrawn(w) })
		}
		p.Stop()
		undisturbed[withdraw] = w.objects()
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, &clock{})
			w.grant()
			if c.withdraw {
				p := w.startProcess("")
				p.until("jobs of the customer", w.started)
				p.Stop()
				w.withdraw(tigerNumber)
				w.requestVerification()
			}
			w.startProcess(c.place).AwaitKill()
			if got := w.sketch(); got != c.meantime {
				t.Errorf("%s: state after the kill: %s; want %s", c.reason, got, c.meantime)
			}
			jobs := w.jobs()
			w.simulator.Recorder.Reset()
			p := w.startProcess("")
			p.until("the final state: "+c.reason, func() bool { return c.end(w) })
			p.Stop()
			if diff := cmp.Diff(undisturbed[c.withdraw], w.objects()); diff != "" {
				t.Errorf("%s: final state (-undisturbed +killed):\n%s", c.reason, diff)
			}
			for _, r := range w.simulator.Recorder.Report().Recent {
				if r.Consumer == tigerNumber {
					t.Errorf("%s: the second manager verified the customer again", c.reason)
				}
			}
			if !c.withdraw && len(jobs) == 1 && w.job(jobs[0].Name).UID != jobs[0].UID {
				t.Errorf("%s: the first Job was created again", c.reason)
			}
		})
	}
}

// grant adds the customer with access. Its schedule has no H, which would depend on the namespace.
func (w *world) grant() {
	w.t.Helper()
	w.delegate(tigerNumber)
	c := w.makeCustomer(tiger, tigerNumber)
	c.Spec.Services[0].Schedule = "7 * * * *"
	w.create(c)
}

// sketch returns a short description of the state.
func (w *world) sketch() string {
	sketch := w.ready()
	c := w.cronJob()
	if c == nil {
		return sketch
	}
	state := "running"
	if *c.Spec.Suspend {
		state = "suspended"
	}
	return fmt.Sprintf("%s, %s, %d Jobs", sketch, state, len(w.jobs()))
}

// objects returns the objects of the world's namespace except events, by kind and name. It replaces the values that
// differ between worlds.
func (w *world) objects() map[string]any {
	w.t.Helper()
	var found []unstructured.Unstructured
	for _, kind := range []schema.GroupVersionKind{
		v1alpha1.GroupVersion.WithKind("CustomerIntegrationList"),
		batchv1.SchemeGroupVersion.WithKind("CronJobList"),
		batchv1.SchemeGroupVersion.WithKind("JobList"),
		corev1.SchemeGroupVersion.WithKind("PodList"),
		corev1.SchemeGroupVersion.WithKind("ServiceAccountList"),
		corev1.SchemeGroupVersion.WithKind("ConfigMapList"),
		corev1.SchemeGroupVersion.WithKind("SecretList"),
	} {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(kind)
		w.must(server.Client.List(context.Background(), list, client.InNamespace(w.name)))
		found = append(found, list.Items...)
	}
	names := w.replacements(found)
	all := map[string]any{}
	for i := range found {
		o := &found[i]
		key := names.Replace(o.GetKind() + " " + o.GetName())
		o.SetManagedFields(nil)
		for _, field := range []string{"uid", "resourceVersion"} {
			unstructured.RemoveNestedField(o.Object, "metadata", field)
		}
		if o.GetKind() == "Secret" { // keys differ between worlds, and are secret
			unstructured.RemoveNestedField(o.Object, "data")
		}
		text, err := json.Marshal(o.Object)
		w.must(err)
		var plain any
		w.must(json.Unmarshal([]byte(names.Replace(string(text))), &plain))
		all[key] = withoutTimes(plain)
	}
	return all
}

// replacements returns the replacer of values that differ between worlds: its name, uids, the first Job, the broker's
// certificate, and the hash of the applied configuration.
func (w *world) replacements(found []unstructured.Unstructured) *strings.Replacer {
	w.t.Helper()
	first := w.sync().FirstJobName
	pairs := []string{w.url, "SIMULATOR", first, "FIRST", w.name, "WORLD"}
	for i := range found {
		o := &found[i]
		pairs = append(pairs, string(o.GetUID()), "uid of "+o.GetKind()+" "+strings.Replace(o.GetName(), first, "FIRST", 1))
		if hash := o.GetAnnotations()[v1alpha1.AnnotationApplied]; hash != "" {
			pairs = append(pairs, hash, "HASH")
		}
		for _, way := range [][]string{{"spec", "jobTemplate", "spec", "template"}, {"spec", "template"}, nil} {
			seal, ok, _ := unstructured.NestedString(o.Object,
				append(slices.Clone(way), "metadata", "annotations", podseal.Annotation)...)
			if ok {
				pairs = append(pairs, seal, "SEAL")
			}
		}
	}
	if certificate := w.environment().TokenBroker.CA; certificate != "" {
		pairs = append(pairs, inJSON(w, certificate), "CERTIFICATE")
	}
	return strings.NewReplacer(pairs...)
}

// inJSON returns the content of a JSON string.
func inJSON(w *world, text string) string {
	w.t.Helper()
	quoted, err := json.Marshal(text)
	w.must(err)
	return strings.Trim(string(quoted), `"`)
}

// withoutTimes replaces all times.
func withoutTimes(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key := range v {
			v[key] = withoutTimes(v[key])
		}
	case []any:
		for i := range v {
			v[i] = withoutTimes(v[i])
		}
	case string:
		if _, err := time.Parse(time.RFC3339, v); err == nil {
			return "TIME"
		}
	}
	return value
}

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

// TestKilled kills the manager's own process in the middle of a transition; another manager then brings everything to what
// an undisturbed one does.
func TestKilled(t *testing.T) {
	granted := func(w *world) bool { return w.started() }
	withdrawn := func(w *world) bool {
		return w.ready() == "False DelegationWithdrawn" && w.suspended() && len(w.jobs()) == 0
	}
	cases := map[string]struct {
		reason   string
		place    string
		withdraw bool
		meantime string // what there is when the manager has been killed
		end      func(*world) bool
	}{
		"granted-and-written": {
			reason: "the status says that data may flow, and there is no CronJob",
			place:  failpoint.CustomerWritten, meantime: "Unknown SyncPending", end: granted,
		},
		"first-job-made": {
			reason: "there is a first Job, and the status does not say so",
			place:  failpoint.FirstJobCreated, meantime: "True Delegated, running, 1 Jobs", end: granted,
		},
		"withdrawn-and-written": {
			reason: "the status says that nothing may flow, by which the broker refuses, and the CronJob goes on",
			place:  failpoint.CustomerWritten, withdraw: true, meantime: "False DelegationWithdrawn, running, 1 Jobs", end: withdrawn,
		},
		"suspended": {
			reason: "there will be no more runs, and one is under way",
			place:  failpoint.CronJobSuspended, withdraw: true, meantime: "False DelegationWithdrawn, suspended, 1 Jobs", end: withdrawn,
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
			w.ask()
			p.until("stopped jobs", func() bool { return withdrawn(w) })
		}
		p.stop()
		undisturbed[withdraw] = w.objects()
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, &clock{})
			w.grant()
			if c.withdraw {
				p := w.startProcess("")
				p.until("jobs of the customer", w.started)
				p.stop()
				w.withdraw(tigerNumber)
				w.ask()
			}
			w.startProcess(c.place).killed()
			if got := w.sketch(); got != c.meantime {
				t.Errorf("%s: killed when there was: %s; want %s", c.reason, got, c.meantime)
			}
			jobs := w.jobs()
			w.simulator.Recorder.Reset()
			p := w.startProcess("")
			p.until("the end: "+c.reason, func() bool { return c.end(w) })
			p.stop()
			if diff := cmp.Diff(undisturbed[c.withdraw], w.objects()); diff != "" {
				t.Errorf("%s: another end (-undisturbed +killed):\n%s", c.reason, diff)
			}
			for _, r := range w.simulator.Recorder.Report().Recent {
				if r.Consumer == tigerNumber {
					t.Errorf("%s: the second manager asked for the customer, whose answer was known", c.reason)
				}
			}
			if !c.withdraw && len(jobs) == 1 && w.job(jobs[0].Name).UID != jobs[0].UID {
				t.Errorf("%s: the first Job was made again", c.reason)
			}
		})
	}
}

// grant adds the customer, who has given access. Its schedule is the same in every world: H is of the namespace too.
func (w *world) grant() {
	w.t.Helper()
	w.delegate(tigerNumber)
	c := w.makeCustomer(tiger, tigerNumber)
	c.Spec.Services[0].Schedule = "7 * * * *"
	w.create(c)
}

// sketch tells what there is, in short.
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

// objects gives everything in the world's namespace but events, by kind and name, without what differs from world to
// world: uids are replaced by what they are of, times and names by what they are.
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
		if o.GetKind() == "Secret" { // keys are another in each world, and secret
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

// replacements gives names to what is another in each world: itself, uids, the first Job, the broker's certificate, and
// the hash of what was applied, which is of all that.
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
			seal, ok, _ := unstructured.NestedString(o.Object, append(slices.Clone(way), "metadata", "annotations", podseal.Annotation)...)
			if ok {
				pairs = append(pairs, seal, "SEAL")
			}
		}
	}
	if certificate := w.settings().TokenBroker.CA; certificate != "" {
		pairs = append(pairs, inJSON(w, inJSON(w, certificate)), "CERTIFICATE") // JSON within JSON
	}
	return strings.NewReplacer(pairs...)
}

// inJSON gives a text as it stands between the quotes of a JSON string.
func inJSON(w *world, text string) string {
	w.t.Helper()
	quoted, err := json.Marshal(text)
	w.must(err)
	return strings.Trim(string(quoted), `"`)
}

// withoutTimes replaces every time.
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

package syncing

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// The ways in which a CronJob is changed at the API server.

// edit changes the customer's CronJob as kubectl edit and controllers do.
func (w *world) edit(manager string, change func(*batchv1.CronJob)) {
	w.t.Helper()
	c := w.cronJob()
	change(c)
	w.must(server.Client.Update(context.Background(), c, client.FieldOwner(manager)))
}

// jsonPatch changes it as kubectl patch --type=json does.
func (w *world) jsonPatch(manager, patch string) {
	w.t.Helper()
	w.must(server.Client.Patch(context.Background(), w.cronJob(), client.RawPatch(types.JSONPatchType, []byte(patch)), client.FieldOwner(manager)))
}

// applySpec applies a spec as kubectl apply --server-side --force-conflicts does.
func (w *world) applySpec(manager string, spec map[string]any) {
	w.t.Helper()
	o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "batch/v1", "kind": "CronJob", "spec": spec}}
	o.SetName(child)
	o.SetNamespace(w.name)
	w.must(server.Client.Apply(context.Background(), client.ApplyConfigurationFromUnstructured(o), client.FieldOwner(manager), client.ForceOwnership))
}

// podSpec gives the spec of a CronJob that says something of its pods and nothing else.
func podSpec(pod map[string]any) map[string]any {
	return map[string]any{"jobTemplate": map[string]any{"spec": map[string]any{"template": map[string]any{"spec": pod}}}}
}

const toPod = "/spec/jobTemplate/spec/template/spec"

// TestWhatIsAddedIsRemoved lets others add to a CronJob what its operator says nothing about: it is as it was again, in one
// write, and the event names who did it.
func TestWhatIsAddedIsRemoved(t *testing.T) {
	onPod := func(add func(*corev1.PodSpec)) func(*world) {
		return func(w *world) {
			w.edit("kubectl-edit", func(c *batchv1.CronJob) { add(&c.Spec.JobTemplate.Spec.Template.Spec) })
		}
	}
	sidecar := corev1.Container{Name: "mine", Image: "registry.example/mine"}
	cases := map[string]struct {
		reason string
		add    func(*world)
		by     string
	}{
		"command": {"another program of the image", onPod(func(p *corev1.PodSpec) { p.Containers[0].Command = []string{"/bin/sh"} }), `"kubectl-edit"`},
		"variable": {"kubectl set env", onPod(func(p *corev1.PodSpec) {
			p.Containers[0].Env = []corev1.EnvVar{{Name: "HTTPS_PROXY", Value: "http://mine"}}
		}), `"kubectl-edit"`},
		"sidecar": {"it sees what the worker does", onPod(func(p *corev1.PodSpec) { p.Containers = append(p.Containers, sidecar) }), `"kubectl-edit"`},
		"early":   {"likewise", onPod(func(p *corev1.PodSpec) { p.InitContainers = append(p.InitContainers, sidecar) }), `"kubectl-edit"`},
		"network": {"it has the node's addresses", onPod(func(p *corev1.PodSpec) { p.HostNetwork = true }), `"kubectl-edit"`},
		"name server": {"NAV would be somewhere else", onPod(func(p *corev1.PodSpec) {
			p.HostAliases = []corev1.HostAlias{{IP: "10.0.0.1", Hostnames: []string{"nav.no"}}}
		}), `"kubectl-edit"`},
		"time to live": {"runs would go before they are counted", func(w *world) {
			w.jsonPatch("kubectl-patch", `[{"op":"add","path":"/spec/jobTemplate/spec/ttlSecondsAfterFinished","value":0}]`)
		}, `"kubectl-patch"`},
		"json patch": {"an argument counts too", func(w *world) {
			w.jsonPatch("kubectl-patch", `[{"op":"add","path":"`+toPod+`/containers/0/args/-","value":"--timeout=1s"}]`)
		}, `"kubectl-patch"`},
		"label": {"of pods", func(w *world) {
			w.edit("labeller", func(c *batchv1.CronJob) { c.Spec.JobTemplate.Spec.Template.Labels["mine"] = "yes" })
		}, `"labeller"`},
		"annotation": {"of Jobs", func(w *world) {
			w.edit("annotator", func(c *batchv1.CronJob) { c.Spec.JobTemplate.Annotations = map[string]string{"mine": "yes"} })
		}, `"annotator"`},
		"applied": {"another manager takes fields and adds some", func(w *world) {
			w.applySpec("flux", podSpec(map[string]any{
				"containers": []any{
					map[string]any{"name": "sync", "image": "registry.example/mine", "env": []any{map[string]any{"name": "A", "value": "b"}}},
					map[string]any{"name": "mine", "image": "registry.example/mine"},
				},
			}))
		}, `"flux"`},
		"in our name": {"who says that it is the operator is not told from it, and gains nothing", func(w *world) {
			w.applySpec("integration-operator", podSpec(map[string]any{"hostNetwork": true}))
		}, "a client that gave no name of its own"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := startGranted(t)
			before := essentials(m.world)
			m.forget()
			c.add(m.world)
			eventually(t, "what was there before", func() bool { return cmp.Equal(before, essentials(m.world)) })
			m.expect(c.reason, work{Writes: map[string]int{"patch cronjobs": 1}, Events: []string{"CronJobRestored"}})
			if notes := m.notes("CronJobRestored"); len(notes) != 1 || !strings.Contains(notes[0], "was changed by client "+c.by) && !strings.Contains(notes[0], "was changed by "+c.by) {
				t.Errorf("%s: told %q, want %s in it", c.reason, notes, c.by)
			}
			if diff := cmp.Diff(before, essentials(m.world)); diff != "" {
				t.Errorf("%s (-before +after):\n%s", c.reason, diff)
			}
		})
	}
}

// TestAnotherManagersSameValue lets another manager apply what is there already: it may.
func TestAnotherManagersSameValue(t *testing.T) {
	m := startGranted(t)
	m.forget()
	m.applySpec("flux", map[string]any{"suspend": false, "timeZone": "Europe/Oslo"})
	m.expect("nothing differs", work{})
}

// TestStoredAsWritten sees that the API server stores a CronJob as it was written: with each field of its own, the operator
// would write it once more after each restart.
func TestStoredAsWritten(t *testing.T) {
	m := startGranted(t)
	m.end(t)
	second := m.startManager()
	second.rest()
	if _, others := second.writes.list(); slices.ContainsFunc(others, func(one write) bool { return one.resource == "cronjobs" }) {
		t.Errorf("after a restart it writes %v", others)
	}
}

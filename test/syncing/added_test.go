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

// edit updates the customer's CronJob, as kubectl edit and controllers do.
func (w *world) edit(manager string, change func(*batchv1.CronJob)) {
	w.t.Helper()
	c := w.cronJob()
	change(c)
	w.must(server.Client.Update(context.Background(), c, client.FieldOwner(manager)))
}

// jsonPatch patches the CronJob, as kubectl patch --type=json does.
func (w *world) jsonPatch(manager, patch string) {
	w.t.Helper()
	w.must(server.Client.Patch(context.Background(), w.cronJob(), client.RawPatch(types.JSONPatchType, []byte(patch)),
		client.FieldOwner(manager)))
}

// applySpec applies a spec, as kubectl apply --server-side --force-conflicts does.
func (w *world) applySpec(manager string, spec map[string]any) {
	w.t.Helper()
	o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "batch/v1", "kind": "CronJob", "spec": spec}}
	o.SetName(child)
	o.SetNamespace(w.name)
	w.must(server.Client.Apply(context.Background(), client.ApplyConfigurationFromUnstructured(o),
		client.FieldOwner(manager), client.ForceOwnership))
}

// podSpec returns the spec of a CronJob with only a pod's spec.
func podSpec(pod map[string]any) map[string]any {
	return map[string]any{"jobTemplate": map[string]any{"spec": map[string]any{"template": map[string]any{"spec": pod}}}}
}

const toPod = "/spec/jobTemplate/spec/template/spec"

// TestWhatIsAddedIsRemoved checks that the operator removes fields that others add to a CronJob, in one write, and that
// the event names the client.
func TestWhatIsAddedIsRemoved(t *testing.T) {
	t.Parallel()
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
		"command": {
			reason: "the command runs another program of the image",
			add:    onPod(func(p *corev1.PodSpec) { p.Containers[0].Command = []string{"/bin/sh"} }), by: `"kubectl-edit"`,
		},
		"variable": {reason: "a proxy would see the data", add: onPod(func(p *corev1.PodSpec) {
			p.Containers[0].Env = []corev1.EnvVar{{Name: "HTTPS_PROXY", Value: "http://mine"}}
		}), by: `"kubectl-edit"`},
		"sidecar": {
			reason: "a sidecar would see the data",
			add:    onPod(func(p *corev1.PodSpec) { p.Containers = append(p.Containers, sidecar) }), by: `"kubectl-edit"`,
		},
		"early": {
			reason: "an init container would see the token",
			add:    onPod(func(p *corev1.PodSpec) { p.InitContainers = append(p.InitContainers, sidecar) }),
			by:     `"kubectl-edit"`,
		},
		"network": {
			reason: "the pod would have the node's addresses",
			add:    onPod(func(p *corev1.PodSpec) { p.HostNetwork = true }), by: `"kubectl-edit"`,
		},
		"name server": {reason: "NAV would have another address", add: onPod(func(p *corev1.PodSpec) {
			p.HostAliases = []corev1.HostAlias{{IP: "10.0.0.1", Hostnames: []string{"nav.no"}}}
		}), by: `"kubectl-edit"`},
		"time to live": {reason: "Jobs would be deleted before they are counted", add: func(w *world) {
			w.jsonPatch("kubectl-patch", `[{"op":"add","path":"/spec/jobTemplate/spec/ttlSecondsAfterFinished","value":0}]`)
		}, by: `"kubectl-patch"`},
		"json patch": {reason: "the run would have another time limit", add: func(w *world) {
			w.jsonPatch("kubectl-patch", `[{"op":"add","path":"`+toPod+`/containers/0/args","value":["--timeout=1s"]}]`)
		}, by: `"kubectl-patch"`},
		"label": {reason: "a label of pods is removed", add: func(w *world) {
			w.edit("labeller", func(c *batchv1.CronJob) { c.Spec.JobTemplate.Spec.Template.Labels["mine"] = "yes" })
		}, by: `"labeller"`},
		"annotation": {reason: "an annotation of Jobs is removed", add: func(w *world) {
			w.edit("annotator", func(c *batchv1.CronJob) { c.Spec.JobTemplate.Annotations = map[string]string{"mine": "yes"} })
		}, by: `"annotator"`},
		"applied": {reason: "another field manager takes fields and adds some", add: func(w *world) {
			w.applySpec("flux", podSpec(map[string]any{
				"containers": []any{
					map[string]any{
						"name": "sync", "image": "registry.example/mine",
						"env": []any{map[string]any{"name": "A", "value": "b"}},
					},
					map[string]any{"name": "mine", "image": "registry.example/mine"},
				},
			}))
		}, by: `"flux"`},
		"in our name": {reason: "a client may use the operator's field manager", add: func(w *world) {
			w.applySpec("integration-operator", podSpec(map[string]any{"hostNetwork": true}))
		}, by: "a client without a name"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startGranted(t)
			before := essentials(m.world)
			m.forget()
			c.add(m.world)
			eventually(t, "what was there before", func() bool { return cmp.Equal(before, essentials(m.world)) })
			m.expect(c.reason, work{Writes: map[string]int{"patch cronjobs": 1}, Events: []string{"CronJobRestored"}})
			if notes := m.notes("CronJobRestored"); len(notes) != 1 ||
				!strings.Contains(notes[0], "was changed by client "+c.by) && !strings.Contains(notes[0], "was changed by "+c.by) {
				t.Errorf("%s: events %q, want %s in them", c.reason, notes, c.by)
			}
			if diff := cmp.Diff(before, essentials(m.world)); diff != "" {
				t.Errorf("%s (-before +after):\n%s", c.reason, diff)
			}
		})
	}
}

// TestAnotherManagersSameValue checks that another field manager may apply the same values.
func TestAnotherManagersSameValue(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	m.forget()
	m.applySpec("flux", map[string]any{"suspend": false, "timeZone": "Europe/Oslo"})
	m.expect("nothing differs", work{})
}

// TestStoredAsWritten checks that the API server stores a CronJob as the operator wrote it. Otherwise the operator
// would write it after each restart.
func TestStoredAsWritten(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	m.end(t)
	second := m.startManager()
	second.rest()
	if others := second.writes.list(); slices.ContainsFunc(others,
		func(one write) bool { return one.resource == "cronjobs" }) {
		t.Errorf("writes after a restart: %v", others)
	}
}

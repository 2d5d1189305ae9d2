package syncjob

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/pkg/worker"
)

// TestPlatform verifies what the fields for platforms change in a pod.
func TestPlatform(t *testing.T) {
	type pod = *corev1.PodTemplateSpec
	cases := map[string]struct {
		sync  v1alpha1.SyncPods
		holds func(pod) bool
	}{
		"labels reach pods": {
			sync:  v1alpha1.SyncPods{JobLabels: map[string]v1alpha1.LabelValue{"team": "hr"}},
			holds: func(p pod) bool { return p.Labels["team"] == "hr" && p.Labels[v1alpha1.LabelIntegration] != "" },
		},
		"labels of ours win": {
			sync:  v1alpha1.SyncPods{JobLabels: map[string]v1alpha1.LabelValue{v1alpha1.LabelService: "other"}},
			holds: func(p pod) bool { return p.Labels[v1alpha1.LabelService] == string(fixture.FollowUpPlans) },
		},
		"annotations reach pods, beside the seal": {
			sync: v1alpha1.SyncPods{PodAnnotations: map[string]v1alpha1.AnnotationValue{"linkerd.io/inject": "disabled"}},
			holds: func(p pod) bool {
				return p.Annotations["linkerd.io/inject"] == "disabled" && p.Annotations[podseal.Annotation] != ""
			},
		},
		"the platform's user": {
			sync: v1alpha1.SyncPods{PodUser: v1alpha1.PodUserPlatform},
			holds: func(p pod) bool {
				c := p.Spec.SecurityContext
				return c.RunAsUser == nil && c.RunAsGroup == nil && c.FSGroup == nil && *c.RunAsNonRoot &&
					*volume(&p.Spec, volumeHRM).Secret.DefaultMode == 0o444
			},
		},
		"our user": {
			sync: v1alpha1.SyncPods{PodUser: v1alpha1.PodUserFixed},
			holds: func(p pod) bool {
				return *p.Spec.SecurityContext.RunAsUser == 65532 && *volume(&p.Spec, volumeHRM).Secret.DefaultMode == 0o440
			},
		},
		"a proxy": {
			sync: v1alpha1.SyncPods{Proxy: v1alpha1.Proxy{URL: "http://proxy.example:3128", Except: []string{"a", "b"}}},
			holds: func(p pod) bool {
				return strings.Contains(settingsIn(p),
					`"proxy":{"url":"http://proxy.example:3128","except":["a","b"]}`)
			},
		},
		"authorities": {
			sync: v1alpha1.SyncPods{CAConfigMapRef: v1alpha1.ConfigMapKeyReference{Name: "ca", Key: "bundle"}},
			holds: func(p pod) bool {
				from := volume(&p.Spec, volumeCA).ConfigMap
				return strings.Contains(settingsIn(p), `"caFile":"/var/run/ca/ca.crt"`) &&
					from.Name == "ca" && from.Items[0].Key == "bundle" && *from.Optional &&
					p.Spec.Containers[0].VolumeMounts[2].MountPath == "/var/run/ca"
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b := makeCustomer().with(func(s *scope) { s.supplier.Spec.Sync = tc.sync })
			template := &cronJobOf(t, b.s, fixture.FollowUpPlans).Spec.JobTemplate.Spec.Template
			if !tc.holds(template) {
				t.Errorf("%s", inYAML(t, template))
			}
			made := &corev1.Pod{ObjectMeta: template.ObjectMeta, Spec: template.Spec}
			made.Namespace = fixture.Customer().Namespace
			if err := makeBroker().Seal.Verify(made); err != nil {
				t.Error(err)
			}
		})
	}
}

// settingsIn returns the settings in a pod's environment.
func settingsIn(p *corev1.PodTemplateSpec) string {
	for _, v := range p.Spec.Containers[0].Env {
		if v.Name == worker.VariableSettings {
			return v.Value
		}
	}
	return ""
}

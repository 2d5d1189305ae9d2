package syncjob

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/pkg/worker"
)

// custom is a service that the Supplier declares itself.
const custom v1alpha1.ServiceName = "NetRegistration"

// makeCustom makes the service that a Supplier declares itself the only one of a customer.
func makeCustom(b customerBuilder) customerBuilder {
	return b.services(custom).with(func(s *scope) {
		s.supplier.Spec.Services = []v1alpha1.OfferedService{{Name: custom, Custom: &v1alpha1.CustomService{
			Title:    "Innrapportering til NRL",
			Access:   v1alpha1.ServiceAccess{APIDelegation: v1alpha1.APIDelegation{Scope: "kartverk:nrl.rapportering"}},
			Schedule: "15 6 * * *",
			Job: v1alpha1.CustomJob{
				Image: "registry.example/nrl-sync:1.4.2", Args: []string{"--all", "$(HOME)"},
				Env: []v1alpha1.EnvVar{
					{Name: "NRL_BASE_URL", Value: "https://nrl.example/$(INTEGRATION_SERVICE)"}, {Name: "NRL_EMPTY"},
				},
			},
		}}}
		s.customer.Spec.Services[0].Units = []v1alpha1.OrganizationNumber{"315587336"}
		s.customer.Spec.Services[0].StartDate = "2026-06-15"
	})
}

// customPod returns the pod of the service, after a change of its job.
func customPod(t *testing.T, change func(*v1alpha1.CustomJob)) *corev1.PodTemplateSpec {
	t.Helper()
	b := makeCustom(makeDressed()).with(func(s *scope) { change(&s.supplier.Spec.Services[0].Custom.Job) })
	return &cronJobOf(t, b.s, custom).Spec.JobTemplate.Spec.Template
}

// TestCustomJob checks what of the pod is the vendor's, and what is not.
func TestCustomJob(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*v1alpha1.CustomJob)
		holds  func(pod *corev1.PodSpec, c *corev1.Container) bool
	}{
		"image": {
			reason: "the Supplier's image of our worker is another",
			holds: func(_ *corev1.PodSpec, c *corev1.Container) bool {
				return c.Image == "registry.example/nrl-sync:1.4.2"
			},
		},
		"arguments": {
			reason: "Kubernetes replaces nothing in them",
			holds: func(_ *corev1.PodSpec, c *corev1.Container) bool {
				return slices.Equal(c.Args, []string{"--all", "$$(HOME)"}) && c.Command == nil
			},
		},
		"variables": {
			reason: "they follow the contract's, and Kubernetes replaces nothing in them",
			holds: func(_ *corev1.PodSpec, c *corev1.Container) bool {
				return slices.Equal(c.Env[len(c.Env)-2:], []corev1.EnvVar{
					{Name: "NRL_BASE_URL", Value: "https://nrl.example/$$(INTEGRATION_SERVICE)"}, {Name: "NRL_EMPTY"},
				}) && c.Env[0].Name == worker.VariableContract
			},
		},
		"platform": {
			reason: "spec.sync applies to all pods",
			holds: func(pod *corev1.PodSpec, _ *corev1.Container) bool {
				return pod.NodeSelector["pool"] == "batch" && len(pod.Tolerations) == 2 && pod.PriorityClassName == "low" &&
					len(pod.ImagePullSecrets) == 2
			},
		},
		"resources of the Supplier": {
			reason: "they are the default",
			holds: func(_ *corev1.PodSpec, c *corev1.Container) bool {
				return c.Resources.Limits.Memory().String() == "256Mi" && c.Resources.Requests.Cpu().String() == "50m"
			},
		},
		"resources of the service": {
			reason: "each amount by itself, and no request exceeds its limit",
			change: func(j *v1alpha1.CustomJob) { j.Resources.Limits.Memory = "48Mi" },
			holds: func(_ *corev1.PodSpec, c *corev1.Container) bool {
				return c.Resources.Limits.Memory().String() == "48Mi" && c.Resources.Requests.Memory().String() == "48Mi" &&
					c.Resources.Limits.Cpu().String() == "1"
			},
		},
		"large request": {
			reason: "the API server refuses a request above its limit",
			change: func(j *v1alpha1.CustomJob) { j.Resources.Requests.Memory = "1Gi" },
			holds: func(_ *corev1.PodSpec, c *corev1.Container) bool {
				return c.Resources.Limits.Memory().String() == "1Gi"
			},
		},
		"secret": {
			reason: "by default the pod has the customer's",
			holds: func(pod *corev1.PodSpec, _ *corev1.Container) bool {
				return slices.Equal(secretsIn(pod), []string{"tiger-hrm"})
			},
		},
		"no secret": {
			reason: "the worker needs no HRM system",
			change: func(j *v1alpha1.CustomJob) { j.Secret = v1alpha1.JobSecretNone },
			holds: func(pod *corev1.PodSpec, c *corev1.Container) bool {
				return secretsIn(pod) == nil && len(c.VolumeMounts) == 2 && len(pod.Volumes) == 2 &&
					!slices.ContainsFunc(c.Env, func(v corev1.EnvVar) bool { return v.Name == worker.VariableHRMURL })
			},
		},
		"tmp": {
			reason: "it is the only place that can be written, and is limited",
			holds: func(pod *corev1.PodSpec, _ *corev1.Container) bool {
				return volume(pod, volumeTmp).EmptyDir.SizeLimit.String() == "64Mi"
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if c.change == nil {
				c.change = func(*v1alpha1.CustomJob) {}
			}
			template := customPod(t, c.change)
			if !c.holds(&template.Spec, &template.Spec.Containers[0]) {
				t.Errorf("%s: %s", c.reason, inYAML(t, template))
			}
		})
	}
}

// TestCustomEnvironment reads the environment of the pod as a worker does.
func TestCustomEnvironment(t *testing.T) {
	all := environmentOf(t, makeCustom(makeCustomer()).s, custom)
	got, err := worker.ReadEnvironment(func(name string) string { return all[name] })
	if err != nil {
		t.Fatal(err)
	}
	want := worker.Environment{
		Service: "NetRegistration", OrganizationNumber: "310330701", Units: []string{"315587336"}, StartDate: "2026-06-15",
		HRMURL:      "https://tiger.hrm.4human.example/integration",
		TokenBroker: worker.TokenBroker{URL: fixture.BrokerURL, CA: fixture.BrokerCertificate},
		Settings:    worker.Settings{Supplier: worker.Supplier{Name: "4HUMAN HRM AS"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSealCoversACustomJob changes what decides what a vendor's pod runs: its seal is then no longer valid.
func TestSealCoversACustomJob(t *testing.T) {
	sealed := func(change func(*v1alpha1.CustomJob)) *corev1.Pod {
		template := customPod(t, change)
		pod := &corev1.Pod{ObjectMeta: template.ObjectMeta, Spec: template.Spec}
		pod.Namespace = fixture.Customer().Namespace
		return pod
	}
	original := sealed(func(*v1alpha1.CustomJob) {})
	if err := makeBroker().Seal.Verify(original); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*v1alpha1.CustomJob){
		"image":    func(j *v1alpha1.CustomJob) { j.Image = "registry.example/other:1" },
		"argument": func(j *v1alpha1.CustomJob) { j.Args[1] = "--other" },
		"variable": func(j *v1alpha1.CustomJob) { j.Env[0].Value = "https://other.example" },
		"secret":   func(j *v1alpha1.CustomJob) { j.Secret = v1alpha1.JobSecretNone },
	} {
		t.Run(name, func(t *testing.T) {
			edited := sealed(change)
			edited.Annotations[podseal.Annotation] = original.Annotations[podseal.Annotation]
			if err := makeBroker().Seal.Verify(edited); err == nil {
				t.Error("the seal of another job is accepted")
			}
		})
	}
}

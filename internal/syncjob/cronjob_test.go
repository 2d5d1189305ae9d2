package syncjob

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/podseal"
)

// makeDressed builds a customer whose Supplier sets every field of pods, with its CronJob in place.
func makeDressed() customerBuilder {
	return makeCustomer().with(func(s *scope) {
		s.supplier.Spec.Sync = v1alpha1.SyncPods{
			Image: "registry.4human.example/sync:1.2.3",
			Resources: v1alpha1.SyncResources{
				Requests: v1alpha1.ResourceAmounts{CPU: "0.05", Memory: "65536Ki"},
				Limits:   v1alpha1.ResourceAmounts{CPU: "1000m", Memory: "0.25Gi"},
			},
			NodeSelector: map[string]v1alpha1.LabelValue{"pool": "batch", "kubernetes.io/arch": "amd64"},
			Tolerations: []v1alpha1.Toleration{
				{Key: "batch", Operator: "Equal", Value: "true", Effect: "NoSchedule"}, {Operator: "Exists"},
			},
			PriorityClassName: "low",
			ImagePullSecrets:  []v1alpha1.LocalSecretReference{{Name: "registry"}, {Name: "mirror"}},
			JobLabels:         map[string]v1alpha1.LabelValue{"kueue.x-k8s.io/queue-name": "sync"},
			PodAnnotations:    map[string]v1alpha1.AnnotationValue{"linkerd.io/inject": "disabled"},
		}
	})
}

// TestCronJobFiles compares whole CronJobs with golden files. The other tests verify what must hold of them.
func TestCronJobFiles(t *testing.T) {
	for name, b := range map[string]customerBuilder{
		"cronjob": makeDressed(), "cronjob-minimal": makeCustomer(), "cronjob-custom": makeCustom(makeDressed()),
	} {
		t.Run(name, func(t *testing.T) {
			got := inYAML(t, desired(t, b.s, b.s.customer.Spec.Services[0].Name))
			path := filepath.Join("testdata", name+".yaml")
			if *fixture.Update {
				if err := os.WriteFile(path, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("not as %s has it (-want +got):\n%s", path, diff)
			}
		})
	}
}

func inYAML(t *testing.T, object any) []byte {
	t.Helper()
	text, err := yaml.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// desired returns what is applied for a service's CronJob.
func desired(t *testing.T, s *scope, name v1alpha1.ServiceName) any {
	t.Helper()
	cronJob, err := desiredFor(s, name).CronJob(scheduleFor(s, name))
	if err != nil {
		t.Fatal(err)
	}
	return cronJob
}

// cronJobOf returns what is applied as the object that the API server has. A field that it does not know is an error.
func cronJobOf(t *testing.T, s *scope, name v1alpha1.ServiceName) *batchv1.CronJob {
	t.Helper()
	cronJob := &batchv1.CronJob{}
	if err := yaml.UnmarshalStrict(inYAML(t, desired(t, s, name)), cronJob); err != nil {
		t.Fatal(err)
	}
	return cronJob
}

// TestCronJob verifies what must hold of every CronJob, with the reason.
func TestCronJob(t *testing.T) {
	type cronJob = *batchv1.CronJob
	pod := func(c cronJob) *corev1.PodSpec { return &c.Spec.JobTemplate.Spec.Template.Spec }
	rules := map[string]struct {
		reason string
		holds  func(c cronJob) bool
	}{
		"name": {reason: "CronJobs allow 52 characters", holds: func(c cronJob) bool { return len(c.Name) <= 52 }},
		"concurrency": {
			reason: "a run never starts beside another",
			holds:  func(c cronJob) bool { return c.Spec.ConcurrencyPolicy == batchv1.ForbidConcurrent },
		},
		"late": {
			reason: "a missed run is not made up for",
			holds:  func(c cronJob) bool { return *c.Spec.StartingDeadlineSeconds == 120 },
		},
		"zone": {
			reason: "schedules are in the time of Oslo",
			holds:  func(c cronJob) bool { return *c.Spec.TimeZone == "Europe/Oslo" },
		},
		"on": {reason: "it is made because data may flow", holds: func(c cronJob) bool { return !*c.Spec.Suspend }},
		"history": {
			reason: "what has been counted need not be kept",
			holds: func(c cronJob) bool {
				return *c.Spec.SuccessfulJobsHistoryLimit == 1 && *c.Spec.FailedJobsHistoryLimit == 1
			},
		},
		"once": {
			reason: "a run that fails is not repeated: the next one goes on",
			holds: func(c cronJob) bool {
				return *c.Spec.JobTemplate.Spec.BackoffLimit == 0 && pod(c).RestartPolicy == corev1.RestartPolicyNever
			},
		},
		"deadlines": {
			reason: "a Job's deadline deletes its pod, and what the run has to say with it",
			holds: func(c cronJob) bool {
				return *pod(c).ActiveDeadlineSeconds+gracePeriod < *c.Spec.JobTemplate.Spec.ActiveDeadlineSeconds
			},
		},
		"timeout": {
			reason: "a run gives up by itself (cmd/sync: ten minutes) and reports before its pod is ended",
			holds:  func(c cronJob) bool { return *pod(c).ActiveDeadlineSeconds > 10*60 },
		},
		"grace": {
			reason: "a request to NAV ends within 120 s, and is settled",
			holds:  func(c cronJob) bool { return *pod(c).TerminationGracePeriodSeconds == 180 },
		},
		"no-account": {
			reason: "a pod has nothing to say to the API server",
			holds:  func(c cronJob) bool { return !*pod(c).AutomountServiceAccountToken },
		},
		"account": {
			reason: "the token broker knows it by its account's name",
			holds:  func(c cronJob) bool { return pod(c).ServiceAccountName == c.Name },
		},
		"no-links": {
			reason: "no variable names a Service of the namespace",
			holds:  func(c cronJob) bool { return !*pod(c).EnableServiceLinks },
		},
		"one-container": {
			reason: "it is the one whose report is read",
			holds: func(c cronJob) bool {
				return len(pod(c).Containers) == 1 && len(pod(c).InitContainers) == 0 && pod(c).Containers[0].Name == ContainerName
			},
		},
		"no-secret-in-the-environment": {
			reason: "what is in it shows in many places",
			holds: func(c cronJob) bool {
				return pod(c).Containers[0].EnvFrom == nil && !slices.ContainsFunc(pod(c).Containers[0].Env,
					func(v corev1.EnvVar) bool { return v.ValueFrom != nil })
			},
		},
		"message": {
			reason: "a log is no report",
			holds: func(c cronJob) bool {
				return pod(c).Containers[0].TerminationMessagePolicy == corev1.TerminationMessageReadFile
			},
		},
		"bounded": {
			reason: "one run must not take a node's memory",
			holds:  func(c cronJob) bool { return !pod(c).Containers[0].Resources.Limits.Memory().IsZero() },
		},
		"owner": {
			reason: "it goes when the customer does, and does not keep it",
			holds: func(c cronJob) bool {
				return metav1.IsControlledBy(c, fixture.Customer()) && c.OwnerReferences[0].BlockOwnerDeletion == nil
			},
		},
		"hash": {
			reason: "an edit differs from a change of ours",
			holds:  func(c cronJob) bool { return len(c.Annotations[v1alpha1.AnnotationApplied]) == 16 },
		},
		"only-our-secret": {
			reason: "the one Secret in a pod is the customer's own",
			holds:  func(c cronJob) bool { return slices.Equal(secretsIn(pod(c)), []string{"tiger-hrm"}) },
		},
		"only-our-token": {
			reason: "its one token is of use to the token broker alone",
			holds: func(c cronJob) bool {
				return slices.Equal(audiencesIn(pod(c)), []string{"token-broker.integrations.4human.no"})
			},
		},
		"read-only": {
			reason: "nothing mounted is written to, except /tmp of a vendor's own image",
			holds: func(c cronJob) bool {
				return !slices.ContainsFunc(pod(c).Containers[0].VolumeMounts, func(m corev1.VolumeMount) bool {
					return !m.ReadOnly && (m.MountPath != "/tmp" || c.Labels[v1alpha1.LabelService] != string(custom))
				})
			},
		},
		"missing-secret": {
			reason: "a pod starts without it, and its run says so",
			holds:  func(c cronJob) bool { return *volume(pod(c), volumeHRM).Secret.Optional },
		},
		"private-authority": {
			reason: "the HRM system's certificate may be of one",
			holds: func(c cronJob) bool {
				return slices.Equal(volume(pod(c), volumeHRM).Secret.Items,
					[]corev1.KeyToPath{
						{Key: "token", Path: "token"},
						{Key: "ca.crt", Path: "ca.crt"},
						{Key: "organizationNumber", Path: "organization-number"},
					})
			},
		},
		"no-config-map": {
			reason: "unless the Supplier asks for it: who can change one decides what runs trust",
			holds: func(c cronJob) bool {
				return !slices.ContainsFunc(pod(c).Volumes, hasConfigMap)
			},
		},
		"labels": {
			reason: "policies, meshes and queues look at pods",
			holds: func(c cronJob) bool {
				return maps.Equal(c.Spec.JobTemplate.Labels, c.Spec.JobTemplate.Spec.Template.Labels)
			},
		},
		"seal": {
			reason: "the token broker knows the pod by it",
			holds: func(c cronJob) bool {
				made := &corev1.Pod{ObjectMeta: c.Spec.JobTemplate.Spec.Template.ObjectMeta, Spec: *pod(c)}
				made.Namespace = c.Namespace
				return makeBroker().Seal.Verify(made) == nil
			},
		},
	}
	long := func(s *scope) { s.customer.Name = strings.Repeat("x", 63) }
	passes := map[string]*batchv1.CronJob{
		"minimal":    cronJobOf(t, makeCustomer().s, fixture.FollowUpPlans),
		"dressed":    cronJobOf(t, makeDressed().s, fixture.FollowUpPlans),
		"sick-notes": cronJobOf(t, makeDressed().s, fixture.SickNotes),
		"long":       cronJobOf(t, makeDressed().with(long).s, fixture.SickNotes),
		"custom":     cronJobOf(t, makeCustom(makeDressed()).s, custom),
	}
	for of, c := range passes {
		t.Run(of, func(t *testing.T) {
			for name, rule := range rules {
				if !rule.holds(c) {
					t.Errorf("%s does not hold: %s", name, rule.reason)
				}
			}
			isRestricted(t, of, pod(c))
		})
	}
}

// hasConfigMap reports whether a volume shows a ConfigMap.
func hasConfigMap(v corev1.Volume) bool {
	return v.ConfigMap != nil || v.Projected != nil &&
		slices.ContainsFunc(v.Projected.Sources, func(p corev1.VolumeProjection) bool {
			return p.ConfigMap != nil
		})
}

// secretsIn lists the Secrets that a pod can read.
func secretsIn(pod *corev1.PodSpec) []string {
	var names []string
	for _, v := range pod.Volumes {
		if v.Secret != nil {
			names = append(names, v.Secret.SecretName)
		}
		if v.Projected == nil {
			continue
		}
		for _, source := range v.Projected.Sources {
			if source.Secret != nil {
				names = append(names, source.Secret.Name)
			}
		}
	}
	return names
}

// audiencesIn lists the audiences of the tokens in a pod.
func audiencesIn(pod *corev1.PodSpec) []string {
	var audiences []string
	for _, v := range pod.Volumes {
		if v.Projected == nil {
			continue
		}
		for _, source := range v.Projected.Sources {
			if source.ServiceAccountToken != nil {
				audiences = append(audiences, source.ServiceAccountToken.Audience)
			}
		}
	}
	return audiences
}

func volume(pod *corev1.PodSpec, name string) corev1.VolumeSource {
	for _, v := range pod.Volumes {
		if v.Name == name {
			return v.VolumeSource
		}
	}
	return corev1.VolumeSource{}
}

// isRestricted checks a pod against each rule of the Pod Security Standard "restricted".
func isRestricted(t *testing.T, of string, pod *corev1.PodSpec) {
	t.Helper()
	for name, holds := range map[string]bool{
		"no namespace of the host": !pod.HostNetwork && !pod.HostPID && !pod.HostIPC && pod.HostUsers == nil,
		"no root":                  *pod.SecurityContext.RunAsNonRoot && *pod.SecurityContext.RunAsUser != 0,
		"seccomp":                  pod.SecurityContext.SeccompProfile.Type == corev1.SeccompProfileTypeRuntimeDefault,
		"no options of the kernel": pod.SecurityContext.Sysctls == nil && pod.SecurityContext.SELinuxOptions == nil &&
			pod.SecurityContext.AppArmorProfile == nil,
	} {
		t.Run(name, func(t *testing.T) {
			if !holds {
				t.Errorf("%s: the pod: %s does not hold", of, name)
			}
		})
	}
	for i := range pod.Containers {
		c := pod.Containers[i].SecurityContext
		for name, holds := range map[string]bool{
			"no escalation":   !*c.AllowPrivilegeEscalation && c.Privileged == nil,
			"no capabilities": slices.Equal(c.Capabilities.Drop, []corev1.Capability{"ALL"}) && c.Capabilities.Add == nil,
			"nothing loosened": c.RunAsUser == nil && c.RunAsNonRoot == nil && c.SeccompProfile == nil && c.ProcMount == nil &&
				c.SELinuxOptions == nil,
			"no writing":    *c.ReadOnlyRootFilesystem, // a rule of ours
			"no host ports": pod.Containers[i].Ports == nil,
		} {
			t.Run(name, func(t *testing.T) {
				if !holds {
					t.Errorf("%s: container %s: %s does not hold", of, pod.Containers[i].Name, name)
				}
			})
		}
	}
	for _, v := range pod.Volumes {
		if v.Projected == nil && v.Secret == nil && (v.EmptyDir == nil || v.EmptyDir.SizeLimit.IsZero()) {
			t.Errorf("%s: volume %s is of another kind", of, v.Name)
		}
	}
}

// TestCronJobOf verifies that the pod has the settings of Supplier and customer.
func TestCronJobOf(t *testing.T) {
	c := cronJobOf(t, makeDressed().s, fixture.FollowUpPlans)
	pod := c.Spec.JobTemplate.Spec.Template.Spec
	if diff := cmp.Diff(testEnvironment(), pod.Containers[0].Env); diff != "" || pod.Containers[0].Args != nil {
		t.Errorf("arguments %v, environment (-want +got):\n%s", pod.Containers[0].Args, diff)
	}
	if got := pod.Containers[0].Image; got != "registry.4human.example/sync:1.2.3" {
		t.Errorf("the Supplier's image: %s", got)
	}
	if got := cronJobOf(t, makeCustomer().s, fixture.FollowUpPlans).
		Spec.JobTemplate.Spec.Template.Spec.Containers[0].Image; got != "localhost/integration-operator-sync:dev" {
		t.Errorf("the manager's image: %s", got)
	}
	labels := map[string]string{
		"app.kubernetes.io/managed-by":       "integration-operator",
		"integrations.4human.no/integration": "dynamisk-altetende-tiger",
		"integrations.4human.no/service":     "FollowUpPlans",
	}
	ofJob := maps.Clone(labels)
	ofJob["kueue.x-k8s.io/queue-name"] = "sync"
	for name, diff := range map[string]string{
		"CronJob": cmp.Diff(labels, c.Labels),
		"Job":     cmp.Diff(ofJob, c.Spec.JobTemplate.Labels),
		"pod":     cmp.Diff(ofJob, c.Spec.JobTemplate.Spec.Template.Labels),
	} {
		t.Run(name, func(t *testing.T) {
			if diff != "" {
				t.Errorf("labels of the %s (-want +got):\n%s", name, diff)
			}
		})
	}
}

// TestLabelsAreOurs verifies that a Supplier's labels of Jobs do not replace ours: such a Job would not be found, and
// never be stopped. The CRD's rules reject such labels.
func TestLabelsAreOurs(t *testing.T) {
	plain := cronJobOf(t, makeCustomer().s, fixture.FollowUpPlans)
	b := makeCustomer().with(func(s *scope) {
		s.supplier.Spec.Sync.JobLabels = map[string]v1alpha1.LabelValue{}
		for key := range plain.Spec.JobTemplate.Labels {
			s.supplier.Spec.Sync.JobLabels[key] = "theirs"
		}
	})
	if diff := cmp.Diff(plain, cronJobOf(t, b.s, fixture.FollowUpPlans)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestResources verifies that each amount that a Supplier does not set has its default, within what it sets, and that
// amounts are written as the API server does.
func TestResources(t *testing.T) {
	type amounts = v1alpha1.ResourceAmounts
	cases := map[string]struct {
		reason string
		have   v1alpha1.SyncResources
		want   string
	}{
		"default": {
			reason: "nothing is set",
			have:   v1alpha1.SyncResources{},
			want:   `{"limits":{"memory":"128Mi"},"requests":{"cpu":"10m","memory":"32Mi"}}`,
		},
		"requests": {
			reason: "a request removes no limit",
			have:   v1alpha1.SyncResources{Requests: amounts{Memory: "64Mi"}},
			want:   `{"limits":{"memory":"128Mi"},"requests":{"cpu":"10m","memory":"64Mi"}}`,
		},
		"limits": {
			reason: "a CPU limit, as a quota wants it, removes no memory limit",
			have:   v1alpha1.SyncResources{Limits: amounts{CPU: "1"}},
			want:   `{"limits":{"cpu":"1","memory":"128Mi"},"requests":{"cpu":"10m","memory":"32Mi"}}`,
		},
		"large request": {
			reason: "the API server refuses a request above its limit",
			have:   v1alpha1.SyncResources{Requests: amounts{Memory: "1Gi"}},
			want:   `{"limits":{"memory":"1Gi"},"requests":{"cpu":"10m","memory":"1Gi"}}`,
		},
		"small limits": {
			reason: "the API server refuses a request above its limit",
			have:   v1alpha1.SyncResources{Limits: amounts{CPU: "5m", Memory: "16Mi"}},
			want:   `{"limits":{"cpu":"5m","memory":"16Mi"},"requests":{"cpu":"5m","memory":"16Mi"}}`,
		},
		"other units": {
			reason: "otherwise they would differ for ever",
			have:   v1alpha1.SyncResources{Limits: amounts{CPU: "1000m", Memory: "65536Ki"}},
			want:   `{"limits":{"cpu":"1","memory":"64Mi"},"requests":{"cpu":"10m","memory":"32Mi"}}`,
		},
		"invalid": {
			reason: "the CRD's rules refuse it",
			have:   v1alpha1.SyncResources{Limits: amounts{CPU: "much", Memory: "64Mi"}},
			want:   `{"limits":{"memory":"64Mi"},"requests":{"cpu":"10m","memory":"32Mi"}}`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := fixture.InJSON(t, desiredResources(c.have)); got != c.want {
				t.Errorf("%s: %s, want %s", c.reason, got, c.want)
			}
		})
	}
}

// TestHash verifies that only equal CronJobs have equal hashes.
func TestHash(t *testing.T) {
	hash := func(b customerBuilder) string {
		return cronJobOf(t, b.s, fixture.FollowUpPlans).Annotations[v1alpha1.AnnotationApplied]
	}
	first := hash(makeDressed())
	for range 20 { // maps have no order
		if got := hash(makeDressed()); got != first {
			t.Fatalf("the hash is %s and then %s", first, got)
		}
	}
	changes := map[string]func(*scope){
		"units": func(s *scope) {
			s.customer.Spec.Services[0].Units = []v1alpha1.OrganizationNumber{"315587336"}
		},
		"start":       func(s *scope) { s.customer.Spec.Services[0].StartDate = "2026-06-15" },
		"schedule":    func(s *scope) { s.customer.Spec.Services[0].Schedule = "5 4 * * *" },
		"endpoint":    func(s *scope) { s.customer.Spec.HRM.Endpoint += "/v2" },
		"credentials": func(s *scope) { s.customer.Spec.HRM.CredentialsSecretRef.Name = "another" },
		"image":       func(s *scope) { s.supplier.Spec.Sync.Image += "-rc1" },
		"labels":      func(s *scope) { s.supplier.Spec.Sync.JobLabels = nil },
		"nodes":       func(s *scope) { s.supplier.Spec.Sync.NodeSelector = nil },
		"taints":      func(s *scope) { s.supplier.Spec.Sync.Tolerations = nil },
		"owner":       func(s *scope) { s.customer.UID = "another" },
		"supplier":    func(s *scope) { s.supplier.Spec.Name = "4HUMAN" },
		"networks":    func(s *scope) { s.supplier.Spec.HRM.AllowedAddresses = []string{"10.96.0.0/12"} },
		"nav":         func(s *scope) { s.supplier.Spec.Environment = v1alpha1.EnvironmentTest },
		"broker":      func(s *scope) { s.broker.URL += "s" },
		"authority":   func(s *scope) { s.broker.Certificate = []byte("another") },
		"seal": func(s *scope) {
			key, err := podseal.NewKey([]byte("another"))
			if err != nil {
				t.Fatal(err)
			}
			s.broker.Seal = key
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			if got := hash(makeDressed().with(change)); got == first {
				t.Error("the hash is the same")
			}
		})
	}
	if got := hash(makeDressed().with(func(s *scope) { s.supplier.Spec.HRM.AllowedHosts = nil })); got != first {
		t.Error("what is not in a CronJob changes its hash")
	}
	if _, err := hashOf(func() {}); err == nil {
		t.Error("something that JSON does not have was hashed")
	}
}

// TestJobNow verifies that the Job is like those of the CronJob, which owns it and does not control it.
func TestJobNow(t *testing.T) {
	b := makeDressed()
	desired, cronJob := cronJobOf(t, b.s, fixture.FollowUpPlans), b.child().CronJob
	job := JobNow(desired, cronJob, tigerFirst)
	if !IsJobOf(job, cronJob) || job.OwnerReferences[0].BlockOwnerDeletion != nil {
		t.Errorf("it is not the CronJob's: %v", job.OwnerReferences)
	}
	if metav1.GetControllerOf(job) != nil {
		t.Error("it has a controller, which emits a Warning UnexpectedJob")
	}
	if job.Name != tigerFirst || job.Namespace != "customers" || len(job.Name) > 63 {
		t.Errorf("it is called %s/%s", job.Namespace, job.Name)
	}
	if diff := cmp.Diff(desired.Spec.JobTemplate.Labels, job.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"cronjob.kubernetes.io/instantiate": "manual"}, job.Annotations); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
	want := desired.Spec.JobTemplate.Spec.DeepCopy()
	want.TTLSecondsAfterFinished = new(int32(8 * 60 * 60))
	if diff := cmp.Diff(*want, job.Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	cronJob.Spec.JobTemplate.Spec.Template.Spec.Containers[0].Image = "another"
	if diff := cmp.Diff(job, JobNow(desired, cronJob, tigerFirst)); diff != "" {
		t.Errorf("an edited CronJob changes it (-want +got):\n%s", diff)
	}
}

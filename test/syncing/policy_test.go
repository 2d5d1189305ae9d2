package syncing

import (
	"slices"
	"strings"
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/podseal"
)

// mirrorImages creates a policy that replaces the registry in the CronJobs of the world's namespace, as clusters with a
// mirror have, and waits until it takes effect.
func (w *world) mirrorImages() {
	w.t.Helper()
	// Lists of containers are merged by name.
	const mirrored = `Object{spec: Object.spec{jobTemplate: Object.spec.jobTemplate{spec: Object.spec.jobTemplate.spec{` +
		`template: Object.spec.jobTemplate.spec.template{spec: Object.spec.jobTemplate.spec.template.spec{` +
		`containers: object.spec.jobTemplate.spec.template.spec.containers.map(c, Object.spec.jobTemplate.spec.template.spec.containers{` +
		`name: c.name, image: c.image.replace("registry.example/", "mirror.example/")})}}}}}}`
	policy := &admissionregistrationv1.MutatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: w.name + "-mirror"},
		Spec: admissionregistrationv1.MutatingAdmissionPolicySpec{
			ReinvocationPolicy: admissionregistrationv1.NeverReinvocationPolicy,
			FailurePolicy:      new(admissionregistrationv1.Fail),
			MatchConstraints: &admissionregistrationv1.MatchResources{
				NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": w.name}},
				ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{
					{RuleWithOperations: admissionregistrationv1.RuleWithOperations{
						Operations: []admissionregistrationv1.OperationType{
							admissionregistrationv1.Create,
							admissionregistrationv1.Update,
						},
						Rule: admissionregistrationv1.Rule{
							APIGroups: []string{"batch"}, APIVersions: []string{"v1"},
							Resources: []string{"cronjobs"},
						},
					}},
				},
			},
			Mutations: []admissionregistrationv1.Mutation{{
				PatchType:          admissionregistrationv1.PatchTypeApplyConfiguration,
				ApplyConfiguration: &admissionregistrationv1.ApplyConfiguration{Expression: mirrored},
			}},
		},
	}
	w.create(policy)
	w.create(&admissionregistrationv1.MutatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: policy.Name},
		Spec:       admissionregistrationv1.MutatingAdmissionPolicyBindingSpec{PolicyName: policy.Name},
	})
	eventually(w.t, "the policy to take effect", func() bool {
		probe := w.foreignCronJob()
		probe.Name = "probe"
		w.must(server.Client.Create(w.t.Context(), probe, client.DryRunAll))
		return strings.HasPrefix(imageIn(probe), "mirror.example/")
	})
}

// patchObjects creates a policy that patches each object of a kind in the world's namespace.
func (w *world) patchObjects(group, resource, patches string) {
	w.t.Helper()
	policy := &admissionregistrationv1.MutatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: w.name + "-" + resource},
		Spec: admissionregistrationv1.MutatingAdmissionPolicySpec{
			ReinvocationPolicy: admissionregistrationv1.NeverReinvocationPolicy,
			FailurePolicy:      new(admissionregistrationv1.Fail),
			MatchConstraints: &admissionregistrationv1.MatchResources{
				NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": w.name}},
				ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{{
					RuleWithOperations: admissionregistrationv1.RuleWithOperations{
						Operations: []admissionregistrationv1.OperationType{
							admissionregistrationv1.Create, admissionregistrationv1.Update,
						},
						Rule: admissionregistrationv1.Rule{
							APIGroups: []string{group}, APIVersions: []string{"v1"}, Resources: []string{resource},
						},
					},
				}},
			},
			Mutations: []admissionregistrationv1.Mutation{{
				PatchType: admissionregistrationv1.PatchTypeJSONPatch,
				JSONPatch: &admissionregistrationv1.JSONPatch{Expression: patches},
			}},
		},
	}
	w.create(policy)
	w.create(&admissionregistrationv1.MutatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: policy.Name},
		Spec:       admissionregistrationv1.MutatingAdmissionPolicyBindingSpec{PolicyName: policy.Name},
	})
}

// injectEverywhere creates policies that add labels, annotations and tolerations to all that is written
// for a customer, and waits until they take effect.
func (w *world) injectEverywhere() {
	w.t.Helper()
	const (
		labels   = `JSONPatch{op: "add", path: "/metadata/labels/injected", value: "yes"}`
		template = "/spec/jobTemplate/spec/template"
	)
	w.patchObjects("", "serviceaccounts", `[`+labels+`]`)
	w.patchObjects("batch", "jobs", `[`+labels+`]`)
	w.patchObjects("", "pods", `[`+labels+`]`)
	w.patchObjects("batch", "cronjobs", `[`+labels+
		`, JSONPatch{op: "add", path: "/metadata/annotations/injected", value: "yes"}`+
		`, JSONPatch{op: "add", path: "`+template+`/metadata/labels/injected", value: "yes"}`+
		`, JSONPatch{op: "add", path: "`+template+`/metadata/annotations/injected", value: "yes"}`+
		`, JSONPatch{op: "add", path: "`+template+`/spec/tolerations", value: [{"key": "spot", "operator": "Exists"}]}]`)
	labelled := map[string]string{"a": "b"}
	probe := w.foreignCronJob()
	probe.Labels, probe.Annotations = labelled, labelled
	probe.Spec.JobTemplate.Spec.Template.Labels, probe.Spec.JobTemplate.Spec.Template.Annotations = labelled, labelled
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: w.name, Labels: labelled}}
	job := &batchv1.Job{ObjectMeta: account.ObjectMeta, Spec: probe.Spec.JobTemplate.Spec}
	pod := &corev1.Pod{ObjectMeta: account.ObjectMeta, Spec: probe.Spec.JobTemplate.Spec.Template.Spec}
	for _, o := range []client.Object{account, probe, job, pod} {
		o.SetName("probe")
		eventually(w.t, "the policy to take effect", func() bool {
			made, ok := o.DeepCopyObject().(client.Object)
			w.must(server.Client.Create(w.t.Context(), made, client.DryRunAll))
			return ok && made.GetLabels()["injected"] == "yes"
		})
	}
}

// TestInjectionIsNoEdit checks that the manager writes each object once, and reports no edit, if policies change all of
// them, and that a pod of such a CronJob is still ours.
func TestInjectionIsNoEdit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fixedClock())
	w.injectEverywhere()
	m := w.startManager()
	m.delegate(tigerNumber)
	m.addTiger()
	eventually(t, "jobs of the customer", m.started)
	m.rest()
	template := m.cronJob().Spec.JobTemplate.Spec.Template
	if template.Labels["injected"] != "yes" || template.Annotations["injected"] != "yes" ||
		len(template.Spec.Tolerations) != 1 {
		t.Fatalf("the policy did not change the CronJob: %+v", template.ObjectMeta)
	}
	job := m.job(m.firstJob())
	if m.account().Labels["injected"] != "yes" || job.Labels["injected"] != "yes" {
		t.Fatal("the policies did not change the account and the Job")
	}
	m.forget()
	m.run(job, good)
	eventually(t, "a counted run", func() bool { return m.healthy() == "True SyncSucceeded" })
	m.requestVerification()
	eventually(t, "a requested run", func() bool { return len(m.jobs()) == 2 })
	m.rest()
	if got := m.did(); got.Writes["patch cronjobs"]+got.Writes["patch serviceaccounts"] != 0 ||
		slices.Contains(got.Events, "CronJobRestored") {
		t.Errorf("the manager fights the policies: %+v", got)
	}
	key, err := podseal.NewKey([]byte("test"))
	w.must(err)
	if err := key.Verify(m.makePod(m.schedule())); err != nil {
		t.Errorf("the broker would refuse the pod: %v", err)
	}
}

func imageIn(c *batchv1.CronJob) string {
	return c.Spec.JobTemplate.Spec.Template.Spec.Containers[0].Image
}

// TestPolicyIsNoEdit checks that the manager does not fight a policy that changes every CronJob, and that it still
// restores edits.
func TestPolicyIsNoEdit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fixedClock())
	w.mirrorImages()
	m := w.startManager()
	m.delegate(tigerNumber)
	m.addTiger()
	eventually(t, "jobs of the customer", m.started)
	m.rest()
	if got := imageIn(m.cronJob()); got != "mirror.example/sync:1" {
		t.Fatalf("the policy did not change the image: %s", got)
	}
	for _, one := range m.cronJobWrites() {
		if one != "create cronjobs" {
			t.Errorf("a write after the creation: %s", one)
		}
	}
	m.forget()
	m.expect("the manager rests", work{})

	m.forget()
	m.changeSupplier(func(s *v1alpha1.Supplier) { s.Spec.Sync.PriorityClassName = "low" })
	eventually(t, "the Supplier's change",
		func() bool { return m.cronJob().Spec.JobTemplate.Spec.Template.Spec.PriorityClassName == "low" })
	m.rest()
	if got := m.cronJobWrites(); len(got) != 1 {
		t.Errorf("writes after a change of the Supplier: %v", got)
	}

	before := essentials(m.world)
	m.forget()
	w.must(retry.RetryOnConflict(retry.DefaultRetry, func() error {
		c := w.cronJob()
		c.Spec.JobTemplate.Spec.Template.Spec.HostNetwork = true
		return server.Client.Update(t.Context(), c, client.FieldOwner("kubectl-edit"))
	}))
	eventually(t, "what was there before",
		func() bool { return !m.cronJob().Spec.JobTemplate.Spec.Template.Spec.HostNetwork })
	m.expect("an edit is restored", work{Writes: map[string]int{"patch cronjobs": 1}, Events: []string{"CronJobRestored"}})
	m.checkEssentials(before)

	version := m.cronJob().ResourceVersion
	m.end(t)
	second := m.startManager()
	second.rest()
	if got := second.cronJobWrites(); len(got) > 1 {
		t.Errorf("writes after a restart: %v, want at most one", got)
	}
	if got := m.cronJob().ResourceVersion; got != version {
		t.Errorf("version %s after a restart, want %s as before", got, version)
	}
	if events := second.events(); len(events) != 0 {
		t.Errorf("events after a restart: %v", events)
	}
}

// cronJobWrites returns the writes of CronJobs since the last forget.
func (m *running) cronJobWrites() []string {
	others := m.writes.list()
	var all []string
	for _, one := range others {
		if one.resource == "cronjobs" {
			all = append(all, one.String())
		}
	}
	return all
}

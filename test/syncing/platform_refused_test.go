package syncing

import (
	"context"
	"strings"
	"testing"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// makePod returns the pod of a Job as the Job controller makes it.
func (w *world) makePod(job *batchv1.Job) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: w.name, GenerateName: job.Name + "-", Labels: job.Spec.Template.Labels,
			Annotations:     job.Spec.Template.Annotations,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job"))},
		},
		Spec: job.Spec.Template.Spec,
	}
}

// admits reports whether the API server would create the pod of a Job.
func (w *world) admits(job *batchv1.Job) bool {
	w.t.Helper()
	return server.Client.Create(context.Background(), w.makePod(job), client.DryRunAll) == nil
}

// failToCreate tries to create the pod of a Job, and reports the failure as the Job controller of Kubernetes 1.36 does
// (pkg/controller/controller_utils.go).
func (w *world) failToCreate(job *batchv1.Job) {
	w.t.Helper()
	err := server.Client.Create(context.Background(), w.makePod(job))
	if err == nil {
		w.t.Fatal("the pod was created")
	}
	w.reportFailure("Job", job, "Error creating: "+err.Error())
}

// reportFailure records the event by which a controller reports that it could not create what an object owns.
func (w *world) reportFailure(kind string, owner client.Object, message string) {
	w.t.Helper()
	now := metav1.Now()
	w.create(&corev1.Event{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.name, GenerateName: owner.GetName() + "."},
		InvolvedObject: corev1.ObjectReference{
			APIVersion: "batch/v1", Kind: kind, Namespace: w.name, Name: owner.GetName(), UID: owner.GetUID(),
		},
		Type: corev1.EventTypeWarning, Reason: "FailedCreate", Message: message, Count: 1,
		FirstTimestamp: now, LastTimestamp: now, Source: corev1.EventSource{Component: strings.ToLower(kind) + "-controller"},
	})
}

// setQuota creates a ResourceQuota, with the status that Kubernetes' controller writes.
func (w *world) setQuota(hard, used corev1.ResourceList) *corev1.ResourceQuota {
	w.t.Helper()
	quota := &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.name, Name: "team-quota"}, Spec: corev1.ResourceQuotaSpec{Hard: hard},
	}
	w.create(quota)
	quota.Status = corev1.ResourceQuotaStatus{Hard: hard, Used: used}
	w.must(server.Client.Status().Update(context.Background(), quota))
	return quota
}

// refusePods creates a ValidatingAdmissionPolicy for the pods of the world's namespace.
func (w *world) refusePods(name, unless, message string) {
	w.t.Helper()
	w.refuse(name, admissionregistrationv1.Rule{
		APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"},
	}, unless, message)
}

// refuse creates a ValidatingAdmissionPolicy for what is created or updated in the world's namespace, and returns what
// removes it.
func (w *world) refuse(name string, what admissionregistrationv1.Rule, unless, message string) (remove func()) {
	w.t.Helper()
	policy := &admissionregistrationv1.ValidatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: w.name + "-" + name},
		Spec: admissionregistrationv1.ValidatingAdmissionPolicySpec{
			FailurePolicy: new(admissionregistrationv1.Fail),
			MatchConstraints: &admissionregistrationv1.MatchResources{
				NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": w.name}},
				ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{{
					RuleWithOperations: admissionregistrationv1.RuleWithOperations{
						Operations: []admissionregistrationv1.OperationType{
							admissionregistrationv1.Create, admissionregistrationv1.Update,
						},
						Rule: what,
					},
				}},
			},
			Validations: []admissionregistrationv1.Validation{{Expression: unless, Message: message}},
		},
	}
	w.create(policy)
	binding := &admissionregistrationv1.ValidatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: policy.Name},
		Spec: admissionregistrationv1.ValidatingAdmissionPolicyBindingSpec{
			PolicyName: policy.Name, ValidationActions: []admissionregistrationv1.ValidationAction{admissionregistrationv1.Deny},
		},
	}
	w.create(binding)
	return func() { w.must(server.Client.Delete(context.Background(), binding)) }
}

// admitsJob reports whether the API server would create another Job of the CronJob.
func (w *world) admitsJob() error {
	job := w.scheduled()
	return server.Client.Create(context.Background(), job, client.DryRunAll)
}

// reportRefusedJob reports that the API server refuses a Job, as the CronJob controller of Kubernetes 1.36 does
// (pkg/controller/cronjob/cronjob_controllerv2.go), in a later second than its last Job.
func (w *world) reportRefusedJob() {
	w.t.Helper()
	refusal := w.admitsJob()
	if refusal == nil {
		w.t.Fatal("the Job is admitted")
	}
	last := w.jobs()[0].CreationTimestamp
	for _, job := range w.jobs() {
		if last.Before(&job.CreationTimestamp) {
			last = job.CreationTimestamp
		}
	}
	eventually(w.t, "a later second", func() bool { return time.Now().Truncate(time.Second).After(last.Time) })
	w.reportFailure("CronJob", w.cronJob(), "Error creating job: "+refusal.Error())
}

func amounts(cpu, memory string) corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceLimitsCPU: resource.MustParse(cpu), corev1.ResourceLimitsMemory: resource.MustParse(memory),
	}
}

// refusals are what platforms refuse the pods of runs for, and what mends each.
var refusals = map[string]struct {
	refuse func(*world)
	want   string // in the message
	advice string
	mend   func(*world)
}{
	"quota of limits": { // f01
		refuse: func(w *world) { w.setQuota(amounts("8", "16Gi"), amounts("0", "0")) },
		want:   "failed quota: team-quota: must specify limits.cpu for: sync", advice: "spec.sync.resources",
		mend: func(w *world) {
			w.changeSupplier(func(s *v1alpha1.Supplier) {
				s.Spec.Sync.Resources.Limits = v1alpha1.ResourceAmounts{CPU: "100m", Memory: "128Mi"}
			})
		},
	},
	"quota exceeded": {
		refuse: func(w *world) {
			hard := corev1.ResourceList{corev1.ResourcePods: resource.MustParse("3")}
			w.setQuota(hard, hard)
		},
		want: "exceeded quota: team-quota, requested: pods=1, limited: pods=3", advice: "spec.sync.resources",
		mend: func(w *world) {
			w.must(server.Client.Delete(context.Background(),
				&corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: w.name, Name: "team-quota"}}))
		},
	},
	"LimitRange": {
		refuse: func(w *world) {
			w.create(&corev1.LimitRange{
				ObjectMeta: metav1.ObjectMeta{Namespace: w.name, Name: "small"},
				Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{
					Type: corev1.LimitTypeContainer, Max: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("64Mi")},
				}}},
			})
		},
		want: "maximum memory usage per Container is 64Mi, but limit is 128Mi", advice: "spec.sync.resources",
		mend: func(w *world) {
			w.changeSupplier(func(s *v1alpha1.Supplier) { s.Spec.Sync.Resources.Limits.Memory = "64Mi" })
		},
	},
	"range of users": { // f05
		refuse: func(w *world) {
			w.refusePods("uid-range", "!has(object.spec.securityContext.runAsUser) || "+
				"(object.spec.securityContext.runAsUser >= 1000670000 && object.spec.securityContext.runAsUser <= 1000679999)",
				"runAsUser: Invalid value: must be in the ranges: [1000670000, 1000679999]")
		},
		want: "runAsUser: Invalid value: must be in the ranges", advice: "spec.sync.podUser",
		mend: func(w *world) {
			w.changeSupplier(func(s *v1alpha1.Supplier) { s.Spec.Sync.PodUser = v1alpha1.PodUserPlatform })
		},
	},
	"required label": { // f08
		refuse: func(w *world) {
			w.refusePods("require-team", "has(object.metadata.labels) && 'team' in object.metadata.labels",
				"label team is required on pods")
		},
		want: "denied request: label team is required on pods", advice: "spec.sync.jobLabels",
		mend: func(w *world) {
			w.changeSupplier(func(s *v1alpha1.Supplier) {
				s.Spec.Sync.JobLabels = map[string]v1alpha1.LabelValue{"team": "hr"}
			})
		},
	},
	"unknown PriorityClass": {
		refuse: func(w *world) {
			w.changeSupplier(func(s *v1alpha1.Supplier) { s.Spec.Sync.PriorityClassName = "missing" })
		},
		want: "no PriorityClass with name missing was found", advice: "spec.sync.priorityClassName",
		mend: func(w *world) {
			w.changeSupplier(func(s *v1alpha1.Supplier) { s.Spec.Sync.PriorityClassName = "" })
		},
	},
}

// TestRefusedPods checks that a customer reports within a minute that the API server refuses the pods of its runs, why,
// and where to look, and that the next run clears it.
func TestRefusedPods(t *testing.T) {
	t.Parallel()
	for name, tc := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startGranted(t)
			m.run(m.job(m.firstJob()), good)
			eventually(t, "a good run", func() bool { return m.healthy() == "True SyncSucceeded" })
			tc.refuse(m.world)
			m.rest()
			job := m.schedule()
			eventually(t, "a refusal", func() bool { return !m.admits(job) })
			m.failToCreate(job)
			m.rest()
			if got := m.ready(); got != "True Delegated" {
				t.Errorf("at once: Ready %s", got)
			}
			m.forget()
			m.clock.catchUp()
			m.clock.forward(45 * time.Second)
			eventually(t, "a report", func() bool { m.rest(); return m.ready() == "False SyncPodRefused" })
			m.expect("one write", work{
				Writes: map[string]int{"patch customerintegrations/status": 1}, Events: []string{"SyncPodRefused"},
			})
			text := message(m.world, v1alpha1.ConditionReady)
			for _, want := range []string{tc.want, tc.advice, "kubectl describe job -n " + m.name + " " + job.Name} {
				if !strings.Contains(text, want) {
					t.Errorf("the message lacks %q: %s", want, text)
				}
			}
			m.forget()
			m.failToCreate(job) // another pod's name is the same message
			m.clock.forward(time.Minute)
			m.expect("nothing new", work{})

			m.clock.forward(25 * time.Minute)
			tooLate := m.job(job.Name)
			m.giveUp(tooLate)
			eventually(t, "a counted run", func() bool { return m.sync().LastRun.Reason == "PodRefused" })
			if got := message(m.world, v1alpha1.ConditionReady); m.ready() != "False SyncPodRefused" || got != text {
				t.Errorf("after the Job's deadline: %s: %s", m.ready(), got)
			}

			tc.mend(m.world)
			m.rest()
			next := m.schedule()
			eventually(t, "a pod that is admitted", func() bool { return m.admits(next) })
			m.run(next, good)
			eventually(t, "a customer whose run succeeded", func() bool { return m.ready() == "True Delegated" })
		})
	}
}

// giveUp ends a Job at its deadline, as the Job controller does.
func (w *world) giveUp(job *batchv1.Job) {
	w.t.Helper()
	now := metav1.NewTime(w.clock.Now())
	job.Status.StartTime = &now
	for _, kind := range []batchv1.JobConditionType{batchv1.JobFailureTarget, batchv1.JobFailed} {
		job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{
			Type: kind, Status: corev1.ConditionTrue, Reason: batchv1.JobReasonDeadlineExceeded,
			Message: "Job was active longer than specified deadline", LastProbeTime: now, LastTransitionTime: now,
		})
	}
	w.must(server.Client.Status().Update(context.Background(), job))
}

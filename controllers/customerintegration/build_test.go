package customerintegration

import (
	"context"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/customerlist"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/syncjob"
	"github.com/4human/integration-operator/internal/systemuser"
)

// customerBuilder builds what one pass over a customer knows: a customer with one service in an allowed namespace,
// of whom nothing is known and for whom nothing was asked.
type customerBuilder struct{ s *scope }

func makeCustomer() customerBuilder {
	b := customerBuilder{&scope{
		customer: fixture.Customer(),
		supplier: fixture.Supplier(),
		zone:     time.FixedZone("Oslo", 3600),
		image:    "localhost/integration-operator-sync:dev",
		broker:   makeBroker(),
		now:      fixture.Noon,
		answers:  map[v1alpha1.ServiceName]answer{},
		children: syncjob.Children{Services: map[v1alpha1.ServiceName]*syncjob.Child{}},
		busy:     map[v1alpha1.ServiceName]time.Time{},
		allowed:  &allowances{},
	}}
	b.s.before = b.s.customer // the pass changes nothing
	return b
}

// makeBroker gives a token broker.
func makeBroker() syncjob.Broker {
	key, err := podseal.NewKey([]byte("test"))
	if err != nil {
		panic(err)
	}
	return syncjob.Broker{
		URL:         "https://token-broker.integration-operator-system.svc/token",
		Certificate: []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), Seal: key,
	}
}

func (b customerBuilder) services(names ...v1alpha1.ServiceName) customerBuilder {
	b.s.customer.Spec.Services = nil
	for _, name := range names {
		b.s.customer.Spec.Services = append(b.s.customer.Spec.Services, v1alpha1.CustomerService{Name: name})
	}
	return b
}

// noSystem takes the Supplier's system away: services that need a system user cannot be asked for.
func (b customerBuilder) noSystem() customerBuilder {
	b.s.supplier.Spec.SystemUser.SystemID = ""
	return b
}

// known says what was known of follow-up plans before the pass, last verified the given time ago.
func (b customerBuilder) known(state v1alpha1.AuthorizationState, reason string, ago time.Duration) customerBuilder {
	b.s.customer.Status.Authority = b.s.authority()
	since, verified := metav1.NewTime(fixture.Noon.Add(-24*time.Hour)), metav1.NewTime(fixture.Noon.Add(-ago))
	b.s.customer.Status.Services = []v1alpha1.CustomerServiceStatus{{
		Name: v1alpha1.ServiceFollowUpPlans,
		Authorization: v1alpha1.Authorization{
			Kind: v1alpha1.AccessAPIDelegation, State: state, Reason: reason, Since: &since, LastVerifiedTime: &verified,
		},
	}}
	return b
}

// granted says that access was proved the given time ago.
func (b customerBuilder) granted(ago time.Duration) customerBuilder {
	return b.known(v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated, ago)
}

// answered says what the question about follow-up plans met in the pass.
func (b customerBuilder) answered(class maskinporten.Class) customerBuilder {
	b.s.answers[v1alpha1.ServiceFollowUpPlans] = answer{class: class}
	return b
}

// negotiated says what a negotiation of a system user came to in the pass.
func (b customerBuilder) negotiated(name v1alpha1.ServiceName, f systemuser.Finding) customerBuilder {
	b.s.answers[name] = answer{class: classOfFinding(f), finding: &f}
	return b
}

// inPlace puts the CronJob and the ServiceAccount of follow-up plans in place, as they shall be.
func (b customerBuilder) inPlace() customerBuilder { return b.inPlaceOf(fixture.FollowUpPlans) }

// inPlaceOf does so for a service.
func (b customerBuilder) inPlaceOf(name v1alpha1.ServiceName) customerBuilder {
	account := syncjob.AccountMetadata()
	fixture.MustBecome(desiredOf(b.s, name).Account(), account)
	parsed, err := scheduleOf(b.s, name)
	if err != nil {
		panic(err)
	}
	desired, err := desiredOf(b.s, name).CronJob(parsed.String())
	if err != nil {
		panic(err)
	}
	cronJob := desired
	cronJob.UID = "5b0e4b0c-7b1c-4e0a-8f43-0d7f8a3e1c55"
	b.s.children.Services[name] = &syncjob.Child{Account: account, AccountIsOurs: true, CronJob: cronJob, CronJobIsOurs: true}
	return b
}

// makeChild gives what is in place for follow-up plans before any run.
func makeChild() *syncjob.Child {
	return makeCustomer().granted(0).inPlace().s.children.Of(fixture.FollowUpPlans)
}

// synced says what was known of the jobs of follow-up plans before the pass. Data has been allowed to flow for a day.
func (b customerBuilder) synced(known v1alpha1.ServiceSync) customerBuilder {
	since := metav1.NewTime(fixture.Noon.Add(-24 * time.Hour))
	if known.ActiveSince == nil {
		known.ActiveSince = &since
	}
	b.s.customer.Status.Services[0].Sync = known
	return b
}

// ran lets a run of follow-up plans end at noon, with a report.
func (b customerBuilder) ran(uid types.UID, report runreport.Report) customerBuilder {
	return b.ranOf(fixture.FollowUpPlans, uid, report)
}

// ranOf does so for a service.
func (b customerBuilder) ranOf(name v1alpha1.ServiceName, uid types.UID, report runreport.Report) customerBuilder {
	c := b.s.children.Of(name)
	job := makeJob(c, uid, report.Outcome == runreport.Succeeded)
	c.Jobs = append(c.Jobs, job)
	c.Pods = append(c.Pods, makePod(&job, report))
	return b
}

// makeJob makes a Job of a CronJob that ended at noon.
func makeJob(c *syncjob.Child, uid types.UID, succeeded bool) batchv1.Job {
	job := batchv1.Job{}
	job.Name, job.Namespace, job.UID = "run-"+string(uid), "customers", uid
	job.OwnerReferences = []metav1.OwnerReference{{Kind: "CronJob", Name: c.CronJob.Name, UID: c.CronJob.UID, Controller: new(true)}}
	condition := batchv1.JobCondition{Type: batchv1.JobFailed, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(fixture.Noon)}
	if succeeded {
		condition.Type = batchv1.JobComplete
	}
	job.Status.Conditions = []batchv1.JobCondition{condition}
	return job
}

// makePod makes the pod of a Job, which has left a report.
func makePod(job *batchv1.Job, report runreport.Report) corev1.Pod {
	message, err := report.Encode()
	if err != nil {
		panic(err)
	}
	pod := corev1.Pod{}
	pod.Name, pod.Namespace, pod.UID = job.Name+"-pod", job.Namespace, job.UID+"-pod"
	pod.OwnerReferences = []metav1.OwnerReference{{Kind: "Job", Name: job.Name, UID: job.UID, Controller: new(true)}}
	pod.CreationTimestamp = metav1.NewTime(fixture.Noon.Add(-time.Minute))
	pod.Status.Phase = corev1.PodSucceeded
	if report.Outcome != runreport.Succeeded {
		pod.Status.Phase = corev1.PodFailed
	}
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{{
		Name: syncjob.ContainerName, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Message: string(message)}},
	}}
	return pod
}

func (b customerBuilder) suspended() customerBuilder {
	b.s.customer.Spec.Suspend = true
	return b
}

func (b customerBuilder) requested(value string) customerBuilder {
	b.s.customer.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: value}
	return b
}

func (b customerBuilder) with(change func(s *scope)) customerBuilder {
	change(b.s)
	return b
}

// findAmong finds the CustomerIntegrations of an organization at an API server without an index.
func findAmong(server client.Reader) customerlist.OfOrganization {
	return func(ctx context.Context, number v1alpha1.OrganizationNumber) ([]v1alpha1.CustomerIntegration, error) {
		var list v1alpha1.CustomerIntegrationList
		err := server.List(ctx, &list)
		return slices.DeleteFunc(list.Items, func(c v1alpha1.CustomerIntegration) bool { return c.Spec.OrganizationNumber != number }), err
	}
}

package controllers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/systemuser"
)

// noon is the time of every pass in the tables.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func nowIsNoon() time.Time { return noon }

// The services, for short.
const (
	followUpPlans = v1alpha1.ServiceFollowUpPlans
	sickNotes     = v1alpha1.ServiceSickNotes
)

// customerBuilder builds what one pass over a customer knows: a customer with one service in an allowed namespace,
// of whom nothing is known and for whom nothing was asked.
type customerBuilder struct{ s *customerScope }

func makeCustomer() customerBuilder {
	b := customerBuilder{&customerScope{
		customer: customerObject(),
		supplier: supplierObject(),
		zone:     time.FixedZone("Oslo", 3600),
		image:    "localhost/integration-operator-sync:dev",
		broker:   makeBroker(),
		now:      noon,
		answers:  map[v1alpha1.ServiceName]answer{},
		children: children{services: map[v1alpha1.ServiceName]*child{}},
		busy:     map[v1alpha1.ServiceName]time.Time{},
		allowed:  &allowances{},
	}}
	b.s.before = b.s.customer // the pass changes nothing
	return b
}

// makeBroker gives a token broker.
func makeBroker() TokenBroker {
	key, err := podseal.NewKey([]byte("test"))
	if err != nil {
		panic(err)
	}
	return TokenBroker{
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
	since, verified := metav1.NewTime(noon.Add(-24*time.Hour)), metav1.NewTime(noon.Add(-ago))
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
func (b customerBuilder) inPlace() customerBuilder { return b.inPlaceOf(followUpPlans) }

// inPlaceOf does so for a service.
func (b customerBuilder) inPlaceOf(name v1alpha1.ServiceName) customerBuilder {
	account := accountMetadata()
	mustBecome(desiredOf(b.s, name).Account(), account)
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
	b.s.children.services[name] = &child{account: account, accountIsOurs: true, cronJob: cronJob, cronJobIsOurs: true}
	return b
}

// makeChild gives what is in place for follow-up plans before any run.
func makeChild() *child { return makeCustomer().granted(0).inPlace().s.children.of(followUpPlans) }

// mustBecome makes an object of what is applied.
func mustBecome(applied, object any) {
	text, err := json.Marshal(applied)
	if err == nil {
		err = json.Unmarshal(text, object)
	}
	if err != nil {
		panic(err)
	}
}

// synced says what was known of the jobs of follow-up plans before the pass. Data has been allowed to flow for a day.
func (b customerBuilder) synced(known v1alpha1.ServiceSync) customerBuilder {
	since := metav1.NewTime(noon.Add(-24 * time.Hour))
	if known.ActiveSince == nil {
		known.ActiveSince = &since
	}
	b.s.customer.Status.Services[0].Sync = known
	return b
}

// ran lets a run of follow-up plans end at noon, with a report.
func (b customerBuilder) ran(uid types.UID, report runreport.Report) customerBuilder {
	return b.ranOf(followUpPlans, uid, report)
}

// ranOf does so for a service.
func (b customerBuilder) ranOf(name v1alpha1.ServiceName, uid types.UID, report runreport.Report) customerBuilder {
	c := b.s.children.of(name)
	job := makeJob(c, uid, report.Outcome == runreport.Succeeded)
	c.jobs = append(c.jobs, job)
	c.pods = append(c.pods, makePod(&job, report))
	return b
}

// makeJob makes a Job of a CronJob that ended at noon.
func makeJob(c *child, uid types.UID, succeeded bool) batchv1.Job {
	job := batchv1.Job{}
	job.Name, job.Namespace, job.UID = "run-"+string(uid), "customers", uid
	job.OwnerReferences = []metav1.OwnerReference{{Kind: "CronJob", Name: c.cronJob.Name, UID: c.cronJob.UID, Controller: new(true)}}
	condition := batchv1.JobCondition{Type: batchv1.JobFailed, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(noon)}
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
	pod.CreationTimestamp = metav1.NewTime(noon.Add(-time.Minute))
	pod.Status.Phase = corev1.PodSucceeded
	if report.Outcome != runreport.Succeeded {
		pod.Status.Phase = corev1.PodFailed
	}
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{{
		Name: containerName, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Message: string(message)}},
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

func (b customerBuilder) with(change func(s *customerScope)) customerBuilder {
	change(b.s)
	return b
}

// supplierBuilder builds what one pass over a Supplier knows.
type supplierBuilder struct{ s *supplierScope }

func makeSupplier() supplierBuilder {
	return supplierBuilder{&supplierScope{
		supplier: supplierObject(),
		now:      noon,
		census:   &census{buckets: map[bucket]int32{bucketGranted: 1}, total: 1},
	}}
}

// registered says on which day the key was registered.
func (b supplierBuilder) registered(day string) supplierBuilder {
	b.s.supplier.Spec.Maskinporten.KeyRegisteredAt = day
	return b
}

// proved says what the supplier's own question met in the pass.
func (b supplierBuilder) proved(class maskinporten.Class) supplierBuilder {
	b.s.proof = proofOf(class)
	return b
}

// proofOf is a proof whose questions met a class: of all scopes, where it is about a scope.
func proofOf(class maskinporten.Class) *proof {
	met := proofFinding{class: class}
	if class == maskinporten.ClassScopeNotRegistered || class == maskinporten.ClassScopeNotGranted {
		p := &proof{scopes: map[string]proofFinding{}}
		for _, scope := range services.ProofScopes(supplierObject()) {
			p.scopes[scope] = met
		}
		return p
	}
	return &proof{proofFinding: met}
}

// after gives the Supplier the status that another pass left.
func (b supplierBuilder) after(earlier supplierBuilder) supplierBuilder {
	b.s.supplier.Status = supplierStatus(earlier.s)
	return b
}

func (b supplierBuilder) with(change func(s *supplierScope)) supplierBuilder {
	change(b.s)
	return b
}

// recorded is a client of an API server that holds some objects. It writes down each call but those that list, and fails
// those that it is told to.
type recorded struct {
	client.Client
	calls []string
	// failing has errors by the call that meets them.
	failing map[string]error
}

// makeServer gives a client of an API server that holds some objects.
func makeServer(t *testing.T, objects ...client.Object) *recorded {
	t.Helper()
	scheme := makeScheme(t)
	r := &recorded{failing: map[string]error{}}
	server := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build()
	r.Client = interceptor.NewClient(server, interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
			return r.call("get "+titleIn(scheme, o, key.Name), func() error { return c.Get(ctx, key, o, options...) })
		},
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, options ...client.CreateOption) error {
			as := (&client.CreateOptions{}).ApplyOptions(options).FieldManager
			return r.call("create "+titleIn(scheme, o, o.GetName())+" as "+as, func() error { return c.Create(ctx, o, options...) })
		},
		Patch: func(ctx context.Context, c client.WithWatch, o client.Object, patch client.Patch, options ...client.PatchOption) error {
			data, err := patch.Data(o)
			if err != nil {
				return err
			}
			as := (&client.PatchOptions{}).ApplyOptions(options).FieldManager
			if patch.Type() == types.JSONPatchType {
				return r.call("replace "+titleIn(scheme, o, o.GetName())+" as "+as, func() error { return c.Patch(ctx, o, patch, options...) })
			}
			return r.call(fmt.Sprintf("patch %s as %s: %s", titleIn(scheme, o, o.GetName()), as, data), func() error { return c.Patch(ctx, o, patch, options...) })
		},
		Apply: func(ctx context.Context, c client.WithWatch, o runtime.ApplyConfiguration, options ...client.ApplyOption) error {
			applied := &metav1.PartialObjectMetadata{}
			mustBecome(o, applied)
			call := "apply " + applied.Kind + " " + applied.Name
			asked := (&client.ApplyOptions{}).ApplyOptions(options)
			if asked.Force != nil && *asked.Force {
				call += " by force"
			}
			return r.call(call+" as "+asked.FieldManager, func() error { return c.Apply(ctx, o, options...) })
		},
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, options ...client.DeleteOption) error {
			asked := (&client.DeleteOptions{}).ApplyOptions(options)
			call := "delete " + titleIn(scheme, o, o.GetName())
			if asked.PropagationPolicy != nil {
				call += " in the " + string(*asked.PropagationPolicy)
			}
			if asked.Preconditions != nil && asked.Preconditions.UID != nil {
				call += " if it is " + string(*asked.Preconditions.UID)
			}
			return r.call(call, func() error { return c.Delete(ctx, o, options...) })
		},
	})
	return r
}

// call writes a call down, and makes it unless it shall fail.
func (r *recorded) call(what string, do func() error) error {
	r.calls = append(r.calls, what)
	if err := r.failing[what]; err != nil {
		return err
	}
	return do()
}

// titleIn names an object as titleOf does, whether it knows its kind or not.
func titleIn(scheme *runtime.Scheme, o client.Object, name string) string {
	kind, err := apiutil.GVKForObject(o, scheme)
	if err != nil {
		panic(err)
	}
	return kind.Kind + " " + name
}

// findAmong finds the CustomerIntegrations of an organization at an API server without an index.
func findAmong(server client.Reader) FindOrganization {
	return func(ctx context.Context, number v1alpha1.OrganizationNumber) ([]v1alpha1.CustomerIntegration, error) {
		var list v1alpha1.CustomerIntegrationList
		err := server.List(ctx, &list)
		return slices.DeleteFunc(list.Items, func(c v1alpha1.CustomerIntegration) bool { return c.Spec.OrganizationNumber != number }), err
	}
}

// makeScheme knows Kubernetes' kinds and ours.
func makeScheme(t *testing.T) *runtime.Scheme {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	return scheme
}

// customerObject is a customer of one service, in an allowed namespace.
func customerObject() *v1alpha1.CustomerIntegration {
	return &v1alpha1.CustomerIntegration{
		TypeMeta: metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: "CustomerIntegration"},
		ObjectMeta: metav1.ObjectMeta{
			Name: "dynamisk-altetende-tiger", Namespace: "customers", UID: "1f0c6a52-6d50-4a0e-9d5e-2b8c3c1d7e10", Generation: 1,
		},
		Spec: v1alpha1.CustomerIntegrationSpec{
			OrganizationNumber: "310330701",
			Services:           []v1alpha1.CustomerService{{Name: v1alpha1.ServiceFollowUpPlans}},
			HRM: v1alpha1.HRMConnection{
				Endpoint:             "https://tiger.hrm.4human.example/integration",
				CredentialsSecretRef: v1alpha1.LocalSecretReference{Name: "tiger-hrm"},
			},
		},
	}
}

// supplierObject is a Supplier of two services.
func supplierObject() *v1alpha1.Supplier {
	return &v1alpha1.Supplier{
		TypeMeta:   metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: "Supplier"},
		ObjectMeta: metav1.ObjectMeta{Name: "default", UID: "7c1f3a90-0a86-4a44-8f3e-6f2d0b9b1a55", Generation: 1},
		Spec: v1alpha1.SupplierSpec{
			OrganizationNumber: "897757222",
			Name:               "4HUMAN HRM AS",
			Environment:        v1alpha1.EnvironmentProduction,
			Maskinporten: v1alpha1.MaskinportenClient{
				ClientID:     "3f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10",
				KeySecretRef: v1alpha1.SecretKeyReference{Name: "maskinporten-key", Key: "key.jwk"},
			},
			Services: []v1alpha1.OfferedService{
				{Name: v1alpha1.ServiceFollowUpPlans}, {Name: v1alpha1.ServiceSickNotes},
			},
			SystemUser:        v1alpha1.SystemUserAccess{SystemID: "897757222_4human_hrm"},
			HRM:               v1alpha1.HRMPolicy{AllowedHosts: []string{"*.hrm.4human.example"}},
			AllowedNamespaces: []string{"customers"},
		},
	}
}

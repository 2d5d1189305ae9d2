package customerintegration

import (
	"context"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/customerlist"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/syncjob"
	"github.com/4human/integration-operator/internal/systemuser"
)

// customerBuilder builds the input of a reconcile of a customer: a customer with one service in an allowed namespace,
// that was never verified and for which no request was sent.
type customerBuilder struct{ s *scope }

// scope is the input of a reconcile, as tests write it.
type scope struct {
	customer   *v1alpha1.CustomerIntegration
	supplier   *v1alpha1.Supplier
	stop       *entitlement.Block
	contenders []entitlement.Contender
	children   syncjob.Children
	image      string
	broker     syncjob.Broker
	brokerErr  error
	zone       *time.Location
	watched    time.Time
	now        time.Time
	kept       map[v1alpha1.ServiceName]verdict.Kept
	limits     verdict.Limits
	guard      *authority.Guard
	// responses are without Access.
	responses map[v1alpha1.ServiceName]verdict.Response
	deferred  map[v1alpha1.ServiceName]time.Time
	looked    *v1alpha1.Organization
}

func (s *scope) observed() verdict.Observed {
	return verdict.Observed{
		Now: s.now, Watched: s.watched, Zone: s.zone, Customer: s.customer, Supplier: s.supplier, Stop: s.stop,
		Contenders: s.contenders,
		Children:   s.children, Image: s.image, Broker: s.broker, BrokerErr: s.brokerErr, Kept: s.kept, Limits: s.limits,
	}
}

func (s *scope) facts() *verdict.Facts { return verdict.NewFacts(s.observed()) }

// after returns an access after a response.
func (s *scope) after(known v1alpha1.Authorization, r verdict.Response) v1alpha1.Authorization {
	name := s.customer.Spec.Services[0].Name
	s.kept = map[v1alpha1.ServiceName]verdict.Kept{name: {Known: known}}
	return s.facts().AddAccess(name, r).Access
}

// withJobs returns the verdict over a customer with access to services, whose jobs are in a state.
func (s *scope) withJobs(all ...v1alpha1.CustomerServiceStatus) *verdict.Verdict {
	customer := s.customer.DeepCopy()
	customer.Status.Authority, customer.Status.Services = entitlement.AuthorityOf(s.supplier), all
	verified := metav1.NewTime(s.now)
	for i := range all {
		all[i].Authorization = v1alpha1.Authorization{
			State: v1alpha1.AuthorizationGranted, Reason: v1alpha1.ReasonDelegated, LastVerifiedTime: &verified,
		}
	}
	with := *s
	with.customer = customer
	return with.verdict()
}

// verify sends the requests that are due. It reports whether the Supplier is suspected.
func (s *scope) verify(ctx context.Context) (suspect bool, err error) {
	r := &Reconciler{Suspect: func(string) { suspect = true }}
	results, err := r.verify(ctx, s.gathered())
	s.responses, s.deferred = results.Responses, results.Deferred
	return suspect, err
}

// gather replaces the children with those that a reconciler finds.
func (s *scope) gather(ctx context.Context, r *Reconciler) (err error) {
	o := s.observed()
	s.children, err = r.gatherChildren(ctx, &o)
	return err
}

// gatherMissing adds those that are not in the cache.
func (s *scope) gatherMissing(ctx context.Context, r *Reconciler) error {
	children, err := r.gatherMissing(ctx, s.verdict())
	if children != nil {
		s.children = *children
	}
	return err
}

func (s *scope) gathered() *gathered { return &gathered{Facts: s.facts(), guard: s.guard} }

// verdict returns what follows.
func (s *scope) verdict() *verdict.Verdict {
	f := s.facts()
	results := verdict.Results{
		Responses: map[v1alpha1.ServiceName]verdict.Response{}, Deferred: s.deferred,
		LookedUp: s.looked,
	}
	for name, response := range s.responses {
		results.Responses[name] = f.AddAccess(name, response)
	}
	if s.guard != nil {
		results.Guard = guardOf(s.guard, f)
	}
	return verdict.Of(f, results)
}

func makeCustomer() customerBuilder {
	supplier := fixture.Supplier()
	supplier.Status.ObservedGeneration = supplier.Generation
	return customerBuilder{&scope{
		customer:  fixture.Customer(),
		supplier:  supplier,
		zone:      time.FixedZone("Oslo", 3600),
		image:     "localhost/integration-operator-sync:dev",
		broker:    makeBroker(),
		now:       fixture.Noon,
		responses: map[v1alpha1.ServiceName]verdict.Response{},
		children:  syncjob.Children{Services: map[v1alpha1.ServiceName]*syncjob.Child{}},
		deferred:  map[v1alpha1.ServiceName]time.Time{},
	}}
}

// looked has the customer looked up in Enhetsregisteret.
func (b customerBuilder) looked(o v1alpha1.Organization) customerBuilder {
	return b.with(func(s *scope) {
		s.supplier.Spec.Register = v1alpha1.RegisterEnabled
		o.CheckedTime = metav1.NewTime(s.now)
		s.looked = &o
	})
}

// desiredFor returns what the objects of a service are created from.
func desiredFor(s *scope, name v1alpha1.ServiceName) syncjob.Desired {
	v := s.verdict()
	return desiredOf(v, v.Service(name))
}

// dueOf lists the services whose request is due.
func dueOf(s *scope) []v1alpha1.ServiceName {
	var names []v1alpha1.ServiceName
	for _, service := range s.facts().Services {
		if service.Due {
			names = append(names, service.Name)
		}
	}
	return names
}

// makeBroker returns a token broker.
func makeBroker() syncjob.Broker {
	return syncjob.Broker{URL: fixture.BrokerURL, Certificate: []byte(fixture.BrokerCertificate), Seal: fixture.SealKey()}
}

func (b customerBuilder) services(names ...v1alpha1.ServiceName) customerBuilder {
	b.s.customer.Spec.Services = nil
	for _, name := range names {
		b.s.customer.Spec.Services = append(b.s.customer.Spec.Services, v1alpha1.CustomerService{Name: name})
	}
	return b
}

// noSystem removes the Supplier's system: services that need a system user cannot be verified.
func (b customerBuilder) noSystem() customerBuilder {
	b.s.supplier.Spec.SystemUser.SystemID = ""
	return b
}

// custom has the customer list a service that its Supplier declares, in place of follow-up plans.
func (b customerBuilder) custom() customerBuilder {
	b.s.supplier.Spec.Services = append(b.s.supplier.Spec.Services, fixture.NetRegistration())
	return b.services(fixture.NetRegistration().Name)
}

// main returns the service that known, granted and answered are about: the custom one if the customer lists it, or else
// follow-up plans.
func (b customerBuilder) main() services.Service {
	for _, listed := range b.s.customer.Spec.Services {
		if service, _ := services.Of(b.s.supplier, listed.Name); service.Custom != nil {
			return service
		}
	}
	return fixture.Service(v1alpha1.ServiceFollowUpPlans)
}

// known sets the state of the main service before the reconcile, last verified the given time ago.
func (b customerBuilder) known(state v1alpha1.AuthorizationState, reason string, ago time.Duration) customerBuilder {
	b.s.customer.Status.Authority = entitlement.AuthorityOf(b.s.supplier)
	since, verified := metav1.NewTime(fixture.Noon.Add(-24*time.Hour)), metav1.NewTime(fixture.Noon.Add(-ago))
	b.s.customer.Status.Services = []v1alpha1.CustomerServiceStatus{{
		Name: b.main().Name,
		Authorization: v1alpha1.Authorization{
			Kind: v1alpha1.AccessAPIDelegation, State: state, Reason: reason, Since: &since, LastVerifiedTime: &verified,
			Access: b.main().AccessID(),
		},
	}}
	return b
}

// granted sets access that was verified the given time ago.
func (b customerBuilder) granted(ago time.Duration) customerBuilder {
	return b.known(v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated, ago)
}

// answered sets what the request for the main service meets in the reconcile.
func (b customerBuilder) answered(class maskinporten.Class) customerBuilder {
	b.s.responses[b.main().Name] = verdict.Response{Class: class}
	return b
}

// rejected has Maskinporten reject the request for follow-up plans in the reconcile, and answer another customer's.
func (b customerBuilder) rejected() customerBuilder {
	b.s.responses[v1alpha1.ServiceFollowUpPlans] = verdict.Response{
		Class: maskinporten.ClassRequestRejected, Witnessed: true,
	}
	return b
}

// negotiated sets the result of a negotiation of a system user in the reconcile.
func (b customerBuilder) negotiated(name v1alpha1.ServiceName, f systemuser.Finding) customerBuilder {
	b.s.responses[name] = verdict.Response{Class: classOfFinding(f), Finding: &f}
	return b
}

// inPlace adds the desired CronJob and ServiceAccount of follow-up plans.
func (b customerBuilder) inPlace() customerBuilder { return b.inPlaceOf(fixture.FollowUpPlans) }

// inPlaceOf does so for a service.
func (b customerBuilder) inPlaceOf(name v1alpha1.ServiceName) customerBuilder {
	account := syncjob.AccountMetadata()
	fixture.MustBecome(desiredFor(b.s, name).Account(), account)
	desired, err := desiredFor(b.s, name).CronJob(b.s.facts().Service(name).Schedule.String())
	if err != nil {
		panic(err)
	}
	cronJob := desired
	cronJob.UID = "5b0e4b0c-7b1c-4e0a-8f43-0d7f8a3e1c55"
	b.s.children.Services[name] = &syncjob.Child{Account: account, CronJob: cronJob}
	return b
}

// makeChild returns what is in place for follow-up plans before any run.
func makeChild() *syncjob.Child {
	return makeCustomer().granted(0).inPlace().s.children.Of(fixture.FollowUpPlans)
}

// synced sets what the status has of the jobs of follow-up plans before the reconcile. Sync has been allowed for a day.
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
	job := fixture.Job(c.CronJob, uid, report.Outcome == runreport.Succeeded)
	c.Jobs = append(c.Jobs, job)
	c.Pods = append(c.Pods, fixture.Pod(&job, report))
	return b
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
		return slices.DeleteFunc(list.Items,
			func(c v1alpha1.CustomerIntegration) bool { return c.Spec.OrganizationNumber != number }), err
	}
}

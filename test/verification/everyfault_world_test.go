package verification

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	"github.com/4human/integration-operator/internal/syncjob"
	"github.com/4human/integration-operator/test/sample"
)

// faultInterval is how often every customer is verified while faults are walked, with access and without.
const faultInterval = 2 * time.Minute

// population is a world with customers in every state, whose jobs run where they may.
type population struct {
	*loop
	transport   *patient
	keys        map[string]client.ObjectKey // by what the customer is
	numbers     map[string]string
	next        int
	withdrawals atomic.Int64 // accesses that were found to be taken back
}

// CountWithdrawal and the other methods are those of the reconciler's Observer.
func (p *population) CountWithdrawal(string, string)             { p.withdrawals.Add(1) }
func (p *population) ObserveDelay(string, string, time.Duration) {}
func (p *population) CountRun(string, string, string, string)    {}
func (p *population) CountPlans(string, int64)                   {}
func (p *population) ObserveStart(string, time.Duration)         {}
func (p *population) CountDocuments(string, int64, int64)        {}
func (p *population) CountItems(string, string, int64, int64)    {}

// patient is a client with a time-out of its own.
type patient struct{ limit atomic.Int64 }

// RoundTrip sends a request, and breaks off a response that takes too long.
func (p *patient) RoundTrip(r *http.Request) (*http.Response, error) {
	limit := time.Duration(p.limit.Load())
	if limit == 0 {
		return http.DefaultTransport.RoundTrip(r)
	}
	ctx, cancel := context.WithCancel(r.Context())
	time.AfterFunc(limit, cancel)
	return http.DefaultTransport.RoundTrip(r.WithContext(ctx))
}

// nobodyElse finds no other customer of an organization: each customer here has its own.
func nobodyElse(context.Context, v1alpha1.OrganizationNumber) ([]v1alpha1.CustomerIntegration, error) {
	return nil, nil
}

// tokenBroker is the broker's address in pods of jobs, none of which runs here.
func tokenBroker(context.Context) (syncjob.Broker, error) {
	key, err := podseal.NewKey([]byte("test"))
	return syncjob.Broker{URL: "https://token-broker.example/token", Certificate: []byte("none"), Seal: key}, err
}

// newPopulation creates the customers of a Supplier that offers services in one way, and brings them to their states.
func newPopulation(t *testing.T, o offer) *population {
	t.Helper()
	clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	w := newSystemUserWorld(t, inMemory(t), clock.Now, o)
	w.registerClient(allScopes()...)
	s := w.current()
	s.Spec.HRM.AllowedHosts = []string{"*.hrm.4human.example"}
	s.Spec.Verification.Interval = &metav1.Duration{Duration: faultInterval}
	s.Spec.Verification.WaitingInterval = &metav1.Duration{Duration: faultInterval}
	w.must(w.client.Update(context.Background(), s))
	p := &population{
		loop: newLoop(w, clock), transport: &patient{}, keys: map[string]client.ObjectKey{}, numbers: map[string]string{},
	}
	p.lead()
	p.run(0)
	p.settle()
	return p
}

// allScopes are those that the client can need.
func allScopes() []string {
	all := systemUserScopes()
	if !slices.Contains(all, accesstoken.SystemRegisterScope) {
		all = append(all, accesstoken.SystemRegisterScope)
	}
	return all
}

// lead makes a leader that knows only what is stored.
func (p *population) lead() {
	p.restart(slices.Collect(maps.Values(p.keys))...)
	p.pool.AltinnTransport = p.transport
	p.pool.Connect = func(cfg maskinporten.Config) (authority.TokenSource, error) {
		cfg.Transport = p.transport
		return maskinporten.New(cfg)
	}
	p.customers.Children = fixture.FindChildren(p.client)
	p.customers.SameOrganization, p.customers.Broker = nobodyElse, tokenBroker
	p.customers.Image, p.customers.Observer = "registry.example/sync:1", p
}

// customer adds one that wants services.
func (p *population) add(what string, names ...v1alpha1.ServiceName) string {
	p.t.Helper()
	number := numbers(p.next + 1)[p.next]
	p.next++
	c := sample.Customer(p.name, p.name, number)
	c.Spec.Sync = ""
	c.Spec.HRM = v1alpha1.HRMConnection{
		Endpoint:             "https://tiger.hrm.4human.example/integration",
		CredentialsSecretRef: v1alpha1.LocalSecretReference{Name: "tiger-hrm"},
	}
	c.Spec.Services = nil
	for _, name := range names {
		c.Spec.Services = append(c.Spec.Services, v1alpha1.CustomerService{Name: p.offer.named(name)})
	}
	p.create(c)
	p.keys[what], p.numbers[what] = client.ObjectKeyFromObject(c), number
	p.wake(p.keys[what])
	return number
}

func (p *population) giveSystemUser(number string, rights ...string) {
	p.t.Helper()
	_, err := p.simulator.Altinn.CreateSystemUser(simaltinn.SystemUser{
		SystemID: systemID, OrganizationNumber: number,
		Rights: rights,
	})
	p.must(err)
}

// The customers, by what they are. The lost one withdraws its access during each fault, and restores it.
const (
	granted   = "granted"
	waiting   = "waiting"
	withdrawn = "withdrawn"
	partly    = "partly"   // access by delegation alone: the other was rejected
	changing  = "changing" // access by system user alone, which has been asked for one right more
	lost      = "lost"
)

// customers is how many there are.
const customers = 6

// settle brings every customer to its state.
func (p *population) settle() {
	p.t.Helper()
	p.add(granted, plans, notes, applications)
	for _, what := range []string{waiting, withdrawn, partly, lost} {
		p.add(what, plans, notes)
	}
	p.add(changing, notes)
	for _, what := range []string{granted, withdrawn, partly, lost} {
		p.delegate(p.numbers[what])
	}
	for _, what := range []string{granted, withdrawn, lost} {
		p.giveSystemUser(p.numbers[what])
	}
	p.run(time.Minute)
	_, err := p.simulator.Altinn.RejectRequest(p.numbers[partly])
	p.must(err)
	p.approve(p.numbers[changing])
	p.run(2 * faultInterval)
	p.wants(p.keys[changing], notes, applications)
	p.wake(p.keys[changing])
	p.takeBack(withdrawn)
	p.run(3 * faultInterval)
	p.drain()
}

// drain forgets the events, of which the recorder holds so many and no more.
func (p *population) drain() {
	for len(p.recorded.Events) > 0 {
		<-p.recorded.Events
	}
}

// lasts lets time pass, and drops the events of that time.
func (p *population) lasts(d time.Duration) {
	p.t.Helper()
	p.run(d)
	p.drain()
}

// within lets time pass until something holds, for no longer than a limit.
func (p *population) within(limit time.Duration, holds func() bool) {
	p.t.Helper()
	for end := p.clock.Now().Add(limit); p.clock.Now().Before(end) && !holds(); {
		p.lasts(min(30*time.Second, end.Sub(p.clock.Now())))
	}
}

// round lets an interval pass, after which each customer is verified once.
func (p *population) round() {
	p.t.Helper()
	p.clock.Set(p.clock.Now().Add(faultInterval + faultInterval/4)) // none is longer, with its share of chance
	p.wake(client.ObjectKey{Name: p.name})
	for _, key := range p.keys {
		p.wake(key)
	}
	p.lasts(0)
}

// roundOfNewLeader is a round of a leader that does not know the faults yet: it reconciles customers before the
// Supplier.
func (p *population) roundOfNewLeader() {
	p.t.Helper()
	p.clock.Set(p.clock.Now().Add(faultInterval + faultInterval/4))
	p.lead()
	p.queue[client.ObjectKey{Name: p.name}] = p.clock.Now().Add(time.Second)
	p.lasts(time.Second)
}

// all reads every customer, by what it is.
func (p *population) all() map[string]*v1alpha1.CustomerIntegration {
	p.t.Helper()
	var list v1alpha1.CustomerIntegrationList
	p.must(p.client.List(context.Background(), &list, client.InNamespace(p.name)))
	all := map[string]*v1alpha1.CustomerIntegration{}
	for i := range list.Items {
		for what, key := range p.keys {
			if key.Name == list.Items[i].Name {
				all[what] = &list.Items[i]
			}
		}
	}
	return all
}

// states returns what the statuses report about the customers' access, without those left out, and what runs for them.
func (p *population) states(without ...string) map[string]string {
	p.t.Helper()
	states := map[string]string{}
	for what, c := range p.all() {
		if slices.Contains(without, what) {
			continue
		}
		for _, s := range c.Status.Services {
			a := s.Authorization
			states[what+" "+p.offer.builtIn(s.Name)] = fmt.Sprintf("%s %s %s since %s", a.State, a.Reason, a.RequestID, a.Since)
		}
		states[what+" jobs"] = p.running(p.keys[what])
	}
	return states
}

// grantedOf returns those of some states that are granted, and what runs.
func grantedOf(states map[string]string) map[string]string {
	some := maps.Clone(states)
	maps.DeleteFunc(some, func(what, state string) bool {
		return !strings.HasPrefix(state, string(v1alpha1.AuthorizationGranted)+" ") && !strings.HasSuffix(what, " jobs")
	})
	return some
}

// running describes a customer's CronJobs and Jobs.
func (p *population) running(key client.ObjectKey) string {
	p.t.Helper()
	var cronJobs batchv1.CronJobList
	p.must(p.customers.Children(context.Background(), &cronJobs, key))
	var jobs batchv1.JobList
	p.must(p.customers.Children(context.Background(), &jobs, key))
	var told []string
	for i := range cronJobs.Items {
		c := &cronJobs.Items[i]
		told = append(told, fmt.Sprintf("CronJob %s suspended=%t", c.Name, c.Spec.Suspend != nil && *c.Spec.Suspend))
	}
	for i := range jobs.Items {
		told = append(told, "first Job "+string(jobs.Items[i].UID))
	}
	slices.Sort(told)
	return strings.Join(told, ", ")
}

// takeBack has a customer take its access back, of both kinds.
func (p *population) takeBack(what string) {
	p.t.Helper()
	p.withdraw(p.numbers[what])
	p.deleteSystemUser(p.numbers[what])
}

// giveBack has a customer restore access.
func (p *population) giveBack(what string) {
	p.t.Helper()
	p.delegate(p.numbers[what])
	p.giveSystemUser(p.numbers[what])
}

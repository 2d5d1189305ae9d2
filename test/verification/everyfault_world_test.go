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

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/simulator"
	"github.com/4human/integration-operator/test/fixture"
)

// faultInterval is how often every customer is verified while faults are walked, with access and without.
const faultInterval = 2 * time.Minute

// population is a world with customers in every state, whose data flows where it may.
type population struct {
	*loop
	transport *patient
	keys      map[string]client.ObjectKey // by what the customer is
	numbers   map[string]string
	next      int
	withdrawn atomic.Int64 // accesses that were found to be taken back
}

// AccessWithdrawn and the other methods are those of the reconciler's Observer.
func (p *population) AccessWithdrawn(string, string)                 { p.withdrawn.Add(1) }
func (p *population) DetectionDelayed(string, string, time.Duration) {}
func (p *population) RunEnded(string, string, string)                {}
func (p *population) PlansCarried(string, int64)                     {}
func (p *population) DocumentsStored(string, int64, int64)           {}

// patient waits for answers as long as it is told.
type patient struct{ limit atomic.Int64 }

// RoundTrip asks, and breaks off an answer that takes too long.
func (p *patient) RoundTrip(r *http.Request) (*http.Response, error) {
	limit := time.Duration(p.limit.Load())
	if limit == 0 {
		return http.DefaultTransport.RoundTrip(r)
	}
	ctx, cancel := context.WithCancel(r.Context())
	time.AfterFunc(limit, cancel)
	return http.DefaultTransport.RoundTrip(r.WithContext(ctx))
}

// newPopulation makes the customers, and lets them come to their states.
func newPopulation(t *testing.T) *population {
	t.Helper()
	clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	w := newSystemUserWorld(t, clock.Now)
	s := w.current()
	s.Spec.HRM.AllowedHosts = []string{"*.hrm.4human.example"}
	s.Spec.Verification.Interval = &metav1.Duration{Duration: faultInterval}
	s.Spec.Verification.WaitingInterval = &metav1.Duration{Duration: faultInterval}
	w.must(server.Client.Update(context.Background(), s))
	p := &population{
		loop: newLoop(w, clock), transport: &patient{}, keys: map[string]client.ObjectKey{}, numbers: map[string]string{},
	}
	p.lead()
	p.run(0)
	p.settle()
	return p
}

// lead makes a leader that knows nothing but what is written.
func (p *population) lead() {
	p.restart(slices.Collect(maps.Values(p.keys))...)
	p.pool.AltinnTransport = p.transport
	p.pool.Connect = func(cfg maskinporten.Config) (authority.Asker, error) {
		cfg.Transport = p.transport
		return maskinporten.New(cfg)
	}
	p.customers.Children = controllers.FindLabelled(server.Client)
	p.customers.Image, p.customers.Observer = "registry.example/sync:1", p
}

// customer adds one that wants services.
func (p *population) add(what string, names ...integrationsv1alpha1.ServiceName) string {
	p.t.Helper()
	number := numbers(p.next + 1)[p.next]
	p.next++
	c := fixture.Customer(p.name, p.name, number)
	c.Spec.Sync = ""
	c.Spec.HRM = integrationsv1alpha1.HRMConnection{
		Endpoint:             "https://tiger.hrm.4human.example/integration",
		CredentialsSecretRef: integrationsv1alpha1.LocalSecretReference{Name: "tiger-hrm"},
	}
	c.Spec.Services = nil
	for _, name := range names {
		c.Spec.Services = append(c.Spec.Services, integrationsv1alpha1.CustomerService{Name: name})
	}
	p.create(c)
	p.keys[what], p.numbers[what] = client.ObjectKeyFromObject(c), number
	p.wake(p.keys[what])
	return number
}

func (p *population) giveSystemUser(number string, rights ...string) {
	p.t.Helper()
	_, err := p.simulator.CreateSystemUser(simulator.SystemUser{SystemID: systemID, OrganizationNumber: number, Rights: rights})
	p.must(err)
}

// sacrificed are the customers that take access back: during a fault, and after it.
var sacrificed = map[bool][]string{true: {"lost-plans-during", "lost-notes-during"}, false: {"lost-plans-after", "lost-notes-after"}}

// settle brings every customer to its state.
func (p *population) settle() {
	p.t.Helper()
	for _, what := range []string{"plans-granted", "plans-withdrawn", "lost-plans-during", "lost-plans-after"} {
		p.delegate(p.add(what, plans))
	}
	for _, what := range []string{"notes-granted", "notes-withdrawn", "lost-notes-during", "lost-notes-after"} {
		p.giveSystemUser(p.add(what, notes))
	}
	all := p.add("all-granted", plans, notes, applications)
	p.delegate(all)
	p.giveSystemUser(all)
	p.add("plans-waiting", plans)
	p.add("notes-waiting", notes)
	p.add("notes-rejected", notes)
	p.delegate(p.add("partly", plans, notes))
	p.add("change-waiting", notes)
	p.run(time.Minute)
	_, err := p.simulator.RejectRequest(p.numbers["notes-rejected"])
	p.must(err)
	p.approve(p.numbers["change-waiting"])
	p.run(2 * faultInterval)
	p.wants(p.keys["change-waiting"], notes, applications)
	p.wake(p.keys["change-waiting"])
	p.withdraw(p.numbers["plans-withdrawn"])
	p.deleteSystemUser(p.numbers["notes-withdrawn"])
	p.run(3 * faultInterval)
	p.drain()
}

// drain forgets the events, of which the recorder holds so many and no more.
func (p *population) drain() {
	for len(p.recorded.Events) > 0 {
		<-p.recorded.Events
	}
}

// run lets time pass, and forgets what was told meanwhile.
func (p *population) pass(d time.Duration) {
	p.t.Helper()
	for end := p.clock.Now().Add(d); p.clock.Now().Before(end); {
		p.run(min(30*time.Second, end.Sub(p.clock.Now())))
		p.drain()
	}
}

// states gives what the statuses say of the customers' accesses, but for those left out, and what runs for them.
func (p *population) states(without ...string) map[string]string {
	p.t.Helper()
	all := map[string]string{}
	for what, key := range p.keys {
		if slices.Contains(without, what) {
			continue
		}
		for _, s := range p.customer(key).Status.Services {
			a := s.Authorization
			all[what+" "+string(s.Name)] = fmt.Sprintf("%s %s %s since %s", a.State, a.Reason, a.RequestID, a.Since)
		}
		all[what+" jobs"] = p.running(key)
	}
	return all
}

// running tells of a customer's CronJobs and Jobs.
func (p *population) running(key client.ObjectKey) string {
	p.t.Helper()
	label := client.MatchingLabels{integrationsv1alpha1.LabelIntegration: key.Name}
	var cronJobs batchv1.CronJobList
	p.must(server.Client.List(context.Background(), &cronJobs, client.InNamespace(p.name), label))
	var jobs batchv1.JobList
	p.must(server.Client.List(context.Background(), &jobs, client.InNamespace(p.name), label))
	var told []string
	for i := range cronJobs.Items {
		c := &cronJobs.Items[i]
		told = append(told, fmt.Sprintf("CronJob %s suspended=%t", c.UID, c.Spec.Suspend != nil && *c.Spec.Suspend))
	}
	for i := range jobs.Items {
		told = append(told, "Job "+string(jobs.Items[i].UID))
	}
	slices.Sort(told)
	return strings.Join(told, ", ")
}

// takeBack has the sacrificed customers take their access back.
func (p *population) takeBack(during bool) {
	p.t.Helper()
	for _, what := range sacrificed[during] {
		if strings.Contains(what, "plans") {
			p.withdraw(p.numbers[what])
			continue
		}
		p.deleteSystemUser(p.numbers[what])
	}
}

// giveBack has the sacrificed customers give access again.
func (p *population) giveBack() {
	p.t.Helper()
	for _, names := range sacrificed {
		for _, what := range names {
			if strings.Contains(what, "plans") {
				p.delegate(p.numbers[what])
				continue
			}
			p.giveSystemUser(p.numbers[what])
		}
	}
}

// lost lists the sacrificed customers.
func lost() []string { return slices.Concat(sacrificed[true], sacrificed[false]) }

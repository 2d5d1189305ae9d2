package syncjob

import (
	"cmp"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/schedule"
	"github.com/4human/integration-operator/internal/services"
)

// customerBuilder builds what the objects of a customer's jobs are created from.
type customerBuilder struct{ s *scope }

type scope struct {
	customer *v1alpha1.CustomerIntegration
	supplier *v1alpha1.Supplier
	broker   Broker
}

func makeCustomer() customerBuilder {
	return customerBuilder{&scope{customer: fixture.Customer(), supplier: fixture.Supplier(), broker: makeBroker()}}
}

func (b customerBuilder) with(change func(s *scope)) customerBuilder {
	change(b.s)
	return b
}

func (b customerBuilder) services(names ...v1alpha1.ServiceName) customerBuilder {
	b.s.customer.Spec.Services = nil
	for _, name := range names {
		b.s.customer.Spec.Services = append(b.s.customer.Spec.Services, v1alpha1.CustomerService{Name: name})
	}
	return b
}

// desiredFor returns what the objects of a service are created from.
func desiredFor(s *scope, name v1alpha1.ServiceName) Desired {
	return Desired{
		Customer: s.customer, Supplier: s.supplier, Service: name,
		Image: "localhost/integration-operator-sync:dev", Broker: s.broker,
	}
}

// scheduleFor returns the schedule of a service.
func scheduleFor(s *scope, name v1alpha1.ServiceName) string {
	service, _ := services.Of(s.supplier, name)
	parsed, err := schedule.Parse(cmp.Or(string(s.customer.Spec.Service(name).Schedule), service.Schedule),
		"customers/"+naming.Child(s.customer.Name, name))
	if err != nil {
		panic(err)
	}
	return parsed.String()
}

// makeChild returns the objects of follow-up plans before any run.
func makeChild() *Child { return makeCustomer().child() }

// child returns the objects of follow-up plans before any run.
func (b customerBuilder) child() *Child {
	cronJob, err := desiredFor(b.s, fixture.FollowUpPlans).CronJob(scheduleFor(b.s, fixture.FollowUpPlans))
	if err != nil {
		panic(err)
	}
	cronJob.UID = "5b0e4b0c-7b1c-4e0a-8f43-0d7f8a3e1c55"
	return &Child{CronJob: cronJob}
}

// ran adds a run that ended at noon, with a report.
func (c *Child) ran(uid types.UID, report runreport.Report) *Child {
	job := fixture.Job(c.CronJob, uid, report.Outcome == runreport.Succeeded)
	c.Jobs, c.Pods = append(c.Jobs, job), append(c.Pods, fixture.Pod(&job, report))
	return c
}

// makeBroker returns a token broker.
func makeBroker() Broker {
	return Broker{URL: fixture.BrokerURL, Certificate: []byte(fixture.BrokerCertificate), Seal: fixture.SealKey()}
}

// tigerPlans is the name of the objects of follow-up plans, and tigerFirst of their first Job.
const (
	tigerPlans = "dynamisk-altetende-tiger-plans-88dda638"
	tigerFirst = tigerPlans + "-aa14316c"
)

// at returns a time after noon, nil for a negative one.
func at(afterNoon time.Duration) *metav1.Time {
	if afterNoon < 0 {
		return nil
	}
	return &metav1.Time{Time: fixture.Noon.Add(afterNoon)}
}

// mustDigest returns the digest of a CronJob's spec.
func mustDigest(c *batchv1.CronJob) string {
	digest, err := DigestOf(c)
	if err != nil {
		panic(err)
	}
	return digest
}

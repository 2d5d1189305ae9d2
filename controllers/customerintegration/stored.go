package customerintegration

import (
	"maps"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/syncjob"
)

// stored collects what the API server has stored of a customer's objects while a plan is carried out. The status is
// then written with it, and does not wait for the cache.
type stored struct {
	v       *verdict.Verdict
	changed map[v1alpha1.ServiceName]*syncjob.Child
	// met has the services with an object of our name that was to be created. Nothing more is done for them before its
	// owner is known.
	met map[v1alpha1.ServiceName]bool
	// outdated reports whether another client has changed what was created.
	outdated bool
	// failed has the services of which an action failed.
	failed map[v1alpha1.ServiceName]bool
}

func newStored(v *verdict.Verdict) *stored {
	return &stored{
		v: v, changed: map[v1alpha1.ServiceName]*syncjob.Child{}, met: map[v1alpha1.ServiceName]bool{},
		failed: map[v1alpha1.ServiceName]bool{},
	}
}

// of returns the objects of a service, to be changed.
func (s *stored) of(name v1alpha1.ServiceName) *syncjob.Child {
	if s.changed[name] == nil {
		c := *s.v.Of(name).Child
		s.changed[name] = &c
	}
	return s.changed[name]
}

// meet notes that an object to be created exists.
func (s *stored) meet(name v1alpha1.ServiceName) { s.met[name] = true }

// noteAccount notes an account that was created.
func (s *stored) noteAccount(name v1alpha1.ServiceName, account *corev1.ServiceAccount) {
	metadata := syncjob.AccountMetadata()
	metadata.ObjectMeta = account.ObjectMeta
	setAccount(s.of(name), metadata, syncjob.Owned)
}

// noteJob notes a Job that was created.
func (s *stored) noteJob(name v1alpha1.ServiceName, job *batchv1.Job) {
	c := s.of(name)
	c.Jobs = append(slices.Clip(c.Jobs), *job)
}

// cronJobOf returns the CronJob of a service that was applied with all that it needs, nil if none was, or if a policy
// had it stored suspended.
func (s *stored) cronJobOf(name v1alpha1.ServiceName) *batchv1.CronJob {
	c := s.changed[name]
	if c == nil || s.failed[name] || c.CronJob == nil || syncjob.IsSuspended(c.CronJob) {
		return nil
	}
	return c.CronJob
}

// isEmpty reports whether no object was created, replaced or met.
func (s *stored) isEmpty() bool { return len(s.changed)+len(s.met) == 0 }

// children returns the customer's objects.
func (s *stored) children() syncjob.Children {
	all := syncjob.Children{Services: maps.Clone(s.v.Children.Services), Orphans: s.v.Children.Orphans}
	for name, c := range s.changed {
		syncjob.MendChildrenClock(c, s.v.Now, s.v.Watched)
		all.Services[name] = c
	}
	return all
}

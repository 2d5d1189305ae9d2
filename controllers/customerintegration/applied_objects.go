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

// appliedObjects are a customer's objects as the API server stores them while a plan is applied. The second status is
// written from them, because the cache may not have them yet.
type appliedObjects struct {
	v       *verdict.Verdict
	changed map[v1alpha1.ServiceName]*syncjob.Child
	// existing has the services for which an object to create exists already. Nothing more is done for them until the
	// object's owner is known.
	existing map[v1alpha1.ServiceName]bool
	// changedByOthers reports whether another client has changed a created object.
	changedByOthers bool
	// failed has the services of which an action failed.
	failed map[v1alpha1.ServiceName]bool
}

func newAppliedObjects(v *verdict.Verdict) *appliedObjects {
	return &appliedObjects{
		v: v, changed: map[v1alpha1.ServiceName]*syncjob.Child{}, existing: map[v1alpha1.ServiceName]bool{},
		failed: map[v1alpha1.ServiceName]bool{},
	}
}

// childOf returns the objects of a service. The caller may change them.
func (s *appliedObjects) childOf(name v1alpha1.ServiceName) *syncjob.Child {
	if s.changed[name] == nil {
		c := *s.v.Service(name).Child
		s.changed[name] = &c
	}
	return s.changed[name]
}

// noteExisting notes that an object to create exists already.
func (s *appliedObjects) noteExisting(name v1alpha1.ServiceName) { s.existing[name] = true }

// noteAccount notes an account that was created.
func (s *appliedObjects) noteAccount(name v1alpha1.ServiceName, account *corev1.ServiceAccount) {
	metadata := syncjob.AccountMetadata()
	metadata.ObjectMeta = account.ObjectMeta
	setAccount(s.childOf(name), metadata, syncjob.Owned)
}

// noteJob notes a Job that was created.
func (s *appliedObjects) noteJob(name v1alpha1.ServiceName, job *batchv1.Job) {
	c := s.childOf(name)
	c.Jobs = append(slices.Clip(c.Jobs), *job)
}

// cronJobOf returns the applied CronJob of a service, nil if none was applied, if another action of the service failed,
// or if a policy suspended it.
func (s *appliedObjects) cronJobOf(name v1alpha1.ServiceName) *batchv1.CronJob {
	c := s.changed[name]
	if c == nil || s.failed[name] || c.CronJob == nil || syncjob.IsSuspended(c.CronJob) {
		return nil
	}
	return c.CronJob
}

// isEmpty reports whether no object was created or replaced, and none to create exists already.
func (s *appliedObjects) isEmpty() bool { return len(s.changed)+len(s.existing) == 0 }

// children returns the customer's objects.
func (s *appliedObjects) children() syncjob.Children {
	all := syncjob.Children{Services: maps.Clone(s.v.Children.Services), Orphans: s.v.Children.Orphans}
	for name, c := range s.changed {
		syncjob.MendChildrenClock(c, s.v.Now, s.v.Watched)
		all.Services[name] = c
	}
	return all
}

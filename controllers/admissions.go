package controllers

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
)

// admission says that a spec that was written whole is stored as another one: admission policies change it, or the API
// server has defaults that we do not know. Both are digests. The zero value says nothing.
type admission struct{ desired, stored string }

// admissions remembers what became of the CronJobs that we wrote, so that the change of a policy is not taken for an edit
// and undone again and again. Only CronJobs that are stored otherwise are in it. After a restart each of them is written
// once more, which changes nothing at the API server.
type admissions struct {
	mu  sync.Mutex
	all map[types.NamespacedName]admission
}

// of returns what is known of a CronJob.
func (a *admissions) of(cronJob types.NamespacedName) admission {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.all[cronJob]
}

// note remembers as what a CronJob was stored.
func (a *admissions) note(cronJob types.NamespacedName, as admission) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if as.desired == as.stored {
		delete(a.all, cronJob)
		return
	}
	if a.all == nil {
		a.all = map[types.NamespacedName]admission{}
	}
	a.all[cronJob] = as
}

// forget drops what is known of a CronJob.
func (a *admissions) forget(cronJob types.NamespacedName) { a.note(cronJob, admission{}) }

// covers reports whether a spec is stored as it should be.
func (a admission) covers(desired, stored string) bool {
	return desired == stored || a == admission{desired: desired, stored: stored}
}

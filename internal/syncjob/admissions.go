package syncjob

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
)

// Admission says that a spec that was written whole is stored as another one: admission policies change it, or the API
// server has defaults that we do not know. Both are digests. The zero value says nothing.
type Admission struct{ Desired, Stored string }

// Admissions remembers what became of the CronJobs that we wrote, so that the change of a policy is not taken for an edit
// and undone again and again. Only CronJobs that are stored otherwise are in it. After a restart each of them is written
// once more, which changes nothing at the API server.
type Admissions struct {
	mu  sync.Mutex
	all map[types.NamespacedName]Admission
}

// Of returns what is known of a CronJob.
func (a *Admissions) Of(cronJob types.NamespacedName) Admission {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.all[cronJob]
}

// Note remembers as what a CronJob was stored.
func (a *Admissions) Note(cronJob types.NamespacedName, as Admission) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if as.Desired == as.Stored {
		delete(a.all, cronJob)
		return
	}
	if a.all == nil {
		a.all = map[types.NamespacedName]Admission{}
	}
	a.all[cronJob] = as
}

// Forget drops what is known of a CronJob.
func (a *Admissions) Forget(cronJob types.NamespacedName) { a.Note(cronJob, Admission{}) }

// covers reports whether a spec is stored as it should be.
func (a Admission) covers(desired, stored string) bool {
	return desired == stored || a == Admission{Desired: desired, Stored: stored}
}

package syncjob

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
)

// Admission records that a spec which was written whole is stored as another one: an admission policy changes it, or
// the API server has defaults that we do not know. Both are digests.
type Admission struct{ Desired, Stored string }

// Admissions remembers how the CronJobs that we wrote are stored, so that a policy's change is not taken for an edit
// and reverted again and again. It has only CronJobs that are stored differently. After a restart each of them is
// written once more, which changes nothing at the API server.
type Admissions struct {
	mu  sync.Mutex
	all map[types.NamespacedName]Admission
}

// Of returns the Admission of a CronJob.
func (a *Admissions) Of(cronJob types.NamespacedName) Admission {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.all[cronJob]
}

// Note remembers how a CronJob is stored.
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

// Forget drops what is remembered of a CronJob.
func (a *Admissions) Forget(cronJob types.NamespacedName) { a.Note(cronJob, Admission{}) }

// covers reports whether a spec is stored as desired.
func (a Admission) covers(desired, stored string) bool {
	return desired == stored || a == Admission{Desired: desired, Stored: stored}
}

package syncjob

import (
	"maps"
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
	all map[types.NamespacedName]customerAdmission
}

// customerAdmission is the Admission of a customer's CronJob.
type customerAdmission struct {
	Admission
	customer types.NamespacedName
}

// Of returns the Admission of a CronJob.
func (a *Admissions) Of(cronJob types.NamespacedName) Admission {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.all[cronJob].Admission
}

// Note remembers how a customer's CronJob is stored.
func (a *Admissions) Note(customer, cronJob types.NamespacedName, as Admission) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if as.Desired == as.Stored {
		delete(a.all, cronJob)
		return
	}
	if a.all == nil {
		a.all = map[types.NamespacedName]customerAdmission{}
	}
	a.all[cronJob] = customerAdmission{as, customer}
}

// Forget drops what is remembered of a customer's CronJobs.
func (a *Admissions) Forget(customer types.NamespacedName) {
	a.mu.Lock()
	defer a.mu.Unlock()
	maps.DeleteFunc(a.all, func(_ types.NamespacedName, known customerAdmission) bool {
		return known.customer == customer
	})
}

// covers reports whether a spec is stored as desired.
func (a Admission) covers(desired, stored string) bool {
	return desired == stored || a == Admission{Desired: desired, Stored: stored}
}

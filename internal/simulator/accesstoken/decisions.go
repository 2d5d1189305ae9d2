package accesstoken

import (
	"sync"
	"time"
)

// decisionsLast is how long Altinn's decision point caches a decision.
const decisionsLast = 5 * time.Minute

// Decisions are Altinn's cached decisions. The zero value is ready to use.
type Decisions struct{ all sync.Map }

// decision is a cached decision of Altinn's decision point.
type decision struct {
	allowed bool
	until   time.Time
}

// MayRead returns whether a system user has the right to a resource of a unit, as decided some minutes ago at most.
func (d *Decisions) MayRead(user SystemUser, unit, resource string, now time.Time, decide func() bool) bool {
	key := user.ID + "/" + unit + "/" + resource
	if known, is := d.all.Load(key); is {
		if cached, is := known.(decision); is && now.Before(cached.until) {
			return cached.allowed
		}
	}
	fresh := decision{decide(), now.Add(decisionsLast)}
	d.all.Store(key, fresh)
	return fresh.allowed
}

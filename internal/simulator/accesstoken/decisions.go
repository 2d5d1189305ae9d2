package accesstoken

import (
	"sync"
	"time"
)

// SystemUsers finds what a system user has access to, in Altinn.
type SystemUsers interface {
	// AccessOf returns the organizations that the system user of that id acts for, and the rights and packages that it
	// has.
	AccessOf(id string) (parties, rights, packages []string, found bool)
}

// decisionsLast is how long Altinn's decision point caches a decision.
const decisionsLast = 5 * time.Minute

// Decisions are Altinn's cached decisions. The zero value is ready to use.
type Decisions struct{ all sync.Map }

// decision is a cached decision of Altinn's decision point.
type decision struct {
	allowed bool
	until   time.Time
}

// Of returns whether a system user has the right to a resource of a unit, as decided some minutes ago at most.
func (d *Decisions) Of(user SystemUser, unit, resource string, now time.Time, decide func() bool) bool {
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

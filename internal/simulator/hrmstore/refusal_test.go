package hrmstore

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
)

// refuseAll refuses a plan until a person must decide, and returns the hours at which it was refused.
func refuseAll(t *testing.T, tenant *Tenant, c *clock, hour time.Duration) (hours []int) {
	t.Helper()
	began := c.now
	for range 20 {
		claim := uuid.New()
		p, open, err := tenant.Claim(claim, time.Millisecond*10)
		must(t, err)
		if open.Undecided > 0 {
			return hours
		}
		if p == nil {
			c.now = c.now.Add(hour)
			continue
		}
		hours = append(hours, int(c.now.Sub(began)/hour))
		must(t, tenant.Announce(claim, uuid.New(), time.Minute))
		must(t, tenant.Settle(claim, refusedNow))
		plans, err := tenant.Plans()
		must(t, err)
		if p := plans[0]; p.State == Refused {
			c.now = p.Until
		}
	}
	t.Fatalf("it is never undecided: %v", hours)
	return nil
}

// TestRefusalSchedule refuses a plan whenever it is offered. The waits must be those of the contract's table, until a
// person must decide.
func TestRefusalSchedule(t *testing.T) {
	want := []int{0, 1, 3, 7, 15, 31, 55, 79}
	tenant, c := newTenant(t)
	offerPlans(t, tenant, "plan")
	began := c.now
	diff(t, "an hour, doubled up to a day, for three days", want, refuseAll(t, tenant, c, time.Hour))
	plans, err := tenant.Plans()
	must(t, err)
	diff(t, "undecided", Undecided, plans[0].State)
	diff(t, "what is kept", &Refusals{
		First: began, Last: began.Add(79 * time.Hour), Count: 8,
		Answer: *refusedNow.Refused,
	}, plans[0].Refusals)

	c.now = c.now.Add(30 * 24 * time.Hour)
	p, open, err := tenant.Claim(uuid.New(), time.Minute)
	must(t, err)
	if p != nil || open.Undecided != 1 {
		t.Errorf("a month later, without a decision: %+v, %+v", p, open)
	}

	must(t, tenant.Decide("plan", OfferAgain))
	diff(t, "anew from zero", want, refuseAll(t, tenant, c, time.Hour))
	must(t, tenant.Decide("plan", Abandon))
	p, open, err = tenant.Claim(uuid.New(), time.Minute)
	must(t, err)
	if p != nil || open != (Waiting{}) {
		t.Errorf("a plan that was given up: %+v, %+v", p, open)
	}
}

// TestRefusalHour shortens the hour of the waits to seconds, as tests of HRM systems do.
func TestRefusalHour(t *testing.T) {
	c := newClock()
	store := open(t, filepath.Join(t.TempDir(), "hrm.db"), c.Now)
	store.RefusalHour = time.Second
	tenant := store.Tenant("tiger")
	offerPlans(t, tenant, "plan")
	diff(t, "the same, faster", []int{0, 1, 3, 7, 15, 31, 55, 79}, refuseAll(t, tenant, c, time.Second))
}

// TestRefusedComeLast verifies that other plans are offered before those that NAV has refused, so that one outage does
// not delay them.
func TestRefusedComeLast(t *testing.T) {
	tenant, c := newTenant(t)
	offerPlans(t, tenant, "z", "a")
	for range 2 {
		claim := uuid.New()
		_, _, err := tenant.Claim(claim, time.Minute)
		must(t, err)
		must(t, tenant.Announce(claim, uuid.New(), time.Minute))
		must(t, tenant.Settle(claim, refusedNow))
	}
	offerPlans(t, tenant, "m")
	c.now = c.now.Add(time.Hour)
	var got []string
	for range 3 {
		p, _, err := tenant.Claim(uuid.New(), time.Minute)
		must(t, err)
		got = append(got, p.ID)
	}
	diff(t, "the order", []string{"m", "z", "a"}, got)
}

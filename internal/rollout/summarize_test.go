package rollout_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/rollout"
)

// of returns a customer with services.
func of(state rollout.State, turn v1alpha1.Actor, services ...rollout.Service) rollout.Customer {
	return rollout.Customer{State: state, Turn: turn, Services: services}
}

// given is a service with access since a time, with data if it has any.
func given(name v1alpha1.ServiceName, since time.Time, data bool) rollout.Service {
	s := rollout.Service{Name: name, State: rollout.Granted, Access: v1alpha1.AuthorizationGranted, Since: since}
	if data {
		s.LastData = now
	}
	return s
}

func without(name v1alpha1.ServiceName, access v1alpha1.AuthorizationState, since time.Time) rollout.Service {
	return rollout.Service{Name: name, State: rollout.Waiting, Access: access, Since: since}
}

// awaited is a customer that has been awaited for a time.
func awaited(d time.Duration) rollout.Customer {
	c := of(rollout.Waiting, v1alpha1.ActorCustomer, without(plans, v1alpha1.AuthorizationNotGranted, now.Add(-d)))
	c.WaitingSince = now.Add(-d)
	return c
}

func TestCounts(t *testing.T) {
	o := rollout.Summarize([]rollout.Customer{
		of(rollout.Granted, "", given(plans, now, true)),
		of(rollout.Granted, "", given(plans, now, true)),
		of(rollout.Waiting, v1alpha1.ActorCustomer, without(plans, v1alpha1.AuthorizationNotGranted, now)),
	}, now)
	states := []rollout.StateCount{
		{State: rollout.Blocked},
		{State: rollout.Withdrawn},
		{State: rollout.Rejected},
		{State: rollout.Failing},
		{State: rollout.Waiting, Count: 1},
		{State: rollout.Unverified},
		{State: rollout.Suspended},
		{State: rollout.Granted, Count: 2},
	}
	if diff := cmp.Diff(states, o.ByState); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	turns := []rollout.TurnCount{
		{Actor: v1alpha1.ActorCustomer, Count: 1},
		{Actor: v1alpha1.ActorSupplier},
		{Actor: v1alpha1.ActorPlatformTeam},
		{Actor: v1alpha1.ActorNAV},
		{Actor: v1alpha1.ActorDigdir},
		{Actor: "", Count: 2},
	}
	if diff := cmp.Diff(turns, o.ByTurn); diff != "" {
		t.Errorf("turns (-want +got):\n%s", diff)
	}
}

// TestCurve counts each access on the day in Oslo on which it was given, over the change to winter time on October 25.
func TestCurve(t *testing.T) {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, time.October, 26, 12, 0, 0, 0, oslo)
	day := func(n int) time.Time { return time.Date(2026, time.October, n, 0, 0, 0, 0, oslo) }
	cases := map[string]struct {
		reason   string
		services []rollout.Service
		want     []rollout.Point
	}{
		"none": {
			reason: "Without an access, the curve has today.",
			want:   []rollout.Point{{Day: day(26)}},
		},
		"each": {
			reason: "Each service counts, and days without an access are in between.",
			services: []rollout.Service{
				given(plans, day(24).Add(time.Second), true), given(notes, day(26).Add(-time.Second), false),
				given(payments, day(25), false),
			},
			want: []rollout.Point{
				{Day: day(24), Given: 1, Total: 1}, {Day: day(25), Given: 2, Total: 3}, {Day: day(26), Total: 3},
			},
		},
		"not-given": {
			reason: "Withdrawn, awaited and undated accesses do not count.",
			services: []rollout.Service{
				without(plans, v1alpha1.AuthorizationWithdrawn, day(24)),
				without(notes, v1alpha1.AuthorizationAwaitingApproval, day(24)),
				given(payments, time.Time{}, true),
			},
			want: []rollout.Point{{Day: day(26)}},
		},
		"suspended": {
			reason: "An access that is suspended is still given.",
			services: []rollout.Service{
				{Name: plans, State: rollout.Suspended, Access: v1alpha1.AuthorizationGranted, Since: day(26)},
			},
			want: []rollout.Point{{Day: day(26), Given: 1, Total: 1}},
		},
		"wrong-clock": {
			reason:   "An access in the future counts today.",
			services: []rollout.Service{given(plans, day(30), true)},
			want:     []rollout.Point{{Day: day(26), Given: 1, Total: 1}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			o := rollout.Summarize([]rollout.Customer{of(rollout.Granted, "", c.services...)}, at)
			if diff := cmp.Diff(c.want, o.Curve); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

func TestFunnels(t *testing.T) {
	o := rollout.Summarize([]rollout.Customer{
		of(rollout.Granted, "", given(plans, now, true), given(notes, now, false)),
		of(rollout.Waiting, "", without(plans, v1alpha1.AuthorizationNotGranted, now)),
		of(rollout.Unverified, "", without(plans, v1alpha1.AuthorizationUnknown, now)),
		of(rollout.Unverified, "", without(plans, "", now)),
		of(rollout.Withdrawn, "", without(plans, v1alpha1.AuthorizationWithdrawn, now)),
		of(rollout.Rejected, "", without(notes, v1alpha1.AuthorizationRejected, now)),
	}, now)
	want := []rollout.Funnel{
		{Service: plans, Listed: 5, Asked: 3, Access: 1, FirstData: 1},
		{Service: notes, Listed: 2, Asked: 2, Access: 1},
	}
	if diff := cmp.Diff(want, o.Funnels); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAges puts each bound into the bucket that begins with it.
func TestAges(t *testing.T) {
	const day = 24 * time.Hour
	cases := map[string]struct {
		age    time.Duration
		bucket int
	}{
		"future":      {age: -time.Hour, bucket: 0},
		"now":         {age: 0, bucket: 0},
		"below-1":     {age: day - 1, bucket: 0},
		"1":           {age: day, bucket: 1},
		"3":           {age: 3 * day, bucket: 2},
		"below-7":     {age: 7*day - 1, bucket: 2},
		"7":           {age: 7 * day, bucket: 3},
		"14":          {age: 14 * day, bucket: 4},
		"below-30":    {age: 30*day - 1, bucket: 4},
		"30":          {age: 30 * day, bucket: 5},
		"a-long-time": {age: 500 * day, bucket: 5},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			o := rollout.Summarize([]rollout.Customer{awaited(c.age)}, now)
			want := []rollout.AgeCount{
				{Most: day},
				{Least: day, Most: 3 * day},
				{Least: 3 * day, Most: 7 * day},
				{Least: 7 * day, Most: 14 * day},
				{Least: 14 * day, Most: 30 * day},
				{Least: 30 * day},
			}
			want[c.bucket].Count = 1
			if diff := cmp.Diff(want, o.Ages); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestWithdrawals counts withdrawn accesses of 30 days, the last of which is today.
func TestWithdrawals(t *testing.T) {
	o := rollout.Summarize([]rollout.Customer{
		of(rollout.Withdrawn, "",
			without(plans, v1alpha1.AuthorizationWithdrawn, now), without(notes, v1alpha1.AuthorizationWithdrawn, daysAgo(29)),
			without(payments, v1alpha1.AuthorizationRejected, now)),
		of(rollout.Withdrawn, "", without(plans, v1alpha1.AuthorizationWithdrawn, daysAgo(30))),
	}, now)
	if len(o.Withdrawals) != 30 {
		t.Fatalf("%d days", len(o.Withdrawals))
	}
	counts := map[int]int{}
	for i, d := range o.Withdrawals {
		if d.Count > 0 {
			counts[i] = d.Count
		}
	}
	if diff := cmp.Diff(map[int]int{0: 1, 29: 1}, counts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSumsAgree checks on populations of several sizes that no number contradicts another one, or what Select returns.
func TestSumsAgree(t *testing.T) {
	for name, n := range map[string]int{"none": 0, "one": 1, "some": 37, "many": 3000} {
		t.Run(name, func(t *testing.T) {
			all := described(n)
			o := rollout.Summarize(all, now)
			sums := map[string]int{"customers": o.Customers, "states": 0, "turns": 0}
			for _, s := range o.ByState {
				sums["states"] += s.Count
			}
			for _, a := range o.ByTurn {
				sums["turns"] += a.Count
			}
			if diff := cmp.Diff(map[string]int{"customers": n, "states": n, "turns": n}, sums); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			checkAccesses(t, all, &o)
			checkAges(t, all, &o)
		})
	}
}

// checkAccesses compares the curve's end with the funnels, and the funnels' steps with each other.
func checkAccesses(t *testing.T, all []rollout.Customer, o *rollout.Overview) {
	t.Helper()
	listed, access, total := 0, 0, 0
	for _, f := range o.Funnels {
		listed, access = listed+f.Listed, access+f.Access
		if f.Listed < f.Asked || f.Asked < f.Access || f.Access < f.FirstData || f.FirstData < 0 {
			t.Errorf("the funnel widens: %+v", f)
		}
	}
	for i := range o.Curve {
		p := o.Curve[i]
		if total += p.Given; p.Total != total {
			t.Errorf("%v has %d in total, want %d", p.Day, p.Total, total)
		}
	}
	services := 0
	for i := range all {
		services += len(all[i].Services)
	}
	if listed != services || access != total {
		t.Errorf("%d listed of %d services, %d accesses in the funnels and %d in the curve", listed, services, access, total)
	}
}

// checkAges compares the ages with what Select returns for each bound.
func checkAges(t *testing.T, all []rollout.Customer, o *rollout.Overview) {
	t.Helper()
	for i := range o.Ages {
		longer := 0
		for _, a := range o.Ages[i:] {
			longer += a.Count
		}
		q := rollout.Query{WaitingFor: max(o.Ages[i].Least, 1)}
		if got := len(rollout.Select(all, q, now)); got != longer {
			t.Errorf("%d customers have waited for %v, and the ages have %d", got, q.WaitingFor, longer)
		}
	}
}

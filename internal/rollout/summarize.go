package rollout

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// withdrawalDays is how many days Overview.Withdrawals has.
const withdrawalDays = 30

// Actors lists the actors whose turn it may be.
func Actors() []v1alpha1.Actor {
	return []v1alpha1.Actor{
		v1alpha1.ActorCustomer, v1alpha1.ActorSupplier, v1alpha1.ActorPlatformTeam, v1alpha1.ActorNAV, v1alpha1.ActorDigdir,
	}
}

// Summarize describes the roll-out to customers in numbers.
func Summarize(all []Customer, now time.Time) Overview {
	o := Overview{
		Customers: len(all), ByState: countStates(all), ByTurn: countTurns(all), Curve: curveOf(all, now),
		Ages: agesOf(all, now), Withdrawals: withdrawalsOf(all, now),
	}
	for _, s := range Listed(all) {
		o.Funnels = append(o.Funnels, funnelOf(all, s))
	}
	return o
}

// Listed returns each service that a customer lists, once, by name. Only name and declaration are set.
func Listed(all []Customer) []Service {
	found := map[v1alpha1.ServiceName]Service{}
	for i := range all {
		for _, s := range all[i].Services {
			if known, ok := found[s.Name]; !ok || known.Custom == nil {
				found[s.Name] = Service{Name: s.Name, Custom: s.Custom}
			}
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b Service) int { return cmp.Compare(a.Name, b.Name) })
}

func countStates(all []Customer) []StateCount {
	counts := map[State]int{}
	for i := range all {
		counts[all[i].State]++
	}
	states := States()
	list := make([]StateCount, 0, len(states))
	for _, s := range states {
		list = append(list, StateCount{s, counts[s]})
	}
	return list
}

func countTurns(all []Customer) []TurnCount {
	counts := map[v1alpha1.Actor]int{}
	for i := range all {
		counts[all[i].Turn]++
	}
	everyone := append(Actors(), "") // "" if no person has to act
	list := make([]TurnCount, 0, len(everyone))
	for _, a := range everyone {
		list = append(list, TurnCount{a, counts[a]})
	}
	return list
}

// startOfDay returns when the day of a time begins in Oslo.
func startOfDay(t time.Time) time.Time {
	y, m, d := t.In(oslo).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, oslo)
}

// curveOf returns the accesses that were given, by the day. Those with a time in the future count as today's.
func curveOf(all []Customer, now time.Time) []Point {
	given, today := map[time.Time]int{}, startOfDay(now)
	first := today
	for i := range all {
		for _, s := range all[i].Services {
			if !s.IsGranted() || s.Since.IsZero() {
				continue
			}
			d := startOfDay(s.Since)
			if d.After(today) {
				d = today
			}
			given[d]++
			if d.Before(first) {
				first = d
			}
		}
	}
	var curve []Point
	total := 0
	for d := first; !d.After(today); d = startOfDay(d.AddDate(0, 0, 1)) {
		total += given[d]
		curve = append(curve, Point{Day: d, Given: given[d], Total: total})
	}
	return curve
}

// funnelOf returns how far the customers are that list a service.
func funnelOf(all []Customer, service Service) Funnel {
	f := Funnel{Service: service.Name, Custom: service.Custom}
	for i := range all {
		for _, s := range all[i].Services {
			if s.Name != service.Name {
				continue
			}
			f.Listed++
			if _, isKnown := ofAccess[s.Access]; !isKnown {
				continue
			}
			f.Asked++
			if !s.IsGranted() {
				continue
			}
			f.Access++
			if !s.LastData.IsZero() {
				f.FirstData++
			}
		}
	}
	return f
}

// ages are the bounds of Overview.Ages.
var ages = []time.Duration{0, day, 3 * day, 7 * day, 14 * day, 30 * day, 0}

// agesOf counts the customers who are awaited by for how long.
func agesOf(all []Customer, now time.Time) []AgeCount {
	list := make([]AgeCount, len(ages)-1)
	for i := range list {
		list[i].Least, list[i].Most = ages[i], ages[i+1]
	}
	for i := range all {
		if all[i].WaitingSince.IsZero() {
			continue
		}
		age := max(now.Sub(all[i].WaitingSince), 0)
		bucket, found := slices.BinarySearchFunc(list, age, func(a AgeCount, d time.Duration) int {
			return cmp.Compare(a.Least, d)
		})
		if !found {
			bucket--
		}
		list[bucket].Count++
	}
	return list
}

// withdrawalsOf counts the accesses that were withdrawn, by the day.
func withdrawalsOf(all []Customer, now time.Time) []DayCount {
	counts := map[time.Time]int{}
	for i := range all {
		for _, s := range all[i].Services {
			if s.Access == v1alpha1.AuthorizationWithdrawn {
				counts[startOfDay(s.Since)]++
			}
		}
	}
	list := make([]DayCount, withdrawalDays)
	today := startOfDay(now)
	for i := range list {
		d := startOfDay(today.AddDate(0, 0, i-withdrawalDays+1))
		list[i] = DayCount{Day: d, Count: counts[d]}
	}
	return list
}

package authority

import (
	"container/heap"
	"errors"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// attempt is a request that is tried at a time.
type attempt struct {
	at, since time.Time
	priority  Priority
	key       customerScope
	begun     bool // a further request of a negotiation that was let through
}

// attempts are a heap: first the one whose time is first.
type attempts []attempt

// rates are numbers of requests by priority.
type rates map[Priority]int

func (a *attempts) Len() int           { return len(*a) }
func (a *attempts) Less(i, j int) bool { return (*a)[i].at.Before((*a)[j].at) }
func (a *attempts) Swap(i, j int)      { (*a)[i], (*a)[j] = (*a)[j], (*a)[i] }

// Push appends an attempt.
func (a *attempts) Push(x any) {
	one, _ := x.(attempt)
	*a = append(*a, one)
}

// Pop removes the last attempt.
func (a *attempts) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// TestLimiterShares lets requests of several priorities come, each again at the time that it got, up to a second late.
// It counts what is sent a second, and how late the latest is.
func TestLimiterShares(t *testing.T) {
	const perSecond, seconds = 20, 300
	each := func(flooding Priority) rates {
		all := rates{PriorityRetry: 1, PriorityRoutine: 1, PriorityWaiting: 1, PriorityChanged: 1, PriorityJob: 1}
		all[flooding] = 30
		return all
	}
	cases := map[string]struct {
		reason string
		come   rates // requests a second
		sent   rates // at least
		late   map[Priority]time.Duration
	}{
		"flood of waiting": {
			reason: "who needs less than the share gets it", come: each(PriorityWaiting),
			sent: rates{PriorityRetry: 1, PriorityRoutine: 1, PriorityWaiting: 14, PriorityChanged: 1, PriorityJob: 1},
		},
		"flood of new": {
			reason: "likewise", come: each(PriorityChanged),
			sent: rates{PriorityRetry: 1, PriorityRoutine: 1, PriorityWaiting: 1, PriorityChanged: 14, PriorityJob: 1},
		},
		"flood of runs": {
			reason: "likewise", come: each(PriorityJob),
			sent: rates{PriorityRetry: 1, PriorityRoutine: 1, PriorityWaiting: 1, PriorityChanged: 1, PriorityJob: 14},
		},
		"routine needs its share": {
			reason: "a quarter", come: rates{PriorityRoutine: 5, PriorityChanged: 30},
			sent: rates{PriorityRoutine: 5, PriorityChanged: 14},
		},
		"routine needs more": {
			reason: "a quarter, each in its turn: a third of it waits at the end",
			come:   rates{PriorityRoutine: 8, PriorityChanged: 30},
			sent:   rates{PriorityRoutine: 5, PriorityChanged: 14},
			late:   map[Priority]time.Duration{PriorityRoutine: seconds * time.Second},
		},
		"all need more": {
			reason: "the shares are three quarters together",
			come: rates{
				PriorityRetry: 30, PriorityRoutine: 30, PriorityWaiting: 30, PriorityChanged: 30, PriorityJob: 30,
			},
			sent: rates{PriorityRetry: 2, PriorityRoutine: 4, PriorityWaiting: 2, PriorityChanged: 2, PriorityJob: 2},
			late: map[Priority]time.Duration{
				PriorityRetry: seconds * time.Second, PriorityRoutine: seconds * time.Second,
				PriorityWaiting: seconds * time.Second, PriorityChanged: seconds * time.Second, PriorityJob: seconds * time.Second,
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := play(newLimiter(perSecond), load{come: tc.come}, seconds)
			sent, late := got.sent, got.late
			all := 0
			for _, p := range priorities() {
				t.Logf("%s: %.1f a second, at most %s late", p, float64(sent[p])/seconds, late[p])
				all += sent[p]
				if sent[p] < (tc.sent[p]*seconds)*97/100 {
					t.Errorf("%s: %s: %d sent, want %d a second", tc.reason, p, sent[p], tc.sent[p])
				}
				if most := max(tc.late[p], 5*time.Second); tc.come[p] < perSecond && late[p] > most {
					t.Errorf("%s: %s: %s late, want at most %s", tc.reason, p, late[p], most)
				}
			}
			if most := perSecond*(seconds+1) + maxDebt; all > most {
				t.Errorf("%d requests, at most %d may be sent", all, most)
			}
		})
	}
}

// TestRunsGetTheirTokens lets runs request tokens beside negotiations of several requests each. A worker tries a run
// again after 10 to 14 seconds, not at the time that it got, and ends after a minute.
func TestRunsGetTheirTokens(t *testing.T) {
	const perSecond, seconds = 20, 600
	cases := map[string]struct {
		reason string
		load   load
		begun  rates // at least, within the time
	}{
		"agents and waiting": {
			reason: "negotiations do not take the share of the runs",
			load: load{
				due:  rates{PriorityRoutine: 5000, PriorityWaiting: 1000},
				cost: rates{PriorityRoutine: 3, PriorityWaiting: 3}, come: rates{PriorityJob: 1},
			},
			begun: rates{PriorityJob: 585, PriorityRoutine: 1000, PriorityWaiting: 500},
		},
		"new and routine": {
			reason: "nor do negotiations of new customers",
			load: load{
				due:  rates{PriorityRoutine: 5000, PriorityChanged: 5000},
				cost: rates{PriorityChanged: 4}, come: rates{PriorityJob: 1},
			},
			begun: rates{PriorityJob: 585, PriorityRoutine: 2900, PriorityChanged: 1000},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			tc.load.workers = true
			got := play(newLimiter(perSecond), tc.load, seconds)
			t.Logf("begun %v, %d requests, %d runs gave up, latest run %s", got.sent, got.requests, got.gaveUp,
				got.late[PriorityJob])
			if got.gaveUp > 0 {
				t.Errorf("%s: %d of %d runs gave up", tc.reason, got.gaveUp, got.gaveUp+got.sent[PriorityJob])
			}
			for p, least := range tc.begun {
				if got.sent[p] < least {
					t.Errorf("%s: %s: %d begun, want %d", tc.reason, p, got.sent[p], least)
				}
			}
			if most := perSecond*(seconds+1) + 5*maxDebt; got.requests > most {
				t.Errorf("%d requests, at most %d may be sent", got.requests, most)
			}
		})
	}
}

// TestShareOwesAtMostAMinute charges a list of a thousand pages to a share: it goes on a minute later.
func TestShareOwesAtMostAMinute(t *testing.T) {
	l := newLimiter(20)
	line := l.backlogs[PriorityWaiting]
	line.since = noon.Add(-time.Minute)
	for range 1000 {
		l.owe(noon, PriorityWaiting)
	}
	if !line.share.AllowN(noon.Add(maxAhead+2*line.shareInterval()), 1) {
		t.Errorf("a minute later the share owes %.0f requests", -line.share.TokensAt(noon.Add(maxAhead)))
	}
}

// load is what is requested of a limiter.
type load struct {
	come    rates // how many a second
	due     rates // how many at once, within half a minute
	cost    rates // the requests of a negotiation, if it is more than one; the others follow 100 ms apart
	workers bool  // try runs again after 10 to 14 seconds, for a minute
}

// attempts returns the first attempts within a time.
func (o load) attempts(seconds int) *attempts {
	due := &attempts{}
	add := func(p Priority, kind string, i int, after time.Duration) {
		key := customerScope{customer: types.NamespacedName{Namespace: p.String(), Name: kind + numbered(i).Name}}
		heap.Push(due, attempt{at: noon.Add(after), since: noon.Add(after), priority: p, key: key})
	}
	for _, p := range priorities() {
		for i := range o.come[p] * seconds {
			add(p, "", i, time.Duration(i)*time.Second/time.Duration(o.come[p]))
		}
		for i := range o.due[p] {
			add(p, "due-", i, time.Duration(i*7919%o.due[p])*30*time.Second/time.Duration(o.due[p]))
		}
	}
	return due
}

// played is what became of a load.
type played struct {
	sent             map[Priority]int // requests, or negotiations that were let through
	late             map[Priority]time.Duration
	requests, gaveUp int
}

// play lets the requests of a load come. It counts how many were sent and how late at most.
func play(l *limiter, o load, seconds int) played {
	due := o.attempts(seconds)
	got := played{sent: map[Priority]int{}, late: map[Priority]time.Duration{}}
	for n := 0; due.Len() > 0; n++ {
		next, _ := heap.Pop(due).(attempt)
		if next.at.Sub(noon) > time.Duration(seconds)*time.Second {
			break
		}
		if next.begun {
			l.owe(next.at, next.priority)
			got.requests++
			continue
		}
		busy, refused := errors.AsType[*BusyError](l.take(next.at, next.priority, next.key))
		switch {
		case !refused:
			got.requests++
			got.sent[next.priority]++
			got.late[next.priority] = max(got.late[next.priority], next.at.Sub(next.since))
			for i := 1; i < o.cost[next.priority]; i++ {
				further := next
				further.at, further.begun = next.at.Add(time.Duration(i)*100*time.Millisecond), true
				heap.Push(due, further)
			}
			continue
		case o.workers && next.priority == PriorityJob:
			next.at = next.at.Add(10*time.Second + time.Duration(n%41)*100*time.Millisecond)
			if next.at.Sub(next.since) >= time.Minute {
				got.gaveUp++
				continue
			}
		default:
			next.at = busy.Until.Add(time.Duration(n%10) * 100 * time.Millisecond)
		}
		heap.Push(due, next)
	}
	return got
}

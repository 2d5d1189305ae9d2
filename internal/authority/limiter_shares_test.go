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
}

// attempts are a heap: first the one whose time is first.
type attempts []attempt

func (a attempts) Len() int           { return len(a) }
func (a attempts) Less(i, j int) bool { return a[i].at.Before(a[j].at) }
func (a attempts) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }

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
	type rates map[Priority]int
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
			sent, late := play(newLimiter(perSecond), tc.come, seconds)
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

// play lets so many requests of each priority come a second. It returns how many were sent and how late at most.
func play(l *limiter, come map[Priority]int, seconds int) (sent map[Priority]int, late map[Priority]time.Duration) {
	var due attempts
	for _, p := range priorities() {
		for i := range come[p] * seconds {
			at := noon.Add(time.Duration(i) * time.Second / time.Duration(come[p]))
			key := customerScope{customer: types.NamespacedName{Namespace: p.String(), Name: numbered(i).Name}}
			heap.Push(&due, attempt{at: at, since: at, priority: p, key: key})
		}
	}
	sent, late = map[Priority]int{}, map[Priority]time.Duration{}
	for n := 0; ; n++ {
		next, _ := heap.Pop(&due).(attempt)
		if next.at.Sub(noon) > time.Duration(seconds)*time.Second {
			return sent, late
		}
		busy, refused := errors.AsType[*BusyError](l.take(next.at, next.priority, next.key))
		if !refused {
			sent[next.priority]++
			late[next.priority] = max(late[next.priority], next.at.Sub(next.since))
			continue
		}
		next.at = busy.Until.Add(time.Duration(n%10) * 100 * time.Millisecond)
		heap.Push(&due, next)
	}
}

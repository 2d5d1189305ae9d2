package authority

import (
	"errors"
	"testing"
	"time"
)

// TestLimiterShares lets more requests of one priority come than the limit, each again at the time that it got. Those
// of every other priority get their share.
func TestLimiterShares(t *testing.T) {
	const perSecond, flood, seconds = 20, 30, 300
	priorities := []Priority{PriorityRetry, PriorityRoutine, PriorityWaiting, PriorityChanged, PriorityJob}
	for _, flooding := range []Priority{PriorityWaiting, PriorityChanged, PriorityJob} {
		t.Run(flooding.String(), func(t *testing.T) {
			l, sent := newLimiter(perSecond), map[Priority]int{}
			oldest := map[Priority]time.Duration{}
			type request struct {
				priority Priority
				since    time.Time
			}
			due := map[time.Time][]request{}
			for second := range seconds {
				at := noon.Add(time.Duration(second) * time.Second)
				for _, p := range priorities {
					n := 1
					if p == flooding {
						n = flood
					}
					for range n {
						due[at] = append(due[at], request{p, at})
					}
				}
			}
			const tick = 10 * time.Millisecond
			for now := noon; now.Before(noon.Add(seconds * time.Second)); now = now.Add(tick) {
				for _, r := range due[now] {
					busy, refused := errors.AsType[*BusyError](l.take(now, r.priority))
					if !refused {
						sent[r.priority]++
						oldest[r.priority] = max(oldest[r.priority], now.Sub(r.since))
						continue
					}
					due[busy.Until.Add(tick-1).Truncate(tick)] = append(due[busy.Until.Add(tick-1).Truncate(tick)], r)
				}
			}
			all := 0
			for _, p := range priorities {
				t.Logf("%s: %d sent, at most %s late", p, sent[p], oldest[p])
				all += sent[p]
				if p != flooding && (oldest[p] > 5*time.Second || sent[p] < seconds-5) {
					t.Errorf("of %s one comes a second: %d of %d were sent, the last %s late", p, sent[p], seconds, oldest[p])
				}
			}
			if most := perSecond*(seconds+1) + 5; all > most {
				t.Errorf("%d requests, at most %d may be sent", all, most)
			}
		})
	}
}

package pacing

import (
	"fmt"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// TestJitter verifies that jitter spreads objects over a tenth of an interval, and is constant for each.
func TestJitter(t *testing.T) {
	const d, objects = 10 * time.Hour, 10000
	var tenths [10]int
	for i := range objects {
		uid := types.UID(fmt.Sprintf("7c1f3a90-0a86-4a44-8f3e-%012d", i))
		got := Jitter(d, uid)
		if got != Jitter(d, uid) {
			t.Fatalf("%s: the jitter is not constant", uid)
		}
		if half := Jitter(d/2, uid); half < got/2-time.Microsecond || half > got/2+time.Microsecond {
			t.Fatalf("%s: %s of %s, and %s of its half: not the same share", uid, got, d, half)
		}
		if got < 9*time.Hour || got > 11*time.Hour {
			t.Fatalf("%s: %s is more than a tenth from %s", uid, got, d)
		}
		tenths[min(int((got-9*time.Hour)/(12*time.Minute)), 9)]++
	}
	for i, n := range tenths {
		if n < objects/20 || n > objects/5 {
			t.Errorf("%d of %d objects in tenth %d: not spread", n, objects, i)
		}
	}
	if Jitter(0, "any") != 0 {
		t.Error("the jitter of 0 is not 0")
	}
}

func TestFaultPauseBounds(t *testing.T) {
	cases := map[string]struct {
		reason   string
		interval time.Duration
		about    time.Duration
	}{
		"shortest": {reason: "at least five seconds", interval: 10 * time.Second, about: 5 * time.Second},
		"tiny":     {reason: "at least five seconds for any interval", interval: time.Second, about: 5 * time.Second},
		"half":     {reason: "half the interval between the bounds", interval: time.Minute, about: 30 * time.Second},
		"long":     {reason: "at most a minute", interval: 6 * time.Hour, about: time.Minute},
		"longest":  {reason: "at most a minute", interval: 168 * time.Hour, about: time.Minute},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for i := range 100 {
				got := FaultPause(c.interval, types.UID(fmt.Sprint(i)))
				if got < c.about-c.about/10 || got > c.about+c.about/10 {
					t.Errorf("%s: %s: %s, want %s and a tenth", name, c.reason, got, c.about)
				}
			}
		})
	}
}

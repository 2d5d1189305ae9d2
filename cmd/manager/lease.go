package main

import (
	"fmt"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/client-go/tools/leaderelection"
)

// leaseTiming is the timing of the leader election. A leader that dies is replaced after duration; one that loses its
// connection for renewDeadline ends.
type leaseTiming struct {
	duration, renewDeadline, retryPeriod time.Duration
}

// maxLease is much shorter than interruption.Limit, so that a new leader is no interruption.
const maxLease = 5 * time.Minute

// addFlags adds the flags. Lease and deadline are those of Flux's controllers: controller-runtime's (15 and 10 s) lose
// leaders on a loaded machine. A standby replica takes a released Lease over after half a retry period on average.
func (l *leaseTiming) addFlags(f *pflag.FlagSet) {
	f.DurationVar(&l.duration, "leader-election-lease-duration", 35*time.Second,
		"how long standby replicas wait for the leader to renew its Lease before one of them leads; at most 5m")
	f.DurationVar(&l.renewDeadline, "leader-election-renew-deadline", 30*time.Second,
		"how long the leader tries to renew its Lease before it ends")
	f.DurationVar(&l.retryPeriod, "leader-election-retry-period", 2*time.Second,
		"time between two attempts to acquire or renew the Lease")
}

// check returns an error if an election with the timing could have two leaders, or none.
func (l *leaseTiming) check() error {
	switch {
	case l.duration > maxLease:
		return fmt.Errorf("--leader-election-lease-duration must be at most %s, not %s", maxLease, l.duration)
	case l.renewDeadline >= l.duration:
		return fmt.Errorf("--leader-election-renew-deadline (%s) must be shorter than --leader-election-lease-duration (%s)",
			l.renewDeadline, l.duration)
	case l.retryPeriod <= 0, float64(l.retryPeriod)*leaderelection.JitterFactor >= float64(l.renewDeadline):
		return fmt.Errorf("--leader-election-retry-period (%s), with a fifth added, must be shorter than "+
			"--leader-election-renew-deadline (%s), and not 0", l.retryPeriod, l.renewDeadline)
	default:
		return nil
	}
}

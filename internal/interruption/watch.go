package interruption

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
)

const (
	// Limit is how long no manager may have led before its statuses count as outdated. A restart, a new version, a drained
	// node or an upgrade of the control plane is over sooner. Snapshots of etcd are usually taken less often.
	Limit = 15 * time.Minute
	// skew is how far the clocks of two replicas may differ, and a clock may be set back, without meaning anything.
	skew = time.Minute
)

// ErrRestored ends a process that has seen a newer Lease than the API server has now.
var ErrRestored = errors.New("etcd was restored from a snapshot: the leader's Lease is older than it was; " +
	"restarting, because watches miss events until etcd has caught up")

// Watch checks every Lease that a leader election reads or writes. Its methods are not safe for concurrent use.
type Watch struct {
	// Limit is how long no manager may have led. Required; see the constant Limit.
	Limit time.Duration
	// Now is the clock of the election.
	Now func() time.Time
	// Record records that the operator was interrupted. Until it returns nil the Lease is not taken over.
	Record func(context.Context) error
	// Stop ends the process because of ErrRestored. It must not block.
	Stop func(error)

	last *coordinationv1.Lease // nil: none was read yet, or there is none
}

// checkRead checks a Lease that was read. An error means that the Lease must not be used.
func (w *Watch) checkRead(ctx context.Context, lease *coordinationv1.Lease) error {
	if w.last != nil && isOlder(lease, w.last) {
		if err := w.record(ctx); err != nil {
			return err
		}
		w.Stop(ErrRestored)
		return ErrRestored
	}
	w.last = lease.DeepCopy()
	return nil
}

func (w *Watch) noteMissing() { w.last = nil }

// checkWrite checks a Lease before it is written. A missing Lease does not say how long no manager led.
func (w *Watch) checkWrite(ctx context.Context, lease *coordinationv1.Lease) error {
	if holder(lease) == "" || (w.last != nil && holder(lease) == holder(w.last)) {
		return nil // released, or renewed
	}
	if w.last != nil && w.Now().Sub(renewTime(w.last)) <= w.Limit {
		return nil
	}
	return w.record(ctx)
}

func (w *Watch) noteWritten(lease *coordinationv1.Lease) { w.last = lease.DeepCopy() }

func (w *Watch) record(ctx context.Context) error {
	if err := w.Record(ctx); err != nil {
		return fmt.Errorf("recording that the operator was interrupted: %w", err)
	}
	return nil
}

// isOlder reports whether a Lease is from before another one that was seen earlier. A restore may raise the revision;
// then both the leader's clock and the API server's must say so. One of them may have been set back.
func isOlder(is, was *coordinationv1.Lease) bool {
	return revision(is) < revision(was) || isBefore(renewTime(is), renewTime(was)) &&
		isBefore(writeTime(is), writeTime(was))
}

// isBefore reports whether a time is before another one by more than clocks differ.
func isBefore(is, was time.Time) bool { return is.Before(was.Add(-skew)) }

// writeTime returns when the API server stored the last write of a Lease, by its own clock. Without that time it
// returns when the Lease was renewed.
func writeTime(lease *coordinationv1.Lease) time.Time {
	var last time.Time
	for _, e := range lease.ManagedFields {
		if e.Time != nil && e.Time.After(last) {
			last = e.Time.Time
		}
	}
	if last.IsZero() {
		return renewTime(lease)
	}
	return last
}

// revision returns the revision of etcd at which an object was written, 0 if its version is not a number.
func revision(lease *coordinationv1.Lease) uint64 {
	n, err := strconv.ParseUint(lease.ResourceVersion, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func holder(lease *coordinationv1.Lease) string {
	if lease.Spec.HolderIdentity == nil {
		return ""
	}
	return *lease.Spec.HolderIdentity
}

func renewTime(lease *coordinationv1.Lease) time.Time {
	if lease.Spec.RenewTime == nil {
		return time.Time{}
	}
	return lease.Spec.RenewTime.Time
}

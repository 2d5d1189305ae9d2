package interruption

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// noon is when a manager that does something does it.
var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

const (
	ours   = "ours"
	theirs = "theirs"
)

// stored returns a Lease as the API server has it.
func stored(holder string, renewed time.Time, version int) *coordinationv1.Lease {
	return &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{Name: "lease", Namespace: "system", ResourceVersion: strconv.Itoa(version)},
		Spec:       coordinationv1.LeaseSpec{HolderIdentity: &holder, RenewTime: &metav1.MicroTime{Time: renewed}},
	}
}

// takenAt returns a Lease whose last write the API server took at a time.
func takenAt(at time.Time, lease *coordinationv1.Lease) *coordinationv1.Lease {
	lease.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "leader-election", Time: &metav1.Time{Time: at}}}
	return lease
}

// world is a lock with its Lease, and what it did.
type world struct {
	t        *testing.T
	leases   *fake.Clientset
	lock     *resourcelock.LeaseLock
	recorded int
	failing  error // of Record
	stopped  error
}

func newWorld(t *testing.T, lease *coordinationv1.Lease) *world {
	t.Helper()
	w := &world{t: t, leases: fake.NewClientset()}
	if lease != nil {
		w.set(lease)
	}
	watch := &Watch{
		Limit: Limit, Now: func() time.Time { return noon }, Stop: func(err error) { w.stopped = err },
		Record: func(context.Context) error {
			w.recorded++
			return w.failing
		},
	}
	w.lock = &resourcelock.LeaseLock{
		LeaseMeta:  metav1.ObjectMeta{Name: "lease", Namespace: "system"},
		Client:     watchedLeases{LeasesGetter: w.leases.CoordinationV1(), watch: watch},
		LockConfig: resourcelock.ResourceLockConfig{Identity: ours},
	}
	return w
}

// set puts a Lease in place of the one that there is.
func (w *world) set(lease *coordinationv1.Lease) {
	w.t.Helper()
	_ = w.leases.Tracker().Delete(coordinationv1.SchemeGroupVersion.WithResource("leases"), "system", "lease")
	if err := w.leases.Tracker().Add(lease); err != nil {
		w.t.Fatal(err)
	}
}

// read reads the Lease as an election does.
func (w *world) read() error {
	_, _, err := w.lock.Get(w.t.Context())
	return err
}

// take takes the Lease over, or renews it.
func (w *world) take(holder string) error {
	record := resourcelock.LeaderElectionRecord{HolderIdentity: holder, RenewTime: metav1.NewTime(noon)}
	if err := w.read(); err != nil {
		return w.lock.Create(w.t.Context(), record)
	}
	return w.lock.Update(w.t.Context(), record)
}

// TestTakenOver takes a Lease over that was last renewed some time ago.
func TestTakenOver(t *testing.T) {
	cases := map[string]struct {
		reason string
		lease  *coordinationv1.Lease
		holder string
		want   int // records
	}{
		"restart": {
			reason: "a process that was replaced at once", lease: stored(theirs, noon.Add(-20*time.Second), 7),
			holder: ours,
		},
		"ten-minutes": {
			reason: "an upgrade that took a while", lease: stored(theirs, noon.Add(-10*time.Minute), 7),
			holder: ours,
		},
		"at-limit": {
			reason: "the limit itself is not beyond it", lease: stored(theirs, noon.Add(-Limit), 7),
			holder: ours,
		},
		"long-away": {
			reason: "an outage, or a snapshot of that age",
			lease:  stored(theirs, noon.Add(-Limit-time.Second), 7), holder: ours, want: 1,
		},
		"given-up": {
			reason: "the last leader gave the Lease up, long ago", lease: stored("", noon.Add(-2*time.Hour), 7),
			holder: ours, want: 1,
		},
		"missing": {reason: "how long no manager led is not known", holder: ours, want: 1},
		"renewed": {
			reason: "a leader that was slow still leads", lease: stored(ours, noon.Add(-2*time.Hour), 7),
			holder: ours,
		},
		"released": {reason: "a leader that ends takes nothing over", lease: stored(ours, noon.Add(-2*time.Hour), 7)},
		"ahead":    {reason: "another node's clock is ahead", lease: stored(theirs, noon.Add(time.Hour), 7), holder: ours},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, c.lease)
			if err := w.take(c.holder); err != nil {
				t.Fatal(err)
			}
			if w.recorded != c.want || w.stopped != nil {
				t.Errorf("%s: recorded %d times, want %d; stopped by %v", c.reason, w.recorded, c.want, w.stopped)
			}
			if err := w.take(c.holder); err != nil || w.recorded != c.want {
				t.Errorf("%s: renewing it recorded another: %d times, %v", c.reason, w.recorded, err)
			}
		})
	}
}

// TestWentBack verifies after which later Lease a replica ends.
func TestWentBack(t *testing.T) {
	was := takenAt(noon, stored(theirs, noon, 1000))
	cases := map[string]struct {
		reason   string
		is       *coordinationv1.Lease
		restored bool
	}{
		"same":    {reason: "nothing happened", is: stored(theirs, noon, 1000)},
		"renewed": {reason: "the usual", is: stored(theirs, noon.Add(2*time.Second), 1003)},
		"taken": {
			reason: "another leader's clock is a little behind",
			is:     stored("third", noon.Add(-20*time.Second), 1003),
		},
		"revision": {
			reason: "etcd is at an earlier revision, and the Lease has been renewed since",
			is:     stored("third", noon.Add(4*time.Second), 400), restored: true,
		},
		"bumped": {
			reason: "a restore that raised the revision (--bump-revision)",
			is:     stored(theirs, noon.Add(-2*time.Minute), 1_000_001_000), restored: true,
		},
		"clock-back": {
			reason: "the leader's clock was set back, and the API server's was not",
			is:     takenAt(noon.Add(2*time.Second), stored(theirs, noon.Add(-time.Hour), 1003)),
		},
		"bumped-taken": {
			reason: "a restore that raised the revision, by both clocks",
			is:     takenAt(noon.Add(-time.Hour), stored(theirs, noon.Add(-time.Hour), 1_000_001_000)), restored: true,
		},
		"both": {reason: "a plain restore", is: stored(theirs, noon.Add(-12*time.Hour), 400), restored: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, was)
			if err := w.read(); err != nil {
				t.Fatal(err)
			}
			w.set(c.is)
			err := w.read()
			if restored := errors.Is(err, ErrRestored); restored != c.restored ||
				errors.Is(w.stopped, ErrRestored) != c.restored || (w.recorded > 0) != c.restored {
				t.Errorf("%s: %v; recorded %d times, stopped by %v; restored: %t", c.reason, err, w.recorded, w.stopped, c.restored)
			}
		})
	}
}

// TestLeaderWentBack has a leader renew a Lease that went back: it must not hide that by writing it.
func TestLeaderWentBack(t *testing.T) {
	w := newWorld(t, stored("", noon, 1000))
	if err := w.take(ours); err != nil {
		t.Fatal(err)
	}
	w.set(stored(ours, noon.Add(-time.Hour), 400))
	for range 2 {
		if err := w.read(); !errors.Is(err, ErrRestored) {
			t.Errorf("the leader goes on: %v", err)
		}
	}
}

// TestNotRecorded fails to record an interruption: the Lease is not taken over before that is done.
func TestNotRecorded(t *testing.T) {
	away := errors.New("connection refused")
	t.Run("long-away", func(t *testing.T) {
		w := newWorld(t, stored(theirs, noon.Add(-time.Hour), 7))
		w.failing = away
		if err := w.take(ours); !errors.Is(err, away) {
			t.Errorf("taken over without a record: %v", err)
		}
		w.failing = nil
		if err := w.take(ours); err != nil || w.recorded != 2 {
			t.Errorf("recorded %d times, %v", w.recorded, err)
		}
	})
	t.Run("went-back", func(t *testing.T) {
		w := newWorld(t, stored(theirs, noon, 1000))
		if err := w.read(); err != nil {
			t.Fatal(err)
		}
		w.set(stored(theirs, noon.Add(-time.Hour), 400))
		w.failing = away
		if err := w.read(); !errors.Is(err, away) || w.stopped != nil {
			t.Errorf("without a record: %v, stopped by %v", err, w.stopped)
		}
		w.failing = nil
		if err := w.read(); !errors.Is(err, ErrRestored) || !errors.Is(w.stopped, ErrRestored) {
			t.Errorf("with a record: %v, stopped by %v", err, w.stopped)
		}
	})
}

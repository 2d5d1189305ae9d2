package hrmstore

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

const (
	unit        = "315587336"
	anotherUnit = "315339138"
)

// TestMain makes this program the writer that TestKilled kills.
func TestMain(m *testing.M) {
	if path := os.Getenv(writerVariable); path != "" {
		write(path, os.Getenv(roundVariable))
	}
	os.Exit(m.Run())
}

type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func newClock() *clock { return &clock{now: time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)} }

func open(t testing.TB, path string, now func() time.Time) *Store {
	t.Helper()
	s, err := Open(path, now)
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func newTenant(t testing.TB) (*Tenant, *clock) {
	t.Helper()
	c := newClock()
	return open(t, filepath.Join(t.TempDir(), "hrm.db"), c.Now).Tenant("tiger"), c
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func diff(t testing.TB, reason string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("%s: -want, +got:\n%s", reason, d)
	}
}

func offerPlans(t testing.TB, tenant *Tenant, ids ...string) {
	t.Helper()
	for _, id := range ids {
		must(t, tenant.Offer(map[string]json.RawMessage{id: json.RawMessage(`{}`)}))
	}
}

var (
	claimA, claimB = uuid.New(), uuid.New()
	callA, callB   = uuid.New(), uuid.New()
	sentA          = hrmapi.Settlement{
		State: hrmapi.SettledStateSent,
		Sent:  &hrmapi.Sent{NAVUUID: uuid.New(), SentToNAV: true, GeneralPractitioner: hrmapi.NotAsked},
	}
	sentB = hrmapi.Settlement{
		State: hrmapi.SettledStateSent,
		Sent:  &hrmapi.Sent{NAVUUID: uuid.New(), SentToNAV: true, GeneralPractitioner: hrmapi.NotAsked},
	}
	byNAV = hrmapi.Settlement{
		State:    hrmapi.SettledStateRejected,
		Rejected: &hrmapi.Rejected{By: hrmapi.NAV, Type: "X"},
	}
	byWorker = hrmapi.Settlement{
		State:    hrmapi.SettledStateRejected,
		Rejected: &hrmapi.Rejected{By: hrmapi.Worker, Type: "X"},
	}
	noAnswer    = hrmapi.Settlement{State: hrmapi.SettledStateUnknown, Unknown: &hrmapi.Unknown{Cause: hrmapi.NoAnswer}}
	serverError = hrmapi.Settlement{
		State:   hrmapi.SettledStateUnknown,
		Unknown: &hrmapi.Unknown{Cause: hrmapi.ServerError},
	}
	refusedNow = hrmapi.Settlement{State: hrmapi.SettledStateRefused, Refused: &hrmapi.Refused{Type: "X"}}
	notSent    = hrmapi.Settlement{State: hrmapi.SettledStateNotSent}
)

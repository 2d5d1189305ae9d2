package hrmstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/oapi-codegen/runtime/types"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

const writerVariable = "HRMSTORE_TEST_WRITER"

// TestMain makes this program the writer that a test kills.
func TestMain(m *testing.M) {
	if path := os.Getenv(writerVariable); path != "" {
		write(path)
	}
	os.Exit(m.Run())
}

type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func open(t *testing.T, path string, c *clock) *Store {
	t.Helper()
	s, err := Open(path, c.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func newTenant(t *testing.T) (*Tenant, *clock) {
	t.Helper()
	c := &clock{time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)}
	return open(t, filepath.Join(t.TempDir(), "hrm.db"), c).Tenant("tiger"), c
}

var (
	claimA, claimB = uuid.New(), uuid.New()
	callA, callB   = uuid.New(), uuid.New()
	sentA          = hrmapi.Settlement{State: hrmapi.SettledStateSent, Sent: &hrmapi.Sent{NAVUUID: uuid.New(), SentToNAV: true, GeneralPractitioner: hrmapi.NotAsked}}
	byNAV          = hrmapi.Settlement{State: hrmapi.SettledStateRejected, Rejected: &hrmapi.Rejected{By: hrmapi.NAV, Type: "X"}}
	byWorker       = hrmapi.Settlement{State: hrmapi.SettledStateRejected, Rejected: &hrmapi.Rejected{By: hrmapi.Worker, Type: "X"}}
	unknownNow     = hrmapi.Settlement{State: hrmapi.SettledStateUnknown, Unknown: &hrmapi.Unknown{Cause: hrmapi.NoAnswer}}
	notSent        = hrmapi.Settlement{State: hrmapi.SettledStateNotSent}
)

// TestContract goes through the contract's table of plans: each row is a story of steps, "!" before one that is refused.
func TestContract(t *testing.T) {
	cases := map[string]struct {
		reason string
		steps  string
		want   State
		open   int
	}{
		"sent":              {"the usual", "claim sending sent", Sent, 0},
		"again":             {"each once more, without effect", "claim claim sending sending sent sent", Sent, 0},
		"lease":             {"it is offered again", "claim minute", Offered, 0},
		"stale claim":       {"it never comes back", "claim minute !claim", Offered, 0},
		"stale sending":     {"although nobody else has it", "claim minute !sending", Offered, 0},
		"somebody else's":   {"who has it now", "claim minute claimB !sending", Claimed, 0},
		"other call":        {"the first stands", "claim sending !sendingB", Sending, 0},
		"deadline":          {"nobody knows", "claim sending minute", Unknown, 1},
		"deadline stands":   {"saying it again does not move it", "claim sending half sending half", Unknown, 1},
		"late":              {"the same claim knows", "claim sending minute sent", Sent, 0},
		"late no":           {"the same claim knows", "claim sending minute byNAV", Rejected, 0},
		"late not sent":     {"unknown is not offered again by itself", "claim sending minute !notSent", Unknown, 1},
		"unknown":           {"the worker does not know", "claim sending unknown", Unknown, 1},
		"unknown, then not": {"it found out", "claim sending unknown sent", Sent, 0},
		"sent, then not":    {"final is final", "claim sending sent !byNAV !unknown !notSent", Sent, 0},
		"given back":        {"nothing was sent", "claim notSent", Offered, 0},
		"given back twice":  {"without effect", "claim notSent notSent", Offered, 0},
		"given back, gone":  {"the claim has ended", "claim notSent !sending !claim", Offered, 0},
		"not sent":          {"it could not be", "claim sending notSent", Offered, 0},
		"fields":            {"the worker's check", "claim byWorker", Rejected, 0},
		"NAV without":       {"nothing was sent to it", "claim !byNAV !sent !unknown", Claimed, 0},
		"person received":   {"a person found out", "claim sending minute received !sent !unknown", Sent, 0},
		"person not":        {"it is offered again, and the old claim is nobody's", "claim sending minute notReceived !sent claimB", Claimed, 0},
		"person too early":  {"it may still be on its way", "claim sending !received", Sending, 0},
		"no claim":          {"of nobody", "!sending !sent", Offered, 0},
		"second claim":      {"of one plan there is one", "claim nothingB", Claimed, 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			tenant, c := newTenant(t)
			if err := tenant.Offer(map[string]json.RawMessage{"plan": json.RawMessage(`{}`)}); err != nil {
				t.Fatal(err)
			}
			for step := range strings.FieldsSeq(tc.steps) {
				name, refused := strings.CutPrefix(step, "!")
				err := take(t, tenant, c, name)
				if refused != errors.Is(err, ErrConflict) || !refused && err != nil {
					t.Fatalf("%s: step %s: %v", tc.reason, step, err)
				}
			}
			plans, err := tenant.Plans()
			if err != nil || len(plans) != 1 || plans[0].State != tc.want {
				t.Errorf("%s: %+v, %v, want %s", tc.reason, plans, err, tc.want)
			}
			if _, open, err := tenant.Claim(uuid.New(), time.Minute); err != nil || open != tc.open {
				t.Errorf("%s: %d are unknown, want %d: %v", tc.reason, open, tc.open, err)
			}
		})
	}
}

// take takes a step of a story.
func take(t *testing.T, tenant *Tenant, c *clock, step string) error {
	t.Helper()
	settlements := map[string]hrmapi.Settlement{
		"sent": sentA, "byNAV": byNAV, "byWorker": byWorker, "unknown": unknownNow, "notSent": notSent,
	}
	if s, ok := settlements[step]; ok {
		return tenant.Settle(claimA, s)
	}
	switch step {
	case "claim", "claimB", "nothingB":
		id := map[string]uuid.UUID{"claim": claimA}[step]
		if id == uuid.Nil {
			id = claimB
		}
		p, _, err := tenant.Claim(id, time.Minute)
		if err == nil && (p == nil) != (step == "nothingB") {
			t.Errorf("%s gave %+v", step, p)
		}
		return err
	case "sending":
		return tenant.Sending(claimA, callA, time.Minute)
	case "sendingB":
		return tenant.Sending(claimA, callB, time.Minute)
	case "minute":
		c.now = c.now.Add(time.Minute)
	case "half":
		c.now = c.now.Add(30 * time.Second)
	case "received":
		return tenant.SettleByPerson("plan", uuid.New())
	case "notReceived":
		return tenant.SettleByPerson("plan", uuid.Nil)
	default:
		t.Fatalf("step %s?", step)
	}
	return nil
}

// TestPages stores documents by the rules of the contract.
func TestPages(t *testing.T) {
	tenant, _ := newTenant(t)
	id := uuid.New()
	document := func(number int64) []hrmapi.Document {
		return []hrmapi.Document{{ID: id, SequenceNumber: number, Document: json.RawMessage(strconv.FormatInt(number, 10))}}
	}
	day := &types.Date{Time: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)}
	for _, step := range []struct {
		reason  string
		page    hrmapi.Page
		refused bool
		number  int64
		cursor  int64
	}{
		{"the first", hrmapi.Page{Cursor: 5, Documents: document(5)}, false, 5, 5},
		{"from elsewhere: nothing is stored", hrmapi.Page{PreviousCursor: 4, Cursor: 9, Documents: document(9)}, true, 5, 5},
		{"a newer one", hrmapi.Page{PreviousCursor: 5, Cursor: 9, Documents: document(9)}, false, 9, 9},
		{"an older one, once more", hrmapi.Page{PreviousCursor: 9, Cursor: 9, Documents: document(5), LastOverlap: day}, false, 9, 9},
	} {
		err := tenant.StorePage("315587336", hrmapi.SickNotes, step.page)
		if errors.Is(err, ErrConflict) != step.refused || !step.refused && err != nil {
			t.Errorf("%s: %v", step.reason, err)
		}
		place, err := tenant.Place("315587336", hrmapi.SickNotes)
		if err != nil || place.Cursor != step.cursor {
			t.Errorf("%s: %+v, %v", step.reason, place, err)
		}
		if err := tenant.Each(func(d Document) error {
			if d.SequenceNumber != step.number || string(d.Content) != strconv.FormatInt(step.number, 10) {
				t.Errorf("%s: %+v", step.reason, d)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	}
	places, err := tenant.Places()
	if diff := cmp.Diff([]Place{{Unit: "315587336", Kind: hrmapi.SickNotes, Cursor: 9, LastOverlap: day, Moves: []int64{5, 9}}}, places); err != nil || diff != "" {
		t.Errorf("%v: -want, +got:\n%s", err, diff)
	}
	if place, err := tenant.Place("315587336", hrmapi.SickPayApplications); err != nil || place.Cursor != 0 {
		t.Errorf("each kind has its own cursor: %+v, %v", place, err)
	}
	wanted := func() []uuid.UUID {
		ids, err := tenant.WantedPDFs("315587336", hrmapi.SickNotes)
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	if got := wanted(); len(got) != 0 {
		t.Errorf("nobody wants %v", got)
	}
	if err := errors.Join(tenant.WantPDFs(true), tenant.StorePDF("315339138", hrmapi.SickNotes, id, nil)); !errors.Is(err, ErrNotFound) {
		t.Errorf("a PDF of a document that is not there: %v", err)
	}
	if diff := cmp.Diff([]uuid.UUID{id}, wanted()); diff != "" {
		t.Error(diff)
	}
	if err := tenant.StorePDF("315587336", hrmapi.SickNotes, id, []byte("%PDF-")); err != nil || len(wanted()) != 0 {
		t.Errorf("it is there: %v", err)
	}
}

// TestWalk takes random steps on a few plans, opens the file anew now and then, and holds what must always hold: a plan has
// one valid claim, what is settled stays, and nothing that was sending is offered again but by NotSent or a person.
func TestWalk(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			c, path := &clock{time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)}, filepath.Join(t.TempDir(), "hrm.db")
			store := open(t, path, c)
			tenant := store.Tenant("tiger")
			if err := tenant.Offer(map[string]json.RawMessage{"a": json.RawMessage("1"), "b": json.RawMessage("2")}); err != nil {
				t.Fatal(err)
			}
			var claims []uuid.UUID
			for range 150 {
				var err error
				switch n := random.IntN(10); {
				case n < 2 || len(claims) == 0:
					claims = append(claims, uuid.New())
					_, _, err = tenant.Claim(claims[len(claims)-1], time.Minute)
				case n < 4:
					err = tenant.Sending(claims[random.IntN(len(claims))], uuid.New(), time.Minute)
				case n < 7:
					all := []hrmapi.Settlement{sentA, byNAV, byWorker, unknownNow, notSent}
					err = tenant.Settle(claims[random.IntN(len(claims))], all[random.IntN(len(all))])
				case n < 8:
					c.now = c.now.Add(time.Duration(random.IntN(90)) * time.Second)
				case n < 9:
					err = tenant.SettleByPerson([]string{"a", "b"}[random.IntN(2)], uuid.Nil)
				default:
					if err := store.Close(); err != nil {
						t.Fatal(err)
					}
					store = open(t, path, c)
					tenant = store.Tenant("tiger")
				}
				if err != nil && !errors.Is(err, ErrConflict) {
					t.Fatal(err)
				}
				checkHistories(t, tenant)
			}
		})
	}
}

// after says which states may follow which.
var after = map[State][]State{
	Offered: {Claimed}, Claimed: {Sending, Offered, Rejected}, Sending: {Sent, Rejected, Unknown, Offered}, Unknown: {Sent, Rejected, Unknown, Offered},
}

func checkHistories(t *testing.T, tenant *Tenant) {
	t.Helper()
	plans, err := tenant.Plans()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range plans {
		for i := 1; i < len(p.History); i++ {
			from, to := p.History[i-1], p.History[i]
			allowed := false
			for _, s := range after[from.State] {
				allowed = allowed || s == to.State
			}
			if !allowed || to.Time.Before(from.Time) {
				t.Fatalf("plan %s went from %s to %s: %+v", p.ID, from.State, to.State, p.History)
			}
		}
	}
}

// write offers plans for ever, and says of each that it is stored.
func write(path string) {
	store, err := Open(path, time.Now)
	if err != nil {
		panic(err)
	}
	for i := 0; ; i++ {
		id := strconv.Itoa(i)
		if err := store.Tenant("tiger").Offer(map[string]json.RawMessage{id: json.RawMessage("1")}); err != nil {
			panic(err)
		}
		_, _ = fmt.Fprintln(os.Stdout, id)
	}
}

// TestKilled kills a writer: what it said to be stored is.
func TestKilled(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "hrm.db")
	for round := range 3 {
		c := exec.CommandContext(t.Context(), self)
		c.Env = []string{writerVariable + "=" + path}
		if round > 0 {
			c.Env = []string{writerVariable + "=" + path + strconv.Itoa(round)}
		}
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		said := make([]byte, 0, 1<<16)
		for chunk := make([]byte, 256); strings.Count(string(said), "\n") < 20*(round+1); {
			n, err := out.Read(chunk)
			if err != nil {
				t.Fatal(err)
			}
			said = append(said, chunk[:n]...)
		}
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
		stored := strings.Fields(string(said))
		plans, err := open(t, strings.TrimPrefix(c.Env[0], writerVariable+"="), &clock{}).Tenant("tiger").Plans()
		if err != nil || len(plans) < len(stored)-1 { // the last line may be half
			t.Errorf("%d were said to be stored, %d are: %v", len(stored), len(plans), err)
		}
	}
}

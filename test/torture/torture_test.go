package torture

import (
	"flag"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// What a torture is like. Without -torture it is left out, for it wants the machine for itself: make e2e has a short one, and
// make torture a long one.
var (
	seed       = flag.Uint64("torture.seed", 0, "seed of what goes wrong (default: of the clock)")
	tortured   = flag.Bool("torture", false, "torture the worker")
	plans      = flag.Int("torture.plans", 120, "how many plans are finished")
	documents  = flag.Int("torture.documents", 1000, "how many documents NAV receives: fewer than 150,000, or the last daily overlap (100,000 numbers) does not reach the first sick notes")
	customers  = flag.Int("torture.customers", 4, "how many customers there are")
	over       = flag.Duration("torture.over", 6*time.Second, "for how long plans and documents appear")
	atOnce     = flag.Int("torture.at-once", 6, "how many workers run at once")
	allMutants = flag.Bool("torture.mutants", false, "also torture mutants of the worker, each of which must be caught")
)

// TestTorture tortures the worker, and sees that every promise was kept.
func TestTorture(t *testing.T) {
	if !*tortured {
		t.Skip("it wants the machine for itself: -torture, as in make e2e and make torture")
	}
	s := drawn(t)
	var err error
	if s.program, err = build(t.Context(), t.TempDir(), ""); err != nil {
		t.Fatal(err)
	}
	got, err := torture(t.Context(), s)
	if err != nil {
		t.Fatalf("seed %d: %v", s.seed, err)
	}
	for _, line := range got.lines {
		t.Log(line)
	}
	for _, f := range first(got.findings, 20) {
		t.Errorf("seed %d: %s", s.seed, f)
	}
}

// drawn gives the settings of the flags.
func drawn(t *testing.T) settings {
	t.Helper()
	s := settings{seed: *seed, customers: *customers, plans: *plans, documents: *documents, over: *over, atOnce: *atOnce}
	if s.seed == 0 {
		s.seed = uint64(time.Now().UnixNano()) % 1_000_000
	}
	t.Logf("seed %d: go test ./test/torture -torture -run %s -torture.seed=%d has the same go wrong", s.seed, t.Name(), s.seed)
	return s
}

func first(all []finding, n int) []finding { return all[:min(n, len(all))] }

// mutants are the mistakes that would break what the worker is for.
var mutants = map[string]mutant{
	"settle before the POST": {
		reason: "the HRM solution is told that NAV has the plan before it was sent",
		file:   "internal/followupplan/send.go",
		was:    `	result := s.submit(ctx, nav.Plan{CallID: callID, Body: document.Body, NotAfter: deadline})`,
		is: `	_ = s.HRM.Settle(ctx, a.claimID, *sentSettlement(nav.Receipt{UUID: uuid.New(), SentToNAV: true}, document))
	result := s.submit(ctx, nav.Plan{CallID: callID, Body: document.Body, NotAfter: deadline})`,
		caught: []string{findLost},
	},
	"cursor before the page": {
		reason: "the cursor is moved first, and the documents are stored then",
		file:   "internal/documentimport/scan.go",
		was: `	page.Documents = s.held
`,
		is: `	if !s.keepCursor {
		if err := s.importer.store(ctx, s.unit, page); err != nil {
			return err
		}
		page.PreviousCursor = page.Cursor
	}
	page.Documents = s.held
`,
		caught: []string{findMissing, findStale},
	},
	"no look ahead": {
		reason: "an empty page is the end, although later documents exist",
		file:   "internal/documentimport/hidden.go",
		was:    `		if s.findHidden == nil {`,
		is:     `		if s.findHidden != nil || s.steps == 0 {`,
		caught: []string{findMissing},
	},
	"no deadline": {
		reason: "nobody looks at the deadline before the plan is sent",
		file:   "internal/followupplan/send.go",
		was:    `Body: document.Body, NotAfter: deadline})`,
		is:     `Body: document.Body, NotAfter: deadline.AddDate(1, 0, 0)})`,
		caught: []string{findTwice},
	},
	"again after a reset": {
		reason: "a plan is sent again although NAV may have it",
		file:   "internal/followupplan/send.go",
		was:    `		case result.State == nav.NotSent && attempt < attempts:`,
		is:     `		case (result.State == nav.NotSent || result.State == nav.Ambiguous) && attempt < attempts:`,
		caught: []string{findTwice},
	},
	"each 404 is a refusal": {
		reason: "a plan is offered again although NAV may have stored it",
		file:   "internal/nav/submit.go",
		was:    `{"EMPLOYEE_NOT_FOUND": Refused}`,
		is:     `{"EMPLOYEE_NOT_FOUND": Refused, "GENERAL_PRACTITIONER_NOT_FOUND": Refused}`,
		caught: []string{findTwice},
	},
	"refusals are final": {
		reason: "NAV's 403 and 404 reject plans, as an outage of its registers would",
		file:   "internal/followupplan/settlement.go",
		was:    `		return refusedSettlement(r.Refusal)`,
		is:     `		return rejectedSettlement(hrmapi.NAV, r.Refusal.Type, r.Refusal.Message)`,
		caught: []string{findOutage},
	},
	"refusals are not told": {
		reason: "the HRM system never learns that NAV refuses a plan, so that no person decides",
		file:   "internal/followupplan/settlement.go",
		was:    `		return refusedSettlement(r.Refusal)`,
		is:     `		return notSentSettlement()`,
		caught: []string{findDecided},
	},
}

// TestMutantsApply checks that each mutant matches the source.
func TestMutantsApply(t *testing.T) {
	for name, m := range mutants {
		t.Run(name, func(t *testing.T) {
			if _, err := m.overlay(root(t), t.TempDir()); err != nil {
				t.Error(err)
			}
		})
	}
}

func root(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestMutants checks that the torture catches each mutant.
func TestMutants(t *testing.T) {
	if !*allMutants {
		t.Skip("each takes a minute: -torture.mutants, as in make torture")
	}
	for name, m := range mutants {
		t.Run(name, func(t *testing.T) {
			s := drawn(t)
			folder := t.TempDir()
			overlay, err := m.overlay(root(t), folder)
			if err != nil {
				t.Fatal(err)
			}
			if s.program, err = build(t.Context(), folder, overlay); err != nil {
				t.Fatal(err)
			}
			got, err := torture(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			found := map[string]int{}
			for _, f := range got.findings {
				found[f.name]++
			}
			t.Logf("%s: found %v", m.reason, found)
			if !slices.ContainsFunc(m.caught, func(name string) bool { return found[name] > 0 }) {
				t.Errorf("%s: it was not caught by any of %q", m.reason, m.caught)
			}
		})
	}
}

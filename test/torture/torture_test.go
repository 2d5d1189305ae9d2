package torture

import (
	"flag"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// The flags of a torture. It needs the whole machine, so it runs only with -torture: make e2e has a short one, make
// torture a long one.
var (
	seed      = flag.Uint64("torture.seed", 0, "seed of the faults (default: from the clock)")
	tortured  = flag.Bool("torture", false, "run the torture")
	plans     = flag.Int("torture.plans", 120, "number of plans")
	documents = flag.Int("torture.documents", 1000,
		"number of documents, fewer than 150,000, or the last daily overlap (100,000 numbers) does not reach the first sick notes")
	customers  = flag.Int("torture.customers", 4, "number of customers")
	over       = flag.Duration("torture.over", 6*time.Second, "time in which plans and documents are added")
	atOnce     = flag.Int("torture.at-once", 6, "number of workers at once")
	allMutants = flag.Bool("torture.mutants", false,
		"also run the torture with mutants of the worker, each of which must be caught")
)

// TestTorture checks that the worker keeps every promise.
func TestTorture(t *testing.T) {
	if !*tortured {
		t.Skip("needs the whole machine: run it with -torture, as make e2e and make torture do")
	}
	s := settingsFromFlags(t)
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

// settingsFromFlags returns the settings of the flags.
func settingsFromFlags(t *testing.T) settings {
	t.Helper()
	s := settings{seed: *seed, customers: *customers, plans: *plans, documents: *documents, over: *over, atOnce: *atOnce}
	if s.seed == 0 {
		s.seed = uint64(time.Now().UnixNano()) % 1_000_000
	}
	t.Logf("seed %d: go test ./test/torture -torture -run %s -torture.seed=%d repeats the faults", s.seed, t.Name(),
		s.seed)
	return s
}

func first(all []finding, n int) []finding { return all[:min(n, len(all))] }

// mutants are workers with one mistake each.
var mutants = map[string]mutant{
	"settle before the POST": {
		reason: "a plan is settled as sent before it is sent",
		file:   "internal/followupplan/sender.go",
		was:    `	result := s.submit(ctx, nav.Plan{CallID: callID, Body: document.Body, NotAfter: deadline})`,
		is: `	_ = s.HRM.Settle(ctx, a.claimID, *sentSettlement(nav.Receipt{UUID: uuid.New(), SentToNAV: true}, document))
	result := s.submit(ctx, nav.Plan{CallID: callID, Body: document.Body, NotAfter: deadline})`,
		caught: []string{findLost},
	},
	"cursor before the page": {
		reason: "the cursor moves before the documents are stored",
		file:   "internal/documentimport/scan.go",
		was: `	page.Documents = s.batch
`,
		is: `	if !s.keepCursor {
		if err := s.importer.store(ctx, s.unit, page); err != nil {
			return err
		}
		page.PreviousCursor, s.cursor = page.Cursor, page.Cursor
	}
	page.Documents = s.batch
`,
		caught: []string{findMissing, findStale},
	},
	"no look ahead": {
		reason: "an empty page is the last one, although later documents exist",
		file:   "internal/documentimport/hidden.go",
		was:    `		if s.findHidden == nil {`,
		is:     `		if s.findHidden != nil || s.steps == 0 {`,
		caught: []string{findMissing},
	},
	"no deadline": {
		reason: "a plan is sent after its deadline",
		file:   "internal/followupplan/sender.go",
		was:    `Body: document.Body, NotAfter: deadline})`,
		is:     `Body: document.Body, NotAfter: deadline.AddDate(1, 0, 0)})`,
		caught: []string{findTwice},
	},
	"again after a reset": {
		reason: "a plan is sent again although NAV may have it",
		file:   "internal/followupplan/sender.go",
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
	"no overlap of letters": {
		reason: "letters of the same time at the end of a page are not listed",
		file:   "internal/documentimport/lettersnew.go",
		was:    `		page, err := u.page(ctx, last.Add(-overlap))`,
		is:     `		page, err := u.page(ctx, last)`,
		caught: []string{findLetterMissing},
	},
	"withdrawn letters stay": {
		reason: "no stored letter is checked at NAV",
		file:   "internal/documentimport/letterswithdrawn.go",
		was:    `		if u.listed[entry.ID] || !u.kept[entry.ID] {`,
		is:     `		if u.listed[entry.ID] || len(u.listed) >= 0 {`,
		caught: []string{findLetterKept},
	},
	"a list proves a withdrawal": {
		reason: "letters are deleted because NAV's list lacks them",
		file:   "internal/documentimport/letterswithdrawn.go",
		was:    `	err := u.call(ctx, func(token outbound.Bearer) error { return u.NAV.Check(ctx, token, entry.LinkID) })`,
		is: `	err := u.call(ctx, func(token outbound.Bearer) error {
		return errors.Join(letters.ErrWithdrawn, ctx.Err())
	})`,
		caught: []string{findLetterDeleted},
	},
	"main unit left out": {
		reason: "no report of a main unit is fetched",
		file:   "cmd/sync/services.go",
		was:    `Kind: settlement.Kind, MainUnit: r.options.customer,`,
		is:     `Kind: settlement.Kind,`,
		caught: []string{findMissing},
	},
	"archived reports left out": {
		reason: "a report that a person has archived is not listed",
		file:   "internal/settlement/client.go",
		was:    `After: f.After, IncludeArchived: true})`,
		is:     `After: f.After})`,
		caught: []string{findMissing},
	},
	"cursor past reports": {
		reason: "the first page moves the cursor past a report that it does not have",
		file:   "internal/settlement/report.go",
		was:    `		if isOf && d.SequenceNumber > f.After {`,
		is:     `		if isOf && d.SequenceNumber > f.After+1 {`,
		caught: []string{findMissing},
	},
	"other encoding of CSV files": {
		reason: "a CSV file is not stored byte for byte",
		file:   "internal/settlement/client.go",
		was:    `	return csv, nil`,
		is:     `	return bytes.ToValidUTF8(csv, []byte("?")), nil`,
		caught: []string{findReportContent},
	},
	"refusals are not reported": {
		reason: "refusals are settled as NotSent, so that no person decides",
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
		t.Skip("each takes a minute: run it with -torture.mutants, as make torture does")
	}
	for name, m := range mutants {
		t.Run(name, func(t *testing.T) {
			s := settingsFromFlags(t)
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
			t.Logf("%s: findings %v", m.reason, found)
			if !slices.ContainsFunc(m.caught, func(name string) bool { return found[name] > 0 }) {
				t.Errorf("%s: caught by none of %q", m.reason, m.caught)
			}
		})
	}
}

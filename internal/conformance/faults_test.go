package conformance_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/4human/integration-operator/internal/conformance"
	"github.com/4human/integration-operator/internal/conformance/conformancetest"
)

// TestFaultsAreFound breaks each promise, and verifies that the check of that promise reports it.
func TestFaultsAreFound(t *testing.T) {
	cases := map[conformancetest.Fault]string{
		conformancetest.OtherOrganization:     "organization",
		conformancetest.EndlessUnits:          "units",
		conformancetest.NoTokenNeeded:         "without-token",
		conformancetest.AnyTokenGoes:          "another-token",
		conformancetest.PlainErrors:           "problem-details",
		conformancetest.OtherStatusInProblem:  "problem-details",
		conformancetest.ErrorsQuotePersons:    "problems-tell-nothing",
		conformancetest.Redirects:             "no-redirects",
		conformancetest.LongAnswers:           "answers-bounded",
		conformancetest.NoContractHeader:      "recognizable",
		conformancetest.PlanLacksField:        "claim",
		conformancetest.PlanIDIsPerson:        "plan-id",
		conformancetest.LastFirst:             "finished-first",
		conformancetest.SecondPlanOnRepeat:    "claim-repeated",
		conformancetest.RepeatExtendsLease:    "lease-not-extended",
		conformancetest.LeaseEndsEarly:        "lease-not-cut",
		conformancetest.EndedClaimComesAgain:  "ended-claim",
		conformancetest.EndedClaimSends:       "ended-claim-sending",
		conformancetest.EndedClaimSettles:     "ended-claim-settlement",
		conformancetest.LeaseForever:          "lease-ends",
		conformancetest.AnyClaimSettles:       "another-claim-settles",
		conformancetest.PlanGivenTwice:        "claims-at-once",
		conformancetest.ManyForOneClaim:       "one-claim-at-once",
		conformancetest.AnyNavCallID:          "sending-repeated",
		conformancetest.AnyNavCallIDAtOnce:    "sendings-at-once",
		conformancetest.LeaseEndsSending:      "sending-outlives-lease",
		conformancetest.ClaimedTakesSent:      "claimed-settlements",
		conformancetest.NotSentIsFinal:        "not-sent",
		conformancetest.NotSentKeepsClaim:     "not-sent-after-sending",
		conformancetest.NotSentTwiceGivesBack: "not-sent-repeated",
		conformancetest.NotSentOnce:           "not-sent-at-once",
		conformancetest.WorkerCannotReject:    "rejected-by-worker",
		conformancetest.RejectedOfferedAgain:  "rejected",
		conformancetest.SentChanges:           "sent",
		conformancetest.DeadlineOffers:        "deadline",
		conformancetest.DeadlineMoves:         "deadline",
		conformancetest.NotSentAfterUnknown:   "late-settlement",
		conformancetest.NoLateSettlement:      "late-settlement",
		conformancetest.UnknownNotCounted:     "unknown",
		conformancetest.RefusedNotTaken:       "refused",
		conformancetest.RefusedAtOnce:         "refused",
		conformancetest.RefusedTakesMore:      "refused",
		conformancetest.UndecidedLeftOut:      "refused",
		conformancetest.RefusedLateNotTaken:   "refused-late",
		conformancetest.RefusedForever:        "refused-again",
		conformancetest.RefusedSameWait:       "refused-again",
		conformancetest.RefusedTwiceCounts:    "refused-again",
		conformancetest.RefusedFirst:          "refused-last",
		conformancetest.UndecidedEarly:        "undecided",
		conformancetest.UndecidedNever:        "undecided",
		conformancetest.UndecidedOffered:      "undecided",
		conformancetest.UndecidedNotCounted:   "undecided",
		conformancetest.AnyUnit:               "unknown-unit",
		conformancetest.CursorStays:           "page",
		conformancetest.CursorMovesAlone:      "page-stored",
		conformancetest.HalfPages:             "page-whole-or-not",
		conformancetest.CursorNotCompared:     "page-elsewhere",
		conformancetest.StoredBeforeCompared:  "page-elsewhere-stored",
		conformancetest.PagesRace:             "pages-at-once",
		conformancetest.OverlapForgotten:      "last-overlap",
		conformancetest.OneCursorForKinds:     "cursor-per-kind",
		conformancetest.OneCursorForUnits:     "cursor-per-unit",
		conformancetest.NumbersMustRise:       "any-order",
		conformancetest.HigherIgnored:         "higher-number",
		conformancetest.LowerReplaces:         "lower-number",
		conformancetest.UnknownFieldsRefused:  "newer-fields",
		conformancetest.PDFStaysWanted:        "wanted-pdfs",
		conformancetest.PDFForgotten:          "wanted-pdfs",
		conformancetest.NewUUIDsRefused:       "settlement-report",
		conformancetest.MainUnitUnknown:       "settlement-report-of-main-unit",
		conformancetest.PDFOfAnything:         "pdf-of-no-document",
		conformancetest.CSVStaysWanted:        "wanted-csvs",
		conformancetest.CSVForgotten:          "wanted-csvs",
		conformancetest.CSVOfAnything:         "csv-of-no-document",
		conformancetest.SmallCSVs:             "big-csv",
		conformancetest.SmallPages:            "big-page",
		conformancetest.SmallPDFs:             "big-pdf",
		conformancetest.NarrowCursor:          "wide-cursor",

		conformancetest.LettersOfAnyUnit:        "letters-unknown-unit",
		conformancetest.LettersNotListed:        "letter-content",
		conformancetest.LettersOfOneKind:        "letter",
		conformancetest.LettersRestart:          "letters-after",
		conformancetest.LettersOfAnyTime:        "letters-created-from",
		conformancetest.LetterStaysWanted:       "letter-content",
		conformancetest.LetterLosesContent:      "letter-repeated",
		conformancetest.LetterFieldsRefused:     "letter-newer-fields",
		conformancetest.LettersCompleteTogether: "letters-complete",
		conformancetest.SmallLetters:            "big-letter",
		conformancetest.LetterStays:             "letter-deleted",
		conformancetest.LetterContentStays:      "letter-deleted",
		conformancetest.LettersDeletedTogether:  "letter-deleted-alone",
		conformancetest.LetterDeletedOnce:       "letter-deleted-again",
		conformancetest.LetterContentOfAnything: "content-of-no-letter",
	}
	for fault, name := range cases {
		t.Run(string(fault), func(t *testing.T) {
			w := newWorld(t, func(h *conformancetest.HRM) { h.Broken = fault })
			w.config.Only = []string{name}
			if slices.Contains([]string{"no-redirects", "answers-bounded"}, name) {
				w.config.Only = append(w.config.Only, "units") // a check of all responses needs those of other checks
			}
			if name == "recognizable" {
				w.config.Only = append(w.config.Only, "page")
			}
			found := result(t, w.run(t), name)
			if found.Verdict != conformance.Broken || found.Found == "" || found.Do == "" || len(found.Requests) == 0 {
				t.Errorf("%s: %s is %s: came %q, do %q\n%s", fault, name, found.Verdict, found.Found, found.Do,
					strings.Join(found.Requests, "\n"))
			}
			if shown := strings.Join(append(found.Requests, found.Found, found.Do), "\n"); strings.Contains(shown, token) ||
				strings.Contains(shown, "05908399546") {
				t.Errorf("a token or a person is shown: %s", shown)
			}
		})
	}
	checkEveryCheckIsTried(t, cases)
}

// checkEveryCheckIsTried verifies that each check has a fault that it finds: a check without one might verify nothing.
func checkEveryCheckIsTried(t *testing.T, cases map[conformancetest.Fault]string) {
	t.Helper()
	tried := map[string]bool{}
	for _, name := range cases {
		tried[name] = true
	}
	for _, name := range names() {
		if !tried[name] {
			t.Errorf("no fault is for the check %s", name)
		}
	}
}

// TestFaultsAreFoundWithoutReading breaks promises about documents. The suite cannot read documents, so only the list
// of wanted PDFs shows the faults.
func TestFaultsAreFoundWithoutReading(t *testing.T) {
	for fault, name := range map[conformancetest.Fault]string{
		conformancetest.HalfPages:            "page-whole-or-not",
		conformancetest.StoredBeforeCompared: "page-elsewhere-stored",
	} {
		t.Run(string(fault), func(t *testing.T) {
			w := newWorld(t, func(h *conformancetest.HRM) { h.Broken = fault })
			noReading(&w.config)
			w.config.Only = []string{name}
			if found := result(t, w.run(t), name); found.Verdict != conformance.Broken {
				t.Errorf("%s is %s", name, found.Verdict)
			}
		})
	}
}

func result(t *testing.T, r conformance.Report, name string) conformance.Result {
	t.Helper()
	i := slices.IndexFunc(r.Results, func(result conformance.Result) bool { return result.Name == name })
	if i < 0 {
		t.Fatalf("there is no result of %s", name)
	}
	return r.Results[i]
}

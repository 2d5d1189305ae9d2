package systemuser

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
)

const (
	granted   = v1alpha1.AuthorizationGranted
	notYet    = v1alpha1.AuthorizationNotGranted
	awaiting  = v1alpha1.AuthorizationAwaitingApproval
	rejected  = v1alpha1.AuthorizationRejected
	withdrawn = v1alpha1.AuthorizationWithdrawn
	unknown   = v1alpha1.AuthorizationUnknown
	forUser   = v1alpha1.AccessRequestSystemUser
	forChange = v1alpha1.AccessRequestChange

	prompt       = "2026-09-01T08:00:00Z"
	promptHashed = "121b8a7b45d53223"
	promptRef    = testNumber + "-121b8a7b" // of a version that asked again by another reference
)

var (
	waits = Known{
		State: awaiting, RequestID: testID, RequestKind: forUser, ExternalRef: testNumber,
		ConfirmURL: testURL,
	}
	waitsMore = Known{
		State: awaiting, RequestID: testID, RequestKind: forChange, ExternalRef: testNumber,
		ConfirmURL: testURL,
	}
	saidNo   = Known{State: rejected, RequestID: testID, RequestKind: forUser, ExternalRef: testNumber}
	saidNoTo = Known{State: rejected, RequestID: testID, RequestKind: forChange, ExternalRef: testNumber}
	tookBack = Known{State: withdrawn, ExternalRef: testNumber}
	has      = Known{State: granted, RequestID: testID, RequestKind: forUser, ExternalRef: testNumber}

	firstChange    = mustChangeID("")
	promptedChange = mustChangeID(prompt)
	renewedChange  = mustChangeID(testID)
	nextChange     = mustChangeID(firstChange)
)

func mustChangeID(seed string) string {
	id, err := changeID(testUser, []string{sickPay, sickNotes}, seed)
	if err != nil {
		panic(err)
	}
	return id
}

// conversation is a case: the known state, the expected calls with their responses, and the finding.
type conversation struct {
	reason string
	known  Known
	prompt string
	steps  []step
	want   Finding
	// listed is what Altinn's lists have of the customer, and listedErr what keeps it from being known.
	listed    Listed
	listedErr error
}

func found(state v1alpha1.AuthorizationState, kind v1alpha1.AccessRequestKind, id, url string) Finding {
	return Finding{State: state, RequestID: id, RequestKind: kind, ExternalRef: testNumber, ConfirmURL: url}
}

func plain(state v1alpha1.AuthorizationState) Finding {
	return Finding{State: state, ExternalRef: testNumber}
}

func refIs(ref string, f Finding) Finding {
	f.ExternalRef = ref
	return f
}

func prompted(f Finding) Finding {
	f.AskedAgainFor = promptHashed
	return f
}

func faulty(fault string, err error, f Finding) Finding {
	f.Fault, f.Err = fault, err
	return f
}

// errAny means any error.
var errAny = errors.New("any")

func conversations() map[string]conversation {
	all := map[string]conversation{}
	for _, part := range []map[string]conversation{
		whileGranted(), fresh(), afterRequest(), whileAwaiting(),
		whileChanging(), afterNo(), withPeers(), recreated(), withAgents(),
	} {
		for name, c := range part {
			if _, twice := all[name]; twice {
				panic("two cases are named " + name)
			}
			all[name] = c
		}
	}
	return all
}

func wanted(promptValue string) Wanted {
	return Wanted{
		Owner: testOwner, Rights: []string{sickNotes}, AllRights: []string{
			sickNotes, sickPay,
			sickNotes,
		}, AccessPackages: []string{"pkg"},
		RedirectURL: "https://back.example", Prompt: promptValue,
	}
}

var compare = []cmp.Option{cmpopts.EquateErrors()}

// TestNegotiate compares the calls of each case, and the finding.
func TestNegotiate(t *testing.T) {
	for name, tc := range conversations() {
		t.Run(name, func(t *testing.T) {
			s := &script{t: t, steps: tc.steps, listed: tc.listed, listedErr: tc.listedErr}
			tc.known.Now = testNow
			got := Negotiate(t.Context(), s, tc.known, wanted(tc.prompt))
			if s.next != len(s.steps) {
				t.Errorf("%s: ended after %d calls, want %d", tc.reason, s.next, len(s.steps))
			}
			if got.Err != nil && errors.Is(tc.want.Err, errAny) {
				got.Err = errAny
			}
			if diff := cmp.Diff(tc.want, got, compare...); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
			if got.IsConclusive() != (got.Err == nil && got.Fault == "") {
				t.Errorf("%s: Learnt() = %t", tc.reason, got.IsConclusive())
			}
		})
	}
}

// TestObstacles has each call of each case fail in every way: the finding is inconclusive, and no further request is
// sent.
func TestObstacles(t *testing.T) {
	obstacles := map[string][]error{"token": {errMPDown, errHeld}, "other": {errHeld}}
	for _, c := range maskinporten.Classes() {
		if c != maskinporten.ClassSystemUserMissing {
			obstacles["token"] = append(obstacles["token"], &maskinporten.Error{Class: c})
		}
	}
	for _, c := range altinn.Classes() {
		if c.Kind() != conclusion.Answer && c != altinn.ClassRightsRejected && c != altinn.ClassSystemNotFound {
			obstacles["other"] = append(obstacles["other"], refused(c))
		}
	}
	tried := 0
	for name, tc := range conversations() {
		tc.known.Now = testNow
		for i, at := range tc.steps {
			kind := "other"
			if strings.HasPrefix(at.call, "token ") {
				kind = "token"
			}
			for _, obstacle := range obstacles[kind] {
				tried++
				steps := append(slices.Clone(tc.steps[:i]), step{call: at.call, err: obstacle})
				s := &script{t: t, steps: steps, listed: tc.listed, listedErr: tc.listedErr}
				got := Negotiate(t.Context(), s, tc.known, wanted(tc.prompt))
				want := (&negotiation{known: tc.known, wanted: wanted("")}).knownFinding()
				if want.State == "" {
					want.State = unknown
				}
				want.Err = obstacle
				if tc.known.RequestID != "" && tc.known.RequestKind == "" {
					want.RequestKind = forUser
				}
				if diff := cmp.Diff(want, got, compare...); diff != "" {
					t.Errorf("%s, call %d meets %v: -want, +got:\n%s", name, i+1, obstacle, diff)
				}
			}
		}
	}
	if tried < 1000 {
		t.Errorf("only %d were tried", tried)
	}
}

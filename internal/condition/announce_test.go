package condition

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// of returns conditions, each written as "Type Status Reason Message".
func of(t *testing.T, texts ...string) []metav1.Condition {
	t.Helper()
	var all []metav1.Condition
	for _, text := range texts {
		parts := strings.SplitN(text, " ", 4)
		if len(parts) != 4 {
			t.Fatalf("no condition: %q", text)
		}
		all = append(all, metav1.Condition{
			Type: parts[0], Status: metav1.ConditionStatus(parts[1]), Reason: parts[2], Message: parts[3],
		})
	}
	return all
}

// TestAnnounce records each transition once, and nothing else.
func TestAnnounce(t *testing.T) {
	long := strings.Repeat("x", 2000)
	type list = []string
	cases := map[string]struct {
		before, after list
		want          string // "": no event
	}{
		"first-good": {nil, list{"Ready True Delegated Given."}, "Normal Delegated Given."},
		"first-wait": {nil, list{"Ready False AwaitingDelegation Wait."}, "Normal AwaitingDelegation Wait."},
		"withdrawn": {
			list{"Ready True Delegated Given."},
			list{"Ready False DelegationWithdrawn Gone."},
			"Warning DelegationWithdrawn Gone.",
		},
		"other-reason": {
			list{"Ready False KeyExpired Old."},
			list{"Ready False KeyUnknown New."},
			"Warning KeyUnknown New.",
		},
		"resumed":      {list{"Ready False Suspended Off."}, list{"Ready True Delegated On."}, "Normal Delegated On."},
		"suspended":    {list{"Ready True Delegated On."}, list{"Ready False Suspended Off."}, "Normal Suspended Off."},
		"pending":      {nil, list{"Ready Unknown VerificationPending Soon."}, "Normal VerificationPending Soon."},
		"unavailable":  {nil, list{"Ready Unknown AuthorityUnavailable Down."}, "Warning AuthorityUnavailable Down."},
		"no-format":    {nil, list{"Ready False KeyExpired 100%d"}, "Warning KeyExpired 100%d"},
		"message":      {list{"Ready True Delegated Given."}, list{"Ready True Delegated Still."}, ""},
		"none":         {nil, nil, ""},
		"sync-pending": {list{"Ready False AwaitingDelegation Wait."}, list{"Ready Unknown SyncPending Soon."}, ""},
		"after-pending": {
			list{"Ready Unknown SyncPending Soon."},
			list{"Ready True Delegated Given."},
			"Normal Delegated Given.",
		},
		"not-ready's-part": {nil, list{"DelegationVerified False NotDelegated Wait."}, ""},
		"bounded": {
			nil,
			list{"Ready False KeyExpired " + long},
			"Warning KeyExpired " + long[:MaxNote-len("…")] + "…",
		},

		"first-run": {
			list{"SyncHealthy Unknown NoRunYet None."},
			list{"SyncHealthy True SyncSucceeded Well."},
			"Normal SyncSucceeded Well.",
		},
		"runs-recovered": {
			list{"SyncHealthy False SyncFailing Bad."},
			list{"SyncHealthy True SyncSucceeded Well."},
			"Normal SyncSucceeded Well.",
		},
		"run-failed": {
			list{"SyncHealthy True SyncSucceeded Well."},
			list{"SyncHealthy Unknown SyncRetrying Once."},
			"Warning SyncRetrying Once.",
		},
		"first-failed": {nil, list{"SyncHealthy Unknown SyncRetrying Once."}, "Warning SyncRetrying Once."},
		"failed-again": {
			list{"SyncHealthy Unknown SyncRetrying Once."},
			list{"SyncHealthy Unknown SyncRetrying Twice."},
			"",
		},
		"new":     {nil, list{"SyncHealthy Unknown NoRunYet None."}, ""},
		"stopped": {list{"SyncHealthy True SyncSucceeded Well."}, list{"SyncHealthy Unknown NotSyncing Off."}, ""},
		"failing": {
			nil,
			list{"Ready False SyncFailing Do.", "SyncHealthy False SyncFailing Thrice."},
			"Warning SyncFailing Do.",
		},
		"failing-besides": {
			list{"Ready False AwaitingApproval Wait."},
			list{"Ready False AwaitingApproval Wait.", "SyncHealthy False SyncFailing Thrice."},
			"Warning SyncFailing Thrice.",
		},

		"alarm": {
			list{"KeyExpiring False KeyValid Fine."},
			list{"KeyExpiring True KeyExpiresSoon Soon."},
			"Warning KeyExpiresSoon Soon.",
		},
		"alarm-at-once": {nil, list{"KeyExpiring True KeyExpiresSoon Soon."}, "Warning KeyExpiresSoon Soon."},
		"alarm-over": {
			list{"KeyExpiring True KeyExpiresSoon Soon."},
			list{"KeyExpiring False KeyValid Fine."},
			"Normal KeyValid Fine.",
		},
		"no-alarm": {nil, list{"KeyExpiring False KeyValid Fine."}, ""},
		"alarm-unknown": {
			nil,
			list{"KeyExpiring Unknown ConfigurationInvalid Never."},
			"Warning ConfigurationInvalid Never.",
		},
		"unreachable": {
			list{"AltinnReachable True Reachable Fine."},
			list{"AltinnReachable False Unreachable Down."},
			"Warning Unreachable Down.",
		},
		"reachable-again": {
			list{"AltinnReachable False Unreachable Down."},
			list{"AltinnReachable True Reachable Fine."},
			"Normal Reachable Fine.",
		},
		"reachable": {nil, list{"MaskinportenReachable True Reachable Fine."}, ""},
		"reachable-later": {
			list{"NAVReachable Unknown VerificationPending Soon."},
			list{"NAVReachable True Reachable Fine."},
			"",
		},
		"reachable-unsent": {nil, list{"MaskinportenReachable Unknown VerificationPending Soon."}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			recorder := events.NewFakeRecorder(10)
			before, after := &v1alpha1.Supplier{}, &v1alpha1.Supplier{}
			before.Status.Conditions, after.Status.Conditions = of(t, c.before...), of(t, c.after...)
			Announce(logr.FromSlogHandler(slog.NewTextHandler(&log, nil)), recorder, before, after)
			close(recorder.Events)
			got := make([]string, 0, 1)
			for e := range recorder.Events {
				got = append(got, e)
			}
			if strings.Join(got, "|") != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if lines := strings.Count(log.String(), "\n"); lines != len(got) {
				t.Errorf("%d lines in the log, want %d", lines, len(got))
			}
		})
	}
}

// TestBounded shortens a note to what the API accepts, and no character in two.
func TestBounded(t *testing.T) {
	for name, character := range map[string]string{"ascii": "x", "two-bytes": "ø", "three-bytes": "…", "four-bytes": "🐯"} {
		t.Run(name, func(t *testing.T) {
			for length := 1000; length < 1100; length++ {
				text := strings.Repeat("-", length%7) + strings.Repeat(character, length/len(character))
				got := Bound(text)
				if len(got) > MaxNote || !utf8.ValidString(got) {
					t.Fatalf("%d bytes, valid %t", len(got), utf8.ValidString(got))
				}
				if len(text) <= MaxNote && got != text {
					t.Fatalf("a note of %d bytes was cut", len(text))
				}
				kept := strings.HasPrefix(text, strings.TrimSuffix(got, "…"))
				if len(text) > MaxNote && (!strings.HasSuffix(got, "…") || len(got) < MaxNote-len("…")-3 || !kept) {
					t.Fatalf("%d bytes were cut to %d", len(text), len(got))
				}
			}
		})
	}
}

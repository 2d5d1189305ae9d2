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
		"first-good": {after: list{"Ready True Delegated Given."}, want: "Normal Delegated Given."},
		"first-wait": {after: list{"Ready False AwaitingDelegation Wait."}, want: "Normal AwaitingDelegation Wait."},
		"withdrawn": {
			before: list{"Ready True Delegated Given."}, after: list{"Ready False DelegationWithdrawn Gone."},
			want: "Warning DelegationWithdrawn Gone.",
		},
		"other-reason": {
			before: list{"Ready False KeyExpired Old."}, after: list{"Ready False KeyUnknown New."},
			want: "Warning KeyUnknown New.",
		},
		"resumed": {
			before: list{"Ready False Suspended Off."}, after: list{"Ready True Delegated On."},
			want: "Normal Delegated On.",
		},
		"suspended": {
			before: list{"Ready True Delegated On."}, after: list{"Ready False Suspended Off."},
			want: "Normal Suspended Off.",
		},
		"pending":     {after: list{"Ready Unknown VerificationPending Soon."}, want: "Normal VerificationPending Soon."},
		"unavailable": {after: list{"Ready Unknown AuthorityUnavailable Down."}, want: "Warning AuthorityUnavailable Down."},
		"no-format":   {after: list{"Ready False KeyExpired 100%d"}, want: "Warning KeyExpired 100%d"},
		"message":     {before: list{"Ready True Delegated Given."}, after: list{"Ready True Delegated Still."}, want: ""},
		"none":        {want: ""},
		"sync-pending": {
			before: list{"Ready False AwaitingDelegation Wait."}, after: list{"Ready Unknown SyncPending Soon."}, want: "",
		},
		"after-pending": {
			before: list{"Ready Unknown SyncPending Soon."}, after: list{"Ready True Delegated Given."},
			want: "Normal Delegated Given.",
		},
		"not-ready's-part": {after: list{"DelegationVerified False NotDelegated Wait."}, want: ""},
		"bounded": {
			after: list{"Ready False KeyExpired " + long}, want: "Warning KeyExpired " + long[:maxNote-len("…")] + "…",
		},

		"first-run": {
			before: list{"SyncHealthy Unknown NoRunYet None."}, after: list{"SyncHealthy True SyncSucceeded Well."},
			want: "Normal SyncSucceeded Well.",
		},
		"runs-recovered": {
			before: list{"SyncHealthy False SyncFailing Bad."}, after: list{"SyncHealthy True SyncSucceeded Well."},
			want: "Normal SyncSucceeded Well.",
		},
		"run-failed": {
			before: list{"SyncHealthy True SyncSucceeded Well."}, after: list{"SyncHealthy Unknown SyncRetrying Once."},
			want: "Warning SyncRetrying Once.",
		},
		"first-failed": {after: list{"SyncHealthy Unknown SyncRetrying Once."}, want: "Warning SyncRetrying Once."},
		"failed-again": {
			before: list{"SyncHealthy Unknown SyncRetrying Once."}, after: list{"SyncHealthy Unknown SyncRetrying Twice."},
			want: "",
		},
		"new": {after: list{"SyncHealthy Unknown NoRunYet None."}, want: ""},
		"stopped": {
			before: list{"SyncHealthy True SyncSucceeded Well."}, after: list{"SyncHealthy Unknown NotSyncing Off."},
			want: "",
		},
		"failing": {
			after: list{"Ready False SyncFailing Do.", "SyncHealthy False SyncFailing Thrice."},
			want:  "Warning SyncFailing Do.",
		},
		"failing-besides": {
			before: list{"Ready False AwaitingApproval Wait."},
			after:  list{"Ready False AwaitingApproval Wait.", "SyncHealthy False SyncFailing Thrice."},
			want:   "Warning SyncFailing Thrice.",
		},

		"alarm": {
			before: list{"KeyExpiring False KeyValid Fine."}, after: list{"KeyExpiring True KeyExpiresSoon Soon."},
			want: "Warning KeyExpiresSoon Soon.",
		},
		"alarm-at-once": {after: list{"KeyExpiring True KeyExpiresSoon Soon."}, want: "Warning KeyExpiresSoon Soon."},
		"alarm-over": {
			before: list{"KeyExpiring True KeyExpiresSoon Soon."}, after: list{"KeyExpiring False KeyValid Fine."},
			want: "Normal KeyValid Fine.",
		},
		"no-alarm": {after: list{"KeyExpiring False KeyValid Fine."}, want: ""},
		"alarm-unknown": {
			after: list{"KeyExpiring Unknown ConfigurationInvalid Never."}, want: "Warning ConfigurationInvalid Never.",
		},
		"unreachable": {
			before: list{"AltinnReachable True Reachable Fine."}, after: list{"AltinnReachable False Unreachable Down."},
			want: "Warning Unreachable Down.",
		},
		"reachable-again": {
			before: list{"AltinnReachable False Unreachable Down."}, after: list{"AltinnReachable True Reachable Fine."},
			want: "Normal Reachable Fine.",
		},
		"reachable": {after: list{"MaskinportenReachable True Reachable Fine."}, want: ""},
		"reachable-later": {
			before: list{"NAVReachable Unknown VerificationPending Soon."}, after: list{"NAVReachable True Reachable Fine."},
			want: "",
		},
		"reachable-unsent": {after: list{"MaskinportenReachable Unknown VerificationPending Soon."}, want: ""},
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

// TestBounded verifies that a note is shortened to what the API accepts, at the end of a character.
func TestBounded(t *testing.T) {
	for name, character := range map[string]string{"ascii": "x", "two-bytes": "ø", "three-bytes": "…", "four-bytes": "🐯"} {
		t.Run(name, func(t *testing.T) {
			for length := 1000; length < 1100; length++ {
				text := strings.Repeat("-", length%7) + strings.Repeat(character, length/len(character))
				got := Bound(text)
				if len(got) > maxNote || !utf8.ValidString(got) {
					t.Fatalf("%d bytes, valid %t", len(got), utf8.ValidString(got))
				}
				if len(text) <= maxNote && got != text {
					t.Fatalf("a note of %d bytes was cut", len(text))
				}
				kept := strings.HasPrefix(text, strings.TrimSuffix(got, "…"))
				if len(text) > maxNote && (!strings.HasSuffix(got, "…") || len(got) < maxNote-len("…")-3 || !kept) {
					t.Fatalf("%d bytes were cut to %d", len(text), len(got))
				}
			}
		})
	}
}

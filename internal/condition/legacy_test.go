package condition

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
)

// TestAnnounce tells a change of Ready's status or reason once, and nothing else.
func TestAnnounceReady(t *testing.T) {
	ready := func(status metav1.ConditionStatus, reason, message string) []metav1.Condition {
		return []metav1.Condition{
			{Type: v1alpha1.ConditionReady, Status: status, Reason: reason, Message: message},
			{Type: v1alpha1.ConditionDelegationVerified, Status: status, Reason: reason, Message: message},
		}
	}
	const yes, no, unknown = metav1.ConditionTrue, metav1.ConditionFalse, metav1.ConditionUnknown
	cases := map[string]struct {
		reason        string
		before, after []metav1.Condition
		want          string // "": none
	}{
		"first-yes":         {"the first verdict", nil, ready(yes, "Delegated", "Given."), "Normal Delegated Given."},
		"first-wait":        {"it is nobody's fault that a customer has not delegated yet", nil, ready(no, "AwaitingDelegation", "Wait."), "Normal AwaitingDelegation Wait."},
		"withdrawn":         {"somebody should know", ready(yes, "Delegated", "Given."), ready(no, "DelegationWithdrawn", "Gone."), "Warning DelegationWithdrawn Gone."},
		"reason":            {"the status is the same, what is wrong is not", ready(no, "KeyExpired", "Old."), ready(no, "KeyUnknown", "New."), "Warning KeyUnknown New."},
		"resumed":           {"all is well again", ready(no, "Suspended", "Off."), ready(yes, "Delegated", "On."), "Normal Delegated On."},
		"suspended":         {"somebody did that", ready(yes, "Delegated", "On."), ready(no, "Suspended", "Off."), "Normal Suspended Off."},
		"pending":           {"soon", nil, ready(unknown, "VerificationPending", "Soon."), "Normal VerificationPending Soon."},
		"outage":            {"nothing is known", nil, ready(unknown, "AuthorityUnavailable", "Down."), "Warning AuthorityUnavailable Down."},
		"percent":           {"a message is no format", nil, ready(no, "KeyExpired", "100%d"), "Warning KeyExpired 100%d"},
		"message":           {"another message is no news", ready(yes, "Delegated", "Given."), ready(yes, "Delegated", "Still given."), ""},
		"same":              {"nothing happened", ready(yes, "Delegated", "Given."), ready(yes, "Delegated", "Given."), ""},
		"none":              {"there is no verdict", nil, nil, ""},
		"sync-pending":      {"a moment before the next", ready(no, "AwaitingDelegation", "Wait."), ready(unknown, "SyncPending", "Soon."), ""},
		"no-longer-pending": {"this is it", ready(unknown, "SyncPending", "Soon."), ready(yes, "Delegated", "Given."), "Normal Delegated Given."},
		"other": {
			"another condition changed", ready(yes, "Delegated", "Given."), append(ready(yes, "Delegated", "Given."), metav1.Condition{Type: "AuthorityReachable"}), "",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			recorder := events.NewFakeRecorder(10)
			before, after := fixture.Customer(), fixture.Customer()
			before.Status.Conditions, after.Status.Conditions = c.before, c.after
			AnnounceReady(logr.FromSlogHandler(slog.NewTextHandler(&log, nil)), recorder, before, after)
			close(recorder.Events)
			got := make([]string, 0, 1)
			for e := range recorder.Events {
				got = append(got, e)
			}
			if strings.Join(got, "|") != c.want {
				t.Errorf("%s: %q, want %q", c.reason, got, c.want)
			}
			if lines := strings.Count(log.String(), "\n"); lines != len(got) {
				t.Errorf("%s: %d lines in the log", c.reason, lines)
			}
		})
	}
}

// TestAnnounceSync tells what Ready does not: that data flows, and that a run has failed and another will be made.
func TestAnnounceSync(t *testing.T) {
	healthy := func(status metav1.ConditionStatus, reason, message string) []metav1.Condition {
		return []metav1.Condition{
			{Type: v1alpha1.ConditionReady, Status: status, Reason: "Delegated", Message: message},
			{Type: v1alpha1.ConditionSyncHealthy, Status: status, Reason: reason, Message: message},
		}
	}
	ready := func(reason string, besides []metav1.Condition) []metav1.Condition {
		meta.SetStatusCondition(&besides, metav1.Condition{Type: v1alpha1.ConditionReady, Status: metav1.ConditionFalse, Reason: reason})
		return besides
	}
	const yes, no, unknown = metav1.ConditionTrue, metav1.ConditionFalse, metav1.ConditionUnknown
	cases := map[string]struct {
		reason        string
		before, after []metav1.Condition
		want          string // "": none
	}{
		"first":      {"data flows", healthy(unknown, "NoRunYet", "None."), healthy(yes, "SyncSucceeded", "Well."), "Normal SyncSucceeded Well."},
		"recovered":  {"it does again", healthy(no, "SyncFailing", "Bad."), healthy(yes, "SyncSucceeded", "Well."), "Normal SyncSucceeded Well."},
		"failed":     {"a run has failed", healthy(yes, "SyncSucceeded", "Well."), healthy(unknown, "SyncRetrying", "Once."), "Warning SyncRetrying Once."},
		"failed-new": {"the first run has", nil, healthy(unknown, "SyncRetrying", "Once."), "Warning SyncRetrying Once."},
		"percent":    {"a message is no format", nil, healthy(unknown, "SyncRetrying", "100%d"), "Warning SyncRetrying 100%d"},
		"long":       {"a note is bounded", nil, healthy(unknown, "SyncRetrying", strings.Repeat("x", 2000)), "Warning SyncRetrying " + strings.Repeat("x", MaxNote-len("…")) + "…"},

		"succeeded-again": {"another run is no news", healthy(yes, "SyncSucceeded", "Well."), healthy(yes, "SyncSucceeded", "Very well."), ""},
		"failed-again":    {"nor is another failure", healthy(unknown, "SyncRetrying", "Once."), healthy(unknown, "SyncRetrying", "Twice."), ""},
		"failing":         {"Ready tells it", healthy(unknown, "SyncRetrying", "Once."), ready("SyncFailing", healthy(no, "SyncFailing", "Thrice.")), ""},
		"stale":           {"Ready tells it", healthy(yes, "SyncSucceeded", "Well."), ready("SyncStale", healthy(no, "SyncStale", "Old.")), ""},
		"mismatch":        {"Ready tells it", nil, ready("HRMOrganizationMismatch", healthy(no, "HRMOrganizationMismatch", "Wrong.")), ""},
		"not-starting":    {"Ready tells it", nil, ready("SyncPodNotStarting", healthy(no, "SyncPodNotStarting", "Stuck.")), ""},
		"failing-besides": {
			"Ready has something else to tell, of another service", nil,
			ready("AwaitingApproval", healthy(no, "SyncFailing", "Thrice.")), "Warning SyncFailing Thrice.",
		},
		"new":     {"nothing has happened", nil, healthy(unknown, "NoRunYet", "None."), ""},
		"stopped": {"Ready tells why", healthy(yes, "SyncSucceeded", "Well."), healthy(unknown, "NotSyncing", "Off."), ""},
		"none":    {"there is no verdict", nil, nil, ""},
	}
	for name, c := range cases {
		recorder := events.NewFakeRecorder(10)
		before, after := fixture.Customer(), fixture.Customer()
		before.Status.Conditions, after.Status.Conditions = c.before, c.after
		AnnounceSync(recorder, before, after)
		close(recorder.Events)
		var got []string
		for e := range recorder.Events {
			got = append(got, e)
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s: %s: %q, want %q", name, c.reason, got, c.want)
		}
	}
}

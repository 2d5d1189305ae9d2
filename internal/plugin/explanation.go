package plugin

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

// explanation is what why explains.
type explanation struct {
	customer *v1alpha1.CustomerIntegration
	// supplier is nil if it does not exist or cannot be read.
	supplier *v1alpha1.Supplier
	// isHidden reports whether the person may not read the Supplier.
	isHidden bool
	events   []corev1.Event
	lang     language.Language
	now      time.Time
}

// serviceLines returns what the status has of each service: access, runs and data. Each needs the one before.
func (e *explanation) serviceLines(view *rollout.Customer) []string {
	lines := make([]string, 0, 4*len(view.Services))
	for i := range view.Services {
		s := &view.Services[i]
		lines = append(lines, s.Title(e.lang),
			e.indented("why.access", e.access(s)), e.indented("why.runs", e.runs(s.Name)),
			e.indented("why.data", e.lastData(s)))
	}
	return lines
}

// indented returns a line below a service, with its label.
func (e *explanation) indented(label, text string) string {
	return fmt.Sprintf("  %-12s%s", words.Text(e.lang, label)+":", text)
}

// lastData returns when a run of a service last succeeded.
func (e *explanation) lastData(s *rollout.Service) string {
	if s.LastData.IsZero() {
		return words.Text(e.lang, "why.noData")
	}
	return words.Text(e.lang, "why.lastData", "ago", e.ago(s.LastData))
}

// access returns the last verified state of an access, with its reason.
func (e *explanation) access(s *rollout.Service) string {
	if s.Access == "" {
		return words.Text(e.lang, "why.unverified")
	}
	text := string(s.Access)
	if s.Reason != "" && s.Reason != string(s.Access) {
		text += " (" + s.Reason + ")"
	}
	if !s.Since.IsZero() {
		text += " " + words.Text(e.lang, "why.since", "date", rollout.ShortDate(s.Since, e.lang, e.now))
	}
	return text + ", " + words.Text(e.lang, "why.verified", "ago", e.ago(s.Verified))
}

// runs returns whether runs are allowed, and how the last one ended.
func (e *explanation) runs(name v1alpha1.ServiceName) string {
	known := e.customer.Status.Service(name).Sync
	texts := []string{e.allowed(&known)}
	switch last := known.LastRun; last.Outcome {
	case v1alpha1.SyncFailed:
		texts = append(texts, words.Count(e.lang, "why.failed", int(max(known.Failures, 1)),
			"reason", runReason(&last), "ago", e.ago(last.FinishedTime.Time)))
	case v1alpha1.SyncSucceeded:
		texts = append(texts, words.Text(e.lang, "why.succeeded", "ago", e.ago(last.FinishedTime.Time)))
	}
	if n := int(known.OpenUnknown + known.OpenUndecided); n > 0 {
		texts = append(texts, words.Count(e.lang, "why.openPlans", n))
	}
	return strings.Join(texts, "; ")
}

// allowed returns whether runs are allowed.
func (e *explanation) allowed(known *v1alpha1.ServiceSync) string {
	switch {
	case !e.customer.Syncs():
		return words.Text(e.lang, "why.syncDisabled")
	case known.ActiveSince == nil:
		return words.Text(e.lang, "why.notAllowed")
	case known.CronJobName == "":
		return words.Text(e.lang, "why.allowed")
	default:
		return words.Text(e.lang, "why.allowedBy", "cronJob", known.CronJobName)
	}
}

// runReason returns the reason and cause of a failed run.
func runReason(run *v1alpha1.SyncRun) string {
	switch {
	case run.Reason == "":
		return "Unknown"
	case run.Cause == "":
		return run.Reason
	default:
		return run.Reason + ": " + run.Cause
	}
}

// ago returns how long ago a time is, "never" for the zero time.
func (e *explanation) ago(t time.Time) string {
	if t.IsZero() {
		return words.Text(e.lang, "why.never")
	}
	return rollout.Ago(e.now.Sub(t), e.lang)
}

// supplierLines returns what is wrong with the Supplier, and its alarms.
func (e *explanation) supplierLines() []string {
	switch {
	case e.isHidden:
		return []string{words.Text(e.lang, "why.hidden")}
	case e.supplier == nil:
		return []string{words.Text(e.lang, "why.missing", "supplier", e.customer.SupplierName())}
	}
	alarms := condition.Alarms(e.supplier.Status.Conditions)
	lines := make([]string, 0, 1+len(alarms))
	conditions := e.supplier.Status.Conditions
	ready := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady)
	if ready != nil && ready.Status != metav1.ConditionTrue {
		lines = append(lines, fmt.Sprintf("%s (%s): %s", ready.Type, ready.Reason, ready.Message))
	}
	for _, alarm := range alarms {
		c := meta.FindStatusCondition(conditions, alarm.Name)
		lines = append(lines, fmt.Sprintf("%s (%s): %s", c.Type, c.Reason, c.Message))
	}
	return lines
}

package customerintegration

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/syncjob"
)

// mendClock replaces all times in a customer's status that lie in the future. An access that was verified in the future is due
// at once.
func mendClock(o *verdict.Observed) {
	iv := pacing.Intervals{Granted: v1alpha1.DefaultVerificationInterval, Waiting: v1alpha1.DefaultWaitingInterval}
	if o.Supplier != nil {
		iv = pacing.IntervalsOf(o.Supplier)
	}
	status := &o.Customer.Status
	clock.ClampConditions(status.Conditions, o.Now)
	for i := range status.Services {
		known := &status.Services[i]
		mendSince(o, known)
		known.Authorization.LastVerifiedTime = clock.Clamp(known.Authorization.LastVerifiedTime, o.Now, pacing.OverdueBy(o.Now, iv))
		mendSync(&known.Sync, o.Children.Of(known.Name), o.Now)
	}
}

// mendSince replaces the time of an access's last change. Its first run stays the one that was created.
func mendSince(o *verdict.Observed, known *v1alpha1.CustomerServiceStatus) {
	a := &known.Authorization
	if a.Since == nil || !clock.InFuture(a.Since.Time, o.Now) {
		return
	}
	firstJob := known.Sync.FirstJobName
	created := firstJob != "" && firstJob == naming.FirstJob(o.Customer.Name, known.Name, a.Since.Time)
	a.Since = new(metav1.NewTime(o.Now))
	if created {
		known.Sync.FirstJobName = naming.FirstJob(o.Customer.Name, known.Name, o.Now)
	}
}

// mendSync replaces the times of a service's jobs. That of the last run comes from its Job, if that still exists.
func mendSync(sync *v1alpha1.ServiceSync, c *syncjob.Child, now time.Time) {
	sync.ActiveSince = clock.Clamp(sync.ActiveSince, now, now)
	success := now
	if last := &sync.LastRun; last.JobUID != "" {
		if clock.InFuture(last.FinishedTime.Time, now) {
			last.FinishedTime = metav1.NewTime(syncjob.FinishOfRun(c, last.JobUID, now))
		}
		if last.Outcome == v1alpha1.SyncSucceeded {
			success = last.FinishedTime.Time
		}
	}
	sync.LastSuccessTime = clock.Clamp(sync.LastSuccessTime, now, success)
	sync.RightMissingTime = clock.Clamp(sync.RightMissingTime, now, now)
}

package customerintegration

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/syncjob"
)

// mendClock replaces all times in a customer's status that lie in the future. An access that was verified in the future is
// due at once. The children must have been observed.
func mendClock(s *scope) {
	iv := pacing.Intervals{Granted: v1alpha1.DefaultVerificationInterval, Waiting: v1alpha1.DefaultWaitingInterval}
	if s.supplier != nil {
		iv = pacing.IntervalsOf(s.supplier)
	}
	status := &s.customer.Status
	clock.ClampConditions(status.Conditions, s.now)
	for i := range status.Services {
		known := &status.Services[i]
		mendSince(s, known)
		known.Authorization.LastVerifiedTime = clock.Clamp(known.Authorization.LastVerifiedTime, s.now, pacing.OverdueBy(s.now, iv))
		mendSync(&known.Sync, s.children.Of(known.Name), s.now)
	}
}

// mendSince replaces the time of an access's last change. Its first run stays the one that was made.
func mendSince(s *scope, known *v1alpha1.CustomerServiceStatus) {
	a := &known.Authorization
	if a.Since == nil || !clock.InFuture(a.Since.Time, s.now) {
		return
	}
	made := known.Sync.FirstJobName != "" && known.Sync.FirstJobName == naming.FirstJob(s.customer.Name, known.Name, a.Since.Time)
	a.Since = new(metav1.NewTime(s.now))
	if made {
		known.Sync.FirstJobName = naming.FirstJob(s.customer.Name, known.Name, s.now)
	}
}

// mendSync replaces the times of a service's jobs: the last run's with what its Job says, if it is still there.
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

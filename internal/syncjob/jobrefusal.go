package syncjob

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/schedule"
)

// lastJob returns when the newest Job of a service was created, the zero time if there is none.
func lastJob(c *Child) time.Time {
	var last time.Time
	for i := range c.Jobs {
		last = clock.Later(last, c.Jobs[i].CreationTimestamp.Time)
	}
	return last
}

// runDue returns when the CronJob of a service is to create its next Job after a time, by its schedule. It is zero if
// it creates none now, such as because one runs.
func runDue(c *Child, after time.Time, zone *time.Location) time.Time {
	if c.CronJob == nil || IsSuspended(c.CronJob) || HasRunningJob(c) {
		return time.Time{}
	}
	parsed, err := schedule.Parse(c.CronJob.Spec.Schedule, "")
	if err != nil {
		return time.Time{} // the schedule of a customer's CronJob is always valid
	}
	return parsed.Next(clock.Later(after, lastJob(c)).In(zone))
}

// LacksJob reports whether a run has been due for so long, without a Job, that its refusal is worth looking for. No run
// was due before since.
func LacksJob(c *Child, since, now time.Time, zone *time.Location) bool {
	due := runDue(c, clock.Later(since, createdAt(c.CronJob)), zone)
	return !due.IsZero() && !now.Before(due.Add(RefusalLimit))
}

func createdAt(cronJob *batchv1.CronJob) time.Time {
	if cronJob == nil {
		return time.Time{}
	}
	return cronJob.CreationTimestamp.Time
}

// NextJobLook returns when to look whether the next run of the schedule has its Job. It is zero if none is due.
func NextJobLook(c *Child, now time.Time, zone *time.Location) time.Time {
	due := runDue(c, now.Add(-RefusalLimit), zone)
	if due.IsZero() {
		return time.Time{}
	}
	return due.Add(RefusalLimit)
}

// JobRefusal returns why the API server refuses the next Job of a CronJob. It is nil if none is known to be refused
// since the last Job.
func JobRefusal(c *Child) *Refusal {
	if c.CronJob == nil {
		return nil
	}
	if refused := c.Refusals[c.CronJob.UID]; refused.At.After(lastJob(c)) {
		return &refused
	}
	return nil
}

// JobRefusedSince returns since when the API server refuses the Jobs of a CronJob, nil if it does not. What the status
// has counts until there is a newer Job: the event may have expired.
func JobRefusedSince(c *Child, known *metav1.Time, now time.Time) *metav1.Time {
	if known != nil && known.After(lastJob(c)) {
		return known
	}
	if refused := JobRefusal(c); refused != nil {
		return new(metav1.NewTime(clock.Earlier(refused.At, now).Truncate(time.Second)))
	}
	return nil
}

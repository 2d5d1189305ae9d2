package syncjob

import (
	batchv1 "k8s.io/api/batch/v1"
)

// StripCronJob keeps the owner and the schedule of a CronJob, and a digest of its spec. The digest replaces the job
// template, which is nearly the same for all customers and would be most of the cache.
func StripCronJob(o any) (any, error) {
	cronJob, ok := o.(*batchv1.CronJob)
	if !ok {
		return o, nil
	}
	digest, err := DigestOf(cronJob)
	if err != nil {
		return nil, err
	}
	if _, err := StripMetadata(cronJob); err != nil {
		return nil, err
	}
	cronJob.Spec = batchv1.CronJobSpec{Schedule: cronJob.Spec.Schedule, Suspend: cronJob.Spec.Suspend}
	cronJob.Spec.JobTemplate.Name = digest // which no job template of the API server has
	cronJob.Status = batchv1.CronJobStatus{}
	return cronJob, nil
}

// DigestOf returns a digest of the whole spec of a CronJob from the API server or from the cache. Only the cache has
// CronJobs without a container.
func DigestOf(c *batchv1.CronJob) (string, error) {
	if len(c.Spec.JobTemplate.Spec.Template.Spec.Containers) == 0 {
		return c.Spec.JobTemplate.Name, nil
	}
	return sumOf(c.Spec)
}

// Package syncjob holds what is known of the jobs of a service of a customer: the desired ServiceAccount and CronJob, how those in
// the cluster differ, and what the runs that ended amount to.
package syncjob

// Package syncjob is about the jobs of one service of a customer: the desired ServiceAccount and CronJob, how those in
// the cluster differ, and the outcome of the runs that have ended.
package syncjob

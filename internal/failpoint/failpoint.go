// Package failpoint names the places at which a test may kill the manager. In a build without the tag "failpoints" it
// does nothing: no released binary can be made to die by its environment.
package failpoint

// Environment is the variable that names the place at which the process shall kill itself (builds with the tag
// "failpoints" only).
const Environment = "INTEGRATION_OPERATOR_FAILPOINT"

// Places. Each is passed by its process many times; the first pass ends it.
const (
	// CustomerAnswered is after the authority answered for a customer and before its status is written.
	CustomerAnswered = "customer-answered"
	// CustomerWritten is after a customer's status was written and before the transition is told.
	CustomerWritten = "customer-written"
	// CronJobSuspended is after a CronJob was suspended and before its Jobs are deleted.
	CronJobSuspended = "cronjob-suspended"
	// FirstJobCreated is after the first Job was made and before the status says so.
	FirstJobCreated = "first-job-created"
	// BrokerAnswering is after the token broker had a token for a job and before it answers.
	BrokerAnswering = "broker-answering"
)

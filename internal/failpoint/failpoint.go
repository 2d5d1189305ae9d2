// Package failpoint has the places at which a test may kill the manager. Without the build tag "failpoints", as in
// releases, it does nothing.
package failpoint

// Environment is the variable with the place at which the process kills itself.
const Environment = "INTEGRATION_OPERATOR_FAILPOINT"

// Places. The process ends when it first passes the place.
const (
	// CustomerAnswered is between a response about a customer and the write of its status.
	CustomerAnswered = "customer-answered"
	// CustomerWritten is between the write of a customer's status and the event of the transition.
	CustomerWritten = "customer-written"
	// CronJobSuspended is between the suspension of a CronJob and the deletion of its Jobs.
	CronJobSuspended = "cronjob-suspended"
	// FirstJobCreated is between the creation of the first Job and the write of the status.
	FirstJobCreated = "first-job-created"
	// BrokerAnswering is between the token broker's token for a job and its response.
	BrokerAnswering = "broker-answering"
)

// Package customerintegration reconciles CustomerIntegrations: it verifies the access of a customer when that is due,
// writes what follows into the status, and brings the CronJobs of the customer to the desired state.
package customerintegration

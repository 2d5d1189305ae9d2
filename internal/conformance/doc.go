// Package conformance checks an HRM system against the contract, api/hrm/openapi.yaml, with the requests of the worker
// and of a faulty worker.
//
// It changes the HRM system's data: it claims plans, settles them as if NAV had responded, and stores documents of
// synthetic people. It is for a test tenant. If the HRM system is another organization's, no further request is sent.
//
// A Report has no plan, token or body, and no text of the HRM system. UUIDs in it are the suite's own, for finding a
// request in a log.
package conformance

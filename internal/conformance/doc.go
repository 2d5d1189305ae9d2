// Package conformance checks an HRM system against the promises of the contract, api/hrm/openapi.yaml, by asking it as
// the worker does, and as a worker that went wrong would.
//
// It changes what the HRM system holds: it claims plans, settles them as if NAV had answered, and stores documents of
// synthetic people. It is for a tenant that was made for tests. If the HRM system says that it is another organization's,
// nothing else is asked.
//
// What it tells is its own words: no plan, token or body, and no text that an HRM system sent, is in a Report. UUIDs in
// it are the suite's own, for finding a request in a log.
package conformance

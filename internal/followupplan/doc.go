// Package followupplan carries follow-up plans (oppfølgingsplaner) from a HRM solution to NAV, each at most once.
//
// NAV does not know a plan that comes again: each POST makes a new one in its archive, and perhaps a second letter to the
// general practitioner. So the HRM solution is told before a plan is sent, the plan is sent once, and whatever leaves open
// whether NAV has it makes the plan unknown, which a person settles. See the contract in api/hrm/openapi.yaml.
//
// NAV answers 403 and 404 also while its own registers are down. Such a plan is refused for now: the HRM system offers it
// again later. A run that meets several of these in a row stops.
package followupplan

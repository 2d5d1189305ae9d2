// Package followupplan carries follow-up plans (oppfølgingsplaner) from an HRM system to NAV, each at most once.
//
// NAV does not recognize a plan that it receives twice: each POST adds one to its archive, and may send another letter
// to the general practitioner. The worker therefore announces a plan to the HRM system before it sends the plan once.
// If it remains open whether NAV has the plan, the plan becomes unknown, and a person settles it. See the contract in
// api/hrm/openapi.yaml.
//
// NAV also responds with 403 and 404 while its own registers are down. Such a plan is refused for now: the HRM system
// offers it again later. A run that meets several of these in a row stops.
package followupplan

// Package verdict decides what a CustomerIntegration's status reports and what its jobs may do. It is pure: it has no
// client, no clock and no memory, and the same input always leads to the same Verdict.
//
//	gather                verify                 Of
//	Observed ──► Facts ────────────► Results ──────► Verdict ──► status, plan, next reconcile
//	             block, duplicate,   a response      access, sync,
//	             schedule, due       per request     may sync
//
// Each decision is a field that is computed once: Facts has what follows from what was read, Verdict what follows from
// the responses. Readers take a field; they do not decide again.
package verdict

// Package simulator is a stand-in for the authorities and services that the product talks to, for the demo and for tests:
//
//   - Maskinporten: the metadata document, the published keys and the token endpoint with its checks and its errors, and what
//     it knows about delegations in Altinn.
//   - Altinn's API for vendors of systems: asking customers for system users, and what has become of it.
//   - NAV's API for follow-up plans, with NAV's checks of the token, the plan and the person in NAV's order, and NAV's ledger.
//   - NAV's API for sick notes and applications for sick pay, with NAV's reading of filters, and Altinn's decision about rights.
//   - The HRM solution, by its contract.
//
// An admin API registers clients, systems and tenants, plays the customers that delegate, approve and withdraw, breaks things
// on purpose, and tells what was asked.
//
// It was written against the public documentation (docs.digdir.no, Maskinporten), and shares no code with the product's own
// client: two sides that share a mistake would agree with each other and be wrong together. For that reason it also uses
// another JOSE library, and repeats the few lines that check an organization number.
//
// Where the documentation is silent or its pages disagree, the simulator chooses, and says so beside the choice; where both
// sides of a disagreement matter to a client there is a switch in [Readings].
//
// All state is in memory, but for the data of the HRM solution, which is on disk (see [Options]). The admin API has no authentication: it belongs on a demo cluster or a developer's machine.
package simulator

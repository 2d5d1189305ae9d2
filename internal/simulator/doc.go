// Package simulator composes simulated services into a [World], for the demo and for tests. Each service is a package
// of its own, with its own state and lock, and usable alone:
//
//   - maskinporten: metadata, keys and the token endpoint with its checks and errors.
//   - altinn: Altinn's API for vendors of systems, with its register and its system users.
//   - navplans: NAV's API for follow-up plans, with NAV's registers and its ledger.
//   - navsickpay: NAV's API for sick notes and applications for sick pay.
//   - navletters: NAV's API for letters to employers.
//   - navreports: NAV's API for settlement reports.
//   - hrm: an HRM system that keeps the contract, with its data on disk (hrmstore).
//   - enhetsregisteret: the open API of the register of organizations.
//   - registrations: an API that no built-in service uses, for vendors' own workers.
//   - login: a login provider of a company. It is not part of the World; see the command simulator.
//
// What a service looks up in another is a small interface, which the World satisfies. An admin API arranges the
// services, acts as the customers, breaks things on purpose and reports the requests. It has no authentication, so it
// is for a demo cluster or a developer's machine only.
//
// The services follow the public documentation and share no code with the product: two sides that share a mistake would
// agree with each other. Where the documentation is silent, a service chooses, and a comment says so. Where it
// contradicts itself, [Readings] have a switch.
package simulator

// Package systemuser negotiates a customer's access by system user: it asks the customer for one, waits for the answer,
// proves the access, asks for more rights when more services are listed, and notices when the access is taken back. It
// is what a person would do by hand at Altinn, one step at a time.
//
// Negotiate is told what is known and what is wanted, asks Maskinporten and Altinn at most a handful of questions, and
// gives what was found out. It remembers nothing: whatever it must know again is in the Finding, for the status. Each
// request to a customer has a name or an id that follows from what it is for, so that the same one is found again when
// the status could not be written.
//
// The rules: a token proves access, and only a token does. Access has ended only if Maskinporten finds no system user of this
// customer while it finds another customer's, and Altinn's register agrees in its look-up and in its whole list; see
// proveWithdrawal. A customer that said no, or took the access back, is not asked again unless a person prompts it. An outage
// or a fault of ours changes nothing. At Altinn a dead request of ours is deleted, to make room for another one, and never a
// system user.
package systemuser

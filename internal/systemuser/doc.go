// Package systemuser negotiates a customer's access by system user, one step at a time: it requests the system user,
// waits for the customer's answer, proves the access, requests more rights if more services are listed, and detects
// when the access has ended.
//
// Negotiate takes the known state and the desired one, sends a few requests to Maskinporten and Altinn, and returns a
// Finding. It keeps no state: what it needs next time is in the Finding, for the status. The name or id of each request
// follows from its purpose, so that it is found again if the status could not be written.
//
// The rules:
//
//   - Only a token proves access.
//   - Access has ended only if Maskinporten finds no system user of this customer while it finds another customer's,
//     and Altinn's register agrees in its look-up and in its whole list; see proveWithdrawal.
//   - A customer that rejected a request, or deleted the system user, gets another request only if a person prompts it.
//   - An outage or a fault of ours changes nothing.
//   - A dead request of ours is deleted at Altinn, so that another one can be sent. A system user never is.
//
// The states of a service's access:
//
//	Unknown, NotGranted -- request --> AwaitingApproval -- approved, and a token --> Granted
//	                                     |       ^   ^                                  |
//	                            rejected |prompt |   |                                  | proveWithdrawal
//	                                     v       |   |                                  v
//	                                 Rejected ---+   +----------- prompt ---------- Withdrawn
package systemuser

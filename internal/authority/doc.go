// Package authority sends requests to Maskinporten and Altinn on behalf of a Supplier and its customers, and decides
// which of them may be sent. A fault of ours or of theirs meets every customer alike, so it is reported once, on the
// Supplier, and holds the customers' requests back.
//
// A Pool keeps one Guard per Supplier. A Guard is made of parts, each with its own lock:
//
//	Proof       what our own token requests met         limiter       how many requests are sent
//	Alarm       whether the Supplier must be reconciled breakers      faults in a row
//	Complaints  responses that contradict the status    postponement  Retry-After for all
//	System      faults of our system at Altinn          failing       faults and Retry-After per customer
//	Traffic     what all customers of a scope meet      lane          requests of failing customers in flight
//	Altinn      calls to Altinn
//
// A request for a token passes these, in this order:
//
//	Proof ok? --> all, or customer postponed? --> lane --> breaker --> limiter --> Maskinporten --> Traffic
//	   | no             | yes                       | full    | open      | empty                      |
//	   v                v                           v         v           v                            v
//	HeldError        HeldError                  BusyError  HeldError   BusyError      token, or refusal, or UnconfirmedError
//
// The lane is only for customers that failed last while others are answered, and never for a run's token.
//
// Proof, for all scopes and for each scope:
//
//	       Prove returns a token               Prove returns an error
//	+----> no fault --------------------------------> fault: requests held back ----+
//	|                                                                              |
//	+--------------------- Prove returns a token <---------------------------------+
//
// Alarm:
//
//	quiet -- a request meets a fault --> suspect -- Take --> reported -- Prove --> quiet
//
// Breaker, one for delegated tokens, one for tokens by system user, one for Altinn:
//
//	closed -- Limits.Failures faults in a row --> open -- Limits.Pause --> half open: one request
//	   ^                                            ^                         |            |
//	   |                                            +-------- fault ----------+            |
//	   +------------------------------------- any response --------------------------------+
//
// System, per customer and service:
//
//	unknown -- NoteFault --> fault: one request per retry interval -- NoteWell, or ProveSystem --> unknown
//	                           |
//	                           +-- disproved oddAfter times by others --> the customer's own: ignored until it is well
//
// Refusal of a customer that all customers may meet (see Traffic):
//
//	refused -- a later request of another customer is answered --> the customer's own: returned as it is
//	   |
//	   +-- no other customer is known, enoughRefusals in refusalsLast --> the customer's own
//	   |
//	   +-- else --> unconfirmed: returned as a fault of ours
//
// Withdrawal (MP-251 of a customer that had access):
//
//	refused -- Maskinporten returns a token of our own for the scope --> returned as it is
//	   |
//	   +-- else --> unconfirmed
package authority

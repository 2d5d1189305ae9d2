// Package altinn is a client of Altinn's API for vendors of systems. It requests a system user from a customer, or a
// change of one's rights, and reads what became of the request, and whether the system user exists.
//
// An outage is not an answer. A refusal is read from Altinn's own problem details only; a page, a gateway's JSON or a
// 401 say nothing about a customer. That a customer's system user does not exist counts only in Altinn's forms
// (Client.SystemUser), and withdraws access only with a complete list that agrees (Client.SystemUsers). A response
// counts only if it is about the system, owner, reference and id of the request.
//
// A method sends each of its requests once. Retries and limits are up to the caller. The client deletes only our own
// requests, never a system user.
//
// Sources: github.com/Altinn/altinn-authentication (RequestSystemUserController, ChangeRequestSystemUserController,
// SystemUserController, Problem), github.com/Altinn/altinn-authorization-utils (ProblemDetails), docs.altinn.studio.
package altinn

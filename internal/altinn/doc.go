// Package altinn asks Altinn, as a vendor of a system in its system register, for its customers' users of that
// system: it asks a customer to approve one, or a change of its rights, looks at what became of that, and whether a
// customer's system user is there.
//
// An outage is not an answer here either. What a refusal means is read from Altinn's own problem details alone;
// a page, a gateway's JSON or a 401 say nothing about a customer. That a customer's system user does not exist is believed
// only in Altinn's forms (Client.SystemUser), and takes access away only with a complete list that agrees
// (Client.SystemUsers). What comes back counts only if it is about the system, owner, reference and id that were asked about.
//
// One call of a method sends each of its requests once. To ask again is up to the caller, and so are limits.
// The only thing that the client can delete at Altinn is a request of ours. It never deletes a system user.
//
// Sources: github.com/Altinn/altinn-authentication (RequestSystemUserController, ChangeRequestSystemUserController,
// SystemUserController, Problem), github.com/Altinn/altinn-authorization-utils (ProblemDetails), docs.altinn.studio.
package altinn

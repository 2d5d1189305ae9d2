// Package maskinporten asks Maskinporten, the Norwegian state's OAuth 2
// authorisation server for organizations, for access tokens: for ourselves (the
// supplier) or on behalf of a customer (the consumer) who has delegated a scope
// to us in Altinn.
//
// A token request is the only way to learn whether such a delegation exists, so
// what a refusal means matters as much as the token. The package keeps one rule:
// an outage is not an answer. Only Maskinporten's own words, about the very
// consumer, scope and supplier that were asked about, are an answer (conclusion.Answer);
// all else says nothing about the customer. Likewise a token counts only if its
// signature, issuer, scope, consumer and supplier are what was asked for: a scope
// that is open to all gives a token for the supplier itself to whoever leaves the
// consumer out, with status 200.
//
// A grant is sent once and never again: it is good for one use, whatever the answer
// to it was. One call of Client.Token sends one grant; or two, while a key is being
// rotated, if Maskinporten does not know the key of the first (see keyRing). To ask
// again is up to the caller, and so are limits and a circuit breaker. Tokens are not
// cached here.
//
// Nothing in this package prints a private key, a grant or a token.
//
// Sources: docs.digdir.no, Maskinporten (well-known endpoints, JWT grant, token
// endpoint, delegation, troubleshooting); RFC 6749, 7517, 7523, 7638 and 8414.
package maskinporten

// Package maskinporten is a client of Maskinporten, the Norwegian state's OAuth 2 authorization server for
// organizations. It requests access tokens: for ourselves (the supplier), or on behalf of a customer (the consumer)
// that has delegated a scope to us in Altinn, or by the customer's system user.
//
// Only a token request shows whether a delegation exists, so what a refusal means matters as much as the token. An
// outage is not an answer. Only Maskinporten's own refusal of the requested consumer, scope and supplier is an answer
// (conclusion.Answer). Likewise a token counts only if its signature, issuer, scope, consumer and supplier are the
// requested ones: for a scope that is open to all, a request without consumer returns a token for the supplier itself,
// with status 200.
//
// A grant is sent once, because it is good for one use, whatever the response. Client.Token sends one grant, or two
// during a key rotation, if Maskinporten does not know the key of the first (see keyRing). Retries, limits and a
// circuit breaker are up to the caller. The client caches no tokens.
//
// Nothing in this package prints a private key, a grant or a token.
//
// Sources: docs.digdir.no, Maskinporten (well-known endpoints, JWT grant, token endpoint, delegation, troubleshooting);
// RFC 6749, 7517, 7523, 7638 and 8414.
package maskinporten

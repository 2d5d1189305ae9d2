// Package outbound makes calls to services outside the cluster: with a time-out for the whole call, a bound on the
// response's body, no redirects, and at most one transmission of a request that has a body. What a response means, and
// whether to send the request again, is up to the caller.
//
// It uses a transport without an http.Client, which would follow redirects and keep cookies.
//
// Nothing in this package prints what was sent, or what a server sent.
//
// Source: RFC 9110 (Retry-After), RFC 6750 (bearer tokens).
package outbound

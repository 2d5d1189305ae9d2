// Package outbound is the one shape of this project's calls to services outside: a
// time-out over the whole call, a bound on the answer's body, no redirects, and
// what has a body is sent at most once. What an answer means, and whether to ask
// again, is up to the caller.
//
// It uses a transport without an http.Client, which is what would follow redirects
// and keep cookies.
//
// Nothing in this package prints what was sent, or what a server said.
//
// Source: RFC 9110 (Retry-After), RFC 6750 (bearer tokens).
package outbound

// Package broker is the token broker. A job's pod never has a signing key: it shows a projected service account token,
// and gets an access token for the one service of the one customer that its account was made for. Every replica of the
// manager serves it.
//
// Who asks is found by what the API server says of the token, by computed names and by owner references, read live: a
// label says nothing here. Whether data may flow is asked each time before the cache of tokens is looked into, so that
// whoever is suspended or has withdrawn gets nothing from then on.
//
// A refusal tells its caller nothing of anybody else, not even whether they exist; its cause is in the log. No token, and
// nothing of a request's body, is ever in either.
package broker

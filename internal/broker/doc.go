// Package broker is the token broker. A job's pod has no signing key: it sends its projected service account token and
// receives an access token for the one service of the one customer that its account belongs to. Every replica of the
// manager serves it.
//
// The broker identifies the caller by the API server's TokenReview, by computed names and by owner references, read
// live. It ignores labels. Before it looks into its cache of tokens, it verifies that sync is allowed. So a customer
// that is suspended or has withdrawn access gets no token from then on.
//
// A refusal reveals nothing about other customers, not even whether they exist; its cause is in the log. Neither
// contains a token or anything of a request's body.
package broker

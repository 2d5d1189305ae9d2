package broker

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/go-logr/logr"

	"github.com/4human/integration-operator/internal/failpoint"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
)

const (
	// Path is the path of token requests (POST).
	Path = "/token"
	// freshParameter requests, with "true", a recently issued token, because the one before was rejected.
	freshParameter = "fresh"
	// maxBody is the maximum size of a request's body in bytes. The broker ignores the body.
	maxBody = 1 << 10
)

// tokenBody is the body of a 200 (RFC 6749, 5.1).
type tokenBody struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int64  `json:"expires_in"` // seconds
	Scope       string `json:"scope"`
}

// refusalBody is the body of every other response.
type refusalBody struct {
	Error  string `json:"error"`
	Reason string `json:"reason,omitempty"`
}

// ServeHTTP serves a token request.
func (b *Broker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), answerTimeout)
	defer cancel()
	req := &tokenRequest{
		address: addressOf(r), sameHost: isFromSameHost(r),
		fresh: r.URL.Query().Get(freshParameter) == "true",
	}
	if err := checkRequest(w, r); err != nil {
		b.refuse(w, req, refusalOf(err))
		return
	}
	token, left, err := b.handle(ctx, req, r.Header)
	if err != nil {
		b.refuse(w, req, refusalOf(err))
		return
	}
	failpoint.Hit(failpoint.BrokerAnswering)
	b.respond(w, req, token, left)
}

// checkRequest returns a refusal for anything but a token request.
func checkRequest(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Path != Path {
		return badRequest(http.StatusNotFound, codeNotFound, "there is no such path")
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return badRequest(http.StatusMethodNotAllowed, codeMethodNotAllowed, "the method is not POST")
	}
	_, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return badRequest(http.StatusRequestEntityTooLarge, codeTooLarge, "the body is too large")
	}
	if err != nil {
		return badRequest(http.StatusBadRequest, codeInvalidRequest, "the body is incomplete")
	}
	return nil
}

// respond sends a token. It counts and logs first, so the log has every token that was sent.
func (b *Broker) respond(w http.ResponseWriter, req *tokenRequest, token *maskinporten.Token, left time.Duration) {
	b.options.Metrics.CountTokenRequest(metrics.OK, metrics.OK)
	req.logger(b.options.Log).Info("Issued token",
		"scope", token.Scope, "consumer", token.Consumer.String(), "expires", token.ExpiresAt.UTC().Format(time.RFC3339))
	write(w, http.StatusOK, tokenBody{
		AccessToken: token.AccessToken,
		TokenType:   "Bearer",
		ExpiresIn:   int64(left / time.Second),
		Scope:       token.Scope,
	})
}

// refuse sends a refusal. Only the log has its cause. A caller's refusals that repeat each other share a line.
func (b *Broker) refuse(w http.ResponseWriter, req *tokenRequest, refusal *refusalError) {
	b.options.Metrics.CountTokenRequest(refusal.code, refusal.reason)
	if skipped, ok := b.samples.take(req.sampleKey(refusal)); ok {
		req.logger(b.options.Log).Info("Refused token", "status", refusal.status, "code", refusal.code,
			"reason", refusal.reason, "err", refusal.cause.Error(), "repeated", skipped)
	}
	if refusal.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if refusal.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(refusal.retryAfter.Seconds()))))
	}
	write(w, refusal.status, refusalBody{Error: refusal.code, Reason: refusal.reason})
}

// sampleKey returns the key of a refusal's log line. It has no status, because the cause is more precise.
func (req *tokenRequest) sampleKey(refusal *refusalError) sampleKey {
	from := req.address
	if req.caller.account != "" {
		from = req.caller.String() + " " + req.caller.pod
	}
	return sampleKey{from: from, text: refusal.reason + " " + refusal.cause.Error()}
}

// logger returns a logger with what the broker knows of the request.
func (req *tokenRequest) logger(log logr.Logger) logr.Logger {
	log = log.WithValues("address", req.address)
	if req.caller.account != "" {
		log = log.WithValues("namespace", req.caller.namespace, "account", req.caller.account, "pod", req.caller.pod)
	}
	if req.customer != nil {
		log = log.WithValues("customer", req.customer.Name, "service", req.service)
	}
	return log
}

// write sends a response. It ignores errors of a connection that the caller has closed.
func write(w http.ResponseWriter, status int, document any) {
	body, err := json.Marshal(document)
	if err != nil { // neither body can fail
		status, body = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

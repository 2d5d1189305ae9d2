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
)

const (
	// Path is where tokens are asked for, by POST.
	Path = "/token"
	// freshParameter asks, with "true", for a token that was issued lately: the one before was not accepted.
	freshParameter = "fresh"
	// maxBody bounds a request's body, in bytes. Nothing in it is looked at.
	maxBody = 1 << 10
)

// tokenAnswer is the body of a 200 (RFC 6749, 5.1).
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int64  `json:"expires_in"` // seconds
	Scope       string `json:"scope"`
}

// refusalAnswer is the body of every other answer.
type refusalAnswer struct {
	Error  string `json:"error"`
	Reason string `json:"reason,omitempty"`
}

// ServeHTTP answers one request.
func (b *Broker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), answerTimeout)
	defer cancel()
	q := &question{address: addressOf(r), beside: isBeside(r), fresh: r.URL.Query().Get(freshParameter) == "true"}
	if err := checkRequest(w, r); err != nil {
		b.refuse(w, q, refusalOf(err))
		return
	}
	token, left, err := b.answer(ctx, q, r.Header)
	if err != nil {
		b.refuse(w, q, refusalOf(err))
		return
	}
	failpoint.Hit(failpoint.BrokerAnswering)
	b.give(w, q, token, left)
}

// checkRequest refuses what is no question to the broker.
func checkRequest(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Path != Path {
		return misdirected(http.StatusNotFound, codeNotFound, "there is nothing at that path")
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return misdirected(http.StatusMethodNotAllowed, codeMethodNotAllowed, "the method is not POST")
	}
	_, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return misdirected(http.StatusRequestEntityTooLarge, codeTooLarge, "the body is too large")
	}
	if err != nil {
		return misdirected(http.StatusBadRequest, codeInvalidRequest, "the body did not come whole")
	}
	return nil
}

// give answers with a token. What has been given is in the log in any case: the line comes before the answer.
func (b *Broker) give(w http.ResponseWriter, q *question, token *maskinporten.Token, left time.Duration) {
	q.known(b.options.Log).Info("Gave a token",
		"scope", token.Scope, "consumer", token.Consumer.String(), "expires", token.ExpiresAt.UTC().Format(time.RFC3339))
	write(w, http.StatusOK, tokenAnswer{
		AccessToken: token.AccessToken,
		TokenType:   "Bearer",
		ExpiresIn:   int64(left / time.Second),
		Scope:       token.Scope,
	})
}

// refuse answers with a refusal, whose cause only the log is told.
func (b *Broker) refuse(w http.ResponseWriter, q *question, refusal *refusalError) {
	q.known(b.options.Log).Info("Refused a token",
		"status", refusal.status, "error", refusal.code, "reason", refusal.reason, "cause", refusal.cause.Error())
	if refusal.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if refusal.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(refusal.retryAfter.Seconds()))))
	}
	write(w, refusal.status, refusalAnswer{Error: refusal.code, Reason: refusal.reason})
}

// known gives a logger that tells what is known of a question.
func (q *question) known(log logr.Logger) logr.Logger {
	log = log.WithValues("address", q.address)
	if q.caller.account != "" {
		log = log.WithValues("namespace", q.caller.namespace, "account", q.caller.account, "pod", q.caller.pod)
	}
	if q.customer != nil {
		log = log.WithValues("integration", q.customer.Name, "service", q.service)
	}
	return log
}

// write writes an answer. A caller that is gone is not told.
func write(w http.ResponseWriter, status int, answer any) {
	body, err := json.Marshal(answer)
	if err != nil { // neither kind of answer can fail
		status, body = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

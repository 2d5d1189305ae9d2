// Package wire is what the simulated services share: HTTP responses, the outages that break them, and the record of
// calls.
package wire

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"time"
)

// The content types of responses.
const (
	ContentTypeJSON = "application/json"
	contentTypeHTML = "text/html; charset=utf-8"
	ContentTypePDF  = "application/pdf"
	ContentTypeCSV  = "text/csv"
	// ContentTypeText is how ktor, which NAV uses, writes it.
	ContentTypeText = "text/plain; charset=UTF-8"

	oversizedBytes = 32 << 20
	dripInterval   = 100 * time.Millisecond

	// callerGone is the outcome of a call whose caller did not wait.
	callerGone = "CallerGone"
)

// Response is what an endpoint returns unless an outage changes it.
type Response struct {
	Status      int
	ContentType string
	retryAfter  string
	// Header has further headers.
	Header map[string]string
	Body   []byte
	// Outcome is the word under which the response is counted.
	Outcome string
	// Code is the MP code of a refusal, if it has one.
	Code string
}

// JSON returns a response with a JSON document.
func JSON(status int, outcome string, document any) Response {
	body, err := json.Marshal(document)
	if err != nil {
		// The documents are the simulator's own structs of strings and numbers.
		panic("simulator: cannot write JSON: " + err.Error())
	}
	return Response{Status: status, ContentType: ContentTypeJSON, Body: body, Outcome: outcome}
}

// Prepare waits for the latency of the faults, then processes the request unless an outage comes first. It returns
// false if the caller has gone meanwhile.
func Prepare(ctx context.Context, faults Faults, now time.Time, process func() Response) (Response, bool) {
	waiting := wait(ctx, time.Duration(faults.Latency))
	if !waiting && !faults.WorksOn {
		return Response{Outcome: callerGone}, false
	}
	if failed, instead := faults.insteadOf(now); instead {
		return failed, waiting
	}
	processed := process()
	if faults.Outage != "" {
		processed.Outcome += "," + string(faults.Outage)
	}
	if !waiting {
		processed.Outcome += "," + callerGone
	}
	return processed, waiting
}

func wait(ctx context.Context, latency time.Duration) bool {
	if latency <= 0 {
		return true
	}
	timer := time.NewTimer(latency)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Send writes the response as the outage has it.
func Send(w http.ResponseWriter, r *http.Request, outage Outage, a Response, now time.Time) {
	if outage == OutageConnectionReset || outage == OutageConnectionResetAfterProcessing {
		reset(w)
		return
	}
	// A wrong clock shows here, where the caller can see it.
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	if a.retryAfter != "" {
		w.Header().Set("Retry-After", a.retryAfter)
	}
	if a.ContentType != "" {
		w.Header().Set("Content-Type", a.ContentType)
	}
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	switch outage {
	case OutageTruncated:
		// The server closes a connection on which fewer bytes were written than announced.
		w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
		a.Body = a.Body[:len(a.Body)/2]
	case OutageErrorAfterProcessing:
		a.Status, a.ContentType = http.StatusInternalServerError, contentTypeHTML
		a.Body = []byte("<html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>\n")
		w.Header().Set("Content-Type", a.ContentType)
	case OutageResetMidBody:
		sendHalf(w, a)
		return
	case OutageEmptyBody:
		a.Status, a.Body = http.StatusOK, nil
	case OutageOversized:
		sendOversized(w)
		return
	case OutageSlowDrip:
		sendSlowly(w, r, a)
		return
	default: // none, or one that made the response what it is
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // the caller has gone
}

// sendHalf sends half of a response, then resets the connection.
func sendHalf(w http.ResponseWriter, a Response) {
	w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body[:len(a.Body)/2])
	_ = http.NewResponseController(w).Flush()
	reset(w)
}

func sendOversized(w http.ResponseWriter) {
	w.WriteHeader(http.StatusOK)
	chunk := make([]byte, 64<<10)
	for i := range chunk {
		chunk[i] = 'A'
	}
	_, err := w.Write([]byte(`{"token_type":"Bearer","expires_in":29,"access_token":"`))
	for sent := 0; err == nil && sent < oversizedBytes; sent += len(chunk) {
		_, err = w.Write(chunk)
	}
	if err == nil {
		_, _ = w.Write([]byte(`"}`)) // the caller has gone
	}
}

func sendSlowly(w http.ResponseWriter, r *http.Request, a Response) {
	w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	w.WriteHeader(a.Status)
	control := http.NewResponseController(w)
	for i := range a.Body {
		if _, err := w.Write(a.Body[i : i+1]); err != nil {
			return
		}
		if err := control.Flush(); err != nil || !wait(r.Context(), dripInterval) {
			return
		}
	}
}

// reset breaks the connection without a response, by a TCP reset if it is a TCP connection.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	raw := conn
	if wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok {
		raw = wrapped.NetConn()
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // otherwise the caller sees an orderly end
	}
	_ = raw.Close()
}

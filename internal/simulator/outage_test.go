package simulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// sendAndLeave disconnects when the service has read the request. Earlier, the request may still be in a buffer and
// never reach the service.
func (w *world) sendAndLeave(request *http.Request) error {
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	w.arrived.Store(&cancel)
	defer w.arrived.Store(nil)
	_, err := w.send(request.WithContext(ctx))
	return err
}

// sendAndTaste disconnects after two bytes of the body.
func (w *world) sendAndTaste(request *http.Request) (reply, error) {
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	response, err := w.http.Do(request.WithContext(ctx))
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	got := reply{status: response.StatusCode, header: response.Header, raw: make([]byte, 2)}
	if _, err := io.ReadFull(response.Body, got.raw); err != nil {
		return got, err
	}
	cancel()
	_, err = io.ReadAll(response.Body)
	return got, err
}

func TestOutages(t *testing.T) {
	const html = "text/html; charset=utf-8"
	w := newWorld(t)
	cases := map[simwire.Outage]struct {
		reason  string
		used    bool // the grant was used
		observe func(t *testing.T, got reply, err error)
	}{
		simwire.OutageServiceUnavailable: {
			reason: "JSON, but no MP code",
			observe: func(t *testing.T, got reply, err error) {
				diff(t, "answer", []any{503, "temporarily_unavailable", nil}, []any{got.status, got.Error, err})
			},
		},
		simwire.OutageInternalServerError: {
			reason: "a page of HTML",
			observe: func(t *testing.T, got reply, err error) {
				diff(t, "answer", []any{500, html, nil}, []any{got.status, got.header.Get("Content-Type"), err})
			},
		},
		simwire.OutageBadGateway: {
			reason: "nothing but a status",
			observe: func(t *testing.T, got reply, err error) {
				diff(t, "answer", []any{502, 0, nil}, []any{got.status, len(got.raw), err})
			},
		},
		simwire.OutageTooManyRequests: {
			reason: "without Retry-After unless asked for",
			observe: func(t *testing.T, got reply, err error) {
				diff(t, "answer", []any{429, "", nil}, []any{got.status, got.header.Get("Retry-After"), err})
			},
		},
		simwire.OutageForbiddenHTML: {
			reason: "403, but not from Maskinporten",
			observe: func(t *testing.T, got reply, err error) {
				diff(t, "answer", []any{403, html, nil}, []any{got.status, got.header.Get("Content-Type"), err})
			},
		},
		simwire.OutageForeignPage: {
			reason: "a success, but not of Maskinporten's",
			observe: func(t *testing.T, got reply, err error) {
				diff(t, "answer", []any{200, html, nil}, []any{got.status, got.header.Get("Content-Type"), err})
			},
		},
		simwire.OutageForeignJSON: {
			reason: "a gateway's JSON",
			observe: func(t *testing.T, got reply, err error) {
				diff(t, "answer", []any{200, `{"status":"ok"}`, nil}, []any{got.status, string(got.raw), err})
			},
		},
		simwire.OutageForeignNoContent: {
			reason: "a success without a word",
			observe: func(t *testing.T, got reply, err error) {
				diff(t, "answer", []any{204, 0, nil}, []any{got.status, len(got.raw), err})
			},
		},
		simwire.OutageConnectionReset: {
			reason: "a reset, not an orderly end",
			observe: func(t *testing.T, _ reply, err error) {
				if !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("got %v, want a reset", err)
				}
			},
		},
		simwire.OutageConnectionResetAfterProcessing: {
			reason: "the reply is lost, the grant is used", used: true,
			observe: func(t *testing.T, _ reply, err error) {
				if !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("got %v, want a reset", err)
				}
			},
		},
		simwire.OutageErrorAfterProcessing: {
			reason: "a page of HTML, and the grant is used", used: true,
			observe: func(t *testing.T, got reply, err error) {
				diff(t, "answer", []any{500, html, nil}, []any{got.status, got.header.Get("Content-Type"), err})
			},
		},
		simwire.OutageResetMidBody: {
			reason: "half of the token, and a reset", used: true,
			observe: func(t *testing.T, got reply, err error) {
				if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("got %d, %d bytes and %v, want a reset", got.status, len(got.raw), err)
				}
			},
		},
		simwire.OutageTruncated: {
			reason: "half of the token", used: true,
			observe: func(t *testing.T, got reply, err error) {
				if !errors.Is(err, io.ErrUnexpectedEOF) || got.status != 200 ||
					!bytes.HasPrefix(got.raw, []byte(`{"access_token"`)) {
					t.Errorf("got %d, %d bytes and %v, want half of a token", got.status, len(got.raw), err)
				}
			},
		},
		simwire.OutageOversized: {
			reason: "valid JSON, but more than anyone should read", used: true,
			observe: func(t *testing.T, got reply, err error) {
				diff(t, "answer", []any{200, true, nil}, []any{got.status, len(got.raw) > 32<<20, err})
			},
		},
		simwire.OutageEmptyBody: {
			reason: "200 and nothing", used: true,
			observe: func(t *testing.T, got reply, err error) {
				diff(t, "answer", []any{200, 0, nil}, []any{got.status, len(got.raw), err})
			},
		},
		simwire.OutageSlowDrip: {
			reason: "headers at once, the body never", used: true,
			observe: func(t *testing.T, got reply, err error) {
				if !errors.Is(err, context.Canceled) || got.status != 200 || string(got.raw) != `{"` {
					t.Errorf("got %d, %s and %v, want to have left before the end of a token", got.status, got.raw, err)
				}
			},
		},
	}
	for _, outage := range simwire.Outages() {
		tc, has := cases[outage]
		if !has {
			t.Errorf("no case for outage %s", outage)
			continue
		}
		t.Run(string(outage), func(t *testing.T) {
			w.reset(t)
			w.delegate(consumer)
			w.setFaults(answerFaults(simmaskinporten.AnswerFaults{Outage: outage}))
			assertion := w.sign(w.claims(), signing{})
			exchange := w.send
			if outage == simwire.OutageSlowDrip {
				exchange = w.sendAndTaste // the end is a minute and a half away
			}
			got, err := exchange(w.request(assertion))
			t.Log(tc.reason)
			tc.observe(t, got, err)

			outcome := string(outage)
			if tc.used {
				outcome = "Issued," + outcome
			}
			diff(t, "counted as", map[string]int{outcome: 1}, w.sim.Recorder.Report().Counts["token"])
			w.setFaults(simulator.Faults{})
			again := w.mustSend(w.request(assertion))
			diff(t, "the grant is used", tc.used, again.code() == "MP-012")
		})
	}
}

func TestRetryAfter(t *testing.T) {
	w := newWorld(t)
	for form, want := range map[simwire.RetryAfter]string{
		"":                         "",
		simwire.RetryAfterSeconds:  "30",
		simwire.RetryAfterHTTPDate: "Tue, 01 Sep 2026 12:00:30 GMT",
	} {
		for _, outage := range []simwire.Outage{simwire.OutageTooManyRequests, simwire.OutageServiceUnavailable} {
			w.setFaults(answerFaults(simmaskinporten.AnswerFaults{Outage: outage, RetryAfter: form}))
			diff(t, string(outage)+" "+string(form), want, w.ask().header.Get("Retry-After"))
		}
	}
}

func TestLatencyPasses(t *testing.T) {
	w := newWorld(t)
	w.delegate(consumer)
	w.setFaults(answerFaults(simmaskinporten.AnswerFaults{Latency: simwire.Duration(time.Millisecond)}))
	w.token(w.ask())
}

func TestGrantOutlivedByLatency(t *testing.T) {
	w := newWorld(t)
	// A minute passes with each look at this clock.
	sim, err := simulator.New(simulator.Options{Issuer: issuer, Now: func() time.Time {
		defer w.clock.Step(time.Minute)
		return w.clock.Now()
	}})
	w.must(err)
	w.must(sim.Maskinporten.RegisterClient(client()))
	w.must(sim.SetFaults(answerFaults(simmaskinporten.AnswerFaults{Latency: simwire.Duration(time.Millisecond)})))
	var got reply
	w.must(json.Unmarshal([]byte(w.serve(sim, w.request(w.sign(w.claims(), signing{})))), &got))
	diff(t, "a grant is judged when it is looked at, not when it arrived", "MP-130", got.code())
}

func TestLimitedFaultsOfOthers(t *testing.T) {
	w := newWorld(t)
	w.setFaults(simulator.Faults{
		Faults: simmaskinporten.Faults{
			AnswerFaults: simmaskinporten.AnswerFaults{Outage: simwire.OutageBadGateway},
			Limited: []simmaskinporten.LimitedFaults{
				{Consumers: []string{"314240979"}, AnswerFaults: simmaskinporten.AnswerFaults{Outage: simwire.OutageForbiddenHTML}},
				{
					Consumers:    []string{supplier},
					AnswerFaults: simmaskinporten.AnswerFaults{Outage: simwire.OutageInternalServerError},
				},
				{Consumers: []string{"310702641"}},
			},
		},
	})
	diff(t, "not named: the general fault", 502, w.ask().status)
	diff(t, "named: its own fault", 403, w.ask(claims{"consumer_org": "314240979"}).status)
	diff(t, "no consumer_org: the client's own number", 500, w.ask(claims{"consumer_org": nil}).status)
	diff(t, "named without a fault: none", "MP-251", w.ask(claims{"consumer_org": "310702641"}).code())
	diff(t, "a system user's customer is its consumer", 502, w.ask(systemUser()).status)
	diff(t, "unreadable: the general fault", 502, w.mustSend(w.request("broken")).status)
}

// TestResetWithoutTCP verifies what the outage does if there is no TCP connection to reset, as under HTTP/2.
func TestResetWithoutTCP(t *testing.T) {
	w := newWorld(t)
	w.setFaults(answerFaults(simmaskinporten.AnswerFaults{Outage: simwire.OutageConnectionReset}))
	defer func() {
		if got, isError := recover().(error); !isError || !errors.Is(got, http.ErrAbortHandler) {
			t.Errorf("got %v, want the server to abort", got)
		}
	}()
	w.sim.Maskinporten.Handler().ServeHTTP(httptest.NewRecorder(), w.request("x"))
}

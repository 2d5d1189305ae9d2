package foreign

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/runreport"
)

// success is a response of a captive portal, a proxy, a gateway or another service.
type success struct {
	status      int
	contentType string
	encoding    string
	body        string
}

const (
	typeJSON = "application/json"
	typeHTML = "text/html; charset=utf-8"
	page     = "<!doctype html><html><head><title>Welcome</title></head><body>Log in to the network</body></html>"
)

// successes returns responses that no client may accept, by name. Each is tried on every call, with 200 and 201.
func successes() map[string]success {
	all := map[string]success{
		"no content":       {status: 204},
		"no content, JSON": {status: 204, contentType: typeJSON},
	}
	bodies := map[string]success{
		"page":          {contentType: typeHTML, body: page},
		"page as JSON":  {contentType: typeJSON, body: page},
		"page as PDF":   {contentType: "application/pdf", body: page},
		"sentence":      {contentType: "text/plain", body: "OK"},
		"empty":         {},
		"empty JSON":    {contentType: typeJSON},
		"empty object":  {contentType: typeJSON, body: `{}`},
		"null":          {contentType: typeJSON, body: `null`},
		"status ok":     {contentType: typeJSON, body: `{"status":"ok"}`},
		"list of texts": {contentType: typeJSON, body: `["ok"]`},
		"list of other": {contentType: typeJSON, body: `[{"id":"7c1d7b47-0d5b-4a6e-9a5e-6a1d0f4f7f10","status":"ok"}]`},
		"gzip":          {contentType: typeJSON, encoding: "gzip", body: compress(`{"status":"ok"}`)},
		"gzip unmarked": {contentType: typeJSON, body: compress("[]")},
		"half":          {contentType: typeJSON, body: `{"status":`},
	}
	for name, c := range calls {
		bodies["good response to "+name] = success{contentType: c.good.contentType, body: c.good.body}
	}
	for name, s := range bodies {
		for _, status := range []int{http.StatusOK, http.StatusCreated} {
			s.status = status
			all[fmt.Sprintf("%s, %d", name, status)] = s
		}
	}
	return all
}

func compress(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

func (s success) serve(w http.ResponseWriter, _ *http.Request) {
	if s.contentType != "" {
		w.Header().Set("Content-Type", s.contentType)
	}
	if s.encoding != "" {
		w.Header().Set("Content-Encoding", s.encoding)
	}
	w.WriteHeader(s.status)
	_, _ = w.Write([]byte(s.body))
}

// isOutage reports whether an error is an outage, which changes no state.
func isOutage(err error) bool {
	outages := []runreport.Reason{
		runreport.NAVError, runreport.NAVUnreachable, runreport.HRMBadResponse, runreport.HRMUnreachable,
		runreport.BrokerUnavailable,
	}
	if slices.Contains(outages, runreport.ReasonOf(err)) {
		return true
	}
	if class := maskinporten.ClassOf(err); class != "" && class.Kind() == conclusion.Outage {
		return true
	}
	class := altinn.ClassOf(err)
	return class != "" && class.Kind() == conclusion.Outage
}

// TestForeignSuccesses sends every response that is not the service's to every call of every client. Each must be an
// outage. The good responses show that the calls are valid.
func TestForeignSuccesses(t *testing.T) {
	foreign := successes()
	for name, c := range calls {
		t.Run(name, func(t *testing.T) {
			if err := c.do(t, nil); err != nil {
				t.Fatalf("the service's own response: %v", err)
			}
			for how, s := range foreign {
				if c.mayRead(s) {
					continue
				}
				if err := c.do(t, s.serve); err == nil || !isOutage(err) {
					t.Errorf("%s: %v, want an outage", how, err)
				}
			}
		})
	}
}

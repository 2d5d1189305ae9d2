package worker

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/hrmconnection"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

// hrmWorld is a pod whose worker reads "items" from an HRM system.
type hrmWorld struct {
	*world

	respond  http.HandlerFunc
	requests int
	// at is the address of the HRM system that serves by TLS, or without.
	at, atTLS, authority string
	environment          Environment
	// other is the URL to read from, if it is not the HRM system's.
	other string
	// header is the request's own.
	header http.Header
}

func newHRMWorld(t *testing.T) *hrmWorld {
	t.Helper()
	w := &hrmWorld{world: newWorld(t), respond: outboundtest.Says(http.StatusOK, "mast-1"), environment: makeEnvironment()}
	serve := func(rw http.ResponseWriter, r *http.Request) {
		w.requests++
		if r.Header.Get("Authorization") != "Bearer "+hrmToken || r.URL.Path != "/api/items" {
			t.Errorf("request for %s without the token", r.URL.Path)
		}
		w.respond(rw, r)
	}
	encrypted := outboundtest.ServeTLS(t, serve)
	w.at, w.atTLS, w.authority = outboundtest.Serve(t, serve).URL, encrypted.URL, authorityOf(encrypted)
	w.environment.TokenBroker = TokenBroker{
		URL: w.variables[VariableTokenBrokerURL], CA: w.variables[VariableTokenBrokerCA],
	}
	w.environment.HRMURL = w.at + "/api"
	w.environment.Settings = Settings{HRM: HRM{AllowedAddresses: []string{"127.0.0.0/8"}}}
	return w
}

// callHRM is the worker.
func (w *hrmWorld) callHRM(ctx context.Context, r *Run) (Report, error) {
	system, err := r.HRM()
	if err != nil {
		return Report{}, err
	}
	at := system.URL("items")
	if w.other != "" {
		at = w.other
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at, http.NoBody)
	if err != nil {
		return Report{}, err
	}
	request.Header = w.header
	response, err := system.Do(request)
	if len(w.header) > 0 {
		w.t.Errorf("the request's own header is %v", slices.Collect(maps.Keys(w.header)))
	}
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = response.Body.Close() }()
	if _, err := io.ReadAll(response.Body); err != nil {
		return Report{}, err
	}
	return Report{ItemsReceived: 1}, nil
}

// portOf returns the port of a URL.
func portOf(t *testing.T, text string) string {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u.Port()
}

// TestHRM verifies the report of each outcome of a run that calls the HRM system.
func TestHRM(t *testing.T) {
	failed := func(reason runreport.Reason) runreport.Report {
		return runreport.Report{Outcome: runreport.Failed, Reason: reason}
	}
	done := runreport.Report{Outcome: runreport.Succeeded, Volumes: runreport.Volumes{ItemsReceived: 1}}
	for name, c := range map[string]struct {
		reason   string
		spoil    func(w *hrmWorld)
		want     runreport.Report
		requests int
	}{
		"read": {reason: "the token is sent", want: done, requests: 1},
		"header": {
			reason: "the token is not written into the request's own", want: done, requests: 1,
			spoil: func(w *hrmWorld) { w.header = http.Header{} },
		},
		"not modified": {
			reason: "it is no redirect", want: done, requests: 1,
			spoil: func(w *hrmWorld) { w.respond = outboundtest.Says(http.StatusNotModified, "") },
		},
		"permanent redirect": {
			reason: "it is not followed", want: failed(runreport.HRMBadResponse), requests: 1,
			spoil: func(w *hrmWorld) { w.respond = outboundtest.Redirect(w.t, http.StatusPermanentRedirect, "") },
		},
		"private authority": {
			reason: "the Secret has it", want: done, requests: 1,
			spoil: func(w *hrmWorld) {
				w.environment.HRMURL = w.atTLS + "/api"
				w.write(w.hrm.CA, w.authority)
			},
		},
		"unknown authority": {
			reason: "the Secret does not have it", want: failed(runreport.HRMUnreachable),
			spoil: func(w *hrmWorld) { w.environment.HRMURL = w.atTLS + "/api" },
		},
		"unreadable authority": {
			reason: "the public ones do not replace it", want: failed(runreport.HRMCredentialsMissing),
			spoil: func(w *hrmWorld) { w.write(w.hrm.CA, "none") },
		},
		"private address": {
			reason: "the Supplier does not allow it", want: failed(runreport.HRMAddressNotAllowed),
			spoil: func(w *hrmWorld) { w.environment.Settings.HRM.AllowedAddresses = []string{"10.0.0.0/8"} },
		},
		"private address behind NAT64": {
			reason: "the IPv4 address within counts", want: failed(runreport.HRMAddressNotAllowed),
			spoil: func(w *hrmWorld) {
				w.environment.Settings.HRM.AllowedAddresses = nil
				w.environment.HRMURL = "http://[64:ff9b::7f00:1]:" + portOf(w.t, w.at) + "/api"
			},
		},
		"network": {
			reason: "it is invalid", want: failed(runreport.ConfigurationInvalid),
			spoil: func(w *hrmWorld) { w.environment.Settings.HRM.AllowedAddresses = []string{"10.0.0.0"} },
		},
		"another host": {
			reason: "it would receive the token", want: failed(runreport.InternalError),
			spoil: func(w *hrmWorld) { w.other = strings.Replace(w.at, "127.0.0.1", "localhost", 1) + "/api/items" },
		},
		"redirect": {
			reason: "it is not followed", want: failed(runreport.HRMBadResponse), requests: 1,
			spoil: func(w *hrmWorld) { w.respond = outboundtest.Redirect(w.t, http.StatusFound, "") },
		},
		"token rejected": {
			reason: "the Secret has another token", want: failed(runreport.HRMUnauthorized), requests: 1,
			spoil: func(w *hrmWorld) { w.respond = outboundtest.Says(http.StatusUnauthorized, hrmToken) },
		},
		"no response": {
			reason: "the connection ends", want: failed(runreport.HRMUnreachable), requests: 1,
			spoil: func(w *hrmWorld) { w.respond = outboundtest.Abort },
		},
		"too large": {
			reason: "bodies are bounded", want: failed(runreport.HRMBadResponse), requests: 1,
			spoil: func(w *hrmWorld) {
				w.respond = outboundtest.Says(http.StatusOK, strings.Repeat("a", hrmconnection.MaxBody+1))
			},
		},
		"no token": {
			reason: "the Secret lacks it", want: failed(runreport.HRMCredentialsMissing),
			spoil: func(w *hrmWorld) { w.hrm.Token += "-gone" },
		},
		"token of the cluster": {
			reason: "the API server would accept it", want: failed(runreport.HRMCredentialsMissing),
			spoil: func(w *hrmWorld) {
				w.write(w.hrm.Token, "e30.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQ6YTpiIn0.hush")
			},
		},
		"another customer's Secret": {
			reason: "it opens another HRM system", want: failed(runreport.HRMCredentialsMissing),
			spoil: func(w *hrmWorld) { w.write(w.hrm.Owner, "315339138") },
		},
		"the customer's Secret": {
			reason: "the number is the customer's", want: done, requests: 1,
			spoil: func(w *hrmWorld) { w.write(w.hrm.Owner, w.environment.OrganizationNumber+"\n") },
		},
		"none": {
			reason: "job.secret is None", want: failed(runreport.ConfigurationInvalid),
			spoil: func(w *hrmWorld) { w.environment.HRMURL = "" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newHRMWorld(t)
			if c.spoil != nil {
				c.spoil(w)
			}
			w.variables = variablesOf(t, &w.environment)
			w.run(t.Context(), w.callHRM)
			if diff := cmp.Diff(c.want, w.report()); diff != "" || w.requests != c.requests {
				t.Errorf("%s: %d requests (-want +got):\n%s%s", c.reason, w.requests, diff, &w.logged)
			}
		})
	}
}

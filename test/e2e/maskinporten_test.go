//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	// adminURL is the URL of the simulator's admin API.
	adminURL = "http://admin.simulator.svc"
	// maxAnswer is enough for the last thousand token requests.
	maxAnswer = 4 << 20
)

// maskinporten is the admin API of the simulated Maskinporten and Altinn.
type maskinporten struct {
	client http.Client
}

func newMaskinporten() *maskinporten {
	transport := &http.Transport{MaxIdleConnsPerHost: 16} // steps beside each other poll
	return &maskinporten{client: http.Client{
		Transport:     transport,
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// delegate delegates access, as the customer's administrator does in Altinn.
func (m *maskinporten) delegate(t *testing.T, p party) {
	t.Helper()
	m.call(t, http.MethodPut, "/delegations/"+p.number+"/"+supplierNumber, nil, nil)
}

// withdraw withdraws the delegation.
func (m *maskinporten) withdraw(t *testing.T, p party) {
	t.Helper()
	m.call(t, http.MethodDelete, "/delegations/"+p.number+"/"+supplierNumber, nil, nil)
}

// approve approves the request at the confirmURL, as the customer's administrator does.
func (m *maskinporten) approve(t *testing.T, p party) {
	t.Helper()
	m.call(t, http.MethodPost, "/altinn/requests/"+p.number+"/approve", nil, nil)
}

// deleteSystemUser deletes the system user, as the customer's administrator does in Altinn.
func (m *maskinporten) deleteSystemUser(t *testing.T, p party) {
	t.Helper()
	m.call(t, http.MethodDelete, "/altinn/system-users/"+p.number, nil, nil)
}

// addClient adds a client to an agent's system user, as the agent's client administrator does.
func (m *maskinporten) addClient(t *testing.T, agent, client party) {
	t.Helper()
	m.call(t, http.MethodPut, "/altinn/system-users/"+agent.number+"/clients/"+client.number, nil, nil)
}

// removeClient removes a client from an agent's system user.
func (m *maskinporten) removeClient(t *testing.T, agent, client party) {
	t.Helper()
	m.call(t, http.MethodDelete, "/altinn/system-users/"+agent.number+"/clients/"+client.number, nil, nil)
}

// accessRequests returns all requests that a customer has received in Altinn.
func (m *maskinporten) accessRequests(t *testing.T, p party) []simaltinn.SystemUserRequest {
	t.Helper()
	var all []simaltinn.SystemUserRequest
	m.call(t, http.MethodGet, "/altinn/requests", nil, &all)
	return slices.DeleteFunc(all, func(r simaltinn.SystemUserRequest) bool { return r.OrganizationNumber != p.number })
}

// breakDown makes the token endpoint fail for all customers.
func (m *maskinporten) breakDown(t *testing.T, outage simwire.Outage) {
	t.Helper()
	m.set(t, simulator.Faults{Faults: simmaskinporten.Faults{AnswerFaults: simmaskinporten.AnswerFaults{Outage: outage}}})
}

// set sets all faults.
func (m *maskinporten) set(t *testing.T, faults simulator.Faults) {
	t.Helper()
	m.call(t, http.MethodPut, "/faults", faults, nil)
}

func (m *maskinporten) repair(t *testing.T) {
	t.Helper()
	m.call(t, http.MethodDelete, "/faults", nil, nil)
}

// registered returns the supplier's client as registered.
func (m *maskinporten) registered(t *testing.T) simmaskinporten.Client {
	t.Helper()
	var c simmaskinporten.Client
	m.call(t, http.MethodGet, "/clients/"+url.PathEscape(clientID), nil, &c)
	return c
}

// forgetRequests empties the log of requests.
func (m *maskinporten) forgetRequests(t *testing.T) {
	t.Helper()
	m.call(t, http.MethodDelete, "/requests", nil, nil)
}

// requests returns the token requests since the log was emptied, oldest first.
func (m *maskinporten) requests(t *testing.T) []simwire.TokenRequest {
	t.Helper()
	var report simwire.RequestReport
	m.call(t, http.MethodGet, "/requests", nil, &report)
	return report.Recent
}

// calls returns the calls to NAV and the HRM system since the log was emptied, oldest first.
func (m *maskinporten) calls(t *testing.T) []simwire.Call {
	t.Helper()
	var report simwire.RequestReport
	m.call(t, http.MethodGet, "/requests", nil, &report)
	return report.RecentCalls
}

// asked returns the number of token requests for a customer since the log was emptied.
func (m *maskinporten) asked(t *testing.T, number string) int {
	t.Helper()
	n := 0
	for _, r := range m.requests(t) {
		if r.Consumer == number {
			n++
		}
	}
	return n
}

// call sends a document unless it is nil, and decodes the response into result unless it is nil. It begins again if
// there is no connection, because then nothing was sent.
func (m *maskinporten) call(t *testing.T, method, path string, document, result any) {
	t.Helper()
	await(t, func() string {
		err := m.try(t.Context(), method, path, document, result)
		if failed, ok := errors.AsType[*net.OpError](err); ok && failed.Op == "dial" {
			return err.Error()
		}
		if err != nil {
			t.Fatalf("%s %s at the simulator's admin API: %v", method, path, err)
		}
		return ""
	})
}

func (m *maskinporten) try(ctx context.Context, method, path string, document, result any) error {
	var body io.Reader
	if document != nil {
		text, err := json.Marshal(document)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, adminURL+path, body)
	if err != nil {
		return err
	}
	response, err := m.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return err
	}
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("%s: %s", response.Status, text)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(text, result)
}

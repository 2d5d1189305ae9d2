package syncing

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/failpoint"
	"github.com/4human/integration-operator/test/sample"
)

// TestKilledWhileAnswering kills the manager after it has a token for a job and before it responds. The job's request
// fails, and the next manager responds to a repeated one. The job's token and settings are real.
func TestKilledWhileAnswering(t *testing.T) {
	w := newWorld(t, &clock{})
	w.grant()
	p := w.startProcess(failpoint.BrokerAnswering)
	p.until("jobs of the customer", w.started)
	pod := w.pod(w.job(w.firstJob()), working())
	token := w.boundToken(pod)

	w.simulator.Recorder.Reset()
	if status, body, err := w.requestToken(p, token); err == nil {
		t.Fatalf("the killed manager responded with %d %s", status, body)
	}
	p.AwaitKill()
	if n := w.tokenRequests(); n != 1 {
		t.Errorf("%d requests to Maskinporten before the kill, want 1", n)
	}

	second := w.startProcess("")
	second.until("a second manager", func() bool { return true })
	status, body, err := w.requestToken(second, token)
	w.must(err)
	var response struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		Scope       string `json:"scope"`
	}
	if err := json.Unmarshal(body, &response); err != nil || status != http.StatusOK {
		t.Fatalf("the second manager responds with %d %s", status, body)
	}
	if response.AccessToken == "" || response.TokenType != "Bearer" || response.Scope != sample.Scope {
		t.Errorf("the second manager returned a token of type %q for %q, of %d bytes", response.TokenType, response.Scope,
			len(response.AccessToken))
	}
	if second.Log.Has(response.AccessToken) || second.Log.Has(token) {
		t.Error("a token is in the log")
	}

	w.withdraw(tigerNumber)
	w.requestVerification()
	eventually(t, "stopped jobs", func() bool { return w.ready() == "False DelegationWithdrawn" && w.suspended() })
	eventually(t, "a refusal by the broker", func() bool { // its cache may have the status of before
		status, _, err := w.requestToken(second, token)
		return err == nil && status == http.StatusForbidden
	})
	w.simulator.Recorder.Reset()
	if status, body, err = w.requestToken(second, token); err != nil || status != http.StatusForbidden {
		t.Errorf("after the withdrawal: %d %s %v, want 403", status, body, err)
	}
	if n := w.tokenRequests(); n != 0 {
		t.Errorf("%d requests to Maskinporten for a job whose access is withdrawn", n)
	}
	second.Stop()
}

// boundToken requests a token of the pod's account for the token broker, bound to the pod, as the kubelet does.
func (w *world) boundToken(pod *corev1.Pod) string {
	w.t.Helper()
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		Audiences: []string{v1alpha1.TokenAudience},
		BoundObjectRef: &authenticationv1.BoundObjectReference{
			APIVersion: "v1", Kind: "Pod", Name: pod.Name, UID: pod.UID,
		},
	}}
	w.must(server.Client.SubResource("token").Create(context.Background(), w.account(), request))
	return request.Status.Token
}

// requestToken requests a token from a manager's broker as a job does, by its settings, but at the address that the
// manager logs.
func (w *world) requestToken(p *process, token string) (status int, body []byte, err error) {
	w.t.Helper()
	settings := w.environment().TokenBroker
	u, err := url.Parse(settings.URL)
	w.must(err)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(settings.CA)) {
		w.t.Fatal("there is no certificate in the settings")
	}
	address := ""
	eventually(w.t, "a manager that serves tokens", func() bool {
		address = p.Log.Field("Serving tokens", "address")
		return address != ""
	})
	caller := http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true, // a request that net/http repeats would reach the next manager
		TLSClientConfig:   &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, ServerName: u.Hostname()},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, u.String(), http.NoBody)
	w.must(err)
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := caller.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return response.StatusCode, body, err
}

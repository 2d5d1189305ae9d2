package main

import (
	"bytes"
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// TestInstallCheck checks a running manager, then a namespace without rights, and then what is left of the manager.
func TestInstallCheck(t *testing.T) {
	w := newWorld(t)
	p := startProcess(t, startRecorder(t, w.server.Config).kubeconfig(t, w.token(system, operator)))
	i := &installCheck{
		client: w.clientOf(system, operator), namespace: system, namespaces: []string{customers}, leaderElection: true,
		lease: leaseName, timeout: patience, now: time.Now, dial: dialTo(p.broker),
	}
	says(t, i, "", "ok      the API server serves Suppliers: 1 exist",
		"ok      the operator may read customers of namespace customers",
		"ok      a ready replica serves https://token-broker.integration-operator-system.svc/token", "leads")

	i.timeout = 0
	i.namespaces = []string{"default"}
	says(t, i, "1 steps of the check failed", "failed  listing CustomerIntegrations of namespace default: the operator has "+
		"no rights: apply config/customer-namespace there: ")

	i.namespaces = nil
	p.stop(t)
	says(t, i, "2 steps of the check failed",
		"failed  no ready replica of the operator answers; see the logs of its pods: ", "failed  no replica leads")
}

// TestInstallCheckOfALostLeader verifies that a Lease that its holder no longer renews is no leader.
func TestInstallCheckOfALostLeader(t *testing.T) {
	w := newWorld(t)
	p := startProcess(t, startRecorder(t, w.server.Config).kubeconfig(t, w.token(system, operator)))
	i := &installCheck{
		client: w.clientOf(system, operator), namespace: system, leaderElection: true, lease: leaseName, timeout: patience,
		now: time.Now, dial: dialTo(p.broker),
	}
	says(t, i, "", "leads")
	i.timeout = 0
	i.now = func() time.Time { return time.Now().Add(time.Hour) }
	says(t, i, "1 steps of the check failed", "renewed the Lease 1h0m")
	p.stop(t)
}

// says runs a check and verifies its error and parts of its output.
func says(t *testing.T, i *installCheck, failure string, wanted ...string) {
	t.Helper()
	var out bytes.Buffer
	got := ""
	if err := i.run(t.Context(), &out); err != nil {
		got = err.Error()
	}
	if got != failure {
		t.Errorf("the error is %q, want %q", got, failure)
	}
	for _, want := range wanted {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}

// dialTo returns a function that connects to an address, whatever host it is called with.
func dialTo(address string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
}

// clientOf returns a client with the rights of an account.
func (w *world) clientOf(namespace, name string) client.Client {
	w.t.Helper()
	config := rest.AnonymousClientConfig(w.server.Config)
	config.BearerToken = w.token(namespace, name)
	c, err := client.New(config, client.Options{Scheme: newScheme()})
	w.must(err)
	return c
}

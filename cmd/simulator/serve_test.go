package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// freePorts makes serve listen on free ports.
func freePorts() []string {
	args := []string{"serve"}
	for _, listen := range []string{
		"", "admin-", "nav-", "hrm-", "altinn-", "sick-pay-", "letters-", "reports-", "registrations-",
	} {
		args = append(args, "--"+listen+"listen", "127.0.0.1:0")
	}
	return args
}

// serving is the first line that serve prints: the addresses at which it listens.
type serving struct{ Msg, Issuer, Maskinporten, Admin, NAV, HRM, Altinn string }

// startServing runs the whole program until stop is called, which returns its error.
func startServing(t *testing.T, args ...string) (said serving, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	logs, logTo := io.Pipe()
	root := newRootCommand()
	root.SetErr(logTo)
	root.SetArgs(append(freePorts(), args...))
	ended := make(chan error, 1)
	go func() {
		ended <- root.ExecuteContext(ctx)
		_ = logTo.Close()
	}()
	lines := bufio.NewScanner(logs)
	if !lines.Scan() {
		t.Fatalf("the simulator ended before it served: %v", <-ended)
	}
	if err := json.Unmarshal(lines.Bytes(), &said); err != nil {
		t.Fatal(err)
	}
	go func() {
		for lines.Scan() { // the program must not wait for a reader
		}
	}()
	return said, func() error {
		cancel()
		return <-ended
	}
}

// TestServe runs the whole program on free ports until it is stopped.
func TestServe(t *testing.T) {
	serving, stop := startServing(t, "--issuer", "http://simulator:8080/", "--token-lifetime", "2m")
	diff(t, "the first line", "Serving", serving.Msg)

	var metadata struct{ Issuer string }
	getJSON(t, "http://"+serving.Maskinporten+"/.well-known/oauth-authorization-server", &metadata)
	diff(t, "issuer", "http://simulator:8080/", metadata.Issuer)
	var scopes []struct{ Name, TokenLifetime string }
	getJSON(t, "http://"+serving.Admin+"/scopes", &scopes)
	lifetimes := map[string]string{}
	for _, scope := range scopes {
		lifetimes[scope.Name] = scope.TokenLifetime
	}
	diff(t, "token lifetime", "2m0s", lifetimes["nav:oppfolgingsplan/lps.write"])
	diff(t, "another's", "10m0s", lifetimes["nav:helseytelser/sykepenger"])
	var refused struct{ Type, Detail string }
	getJSON(t, "http://"+serving.NAV+"/api/v1/followupplan/verify-integration", &refused)
	diff(t, "NAV wants a token", "AUTHENTICATION_ERROR", refused.Type)
	getJSON(t, "http://"+serving.HRM+"/tiger/v1/organization", &refused)
	diff(t, "the HRM system has no tenants yet", "There is no such tenant", refused.Detail)

	diff(t, "Altinn wants a token", "401 Unauthorized",
		statusOf(t, "http://"+serving.Altinn+"/authentication/api/v1/systemuser/vendor/byquery"))

	if err := stop(); err != nil {
		t.Errorf("stopped with %v", err)
	}
}

// TestServeKeepsTheHRMSystemsData stops a simulator and starts another in the same folder: the data is still there.
func TestServeKeepsTheHRMSystemsData(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "data")
	for round, want := range []string{"Plan plan-1 of tiger is offered\n", "plan plan-1 exists already"} {
		serving, stop := startServing(t, "--hrm-data", folder)
		admin := []string{"--admin", "http://" + serving.Admin}
		if _, err := runCommand(t, append(admin, "register-hrm-tenant", "tiger", "--organization", "310330701", "--token",
			token)...); err != nil {
			t.Fatal(err)
		}
		out, err := runCommand(t, append(admin, "offer-plan", "tiger", "plan-1", "--employee", "01447842099")...)
		if round == 0 {
			diff(t, "a plan", want, out)
		}
		if round == 1 {
			wantError(t, err, want)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	}
}

func getJSON(t *testing.T, url string, into any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}

func statusOf(t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	return response.Status
}

func TestServeRefuses(t *testing.T) {
	var listening net.ListenConfig
	taken, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"HRMData": {
			args: []string{"--hrm-data", "/dev/null/data"},
			want: "cannot make the simulator: making a folder for the HRM system's data",
		},
		"Issuer": {args: []string{"--issuer", "simulator"}, want: "cannot make the simulator"},
		"Lifetime": {
			args: []string{"--token-lifetime", "1s"},
			want: "cannot register the scope: token lifetime 1s must be at least 2s",
		},
		"Port":       {args: []string{"--listen", taken.Addr().String()}, want: "cannot listen for Maskinporten"},
		"AdminPort":  {args: []string{"--admin-listen", taken.Addr().String()}, want: "cannot listen for the admin API"},
		"NAVPort":    {args: []string{"--nav-listen", taken.Addr().String()}, want: "cannot listen for NAV"},
		"HRMPort":    {args: []string{"--hrm-listen", taken.Addr().String()}, want: "cannot listen for the HRM system"},
		"AltinnPort": {args: []string{"--altinn-listen", taken.Addr().String()}, want: "cannot listen for Altinn"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := runCommand(t, append(freePorts(), tc.args...)...)
			wantError(t, err, tc.want)
		})
	}
}

// TestServeEndsWhenOneServerFails verifies that the simulator does not continue without one of its listeners.
func TestServeEndsWhenOneServerFails(t *testing.T) {
	var listening net.ListenConfig
	servers := map[net.Listener]*http.Server{}
	for range 2 {
		listener, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if len(servers) == 0 {
			_ = listener.Close()
		}
		servers[listener] = &http.Server{ReadHeaderTimeout: readHeaderTimeout}
	}
	wantError(t, serveAll(t.Context(), servers), "serving: ")
}

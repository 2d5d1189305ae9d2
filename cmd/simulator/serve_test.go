package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"testing"
)

// TestServe runs the whole program on free ports, until it is told to stop.
func TestServe(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	logs, logTo := io.Pipe()
	root := newRootCommand()
	root.SetErr(logTo)
	root.SetArgs([]string{
		"serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--nav-listen", "127.0.0.1:0", "--hrm-listen", "127.0.0.1:0",
		"--altinn-listen", "127.0.0.1:0", "--sick-pay-listen", "127.0.0.1:0", "--issuer", "http://simulator:8080/", "--token-lifetime", "2m",
	})
	ended := make(chan error, 1)
	go func() {
		ended <- root.ExecuteContext(ctx)
		_ = logTo.Close()
	}()

	lines := bufio.NewScanner(logs)
	if !lines.Scan() {
		t.Fatalf("the simulator ended before it served: %v", <-ended)
	}
	var serving struct{ Msg, Issuer, Maskinporten, Admin, NAV, HRM, Altinn string }
	if err := json.Unmarshal(lines.Bytes(), &serving); err != nil {
		t.Fatal(err)
	}
	diff(t, "the first line", "Serving", serving.Msg)
	go func() {
		for lines.Scan() { // nobody else reads what it says, and it must not wait for a reader
		}
	}()

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
	diff(t, "the HRM solution has no tenants yet", "There is no such tenant", refused.Detail)

	diff(t, "Altinn wants a token", "401 Unauthorized", statusOf(t, "http://"+serving.Altinn+"/authentication/api/v1/systemuser/vendor/byquery"))

	stop()
	if err := <-ended; err != nil {
		t.Errorf("stopped with %v", err)
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
		"HRMData":    {[]string{"--hrm-data", "/dev/null/data"}, "cannot make the simulator: making a place for the HRM solution's data"},
		"Issuer":     {[]string{"--issuer", "simulator"}, "cannot make the simulator"},
		"Lifetime":   {[]string{"--token-lifetime", "1s"}, "cannot register the scope: token lifetime 1s must be at least 2s"},
		"Port":       {[]string{"--listen", taken.Addr().String()}, "cannot listen for Maskinporten"},
		"AdminPort":  {[]string{"--admin-listen", taken.Addr().String()}, "cannot listen for the admin API"},
		"NAVPort":    {[]string{"--nav-listen", taken.Addr().String()}, "cannot listen for NAV"},
		"HRMPort":    {[]string{"--hrm-listen", taken.Addr().String()}, "cannot listen for the HRM solution"},
		"AltinnPort": {[]string{"--altinn-listen", taken.Addr().String()}, "cannot listen for Altinn"},
	} {
		t.Run(name, func(t *testing.T) {
			free := []string{"serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--nav-listen", "127.0.0.1:0", "--hrm-listen", "127.0.0.1:0", "--altinn-listen", "127.0.0.1:0", "--sick-pay-listen", "127.0.0.1:0"}
			_, err := runCommand(t, append(free, tc.args...)...)
			wantError(t, err, tc.want)
		})
	}
}

// TestServeEndsWhenOneServerFails shows that the simulator does not go on with one of its listeners.
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

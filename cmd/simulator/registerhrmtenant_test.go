package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// organizationOf sends GET /v1/organization to the tenant and returns status and body.
func (h *harness) organizationOf(tenant, token string) (int, string) {
	request := httptest.NewRequest(http.MethodGet, "/"+tenant+"/v1/organization", http.NoBody)
	request.Header.Set("Authorization", "Bearer "+token)
	recorder := httptest.NewRecorder()
	h.sim.HRM.Handler().ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

// contentOf returns the exact content of a file.
func (h *harness) contentOf(file string) string {
	h.t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		h.t.Fatal(err)
	}
	return string(content)
}

func TestRegisterHRMTenant(t *testing.T) {
	h := newHarness(t)
	file := filepath.Join(h.dir, "tiger.token")
	register := []string{"register-hrm-tenant", "tiger", "--organization", "310330701"}
	out := h.mustRun(append(register, "--token-out", file)...)
	diff(t, "says what was done", "Tenant tiger of 310330701 is registered\nIts token is in "+file+"\n", out)
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "only its owner reads the token", "-rw-------", info.Mode().String())
	_, body := h.organizationOf("tiger", h.contentOf(file))
	diff(t, "the token opens the tenant", `{"organizationNumber":"310330701"}`, body)

	_, err = h.run(append(register, "--token-out", file)...)
	wantError(t, err, file+" exists: register the token in it with --token, or remove it")
	out = h.mustRun("register-hrm-tenant", "tiger", "--organization", "314240979", "--token", file)
	diff(t, "an existing token", "Tenant tiger of 314240979 is registered\n", out)
	_, body = h.organizationOf("tiger", h.contentOf(file))
	diff(t, "now it returns another organization", `{"organizationNumber":"314240979"}`, body)

	another := filepath.Join(h.dir, "another.token")
	h.mustRun(append(register, "--token-out", another)...)
	if status, _ := h.organizationOf("tiger", h.contentOf(file)); status != http.StatusUnauthorized {
		t.Errorf("the token before still opens the tenant: %d", status)
	}
	if status, _ := h.organizationOf("tiger", h.contentOf(another)); status != http.StatusOK {
		t.Errorf("two tokens are not two: %d", status)
	}
}

func TestRegisterHRMTenantRefuses(t *testing.T) {
	h := newHarness(t)
	fresh := filepath.Join(h.dir, "fresh.token")
	words := filepath.Join(h.dir, "words")
	if err := os.WriteFile(words, []byte("secret text\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		reason string
		args   []string
		want   string
	}{
		"NoName": {
			reason: "a tenant has a name",
			args:   []string{"--organization", "310330701", "--token-out", fresh},
			want:   "accepts 1 arg(s), received 0",
		},
		"NoToken": {
			reason: "a token comes from somewhere",
			args:   []string{"tiger", "--organization", "310330701"},
			want:   "at least one of the flags in the group [token token-out] is required",
		},
		"NoNumber": {
			reason: "an organization is returned",
			args:   []string{"tiger", "--token-out", fresh},
			want:   `required flag(s) "organization" not set`,
		},
		"BadName": {
			reason: "a name is a DNS label",
			args:   []string{"Tiger", "--organization", "310330701", "--token-out", fresh},
			want:   "cannot register the tenant: a tenant's name has 1 to 63",
		},
		"BadNumber": {
			reason: "modulus 11",
			args:   []string{"tiger", "--organization", "310330702", "--token-out", fresh},
			want:   "its check digit is wrong",
		},
		"NoSuchFile": {
			reason: "there is no token",
			args:   []string{"tiger", "--organization", "310330701", "--token", fresh},
			want:   "cannot read the token",
		},
		"NoSuchFolder": {
			reason: "there is no place for it",
			args: []string{
				"tiger", "--organization", "310330701", "--token-out",
				filepath.Join(h.dir, "no", "token"),
			},
			want: "cannot write the token",
		},
		"NotAToken": {
			reason: "a token has no spaces",
			args:   []string{"tiger", "--organization", "310330701", "--token", words},
			want:   "cannot register the tenant: a token has 1 to",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Log(tc.reason)
			_, err := h.run(append([]string{"register-hrm-tenant"}, tc.args...)...)
			wantError(t, err, tc.want)
			if strings.Contains(err.Error(), "secret text") {
				t.Error("the error shows what is in the token file")
			}
			if _, err := os.Stat(fresh); err == nil {
				t.Error("the token of a tenant that was not registered is left behind")
			}
			if registered := h.sim.HRM.Tenants(); len(registered) > 0 {
				t.Errorf("%s: %v is registered", tc.reason, registered)
			}
		})
	}
}

// TestTokenFileIsTrimmed writes a token file with a line break at its end, as editors do.
func TestTokenFileIsTrimmed(t *testing.T) {
	h := newHarness(t)
	file := filepath.Join(h.dir, "token")
	if err := os.WriteFile(file, []byte("opens-it\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.mustRun("register-hrm-tenant", "tiger", "--organization", "310330701", "--token", file)
	_, body := h.organizationOf("tiger", "opens-it")
	diff(t, "the line break is no part of the token", `{"organizationNumber":"310330701"}`, body)
}

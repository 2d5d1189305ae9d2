package main

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
)

const (
	system   = "897757222_4human_hrm"
	customer = "310330701"
	right    = "nav_sykepenger_sykmelding"
)

// vendor sends requests to Maskinporten and Altinn as the supplier does, with the key that the command has written.
type vendor struct {
	*harness

	key jose.JSONWebKey
}

// newVendor registers a client and its system by commands.
func newVendor(t *testing.T) *vendor {
	t.Helper()
	h := newHarness(t)
	file := filepath.Join(h.dir, "vendor.jwk")
	h.mustRun("register-client", "--client-id", "c1", "--organization", "897757222", "--key-out", file,
		"--scope", accesstoken.SickPayScope, "--scope", accesstoken.SystemUserWriteScope, "--scope",
		accesstoken.FollowUpPlanScope)
	out := h.mustRun("register-system", system, "--organization", "897757222", "--client", "c1", "--name", "4human HRM",
		"--right", right, "--access-package", "urn:altinn:accesspackage:lonn", "--redirect-url", "https://hrm.example/done")
	diff(t, "says what was done", "System "+system+" of 897757222 is registered\n", out)
	key, err := readKey(file)
	if err != nil {
		t.Fatal(err)
	}
	return &vendor{harness: h, key: key}
}

// token returns status and token of a grant with these claims besides the usual ones.
func (v *vendor) token(scope string, rest map[string]any) (int, string) {
	v.t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: v.key}, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	now := time.Now().Unix()
	usual := map[string]any{
		"aud": "http://localhost:8080/", "iss": "c1", "scope": scope, "iat": now, "exp": now + 60,
		"jti": rand.Text(),
	}
	grant, err := jwt.Signed(signer).Claims(usual).Claims(rest).Serialize()
	if err != nil {
		v.t.Fatal(err)
	}
	form := "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + grant
	request := httptest.NewRequest(http.MethodPost, "/token", strings.NewReader(form))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	recorder := httptest.NewRecorder()
	v.sim.Maskinporten.Handler().ServeHTTP(recorder, request)
	var body struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(recorder.Body.Bytes(), &body); err != nil {
		v.t.Fatal(err)
	}
	return recorder.Code, body.Token
}

func (v *vendor) hasAccess() bool {
	v.t.Helper()
	party := map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:" + customer}
	details := []any{map[string]any{"type": "urn:altinn:systemuser", "systemuser_org": party}}
	status, _ := v.token(accesstoken.SickPayScope, map[string]any{"authorization_details": details})
	return status == http.StatusOK
}

// ask requests a system user of the customer and returns the id of the request.
func (v *vendor) ask(reference string) string {
	v.t.Helper()
	_, token := v.token(accesstoken.SystemUserWriteScope, nil)
	body := `{"systemId":"` + system + `","partyOrgNo":"` + customer + `","externalRef":"` + reference +
		`","rights":[{"resource":[{"id":"urn:altinn:resource","value":"` + right + `"}]}]}`
	request := httptest.NewRequest(http.MethodPost, "/authentication/api/v1/systemuser/request/vendor",
		strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	v.sim.Altinn.Handler().ServeHTTP(recorder, request)
	var created struct{ ID string }
	if err := json.Unmarshal(recorder.Body.Bytes(), &created); err != nil || recorder.Code != http.StatusCreated {
		v.t.Fatalf("got %d %s, want 201", recorder.Code, recorder.Body)
	}
	return created.ID
}

var idsAndTimes = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|20\d\d-\d\d-\d\d \d\d:\d\d:\d\d`)

// columns returns the lines of a table, with one blank between the columns and # for what differs from run to run.
func columns(table string) []string {
	var lines []string
	for line := range strings.Lines(idsAndTimes.ReplaceAllString(table, "#")) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return lines
}

func TestPlayTheCustomer(t *testing.T) {
	v := newVendor(t)
	diff(t, "no users", "There are no system users\n", v.mustRun("system-users"))
	diff(t, "no requests", "No requests\n", v.mustRun("system-user-requests"))

	v.ask("")
	diff(t, "approve", customer+" has approved the request of "+system+"\n", v.mustRun("approve", customer))
	if !v.hasAccess() {
		t.Error("an approved system user gives no access")
	}
	diff(t, "users", "ORGANIZATION SYSTEM REFERENCE ID RIGHTS CLIENTS SINCE;310330701 897757222_4human_hrm 310330701 # "+
		"nav_sykepenger_sykmelding - #",
		strings.Join(columns(v.mustRun("system-users")), ";"))
	out := v.mustRun("withdraw-system-user", customer)
	diff(t, "withdraw", customer+" has withdrawn its user of "+system+", #\n", idsAndTimes.ReplaceAllString(out, "#"))
	if v.hasAccess() {
		t.Error("a withdrawn system user gives access")
	}

	diff(t, "reject", customer+" has rejected the request of "+system+"\n", v.mustRun("reject", v.ask("a")))
	diff(t, "deny", customer+" has denied the request of "+system+"\n", v.mustRun("deny", v.ask("b")))
	diff(t, "escalate", customer+" has forwarded the request of "+system+" to an access manager\n",
		v.mustRun("escalate", v.ask("d")))
	diff(t, "time out", customer+" has not decided on the request of "+system+" in time\n",
		v.mustRun("time-out", v.ask("c")))
	requests := columns(v.mustRun("system-user-requests"))
	var statuses []string
	for _, line := range requests[1:] {
		statuses = append(statuses, strings.Fields(line)[4])
	}
	diff(t, "what has become of them", "Accepted,Deleted Rejected Denied New,Escalated New,TimedOut",
		strings.Join(statuses, " "))

	out = v.mustRun("create-system-user", customer, "--system", system)
	diff(t, "by hand", customer+" has a user of "+system+", #\n", idsAndTimes.ReplaceAllString(out, "#"))
	if !v.hasAccess() {
		t.Error("a system user made by hand gives no access")
	}
}

// TestPlayTheAgent has an agent choose its clients.
func TestPlayTheAgent(t *testing.T) {
	const agent = "313876144"
	v := newVendor(t)
	v.mustRun("create-system-user", agent, "--system", system, "--agent")
	last := func() string {
		fields := strings.Fields(columns(v.mustRun("system-users"))[1])
		return fields[len(fields)-2]
	}
	diff(t, "no client", "none", last())
	diff(t, "add", agent+" acts for client "+customer+"\n", v.mustRun("add-client", agent, customer))
	diff(t, "one client", customer, last())
	diff(t, "remove", agent+" no longer acts for client "+customer+"\n", v.mustRun("remove-client", agent, customer))
	diff(t, "no client again", "none", last())
}

func TestUnknownOrganization(t *testing.T) {
	h := newHarness(t)
	diff(t, "unknown", "Altinn does not know "+customer+"\n", h.mustRun("unknown-organization", customer))
	diff(t, "set", customer, strings.Join(h.sim.Altinn.UnknownOrganizations(), " "))
	diff(t, "known", "Altinn knows "+customer+"\n", h.mustRun("unknown-organization", customer, "--known"))
	diff(t, "unset", "", strings.Join(h.sim.Altinn.UnknownOrganizations(), " "))
}

func TestAltinnCommandsRefuse(t *testing.T) {
	h := newHarness(t)
	cases := map[string]struct {
		args []string
		want string
	}{
		"SystemID": {
			args: []string{"register-system", "hrm", "--organization", "897757222"},
			want: "cannot register the system: a system id is the vendor's organization number",
		},
		"NoVendor": {args: []string{"register-system", system}, want: `required flag(s) "organization" not set`},
		"Schema": {args: []string{
			"register-system", system, "--organization", "897757222", "--right",
			"nav:oppfolgingsplan/lps.write",
		}, want: "is delegated as a scope of Maskinporten's"},
		"NoRequest": {
			args: []string{"approve", customer}, want: "cannot approve: there is no open request of " + customer,
		},
		"NoTimeOut": {
			args: []string{"time-out", customer}, want: "cannot time-out: there is no open request of " + customer,
		},
		"NoUser": {
			args: []string{"withdraw-system-user", customer},
			want: "cannot withdraw the system user: there is no system user of " + customer,
		},
		"NoAgent": {
			args: []string{"add-client", customer, "313876144"},
			want: "cannot add-client: there is no agent system user of " + customer,
		},
		"NoSystem": {
			args: []string{"create-system-user", customer, "--system", system},
			want: `cannot create the system user: system "` + system + `" is not registered`,
		},
		"NotANumber": {args: []string{"unknown-organization", "1"}, want: "cannot change what Altinn knows"},
		"NoFile": {
			args: []string{"trust-authority", "a", "--certificate", filepath.Join(h.dir, "none")},
			want: "cannot read the certificate",
		},
		"KeyAndCert": {args: []string{
			"register-client", "--client-id", "a", "--organization", "897757222", "--key", "x",
			"--enterprise-certificate",
		}, want: "none of the others can be"},
		"KnownNoKeys": {args: []string{
			"register-client", "--client-id", "a", "--organization", "897757222", "--known-after", "2m",
			"--enterprise-certificate",
		}, want: "none of the others can be"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := h.run(tc.args...)
			wantError(t, err, tc.want)
		})
	}
}

func TestRegisterCertificateClient(t *testing.T) {
	h := newHarness(t)
	out := h.mustRun("register-client", "--client-id", "c1", "--organization", "897757222", "--enterprise-certificate")
	diff(t, "says what was done", "Client c1 of 897757222 is registered with an enterprise certificate\n", out)
	client, _ := h.sim.Maskinporten.Client("c1")
	if len(client.JWKS.Keys) > 0 {
		t.Error("the client has keys")
	}
	file := filepath.Join(h.dir, "ca.pem")
	if err := os.WriteFile(file, []byte(authority(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	diff(t, "trust", "Certificates of test-ca are trusted\n",
		h.mustRun("trust-authority", "test-ca", "--certificate", file))
	diff(t, "trusted", "test-ca", h.sim.Maskinporten.CertificateAuthorities()[0].Name)
}

// authority returns the certificate of a certificate authority, PEM.
func authority(t *testing.T) string {
	t.Helper()
	key, err := generateKey()
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true,
		NotAfter: time.Now().Add(time.Hour),
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public().Key, key.Key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}))
}

func TestKeyKnownLater(t *testing.T) {
	h := newHarness(t)
	before := time.Now()
	h.mustRun("register-client", "--client-id", "c1", "--organization", "897757222", "--key-out",
		filepath.Join(h.dir, "key"), "--known-after", "2m")
	client, _ := h.sim.Maskinporten.Client("c1")
	from := client.KeysKnownFrom[client.JWKS.Keys[0].KeyID]
	if from.Before(before.Add(2*time.Minute).Truncate(time.Second)) || from.After(time.Now().Add(2*time.Minute)) {
		t.Errorf("the key is known from %s", from)
	}
}

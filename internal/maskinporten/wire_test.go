package maskinporten

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

const testIssuer = "https://test.maskinporten.no/"

// TestWireFormat compares the requests as they are sent, with the grant decoded.
func TestWireFormat(t *testing.T) {
	rs512 := parseOne(t, KeyMaterial{Data: pkcs8(t, ourKey()), KeyID: "4human-2026-08", Algorithm: "RS512"})
	certified := parseOne(t, KeyMaterial{Data: pkcs8(t, ourKey()), Chain: chainPEM(certificates(t, ourKey()))})
	cases := map[string]struct {
		reason  string
		request Request
		key     *SigningKey
	}{
		"on_behalf": {reason: "a token on behalf of a customer", request: testRequest, key: signingKey(t)},
		"for_ourselves": {
			reason: "a token for ourselves has no consumer_org", request: Request{Scope: testScope},
			key: signingKey(t),
		},
		"by_system_user": {
			reason:  "a token by a customer's system user has neither, but the customer in the details",
			request: bySystemUser, key: signingKey(t),
		},
		"rs512": {reason: "a grant that is signed with RS512", request: testRequest, key: rs512},
		"x5c": {
			reason: "a grant that names a certificate has x5c in place of kid", request: testRequest,
			key: certified,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var wire bytes.Buffer
			c, err := New(Config{
				Issuer: testIssuer, ClientID: testClient, Supplier: testSupplier, SystemID: testSystem, Keys: []*SigningKey{tc.key},
				Now:       func() time.Time { return testStart },
				Transport: recorder(t, &wire),
			})
			if err != nil {
				t.Fatal(err)
			}
			c.newID = func() string { return "eb6ab01e-5834-4ba0-a2a1-457bfd0f0a49" }
			_, err = c.Token(t.Context(), tc.request)
			if ClassOf(err) != ClassServerError {
				t.Fatalf("the recorder answers 503, but Token gave %v", err)
			}
			golden(t, filepath.Join("testdata", name+".golden"), wire.Bytes(), tc.reason)
		})
	}
}

// recorder records requests. It responds with the metadata, or with 503.
func recorder(t *testing.T, wire *bytes.Buffer) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		var raw bytes.Buffer
		if err := r.Write(&raw); err != nil {
			t.Fatal(err)
		}
		head, body, _ := strings.Cut(raw.String(), "\r\n\r\n")
		// The length of a signed grant is no part of the format.
		_, _ = fmt.Fprintf(wire, "%s\n\n", strings.ReplaceAll(withoutLength(head), "\r\n", "\n"))
		if body != "" {
			writeForm(t, wire, body)
		}
		w := httptest.NewRecorder()
		if r.Method == http.MethodGet {
			writeJSON(w, 200, metadata{Issuer: testIssuer, TokenEndpoint: testIssuer + "token", KeysURI: testIssuer + "jwk"})
		} else {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return w.Result(), nil
	})
}

func withoutLength(head string) string {
	lines := strings.Split(head, "\r\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "Content-Length: ") && line != "Content-Length: 0" {
			lines[i] = "Content-Length: <of the body>"
		}
	}
	return strings.Join(lines, "\r\n")
}

// writeForm writes a form parameter a line, the assertion part by part, and in place of certificates, which are made
// anew for each test, their subjects.
func writeForm(t *testing.T, wire io.Writer, body string) {
	t.Helper()
	for parameter := range strings.SplitSeq(body, "&") {
		name, value, _ := strings.Cut(parameter, "=")
		if name != "assertion" {
			_, _ = fmt.Fprintf(wire, "%s=%s\n", name, value)
			continue
		}
		compact, err := url.QueryUnescape(value)
		if err != nil {
			t.Fatal(err)
		}
		_, err = jwt.Parse(compact, func(*jwt.Token) (any, error) { return &ourKey().PublicKey, nil },
			jwt.WithoutClaimsValidation())
		if err != nil {
			t.Errorf("the grant is not signed by our key: %v", err)
		}
		parts := strings.Split(compact, ".")
		_, _ = fmt.Fprintf(wire, "assertion=\n  header %s\n  claims %s\n  signature verified\n",
			withoutCertificates(t, decode(t, parts[0])), decode(t, parts[1]))
	}
}

func withoutCertificates(t *testing.T, header []byte) []byte {
	t.Helper()
	var h struct {
		X5C []string `json:"x5c"`
	}
	if err := json.Unmarshal(header, &h); err != nil {
		t.Fatal(err)
	}
	for _, encoded := range h.X5C {
		der, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			t.Fatal(err)
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		header = bytes.ReplaceAll(header, []byte(encoded), []byte("<"+certificate.Subject.CommonName+">"))
	}
	return header
}

func decode(t *testing.T, segment string) []byte {
	t.Helper()
	decoded, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}

func golden(t *testing.T, path string, got []byte, reason string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: %s: -want, +got:\n%s", reason, path, diff)
	}
}

// TestAcceptedBodies requests tokens from a server that sends stored bodies in Maskinporten's form. All must stay
// accepted. -update signs new ones with a key that is not kept.
func TestAcceptedBodies(t *testing.T) {
	const folder = "testdata/accepted/"
	if *update {
		writeAccepted(t, folder)
	}
	files := map[string]string{wellKnown: "metadata.json", "/jwk": "jwks.json", "/token": "token.json"}
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		body, err := os.ReadFile(folder + files[r.URL.Path])
		if err != nil {
			return nil, err
		}
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		_, err = w.Write(body)
		return w.Result(), err
	})
	c, err := New(Config{
		Issuer: testIssuer, ClientID: testClient, Supplier: testSupplier, SystemID: testSystem,
		Keys: []*SigningKey{signingKey(t)},
		Now:  func() time.Time { return testStart }, Transport: transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	token, err := c.Token(t.Context(), testRequest)
	if err != nil {
		t.Fatal(err)
	}
	if want := testStart.Add(29 * time.Second); !token.ExpiresAt.Equal(want) || token.Consumer != testConsumer ||
		token.Supplier != testSupplier {
		t.Errorf("got the %v, want it until %s", token, want)
	}
}

func writeAccepted(t *testing.T, folder string) {
	t.Helper()
	const kid = "bdXLEWnDjLHjpE8OfyyMJxRRKmZ71LB8u1yDDmPiuT0"
	key := makeKey()
	signed := signToken(jwt.SigningMethodRS256, kid, jwt.MapClaims{
		"iss": testIssuer, "client_amr": "private_key_jwt", "token_type": "Bearer", "client_id": testClient,
		"scope":             testScope,
		"supplier":          map[string]string{"authority": "iso6523-actorid-upis", "ID": testSupplier.ISO6523()},
		"consumer":          map[string]string{"authority": "iso6523-actorid-upis", "ID": testConsumer.ISO6523()},
		"delegation_source": "https://tt02.altinn.no/", "jti": "U8E9-Zu8qVyAOLfm_M0UbalbVYjMt3kakanvE5dV9zk",
		"iat": testStart.Unix(), "exp": testStart.Add(30 * time.Second).Unix(),
	}, key)
	for name, body := range map[string]any{
		"metadata.json": map[string]any{
			"issuer": testIssuer, "token_endpoint": testIssuer + "token", "jwks_uri": testIssuer + "jwk",
			"token_endpoint_auth_methods_supported":            []string{"private_key_jwt"},
			"grant_types_supported":                            []string{grantType},
			"token_endpoint_auth_signing_alg_values_supported": []string{"RS256", "RS384", "RS512"},
			"authorization_details_types_supported":            []string{"urn:altinn:systemuser"},
		},
		"jwks.json": jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{
			Key: key.Public(), KeyID: kid, Use: "sig",
			Algorithm: "RS256",
		}}},
		"token.json": map[string]any{"access_token": signed, "token_type": "Bearer", "expires_in": 29, "scope": testScope},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := json.MarshalIndent(body, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(folder+name, append(data, '\n'), 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
}

package broker

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/broker"
)

// answer is the broker's response.
type answer struct {
	Status int
	Error  string
	Reason string

	header http.Header
	body   string
}

// authority returns the certificate of the broker's authority.
func (w *world) authority() []byte {
	w.t.Helper()
	got, err := w.broker.Identity(context.Background())
	w.must(err)
	return got.Certificate
}

// client returns a client that trusts one authority and connects to a broker under its Service's name.
func (w *world) client(authority []byte, b *broker.Broker) *http.Client {
	w.t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		w.t.Fatalf("not a certificate: %s", authority)
	}
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, b.Address())
		},
	}}
}

// request returns a request with a token, or without one if it is "".
func (w *world) request(token string) *http.Request {
	w.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost,
		"https://token-broker."+w.system+".svc/token", http.NoBody)
	w.must(err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

// ask requests an access token.
func (w *world) ask(token string) answer {
	w.t.Helper()
	return w.send(w.request(token))
}

func (w *world) send(r *http.Request) answer {
	w.t.Helper()
	got, err := w.client(w.authority(), w.broker).Do(r)
	w.must(err)
	defer func() { _ = got.Body.Close() }()
	body, err := io.ReadAll(got.Body)
	w.must(err)
	a := answer{Status: got.StatusCode, header: got.Header, body: string(body)}
	if got.StatusCode != http.StatusOK {
		var refusal struct{ Error, Reason string }
		decoder := json.NewDecoder(strings.NewReader(a.body))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&refusal); err != nil {
			w.t.Errorf("%d: malformed refusal: %s", a.Status, a.body)
		}
		a.Error, a.Reason = refusal.Error, refusal.Reason
	}
	if a.header.Get("Cache-Control") != "no-store" {
		w.t.Error("the response may be stored")
	}
	return a
}

// mustGive requests an access token with the customer's own token, and fails the test without one.
func (c *customer) mustGive() {
	c.t.Helper()
	if got := c.ask(c.token()); got.Status != http.StatusOK {
		c.t.Fatalf("refused: %d %s", got.Status, got.body)
	}
}

// mustRefuse compares a refusal with those of which it must be one. It must contain no names, and be logged once.
func (c *customer) mustRefuse(reason string, got answer, wants ...answer) {
	c.t.Helper()
	diff := ""
	for _, want := range wants {
		if diff = cmp.Diff(want, got, cmp.FilterPath(unexported, cmp.Ignore())); diff == "" {
			break
		}
	}
	if diff != "" {
		c.t.Errorf("%s (-want +got):\n%s", reason, diff)
	}
	for _, name := range c.names() {
		if strings.Contains(got.body, name) {
			c.t.Errorf("%s: the response contains %s: %s", reason, name, got.body)
		}
	}
	if log := c.logged(); strings.Count(log, "\n") != 1 || !strings.Contains(log, "Refused token") {
		c.t.Errorf("%s: want one refusal in the log:\n%s", reason, log)
	}
}

// unexported reports whether a field of an answer is compared separately.
func unexported(p cmp.Path) bool {
	field, ok := p.Last().(cmp.StructField)
	return ok && (field.Name() == "header" || field.Name() == "body")
}

var (
	invalidToken = answer{Status: http.StatusUnauthorized, Error: "invalid_token"}
	unknown      = answer{Status: http.StatusForbidden, Error: "access_denied"}
)

func denied(reason string) answer {
	return answer{Status: http.StatusForbidden, Error: "access_denied", Reason: reason}
}

func unavailable(reason string) answer {
	return answer{Status: http.StatusServiceUnavailable, Error: "temporarily_unavailable", Reason: reason}
}

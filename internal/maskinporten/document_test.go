package maskinporten

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestDocument plays a document through its life: each step advances the clock and
// asks, with what the server would respond.
func TestDocument(t *testing.T) {
	outage, invalid := &Error{Class: ClassServerError}, &Error{Class: ClassMetadataInvalid}
	type step struct {
		after   time.Duration
		says    string
		fails   error
		want    string
		wantErr error
		fetches int // so far
	}
	cases := map[string]struct {
		reason string
		steps  []step
	}{
		"kept": {"a document is kept for its lifetime and no longer", []step{
			{0, "a", nil, "a", nil, 1},
			{59 * time.Minute, "b", nil, "a", nil, 1},
			{time.Minute, "b", nil, "b", nil, 2},
			{59 * time.Minute, "c", nil, "b", nil, 2},
		}},
		"missing": {"without any document an outage is the caller's, each time", []step{
			{0, "", outage, "", outage, 1},
			{0, "", outage, "", outage, 2},
			{0, "a", nil, "a", nil, 3},
		}},
		"outage": {"an outage is not an answer: the old one stays, and is fetched once a minute", []step{
			{0, "a", nil, "a", nil, 1},
			{2 * time.Hour, "", outage, "a", nil, 2},
			{59 * time.Second, "b", nil, "a", nil, 2},
			{time.Second, "", outage, "a", nil, 3},
			{time.Minute, "b", nil, "b", nil, 4},
		}},
		"invalid": {"a server that says it is another one is not an outage, also between two attempts", []step{
			{0, "a", nil, "a", nil, 1},
			{2 * time.Hour, "", invalid, "", invalid, 2},
			{time.Second, "b", nil, "", invalid, 2},
			{time.Minute, "b", nil, "b", nil, 3},
		}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			clock, fetches, now := &clock{now: testStart}, 0, step{}
			d := &document[string]{lifetime: time.Hour, now: clock.Now, fetch: func(context.Context) (string, error) {
				fetches++
				return now.says, now.fails
			}}
			for i, s := range tc.steps {
				now = s
				clock.Advance(s.after)
				got, err := d.get(t.Context())
				if got.value != s.want || !errors.Is(err, s.wantErr) || fetches != s.fetches {
					t.Errorf("%s: step %d: %q, %v after %d fetches: want %q, %v after %d", tc.reason, i, got.value, err, fetches,
						s.want, s.wantErr, s.fetches)
				}
			}
		})
	}
}

// TestDocumentShared checks that many who wait cause one fetch, and that the one
// who began it may leave without spoiling it for the others.
func TestDocumentShared(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	fetches := 0
	d := &document[string]{lifetime: time.Hour, now: time.Now, fetch: func(ctx context.Context) (string, error) {
		fetches++
		close(begun)
		<-release
		return "a", ctx.Err()
	}}
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := d.get(ctx)
		left <- err
	}()
	<-begun
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			if got, err := d.get(t.Context()); err != nil || got.value != "a" {
				t.Errorf("who waited got %q, %v", got.value, err)
			}
		})
	}
	leave()
	if err := <-left; ClassOf(err) != ClassUnreachable || !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	close(release)
	group.Wait()
	if fetches != 1 {
		t.Errorf("%d fetches, want 1", fetches)
	}
}

// TestDocumentSeen has one caller decide to fetch what another fetches meanwhile.
func TestDocumentSeen(t *testing.T) {
	fetches := 0
	d := &document[string]{lifetime: time.Hour, now: time.Now, fetch: func(context.Context) (string, error) {
		fetches++
		return "a", nil
	}}
	seen := d.look()
	for range 2 {
		if got, err := d.refresh(t.Context(), seen); err != nil || got.value != "a" {
			t.Errorf("got %q, %v", got.value, err)
		}
	}
	if fetches != 1 {
		t.Errorf("%d fetches, want 1", fetches)
	}
}

// TestMetadata goes through what a server may say of itself.
func TestMetadata(t *testing.T) {
	const issuer = "https://test.maskinporten.no/"
	good := metadata{Issuer: issuer, TokenEndpoint: issuer + "token", KeysURI: issuer + "jwk"}
	change := func(f func(*metadata)) metadata {
		md := good
		f(&md)
		return md
	}
	cases := map[string]struct {
		reason string
		md     metadata
		want   Class
	}{
		"good": {"as it is", good, ""},
		"port": {
			"443 is the port of https",
			change(func(m *metadata) { m.TokenEndpoint = "https://TEST.maskinporten.no:443/token" }), "",
		},
		"no slash": {
			"the slash is part of the issuer", change(func(m *metadata) { m.Issuer = issuer[:len(issuer)-1] }),
			ClassMetadataInvalid,
		},
		"production": {
			"another environment", change(func(m *metadata) { m.Issuer = "https://maskinporten.no/" }),
			ClassMetadataInvalid,
		},
		"token, host": {
			"grants go nowhere else",
			change(func(m *metadata) { m.TokenEndpoint = "https://evil.example/token" }), ClassMetadataInvalid,
		},
		"token, prefix": {
			"not even to what begins like it",
			change(func(m *metadata) { m.TokenEndpoint = "https://test.maskinporten.no.evil.example/token" }),
			ClassMetadataInvalid,
		},
		"token, user": {
			"nor to what hides behind a user",
			change(func(m *metadata) { m.TokenEndpoint = "https://test.maskinporten.no:443@evil.example/token" }),
			ClassMetadataInvalid,
		},
		"token, user 2": {
			"an endpoint has no user",
			change(func(m *metadata) { m.TokenEndpoint = "https://a@test.maskinporten.no/token" }), ClassMetadataInvalid,
		},
		"token, scheme": {
			"not in the clear",
			change(func(m *metadata) { m.TokenEndpoint = "http://test.maskinporten.no/token" }), ClassMetadataInvalid,
		},
		"token, port": {
			"not to another service",
			change(func(m *metadata) { m.TokenEndpoint = "https://test.maskinporten.no:8443/token" }), ClassMetadataInvalid,
		},
		"token, path": {
			"a URL is absolute", change(func(m *metadata) { m.TokenEndpoint = "/token" }),
			ClassMetadataInvalid,
		},
		"token, no URL": {"not a URL", change(func(m *metadata) { m.TokenEndpoint = "https://[/" }), ClassMetadataInvalid},
		"keys, host": {
			"keys come from nowhere else", change(func(m *metadata) { m.KeysURI = "https://evil.example/jwk" }),
			ClassMetadataInvalid,
		},
		"empty":   {"a document of another kind says nothing", metadata{}, ClassBadResponse},
		"no keys": {"nor does half of one", change(func(m *metadata) { m.KeysURI = "" }), ClassBadResponse},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a := newAuthority(t)
			a.set(func() { a.metadata = func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, tc.md) } })
			at, err := parseIssuer(issuer, false)
			if err != nil {
				t.Fatal(err)
			}
			calls := &caller{timeout: time.Minute, now: time.Now, transport: a.standsFor("test.maskinporten.no")}
			got, err := fetchMetadata(t.Context(), calls, issuer, at)
			checkError(t, err)
			if ClassOf(err) != tc.want {
				t.Errorf("%s: class %q, want %q: %v", tc.reason, ClassOf(err), tc.want, err)
			}
			if err == nil && got != tc.md {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, cmp.Diff(tc.md, got))
			}
		})
	}
}

// standsFor makes the authority answer for a host.
func (a *authority) standsFor(host string) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host != host || r.URL.Scheme != "https" {
			return nil, errors.New("asked " + r.URL.Host)
		}
		r = r.Clone(r.Context())
		r.URL.Scheme, r.URL.Host = "http", a.server.Listener.Addr().String()
		return http.DefaultTransport.RoundTrip(r)
	})
}

func TestMetadataURL(t *testing.T) {
	cases := map[string]struct{ reason, issuer, want string }{
		"slash": {
			"the slash that ends an issuer is left out", "https://maskinporten.no/",
			"https://maskinporten.no/.well-known/oauth-authorization-server",
		},
		"no slash": {
			"a sibling's issuer has none", "https://sky.maskinporten.no",
			"https://sky.maskinporten.no/.well-known/oauth-authorization-server",
		},
		"path": {
			"the path goes behind (RFC 8414, 3.1)", "https://localhost:8443/a/b/",
			"https://localhost:8443/.well-known/oauth-authorization-server/a/b",
		},
		"strange": {
			"a path stays escaped", "https://localhost/a%2Fb",
			"https://localhost/.well-known/oauth-authorization-server/a%2Fb",
		},
		"IP address": {"brackets stay", "https://[::1]:1/", "https://[::1]:1/.well-known/oauth-authorization-server"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			u, err := parseIssuer(tc.issuer, false)
			if err != nil {
				t.Fatal(err)
			}
			if got := metadataURL(u); got != tc.want {
				t.Errorf("%s: %q, want %q", tc.reason, got, tc.want)
			}
		})
	}
}

// TestDocumentsFail lets metadata and keys fail in the ways that web servers do.
func TestDocumentsFail(t *testing.T) {
	cases := map[string]struct {
		reason  string
		handler http.HandlerFunc
		want    Class
	}{
		"503": {"an outage", says(503, "text/html", "<html>"), ClassServerError},
		"429": {"asked too often", says(429, "", ""), ClassRateLimited},
		"403": {"a proxy", says(403, "text/html", "<html>"), ClassBlocked},
		"404": {"the wrong server", says(404, "application/json", mp251), ClassBlocked},
		"redirect": {
			"redirects are not followed",
			func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/jwk", http.StatusFound) }, ClassBadResponse,
		},
		"HTML":    {"a captive portal", says(200, "text/html", "<html>"), ClassBadResponse},
		"empty":   {"nothing", says(200, "application/json", ""), ClassBadResponse},
		"null":    {"nothing, in JSON", says(200, "application/json", "null"), ClassBadResponse},
		"other":   {"another document", says(200, "application/json", `{"status":"UP"}`), ClassBadResponse},
		"cut off": {"half a document", cutOff(200), ClassBadResponse},
		"oversized": {
			"more than a document",
			func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, maxKeySet+1)) }, ClassBadResponse,
		},
		"reset": {"in the middle", reset(200), ClassUnreachable},
		"204":   {"success without a body", says(204, "", ""), ClassBadResponse},
	}
	for name, tc := range cases {
		for document, replace := range map[string]func(*authority){
			"metadata": func(a *authority) { a.metadata = tc.handler },
			"keys":     func(a *authority) { a.keys = tc.handler },
		} {
			t.Run(document+" "+name, func(t *testing.T) {
				a := newAuthority(t)
				a.set(func() { replace(a) })
				if class, err := ask(t, a.client(t)); class != tc.want {
					t.Errorf("%s: class %q, want %q: %v", tc.reason, class, tc.want, err)
				}
			})
		}
	}
}

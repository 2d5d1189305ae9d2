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

// TestDocument gets a document again and again while the clock advances and the server's response changes.
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
		"kept": {
			reason: "a document is kept for its lifetime and no longer",
			steps: []step{
				{after: 0, says: "a", want: "a", wantErr: nil, fetches: 1},
				{after: 59 * time.Minute, says: "b", want: "a", wantErr: nil, fetches: 1},
				{after: time.Minute, says: "b", want: "b", wantErr: nil, fetches: 2},
				{after: 59 * time.Minute, says: "c", want: "b", wantErr: nil, fetches: 2},
			},
		},
		"missing": {
			reason: "without any document an outage is the caller's, each time",
			steps: []step{{after: 0, fails: outage, want: "", wantErr: outage, fetches: 1}, {after: 0, fails: outage, want: "", wantErr: outage, fetches: 2}, {
				after: 0, says: "a", want: "a", wantErr: nil, fetches: 3,
			}},
		},
		"outage": {
			reason: "an outage is not an answer: the old one stays, and is fetched once a minute",
			steps: []step{
				{after: 0, says: "a", want: "a", wantErr: nil, fetches: 1},
				{after: 2 * time.Hour, fails: outage, want: "a", wantErr: nil, fetches: 2},
				{after: 59 * time.Second, says: "b", want: "a", wantErr: nil, fetches: 2},
				{after: time.Second, fails: outage, want: "a", wantErr: nil, fetches: 3},
				{after: time.Minute, says: "b", want: "b", wantErr: nil, fetches: 4},
			},
		},
		"invalid": {
			reason: "a server that says it is another one is not an outage, also between two attempts",
			steps: []step{
				{after: 0, says: "a", want: "a", wantErr: nil, fetches: 1},
				{after: 2 * time.Hour, fails: invalid, want: "", wantErr: invalid, fetches: 2},
				{after: time.Second, says: "b", want: "", wantErr: invalid, fetches: 2},
				{after: time.Minute, says: "b", want: "b", wantErr: nil, fetches: 3},
			},
		},
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

// TestDocumentShared checks that many callers cause one fetch, which continues if the first of them leaves.
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

// TestDocumentSeen has one caller decide to fetch a document that another one fetches meanwhile.
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

// TestMetadata checks metadata documents.
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
		"good": {reason: "as it is", md: good, want: ""},
		"port": {
			reason: "443 is the port of https",
			md:     change(func(m *metadata) { m.TokenEndpoint = "https://TEST.maskinporten.no:443/token" }), want: "",
		},
		"no slash": {
			reason: "the slash is part of the issuer",
			md:     change(func(m *metadata) { m.Issuer = issuer[:len(issuer)-1] }), want: ClassMetadataInvalid,
		},
		"production": {
			reason: "another environment",
			md:     change(func(m *metadata) { m.Issuer = "https://maskinporten.no/" }), want: ClassMetadataInvalid,
		},
		"token, host": {
			reason: "grants go nowhere else",
			md:     change(func(m *metadata) { m.TokenEndpoint = "https://evil.example/token" }), want: ClassMetadataInvalid,
		},
		"token, prefix": {
			reason: "not even to what begins like it",
			md:     change(func(m *metadata) { m.TokenEndpoint = "https://test.maskinporten.no.evil.example/token" }),
			want:   ClassMetadataInvalid,
		},
		"token, user": {
			reason: "nor to what hides behind a user",
			md:     change(func(m *metadata) { m.TokenEndpoint = "https://test.maskinporten.no:443@evil.example/token" }),
			want:   ClassMetadataInvalid,
		},
		"token, user 2": {
			reason: "an endpoint has no user",
			md:     change(func(m *metadata) { m.TokenEndpoint = "https://a@test.maskinporten.no/token" }),
			want:   ClassMetadataInvalid,
		},
		"token, scheme": {
			reason: "not in the clear",
			md:     change(func(m *metadata) { m.TokenEndpoint = "http://test.maskinporten.no/token" }),
			want:   ClassMetadataInvalid,
		},
		"token, port": {
			reason: "not to another service",
			md:     change(func(m *metadata) { m.TokenEndpoint = "https://test.maskinporten.no:8443/token" }),
			want:   ClassMetadataInvalid,
		},
		"token, path": {
			reason: "a URL is absolute",
			md:     change(func(m *metadata) { m.TokenEndpoint = "/token" }), want: ClassMetadataInvalid,
		},
		"token, no URL": {
			reason: "not a URL",
			md:     change(func(m *metadata) { m.TokenEndpoint = "https://[/" }), want: ClassMetadataInvalid,
		},
		"keys, host": {
			reason: "keys come from nowhere else",
			md:     change(func(m *metadata) { m.KeysURI = "https://evil.example/jwk" }), want: ClassMetadataInvalid,
		},
		"empty":   {reason: "a document of another kind says nothing", md: metadata{}, want: ClassBadResponse},
		"no keys": {reason: "nor does half of one", md: change(func(m *metadata) { m.KeysURI = "" }), want: ClassBadResponse},
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

// standsFor makes the authority respond for a host.
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
			reason: "the slash that ends an issuer is left out",
			issuer: "https://maskinporten.no/", want: "https://maskinporten.no/.well-known/oauth-authorization-server",
		},
		"no slash": {
			reason: "a sibling's issuer has none",
			issuer: "https://sky.maskinporten.no",
			want:   "https://sky.maskinporten.no/.well-known/oauth-authorization-server",
		},
		"path": {
			reason: "the path goes behind (RFC 8414, 3.1)",
			issuer: "https://localhost:8443/a/b/", want: "https://localhost:8443/.well-known/oauth-authorization-server/a/b",
		},
		"strange": {
			reason: "a path stays escaped",
			issuer: "https://localhost/a%2Fb", want: "https://localhost/.well-known/oauth-authorization-server/a%2Fb",
		},
		"IP address": {
			reason: "brackets stay",
			issuer: "https://[::1]:1/", want: "https://[::1]:1/.well-known/oauth-authorization-server",
		},
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

// TestDocumentsFail has the metadata and the keys fail as web servers fail.
func TestDocumentsFail(t *testing.T) {
	cases := map[string]struct {
		reason  string
		handler http.HandlerFunc
		want    Class
	}{
		"503": {reason: "an outage", handler: says(503, "text/html", "<html>"), want: ClassServerError},
		"429": {reason: "asked too often", handler: says(429, "", ""), want: ClassRateLimited},
		"403": {reason: "a proxy", handler: says(403, "text/html", "<html>"), want: ClassBlocked},
		"404": {reason: "the wrong server", handler: says(404, "application/json", mp251), want: ClassBlocked},
		"redirect": {
			reason:  "redirects are not followed",
			handler: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/jwk", http.StatusFound) },
			want:    ClassBadResponse,
		},
		"HTML":  {reason: "a captive portal", handler: says(200, "text/html", "<html>"), want: ClassBadResponse},
		"empty": {reason: "nothing", handler: says(200, "application/json", ""), want: ClassBadResponse},
		"null":  {reason: "nothing, in JSON", handler: says(200, "application/json", "null"), want: ClassBadResponse},
		"other": {
			reason:  "another document",
			handler: says(200, "application/json", `{"status":"UP"}`), want: ClassBadResponse,
		},
		"cut off": {reason: "half a document", handler: cutOff(200), want: ClassBadResponse},
		"oversized": {
			reason:  "more than a document",
			handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, maxKeySet+1)) },
			want:    ClassBadResponse,
		},
		"reset": {reason: "in the middle", handler: reset(200), want: ClassUnreachable},
		"204":   {reason: "success without a body", handler: says(204, "", ""), want: ClassBadResponse},
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

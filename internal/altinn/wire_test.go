package altinn

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/outbound"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestWireFormat compares the requests as they are sent, and the scope of the token of each.
func TestWireFormat(t *testing.T) {
	resources := []string{"nav_sykepenger_soeknad", "nav_sykepenger_sykmelding"}
	cases := map[string]struct {
		reason string
		ask    func(context.Context, *Client) error
	}{
		"create_request": {reason: "all that a request may say", ask: func(ctx context.Context, c *Client) error {
			_, err := c.CreateRequest(ctx, NewRequest{
				ExternalRef: testRef, Owner: testOwner, Rights: resources,
				AccessPackages: []string{"urn:altinn:accesspackage:lonn"}, RedirectURL: "https://hrm.example/done",
			})
			return err
		}},
		"create_least": {reason: "the least: lists are empty, never null", ask: func(ctx context.Context, c *Client) error {
			_, err := c.CreateRequest(ctx, NewRequest{ExternalRef: testRef, Owner: testOwner})
			return err
		}},
		"request": {reason: "one by its id", ask: func(ctx context.Context, c *Client) error {
			_, err := c.Request(ctx, testID)
			return err
		}},
		"by_external_ref": {
			reason: "one by our reference, which stays one element of the path",
			ask: func(ctx context.Context, c *Client) error {
				_, err := c.RequestByExternalRef(ctx, testOwner, "../a b?c#d/e%2f")
				return err
			},
		},
		"create_agent_request": {
			reason: "an agent system user has no rights of its own", ask: func(ctx context.Context, c *Client) error {
				_, err := c.Agents().CreateRequest(ctx, NewRequest{
					ExternalRef: testRef, Owner: testOwner, Rights: resources,
					AccessPackages: []string{"urn:altinn:accesspackage:lonn"}, RedirectURL: "https://hrm.example/done",
				})
				return err
			},
		},
		"agent_request": {reason: "one by its id", ask: func(ctx context.Context, c *Client) error {
			_, err := c.Agents().Request(ctx, testID)
			return err
		}},
		"agent_by_external_ref": {reason: "one by our reference", ask: func(ctx context.Context, c *Client) error {
			_, err := c.Agents().RequestByExternalRef(ctx, testOwner, testRef)
			return err
		}},
		"agent_requests": {reason: "the list of requests", ask: func(ctx context.Context, c *Client) error {
			_, err := c.Agents().EscalatedRequests(ctx, "")
			return err
		}},
		"system_user": {reason: "a system user, its reference escaped", ask: func(ctx context.Context, c *Client) error {
			_, err := c.SystemUser(ctx, testOwner, "a&b=c d")
			return err
		}},
		"create_change": {reason: "a change", ask: func(ctx context.Context, c *Client) error {
			_, err := c.CreateChange(ctx, NewChange{ID: testID, SystemUserID: testUser, Rights: resources})
			return err
		}},
		"change": {reason: "one change by its id", ask: func(ctx context.Context, c *Client) error {
			_, err := c.Change(ctx, testID)
			return err
		}},
		"delete_request": {
			reason: "a request of ours that is dead",
			ask:    func(ctx context.Context, c *Client) error { return c.DeleteRequest(ctx, testID) },
		},
		"system_users": {reason: "the first page of our system's users", ask: func(ctx context.Context, c *Client) error {
			_, err := c.SystemUsers(ctx, "")
			return err
		}},
		"system_users_next": {reason: "a page after it", ask: func(ctx context.Context, c *Client) error {
			_, err := c.SystemUsers(ctx, "a+b/c=&d")
			return err
		}},
		"check_system": {reason: "our system", ask: func(ctx context.Context, c *Client) error { return c.CheckSystem(ctx) }},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var wire bytes.Buffer
			c, err := New(Config{
				BaseURL: "https://platform.tt02.altinn.no/", SystemID: testSystem,
				Calls: outbound.Caller{Transport: recorder(t, &wire), Timeout: time.Minute, Now: time.Now},
				Tokens: TokenSource(func(_ context.Context, scope string) (outbound.Bearer, error) {
					return outbound.NewBearer("<token-of:" + scope + ">")
				}),
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := tc.ask(t.Context(), c); ClassOf(err) != ClassServerError {
				t.Fatalf("%s: the recorder answers 503, and the client %v", tc.reason, err)
			}
			golden(t, filepath.Join("testdata", name+".golden"), wire.String(), tc.reason)
		})
	}
}

// roundTrip is an http.RoundTripper that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// recorder records requests and responds with 503.
func recorder(t *testing.T, wire *bytes.Buffer) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if err := r.Write(wire); err != nil {
			t.Error(err)
		}
		w := httptest.NewRecorder()
		w.WriteHeader(http.StatusServiceUnavailable)
		return w.Result(), nil
	})
}

func golden(t *testing.T, path, wire, reason string) {
	t.Helper()
	got := strings.TrimSpace(strings.ReplaceAll(wire, "\r\n", "\n")) + "\n"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: %s: -want, +got:\n%s", reason, path, diff)
	}
}

// TestNotSent verifies that nothing is sent for arguments that would lead to another address, or that Altinn cannot
// have.
func TestNotSent(t *testing.T) {
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked %s", r.URL) })
	cases := map[string]struct {
		reason string
		ask    func(context.Context) error
	}{
		"id": {
			reason: "an id is a UUID",
			ask:    func(ctx context.Context) error { _, err := c.Request(ctx, "../bysystem/x"); return err },
		},
		"delete id": {
			reason: "also of what is deleted",
			ask:    func(ctx context.Context) error { return c.DeleteRequest(ctx, "../../vendor/x") },
		},
		"change id": {
			reason: "that of a change too",
			ask:    func(ctx context.Context) error { _, err := c.Change(ctx, "x"); return err },
		},
		"urn": {
			reason: "in one form",
			ask:    func(ctx context.Context) error { _, err := c.Change(ctx, "urn:uuid:"+testID); return err },
		},
		"dots": {
			reason: "a path that climbs",
			ask:    func(ctx context.Context) error { _, err := c.RequestByExternalRef(ctx, testOwner, ".."); return err },
		},
		"no ref": {
			reason: "a path with a hole",
			ask:    func(ctx context.Context) error { _, err := c.RequestByExternalRef(ctx, testOwner, ""); return err },
		},
		"same": {reason: "Altinn refuses a change with the id of its system user", ask: func(ctx context.Context) error {
			_, err := c.CreateChange(ctx, NewChange{ID: testUser, SystemUserID: testUser})
			return err
		}},
		"no user": {reason: "a change needs a system user", ask: func(ctx context.Context) error {
			_, err := c.CreateChange(ctx, NewChange{ID: testID})
			return err
		}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if err := tc.ask(t.Context()); ClassOf(err) != ClassRefused {
				t.Errorf("%s: %v", tc.reason, err)
			}
		})
	}
}

// TestTokenSourceFails verifies that the caller receives the TokenSource's error unchanged.
func TestTokenSourceFails(t *testing.T) {
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked %s", r.URL) })
	held := errors.New("not asked")
	c.tokens = TokenSource(func(context.Context, string) (outbound.Bearer, error) { return outbound.Bearer{}, held })
	_, err := c.SystemUser(t.Context(), testOwner, testRef)
	if !errors.Is(err, held) || err.Error() != held.Error() {
		t.Errorf("got %v", err)
	}
	if ClassOf(err).Kind() != conclusion.Outage {
		t.Errorf("its class is %s", ClassOf(err))
	}
}

func TestNewRefuses(t *testing.T) {
	good := Config{BaseURL: "https://platform.altinn.no", SystemID: testSystem, Tokens: tokens(t)}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"no base":   func(c *Config) { c.BaseURL = "" },
		"user":      func(c *Config) { c.BaseURL = "https://a:hush-0123456789@altinn.example" },
		"no system": func(c *Config) { c.SystemID = "" },
		"system":    func(c *Config) { c.SystemID = "897757222_../x" },
		"no tokens": func(c *Config) { c.Tokens = nil },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := good
			change(&cfg)
			_, err := New(cfg)
			if err == nil {
				t.Errorf("%s was accepted", name)
			}
			if err != nil && strings.Contains(err.Error(), "hush") {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

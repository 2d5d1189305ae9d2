package authority

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
)

// TestProofOfDeclaredScopes has the proof of scopes that services declare meet classes. A declared scope must not hold
// back the services that do not need it.
func TestProofOfDeclaredScopes(t *testing.T) {
	const (
		open, first, second = "nav:open", "vendor:first", "vendor:second"
		fails, unregistered = maskinporten.ClassServerError, maskinporten.ClassScopeNotRegistered
		limited, none       = maskinporten.ClassRateLimited, maskinporten.ClassUnreachable
		rejected            = maskinporten.ClassClientRejected
	)
	type classes map[string]maskinporten.Class
	cases := map[string]struct {
		reason       string
		met          classes // "": a token
		declaredOnly bool
		more         bool // a third declared scope
		all          maskinporten.Class
		scopes       classes
		requests     int
	}{
		"well": {reason: "each scope has a token", requests: 3},
		"first fails": {
			reason: "the open scope has a token", met: classes{first: fails}, scopes: classes{first: fails}, requests: 3,
		},
		"refused": {
			reason: "any class may be the scope's", met: classes{second: maskinporten.ClassKeyExpired},
			scopes: classes{second: maskinporten.ClassKeyExpired}, requests: 3,
		},
		"both fail": {
			reason: "the open scope has a token", met: classes{first: none, second: fails},
			scopes: classes{first: none, second: fails}, requests: 3,
		},
		"rate limit": {
			reason: "a rate limit is Maskinporten's for the client", met: classes{first: limited}, all: limited, requests: 2,
		},
		"open fails": {
			reason: "what a built-in service needs fails as it would for all", met: classes{open: fails}, all: fails,
			requests: 1,
		},
		"declared only": {
			reason: "the second one proves the credentials, whatever the order", declaredOnly: true,
			met: classes{first: fails}, scopes: classes{first: fails}, requests: 2,
		},
		"declared only, none proved": {
			reason: "no scope has a token", declaredOnly: true,
			met: classes{first: fails, second: maskinporten.ClassBlocked}, all: fails, requests: 2,
		},
		"declared only, refused after an outage": {
			reason: "a refusal does not pass by itself", declaredOnly: true,
			met: classes{first: none, second: rejected}, all: rejected, requests: 2,
		},
		"declared only, refused before an outage": {
			reason: "Maskinporten responds", declaredOnly: true, more: true,
			met: classes{first: rejected, second: none}, scopes: classes{first: rejected, second: none}, requests: 3,
		},
		"declared only, refused before an outage, none proved": {
			reason: "whatever the order", declaredOnly: true, met: classes{first: rejected, second: none}, all: rejected,
			requests: 2,
		},
		"declared only, refused twice": {
			reason: "the first one", declaredOnly: true, all: rejected, requests: 2,
			met: classes{first: rejected, second: maskinporten.ClassKeyExpired},
		},
		"declared only, not registered": {
			reason: "a scope that is not registered proves nothing", declaredOnly: true,
			met: classes{first: unregistered, second: fails}, all: fails, scopes: classes{first: unregistered}, requests: 2,
		},
		"declared only, first unreachable": {
			reason: "the second one proves that Maskinporten responds", declaredOnly: true, met: classes{first: none},
			scopes: classes{first: none}, requests: 2,
		},
		"declared only, second unreachable": {
			reason: "the first one proves it", declaredOnly: true, met: classes{second: none}, scopes: classes{second: none},
			requests: 2,
		},
		"declared only, unreachable": {
			reason: "further requests would only wait", declaredOnly: true, more: true,
			met: classes{first: none, second: none}, all: none, requests: 2,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			requests := 0
			g := makeGuard(t, standStill, Limits{},
				func(_ context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
					requests++
					if class := c.met[r.Scope]; class != "" {
						return nil, &maskinporten.Error{Class: class}
					}
					return &maskinporten.Token{}, nil
				})
			scopes := []services.ProofScope{{Scope: open}, {Scope: first, Declared: true}, {Scope: second, Declared: true}}
			if c.declaredOnly {
				scopes = scopes[1:]
			}
			if c.more {
				scopes = append(scopes, services.ProofScope{Scope: "vendor:third", Declared: true})
			}
			met := g.Prove(t.Context(), "a test", scopes...)
			got, want := classes{}, c.scopes
			for scope, err := range met.Scopes {
				got[scope] = maskinporten.ClassOf(err)
			}
			if want == nil {
				want = classes{}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: scopes (-want +got):\n%s", c.reason, diff)
			}
			if all := maskinporten.ClassOf(met.Err); all != c.all || g.Proof.Fault() != c.all || requests != c.requests {
				t.Errorf("%s: all %q, the Guard has %q, %d requests; want %q and %d", c.reason, all, g.Proof.Fault(), requests,
					c.all, c.requests)
			}
		})
	}
}

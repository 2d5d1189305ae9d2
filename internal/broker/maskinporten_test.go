package broker

import (
	"cmp"
	"context"

	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// isCustomers reports whether a request is for the customer of these tests.
func isCustomers(r maskinporten.Request) bool {
	return tigerNumber == cmp.Or(r.Consumer, r.SystemUser.Owner).String()
}

// connect returns the fake Maskinporten.
func (w *world) connect(maskinporten.Config) (authority.TokenSource, error) {
	return authority.TokenSourceFunc(func(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
		if w.during != nil {
			w.during(ctx)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.requests++
		w.request = r
		if w.err != nil && (!w.oneCustomer || isCustomers(r)) {
			return nil, w.err
		}
		token := &maskinporten.Token{
			AccessToken: secret, ExpiresAt: w.clock.Now().Add(w.expires), Consumer: r.Consumer, Scope: r.Scope,
			Supplier: orgnumber.MustParse("897757222"),
		}
		if !r.SystemUser.IsZero() {
			token.Consumer = r.SystemUser.Owner
		}
		if w.spoil != nil {
			w.spoil(token)
		}
		return token, nil
	}), nil
}

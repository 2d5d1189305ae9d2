package metrics

import (
	"context"
	"time"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// tokens gets tokens of Maskinporten. It is what package authority calls an Asker.
type tokens interface {
	Token(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error)
}

// Asker asks another one, and counts what came of it. It is an authority.Asker itself.
type Asker struct {
	inner   tokens
	metrics *Metrics
	now     func() time.Time
}

// NewAsker decorates a way to Maskinporten.
func NewAsker(inner tokens, m *Metrics, now func() time.Time) *Asker {
	return &Asker{inner: inner, metrics: m, now: now}
}

// Token asks for one token, and gives what the decorated one gives.
func (a *Asker) Token(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
	start := a.now()
	token, err := a.inner.Token(ctx, r)
	a.metrics.ObserveRequest(ServiceMaskinporten, OperationToken, string(maskinporten.ClassOf(err)), a.now().Sub(start))
	return token, err
}

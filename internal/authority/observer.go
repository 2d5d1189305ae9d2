package authority

import (
	"context"
	"time"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// The outside services, as the label of a metric has them.
const (
	ServiceMaskinporten = "maskinporten"
	ServiceAltinn       = "altinn"
)

// The operations at Maskinporten, as the label of a metric has them. Those at Altinn are named where they are called.
const (
	operationToken = "token" // on a customer's behalf
	operationProof = "proof" // of the supplier's own credentials
	operationOwn   = "own"   // for the supplier itself, to ask Altinn
)

// Observer is told what a Guard does, for metrics. Its functions must not block; one that is nil is told nothing.
type Observer struct {
	// Asked is told of a request to an outside service: its operation, the class of what it met ("" if it was well), and how
	// long it took.
	Asked func(service, operation, class string, took time.Duration)
	// Refused is told of a question that was not asked because of the limit.
	Refused func(p Priority)
}

func (o Observer) asked(service, operation, class string, took time.Duration) {
	if o.Asked != nil {
		o.Asked(service, operation, class, took)
	}
}

func (o Observer) refused(p Priority) {
	if o.Refused != nil {
		o.Refused(p)
	}
}

// token asks Maskinporten, and tells the observer.
func (g *Guard) token(ctx context.Context, operation string, r maskinporten.Request) (*maskinporten.Token, error) {
	began := g.now()
	token, err := g.asker.Token(ctx, r)
	g.observer.asked(ServiceMaskinporten, operation, string(maskinporten.ClassOf(err)), g.now().Sub(began))
	return token, err
}

package syncjob

import (
	"context"

	"github.com/4human/integration-operator/internal/podseal"
)

// Broker is how the pods of jobs reach the token broker, and how it recognizes them.
type Broker struct {
	// URL is where pods request tokens.
	URL string
	// Certificate is the certificate of the authority that signs the broker's, in PEM.
	Certificate []byte
	// Seal seals the pods that the broker issues tokens to.
	Seal podseal.Key
}

// FindBroker returns the current token broker. Each reconcile calls it, so it reads from a cache.
type FindBroker func(ctx context.Context) (Broker, error)

package maskinporten

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/4human/integration-operator/internal/simulator/identity"
)

const (
	// keyLifetime is how long a registered key works, counted from its registration (docs.digdir.no, Maskinporten
	// troubleshooting, MP-121).
	keyLifetime = 365 * 24 * time.Hour
	// maxKeys is how many keys a client may have (docs.digdir.no, self-service API, jwks).
	maxKeys = 5
	// minKeyBits is the RSA size that the documentation of the self-service API names.
	minKeyBits = 2048
	// integrationTypeMaskinporten is the only type of client that gets tokens of Maskinporten.
	integrationTypeMaskinporten = "maskinporten"
)

// Client is a registered client of Maskinporten.
type Client struct {
	// ClientID is the iss of the client's grants. The real service generates UUIDs; here the caller chooses.
	ClientID string `json:"clientID"`
	// OrganizationNumber is the owner of the client: the supplier, when it acts for a consumer.
	OrganizationNumber string `json:"organizationNumber"`
	// IntegrationType is maskinporten by default. With any other (idporten, krr, …) every request is refused with MP-201.
	IntegrationType string `json:"integrationType,omitempty"`
	// Scopes are those that the client may request.
	Scopes []string `json:"scopes"`
	// JWKS are the client's public keys, at most five, each with a kid. A client without keys authenticates with an
	// enterprise certificate of its owner, see [Service.TrustCertificateAuthority].
	JWKS jose.JSONWebKeySet `json:"jwks"`
	// KeysKnownFrom is when a key becomes known, by its kid: a change in self-service takes effect within two minutes.
	// Default: at once.
	KeysKnownFrom map[string]time.Time `json:"keysKnownFrom,omitempty"`
	// KeysExpireAt is when the keys stop working. Default: a year from the registration.
	KeysExpireAt time.Time `json:"keysExpireAt,omitzero"`
}

// RegisterClient adds a client or replaces the one with that id, with all its keys. It fails if a field is not usable,
// and if a key is private.
func (s *Service) RegisterClient(client Client) error {
	if err := s.checkClient(client); err != nil {
		return err
	}
	client.Scopes = slices.Clone(client.Scopes)
	client.JWKS.Keys = slices.Clone(client.JWKS.Keys)
	client.KeysKnownFrom = maps.Clone(client.KeysKnownFrom)
	if client.IntegrationType == "" {
		client.IntegrationType = integrationTypeMaskinporten
	}
	if client.KeysExpireAt.IsZero() {
		client.KeysExpireAt = s.now().Add(keyLifetime).UTC().Truncate(time.Second)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients[client.ClientID] = client
	s.grantScopes(client)
	return nil
}

// Client returns the registered client with that id.
func (s *Service) Client(clientID string) (Client, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	client, known := s.clients[clientID]
	client.Scopes = slices.Clone(client.Scopes)
	client.JWKS.Keys = slices.Clone(client.JWKS.Keys)
	client.KeysKnownFrom = maps.Clone(client.KeysKnownFrom)
	return client, known
}

func (s *Service) checkClient(client Client) error {
	if !identity.ClientIDPattern.MatchString(client.ClientID) {
		return errors.New("a client id has 1 to 64 letters, digits, dots, hyphens and underscores")
	}
	if err := identity.CheckOrganization(client.OrganizationNumber); err != nil {
		return fmt.Errorf("organization number of the client: %w", err)
	}
	if len(client.Scopes) == 0 {
		return errors.New("a client needs at least one scope")
	}
	for _, name := range client.Scopes {
		if _, known := s.scope(name); !known {
			return fmt.Errorf("scope %q is not registered, register it first", name)
		}
	}
	for keyID := range client.KeysKnownFrom {
		if len(client.JWKS.Key(keyID)) == 0 {
			return fmt.Errorf("keysKnownFrom names key %q, which the client does not have", keyID)
		}
	}
	return checkKeys(client.JWKS.Keys)
}

func checkKeys(keys []jose.JSONWebKey) error {
	if len(keys) > maxKeys {
		return fmt.Errorf("a client has at most %d keys, not %d", maxKeys, len(keys))
	}
	seen := map[string]bool{}
	for _, key := range keys {
		if key.KeyID == "" {
			return errors.New("every key needs a kid")
		}
		if seen[key.KeyID] {
			return fmt.Errorf("kid %q occurs twice", key.KeyID)
		}
		seen[key.KeyID] = true
		if _, private := key.Key.(*rsa.PrivateKey); private {
			return fmt.Errorf("key %q is a private key: register its public part, and consider it lost", key.KeyID)
		}
		public, isRSA := key.Key.(*rsa.PublicKey)
		if !isRSA {
			return fmt.Errorf("key %q is not an RSA key", key.KeyID)
		}
		if public.N.BitLen() < minKeyBits {
			return fmt.Errorf("key %q has %d bits, at least %d are needed", key.KeyID, public.N.BitLen(), minKeyBits)
		}
	}
	return nil
}

package maskinporten

import (
	"errors"
	"fmt"
	"slices"

	"github.com/4human/integration-operator/internal/simulator/identity"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// Faults are the ways in which Maskinporten breaks on purpose. The zero value works.
type Faults struct {
	// AnswerFaults break the responses about consumers that Limited does not name.
	AnswerFaults
	// Limited has other faults for the responses about some consumers.
	Limited []LimitedFaults `json:"limited,omitempty" help:"other faults for the consumers named, see --consumer"`

	// EveryEndpoint extends outage and latency from the token endpoint to metadata, keys and health.
	EveryEndpoint bool `json:"everyEndpoint,omitzero" help:"outage and latency hit metadata, keys and health too, not only tokens"`
	// ClockOffset is how far Maskinporten's clock is ahead of the real one, so that the caller's clock looks wrong.
	ClockOffset wire.Duration `json:"clockOffset,omitzero" help:"the simulator's clock is this far ahead (or, negative, behind): 1m, -1m"`
	// KeysExpired makes every client's keys look a year old: MP-121.
	KeysExpired bool `json:"keysExpired,omitzero" help:"every client's keys have passed their year: MP-121"`
	// LookupLag is how long Maskinporten does not see what a customer did in Altinn: a delegation, a system user, and the
	// end of either. Altinn's own API for vendors sees it at once.
	LookupLag wire.Duration `json:"lookupLag,omitzero" help:"how long Maskinporten does not see delegations, system users and their end: 30s"`
	// MetadataIssuer replaces the issuer in the metadata document.
	MetadataIssuer string `json:"metadataIssuer,omitempty" help:"another issuer in the metadata document"`
	// TokenEndpoint replaces the token endpoint in the metadata document, for instance by one at a foreign origin.
	TokenEndpoint string `json:"tokenEndpoint,omitempty" help:"another token endpoint in the metadata document"`
	// WithoutErrorURI leaves error_uri, and with it the MP code, out of errors, as the documentation allows.
	WithoutErrorURI bool `json:"withoutErrorURI,omitzero" help:"errors without error_uri, so without the MP code"`
	// LegacyCorrelationID writes errors in the older form: a correlation id, and never an error_uri.
	LegacyCorrelationID bool `json:"legacyCorrelationID,omitzero" help:"errors in the old form: a correlation id and no error_uri"`
}

// AnswerFaults break the response to one token request.
type AnswerFaults struct {
	// Outage is how the endpoint fails.
	Outage wire.Outage `json:"outage,omitempty" help:"how the endpoint fails"`
	// RetryAfter is the form of the Retry-After header of TooManyRequests and ServiceUnavailable. Default: no such header.
	RetryAfter wire.RetryAfter `json:"retryAfter,omitempty" help:"the Retry-After header of TooManyRequests and ServiceUnavailable"`
	// Latency is the wait before the request is processed.
	Latency wire.Duration `json:"latency,omitzero" help:"time that passes before the response: 2s"`
	// RefuseWith refuses requests that are otherwise good, with an MP code or a name of [Refusals].
	RefuseWith string `json:"refuseWith,omitempty" help:"refuse what is otherwise good, with an MP code such as MP-120"`
	// RefuseAllWith refuses every request before it is judged, with an MP code or a name of [Refusals].
	RefuseAllWith string `json:"refuseAllWith,omitempty" help:"refuse every request, good or not, with an MP code such as MP-011"`

	// IgnoreConsumerOrg issues a token for the client's own organization although consumer_org names another.
	IgnoreConsumerOrg bool `json:"ignoreConsumerOrg,omitzero" help:"the token is for the supplier itself, although consumer_org names another"`
	// IgnoreAuthorizationDetails issues a plain token for the client's own organization although the grant names a system
	// user.
	IgnoreAuthorizationDetails bool `json:"ignoreAuthorizationDetails,omitzero" help:"the token is the supplier's own, although the grant names a system user"`
	// HideSystemUsers refuses with MP-303 although the system user exists.
	HideSystemUsers bool `json:"hideSystemUsers,omitzero" help:"MP-303, although the system user exists"`
	// OmitSupplier leaves the supplier out of a delegated token.
	OmitSupplier bool `json:"omitSupplier,omitzero" help:"a delegated token without supplier"`
	// WrongConsumer issues a token for another consumer, or for another party's system user.
	WrongConsumer bool `json:"wrongConsumer,omitzero" help:"a token for another consumer, or system user's owner, than the grant names"`
	// WrongSystemID issues a token for a system user of another system of the supplier's.
	WrongSystemID bool `json:"wrongSystemID,omitzero" help:"a token for a user of another system"`
	// TwoScopes adds a scope to the requested one.
	TwoScopes bool `json:"twoScopes,omitzero" help:"a token with one scope more than requested"`
	// ExpiredTokens issues tokens that expired a minute ago.
	ExpiredTokens bool `json:"expiredTokens,omitzero" help:"a token that expired a minute ago"`
	// WrongIssuer issues tokens of another issuer.
	WrongIssuer bool `json:"wrongIssuer,omitzero" help:"a token of another issuer"`
	// UnknownSigningKey signs tokens with a key that is not published.
	UnknownSigningKey bool `json:"unknownSigningKey,omitzero" help:"a token signed with a key that is not published"`
}

// LimitedFaults are faults for some consumers only.
type LimitedFaults struct {
	// Consumers are organization numbers: of consumer_org, or of the system user's owner. A request with neither is about
	// its client's own.
	Consumers []string `json:"consumers" help:"organization numbers"`
	AnswerFaults
}

// faultState is what SetFaults made of the faults. It is never changed, only replaced.
type faultState struct {
	Faults
	byConsumer map[string]AnswerFaults
}

// Check reports an unknown outage or refusal, and limited faults without consumers or with a consumer that is named
// twice.
func (f Faults) Check() error {
	if err := f.AnswerFaults.Check(); err != nil {
		return err
	}
	_, err := f.byConsumer()
	return err
}

// byConsumer returns the limited faults by consumer.
func (f Faults) byConsumer() (map[string]AnswerFaults, error) {
	faults := map[string]AnswerFaults{}
	for _, limited := range f.Limited {
		if err := limited.check(); err != nil {
			return nil, fmt.Errorf("limited faults: %w", err)
		}
		for _, consumer := range limited.Consumers {
			if _, twice := faults[consumer]; twice {
				return nil, fmt.Errorf("limited faults: consumer %s is named twice", consumer)
			}
			faults[consumer] = limited.AnswerFaults
		}
	}
	return faults, nil
}

// SetFaults replaces all faults at once; the zero value repairs everything. It fails as Check does.
func (s *Service) SetFaults(faults Faults) error {
	if err := faults.Check(); err != nil {
		return err
	}
	byConsumer, err := faults.byConsumer()
	if err != nil {
		return err
	}
	s.faults.Store(&faultState{Faults: faults.Clone(), byConsumer: byConsumer})
	return nil
}

func (f faultState) forConsumer(consumer string) AnswerFaults {
	if limited, named := f.byConsumer[consumer]; named {
		return limited
	}
	return f.AnswerFaults
}

// Clone returns a copy that shares nothing with f.
func (f Faults) Clone() Faults {
	f.Limited = slices.Clone(f.Limited)
	for i := range f.Limited {
		f.Limited[i].Consumers = slices.Clone(f.Limited[i].Consumers)
	}
	return f
}

func (f LimitedFaults) check() error {
	if len(f.Consumers) == 0 {
		return errors.New("name at least one consumer")
	}
	for _, consumer := range f.Consumers {
		if err := identity.CheckOrganization(consumer); err != nil {
			return err
		}
	}
	return f.AnswerFaults.Check()
}

// endpoint returns the faults that any endpoint can have.
func (f AnswerFaults) endpoint() wire.Faults {
	return wire.Faults{Outage: f.Outage, RetryAfter: f.RetryAfter, Latency: f.Latency}
}

// Check reports an unknown outage or refusal.
func (f AnswerFaults) Check() error {
	if err := f.endpoint().Check(); err != nil {
		return err
	}
	for name, refusal := range map[string]string{"refuseWith": f.RefuseWith, "refuseAllWith": f.RefuseAllWith} {
		if refusal != "" && !slices.Contains(Refusals(), refusal) {
			return fmt.Errorf("%s %q is unknown, use one of %v", name, refusal, Refusals())
		}
	}
	return nil
}

package simulator

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Faults are the ways in which the simulator breaks on purpose. The zero value is a simulator that works.
// The help tags are what people read at the command line; see [FaultSwitches].
type Faults struct {
	// AnswerFaults break the answers to every consumer that Limited does not name.
	AnswerFaults
	// Limited breaks the answers to some consumers in their own way, whatever the faults for all others.
	Limited []LimitedFaults `json:"limited,omitempty" help:"other faults for the consumers named, see --consumer"`

	// EveryEndpoint extends outage and latency from the token endpoint to metadata, keys and health: all of Maskinporten,
	// and nothing else.
	EveryEndpoint bool `json:"everyEndpoint,omitzero" help:"outage and latency hit metadata, keys and health too, not only tokens"`
	// ClockOffset is how far the simulator's clock is ahead of the real one, so that the caller's clock looks wrong.
	ClockOffset Duration `json:"clockOffset,omitzero" help:"the simulator's clock is this far ahead (or, negative, behind): 1m, -1m"`
	// KeysExpired makes every client's keys look a year old: MP-121.
	KeysExpired bool `json:"keysExpired,omitzero" help:"every client's keys have passed their year: MP-121"`
	// LookupLag is how long Maskinporten does not see what a customer did in Altinn: a delegation, a system user, and the end of
	// either. Altinn's own API for vendors sees it at once.
	LookupLag Duration `json:"lookupLag,omitzero" help:"how long Maskinporten does not see delegations, system users and their end: 30s"`
	// MetadataIssuer replaces the issuer in the metadata document.
	MetadataIssuer string `json:"metadataIssuer,omitempty" help:"another issuer in the metadata document"`
	// TokenEndpoint replaces the token endpoint in the metadata document, for instance by one at a foreign origin.
	TokenEndpoint string `json:"tokenEndpoint,omitempty" help:"another token endpoint in the metadata document"`
	// WithoutErrorURI leaves error_uri, and with it the MP code, out of errors, as the documentation allows.
	WithoutErrorURI bool `json:"withoutErrorURI,omitzero" help:"errors without error_uri, so without the MP code"`
	// LegacyCorrelationID writes errors in the older form: a correlation id, and never an error_uri.
	LegacyCorrelationID bool `json:"legacyCorrelationID,omitzero" help:"errors in the old form: a correlation id and no error_uri"`
	// Readings choose the other side where the documentation contradicts itself.
	Readings Readings `json:"readings,omitzero"`

	// NAV breaks NAV's API, which no other fault does.
	NAV EndpointFaults `json:"nav,omitzero"`
	// NAVPlans are how NAV's API for plans differs from its usual self.
	NAVPlans NAVPlanFaults `json:"navPlans,omitzero"`
	// SickPay breaks NAV's API for sick notes and applications, which no other fault does.
	SickPay EndpointFaults `json:"sickPay,omitzero"`
	// SickPayData are how that API differs from its usual self.
	SickPayData SickPayFaults `json:"sickPayData,omitzero"`
	// Altinn breaks Altinn's API for vendors, which no other fault does. That Maskinporten finds system users in Altinn is not
	// hit by it.
	Altinn EndpointFaults `json:"altinn,omitzero"`
	// AltinnData are how what that API says differs from what is so.
	AltinnData AltinnFaults `json:"altinnData,omitzero"`
	// AltinnRefuses has Altinn's API for vendors refuse what it is asked. That Maskinporten finds system users in Altinn is not
	// hit by it.
	AltinnRefuses AltinnRefuses `json:"altinnRefuses,omitzero"`
	// HRM breaks the HRM solution, which no other fault does.
	HRM EndpointFaults `json:"hrm,omitzero"`
}

// EndpointFaults break any answer, whatever it is about.
type EndpointFaults struct {
	// Outage is how the endpoint fails.
	Outage Outage `json:"outage,omitempty" help:"how the endpoint fails"`
	// RetryAfter is the form of the Retry-After header of TooManyRequests and ServiceUnavailable. Default: no such header.
	RetryAfter RetryAfter `json:"retryAfter,omitempty" help:"the Retry-After header of TooManyRequests and ServiceUnavailable"`
	// Latency is waited before anything else is done.
	Latency Duration `json:"latency,omitzero" help:"time that passes before the answer: 2s"`
	// WorksOn says that the service does not notice it if its caller goes away during the latency, as many do not: the work
	// is done all the same, and nobody hears of it.
	WorksOn bool `json:"worksOn,omitzero" help:"the work is done even if the caller has gone during the latency"`
	// LatencyAfter is waited after the work was done, before the answer.
	LatencyAfter Duration `json:"latencyAfter,omitzero" help:"time that passes between the work and the answer: 2s"`
}

// AnswerFaults break the answer to one token request.
type AnswerFaults struct {
	// Outage is how the endpoint fails.
	Outage Outage `json:"outage,omitempty" help:"how the endpoint fails"`
	// RetryAfter is the form of the Retry-After header of TooManyRequests and ServiceUnavailable. Default: no such header.
	RetryAfter RetryAfter `json:"retryAfter,omitempty" help:"the Retry-After header of TooManyRequests and ServiceUnavailable"`
	// Latency is waited before anything else is done.
	Latency Duration `json:"latency,omitzero" help:"time that passes before the answer: 2s"`
	// RefuseWith refuses requests that are otherwise good, with an MP code or a name of [Refusals].
	RefuseWith string `json:"refuseWith,omitempty" help:"refuse what is otherwise good, with an MP code such as MP-120"`
	// RefuseAllWith refuses every request before anything in it is looked at, with an MP code or a name of [Refusals].
	RefuseAllWith string `json:"refuseAllWith,omitempty" help:"refuse every request, good or not, with an MP code such as MP-011"`

	// IgnoreConsumerOrg gives a token for the client's own organization although consumer_org names another.
	IgnoreConsumerOrg bool `json:"ignoreConsumerOrg,omitzero" help:"the token is for the supplier itself, although consumer_org was asked for"`
	// IgnoreAuthorizationDetails gives a plain token for the client's own organization although a system user was asked for.
	IgnoreAuthorizationDetails bool `json:"ignoreAuthorizationDetails,omitzero" help:"the token is the supplier's own, although a system user was asked for"`
	// HideSystemUsers refuses with MP-303 although the system user exists.
	HideSystemUsers bool `json:"hideSystemUsers,omitzero" help:"MP-303, although the system user exists"`
	// OmitSupplier leaves the supplier out of a delegated token.
	OmitSupplier bool `json:"omitSupplier,omitzero" help:"a delegated token without supplier"`
	// WrongConsumer gives a token for another consumer than the one asked for, or for another party's system user.
	WrongConsumer bool `json:"wrongConsumer,omitzero" help:"a token for another consumer, or system user's owner, than was asked for"`
	// WrongSystemID gives a token for a system user of another system of the supplier's.
	WrongSystemID bool `json:"wrongSystemID,omitzero" help:"a token for a user of another system"`
	// TwoScopes adds a scope to the one that was asked for.
	TwoScopes bool `json:"twoScopes,omitzero" help:"a token with one scope more than was asked for"`
	// ExpiredTokens gives tokens that expired a minute ago.
	ExpiredTokens bool `json:"expiredTokens,omitzero" help:"a token that expired a minute ago"`
	// WrongIssuer gives tokens of another issuer.
	WrongIssuer bool `json:"wrongIssuer,omitzero" help:"a token whose issuer is somebody else"`
	// UnknownSigningKey signs tokens with a key that is not published.
	UnknownSigningKey bool `json:"unknownSigningKey,omitzero" help:"a token signed with a key that is not published"`
}

// LimitedFaults are faults for some consumers only.
type LimitedFaults struct {
	// Consumers are the organization numbers concerned: that of consumer_org, or of the system user's owner. A request with
	// neither is its client's own.
	Consumers []string `json:"consumers" help:"organization numbers"`
	AnswerFaults
}

// faultState is what SetFaults made of the faults. It is never changed, only replaced.
type faultState struct {
	Faults
	byConsumer map[string]AnswerFaults
}

// SetFaults replaces all faults at once; the zero value repairs everything. It fails on an unknown outage or refusal, and on
// limited faults that do not say for which consumers, or name one twice.
func (s *Simulator) SetFaults(faults Faults) error {
	state := faultState{Faults: faults.clone(), byConsumer: map[string]AnswerFaults{}}
	if err := faults.AnswerFaults.check(); err != nil {
		return err
	}
	if err := faults.NAV.check(); err != nil {
		return fmt.Errorf("nav: %w", err)
	}
	if err := faults.SickPayData.check(); err != nil {
		return fmt.Errorf("sickPayData: %w", err)
	}
	if err := faults.Altinn.check(); err != nil {
		return fmt.Errorf("altinn: %w", err)
	}
	if err := faults.AltinnRefuses.check(); err != nil {
		return fmt.Errorf("altinnRefuses: %w", err)
	}
	if err := faults.SickPay.check(); err != nil {
		return fmt.Errorf("sickPay: %w", err)
	}
	if err := faults.HRM.check(); err != nil {
		return fmt.Errorf("hrm: %w", err)
	}
	for _, limited := range state.Limited {
		if err := limited.check(); err != nil {
			return fmt.Errorf("limited faults: %w", err)
		}
		for _, consumer := range limited.Consumers {
			if _, twice := state.byConsumer[consumer]; twice {
				return fmt.Errorf("limited faults: consumer %s is named twice", consumer)
			}
			state.byConsumer[consumer] = limited.AnswerFaults
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = state
	return nil
}

// Faults are the faults as they were last set.
func (s *Simulator) Faults() Faults {
	return s.currentFaults().clone()
}

func (s *Simulator) currentFaults() faultState {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.faults
}

func (f faultState) forConsumer(consumer string) AnswerFaults {
	if limited, named := f.byConsumer[consumer]; named {
		return limited
	}
	return f.AnswerFaults
}

func (f Faults) clone() Faults {
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
		if err := checkOrganizationNumber(consumer); err != nil {
			return err
		}
	}
	return f.AnswerFaults.check()
}

// endpoint is the part of the faults that any endpoint can have.
func (f AnswerFaults) endpoint() EndpointFaults {
	return EndpointFaults{Outage: f.Outage, RetryAfter: f.RetryAfter, Latency: f.Latency}
}

func (f AnswerFaults) check() error {
	if err := f.endpoint().check(); err != nil {
		return err
	}
	for name, refusal := range map[string]string{"refuseWith": f.RefuseWith, "refuseAllWith": f.RefuseAllWith} {
		if refusal != "" && !slices.Contains(Refusals(), refusal) {
			return fmt.Errorf("%s %q is unknown, use one of %v", name, refusal, Refusals())
		}
	}
	return nil
}

func (f EndpointFaults) check() error {
	if f.Outage != "" && !slices.Contains(Outages(), f.Outage) {
		return fmt.Errorf("outage %q is unknown, use one of %v", f.Outage, Outages())
	}
	if f.RetryAfter != "" && !slices.Contains(RetryAfters(), f.RetryAfter) {
		return fmt.Errorf("retryAfter %q is unknown, use one of %v", f.RetryAfter, RetryAfters())
	}
	if time.Duration(f.Latency) < 0 {
		return fmt.Errorf("latency %s is negative", time.Duration(f.Latency))
	}
	if time.Duration(f.LatencyAfter) < 0 {
		return fmt.Errorf("latencyAfter %s is negative", time.Duration(f.LatencyAfter))
	}
	return nil
}

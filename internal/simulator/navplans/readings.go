package navplans

// Readings choose between two readings of what is documented or known of NAV's API for plans. The zero value is the
// reading thought more likely.
type Readings struct {
	// MissingTimesSwapped: NAV's messages for a token without exp and for one without iat are the other way round.
	MissingTimesSwapped bool `json:"navMissingTimesSwapped,omitzero" help:"NAV's messages for tokens without exp and without iat change places"`
	// ContentTypeIsUnsupported: NAV answers a plan of a wrong Content-Type with 415, as ktor does by itself. By default
	// with its own 500, which NAV's handler makes of every exception.
	ContentTypeIsUnsupported bool `json:"navContentTypeIsUnsupported,omitzero" help:"NAV answers a plan of a wrong Content-Type with 415, not 500"`
	// MissingFlagIsBadRequest: a plan without one of its three flags is refused. By default the flag is false.
	MissingFlagIsBadRequest bool `json:"navMissingFlagIsBadRequest,omitzero" help:"NAV refuses a plan without one of its flags, and does not take it for false"`
}

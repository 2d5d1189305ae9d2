package navplans

// Readings choose between two readings of what is documented or known of NAV's API for plans. The zero value is the
// reading thought more likely.
type Readings struct {
	// ContentTypeIsUnsupported: NAV rejects a plan of a wrong Content-Type with 415, as ktor does by itself. By default
	// with its own 500, which NAV's handler makes of every exception.
	ContentTypeIsUnsupported bool `json:"navContentTypeIsUnsupported,omitzero" help:"NAV rejects a plan of a wrong Content-Type with 415, not 500"`
	// PlanIsReadAsText: NAV reads a plan whatever its Content-Type, and its message about a body that is no plan is
	// shorter, as in a version of FollowUpPlanApi.kt that cannot be dated. ContentTypeIsUnsupported, if set too, wins.
	PlanIsReadAsText bool `json:"navPlanIsReadAsText,omitzero" help:"NAV reads a plan whatever its Content-Type"`
	// MissingFlagIsBadRequest: a plan without one of its three flags is refused. By default the flag is false.
	MissingFlagIsBadRequest bool `json:"navMissingFlagIsBadRequest,omitzero" help:"NAV refuses a plan without one of its flags, and does not take it for false"`
}

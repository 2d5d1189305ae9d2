package accesstoken

// The scopes of the simulated APIs.
const (
	// FollowUpPlanScope is the scope of NAV's API for follow-up plans (navikt/lps-oppfolgingsplan-mottak on GitHub).
	FollowUpPlanScope = "nav:oppfolgingsplan/lps.write"
	// SickPayScope is the scope of NAV's API for sick notes and applications for sick pay (navikt/sykepenger-im-lps-api).
	SickPayScope = "nav:helseytelser/sykepenger"
	// LetterScope is the scope of NAV's API for letters to employers (navikt/syfo-dokumentporten).
	LetterScope = "nav:syfo/dokumentporten"
	// OldLetterScope is its name before, which NAV still accepts.
	OldLetterScope = "nav:syfo/arkivporten"
	// ReportScope is the scope of NAV's API for settlement reports (navikt/sokos-oppgjorsrapporter).
	ReportScope = "nav:utbetaling/oppgjorsrapporter"
	// SystemUserWriteScope is the scope for requesting system users in Altinn (Altinn/altinn-authentication).
	SystemUserWriteScope = "altinn:authentication/systemuser.request.write"
	// SystemUserReadScope is the scope for reading such requests.
	SystemUserReadScope = "altinn:authentication/systemuser.request.read"
	// AuthorizedPartiesScope is the scope for the list of organizations that a system user acts for
	// (Altinn/altinn-authorization-tmp, AuthorizedPartiesController).
	AuthorizedPartiesScope = "altinn:accessmanagement/authorizedparties"
	// SystemRegisterScope is the scope for listing the users of a system.
	SystemRegisterScope = "altinn:authentication/systemregister.write"
	// RegistrationScope is the scope of the simulated API for registrations, which customers delegate.
	RegistrationScope = "kartverk:nrl.rapportering"
)

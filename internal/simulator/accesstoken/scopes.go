package accesstoken

// The scopes of the simulated APIs.
const (
	// FollowUpPlanScope is the scope of NAV's API for follow-up plans (navikt/lps-oppfolgingsplan-mottak on GitHub).
	FollowUpPlanScope = "nav:oppfolgingsplan/lps.write"
	// SickPayScope is the scope of NAV's API for sick notes and applications for sick pay (navikt/sykepenger-im-lps-api).
	SickPayScope = "nav:helseytelser/sykepenger"
	// SystemUserWriteScope is the scope with which a vendor asks for system users in Altinn (Altinn/altinn-authentication).
	SystemUserWriteScope = "altinn:authentication/systemuser.request.write"
	// SystemUserReadScope is the scope with which a vendor reads such requests.
	SystemUserReadScope = "altinn:authentication/systemuser.request.read"
	// SystemRegisterScope is the scope with which a vendor reads all users of its system.
	SystemRegisterScope = "altinn:authentication/systemregister.write"
)

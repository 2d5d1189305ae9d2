package letters

import hrmapi "github.com/4human/integration-operator/api/hrm"

// Kind is a kind of NAV's letters.
type Kind struct {
	// Name is the kind's name in the HRM contract.
	Name hrmapi.LetterKind
	// documentType is NAV's name.
	documentType string
}

// The kinds.
var (
	// DialogueMeetings are letters about dialogue meetings: summons, changes, cancellations and minutes. NAV's API does
	// not tell which.
	DialogueMeetings = Kind{Name: hrmapi.DialogueMeetingLetters, documentType: "DIALOGMOTE"}
	// NAVFollowUpPlans are follow-up plans that were made in NAV's own tool. Plans that a supplier has sent to NAV are not
	// among them.
	NAVFollowUpPlans = Kind{Name: hrmapi.NAVFollowUpPlans, documentType: "OPPFOLGINGSPLAN"}
)

package condition

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// Kinds whose conditions the table describes.
const (
	Customer = "CustomerIntegration"
	Supplier = "Supplier"
)

// Progress is the condition of kstatus that comes with a reason of Ready.
type Progress string

const (
	// Settled is neither: the verdict is final until something outside changes.
	Settled Progress = ""
	// Reconciling means that the operator has not reached a verdict yet.
	Reconciling Progress = v1alpha1.ConditionReconciling
	// Stalled means that a spec, a Secret or the operator's version must change first.
	Stalled Progress = v1alpha1.ConditionStalled
)

// Actor is who acts on a reason, as the documentation names it.
type Actor string

const (
	// Operator means that no person has to act: the operator waits, or all is well.
	Operator Actor = "-"
	// Administrator delegates and approves in Altinn on behalf of the customer.
	Administrator Actor = "customer"
	// PlatformTeam runs the operator and keeps the manifests.
	PlatformTeam Actor = "platform team"
	// SupplierStaff talk to customers and run the HRM system.
	SupplierStaff Actor = "supplier"
	// NAV owns the scopes and the APIs that data goes to.
	NAV Actor = "NAV"
	// Digdir runs Maskinporten and Altinn.
	Digdir Actor = "Digdir"
)

// InStatus returns the actor as status.turn names it, "" if no person has to act.
func (a Actor) InStatus() v1alpha1.Actor {
	return map[Actor]v1alpha1.Actor{
		Administrator: v1alpha1.ActorCustomer, PlatformTeam: v1alpha1.ActorPlatformTeam,
		SupplierStaff: v1alpha1.ActorSupplier, NAV: v1alpha1.ActorNAV, Digdir: v1alpha1.ActorDigdir,
	}[a]
}

// FirstActor returns the actor of two that acts first: the one closest to the cluster. It is "" if both are.
func FirstActor(a, b Actor) Actor {
	order := []Actor{PlatformTeam, SupplierStaff, Administrator, NAV, Digdir, Operator}
	for _, actor := range order {
		if a == actor || b == actor {
			return actor
		}
	}
	return ""
}

// Urgency is how soon the actor should act.
type Urgency string

const (
	// Never means that there is nothing to do.
	Never Urgency = "-"
	// Eventually means that one customer waits, and that no data is lost meanwhile.
	Eventually Urgency = "eventually"
	// Today means that data which should be exchanged is not, or will not be soon.
	Today Urgency = "today"
	// Now means that many customers are affected.
	Now Urgency = "now"
)

// Place is where a reason occurs.
type Place struct {
	Kind   string
	Type   string
	Status metav1.ConditionStatus
}

// Row is what the operator knows of one reason.
type Row struct {
	Reason string
	// Places lists where the reason occurs.
	Places []Place
	// Ready is the reason of Ready if this is the worst reason of a customer's services, "" if it is the same.
	Ready string
	// Progress is what is written beside Ready.
	Progress Progress
	// Event is the type of the event that announces the reason. It is "" if none does.
	Event   string
	Actor   Actor
	Urgency Urgency
	// Cause is one sentence that holds for every object with the reason.
	Cause string
	// Action is what the actor does.
	Action string
}

// Group is the part of the table that one section of the documentation describes.
type Group struct {
	// Title is the section's heading.
	Title string
	// Rows are in order of rank: of several reasons, the first is reported.
	Rows []Row
}

// Groups returns the whole table.
func Groups() []Group {
	return []Group{
		{"Organization", organizationRows},
		{"Access", accessRows},
		{"Manifests", manifestRows},
		{"Jobs", jobRows},
		{"Credentials", credentialRows},
		{"System in Altinn", systemRows},
		{"Outages", outageRows},
		{"Alarms", alarmRows},
	}
}

var rows, index = indexRows()

// indexRows returns all rows in order of rank, and the position of each reason among them.
func indexRows() ([]Row, map[string]int) {
	var all []Row
	for _, g := range Groups() {
		all = append(all, g.Rows...)
	}
	positions := make(map[string]int, len(all))
	for i := range all {
		positions[all[i].Reason] = i
	}
	return all, positions
}

// Rows returns all rows in order of rank.
func Rows() []Row { return slices.Clone(rows) }

// Of returns the row of a reason. It is the zero Row if there is none.
func Of(reason string) Row {
	if i, ok := index[reason]; ok {
		return rows[i]
	}
	return Row{}
}

// WorstReason returns the reason that ranks first, "" if there are none.
func WorstReason(reasons ...string) string {
	if len(reasons) == 0 {
		return ""
	}
	return slices.MinFunc(reasons, func(a, b string) int { return rank(a) - rank(b) })
}

// rank returns a reason's position in the table. What the table does not have comes last.
func rank(reason string) int {
	if i, ok := index[reason]; ok {
		return i
	}
	return len(rows)
}

// At reports whether a reason occurs in a condition, and with which status. If it occurs with several, that is the
// first.
func (r Row) At(kind, conditionType string) (metav1.ConditionStatus, bool) {
	for _, p := range r.Places {
		if p.Kind == kind && p.Type == conditionType {
			return p.Status, true
		}
	}
	return "", false
}

// Shorthands for the rows.
const (
	yes     = metav1.ConditionTrue
	no      = metav1.ConditionFalse
	unknown = metav1.ConditionUnknown

	normal  = corev1.EventTypeNormal
	warning = corev1.EventTypeWarning
)

func customer(conditionType string, status metav1.ConditionStatus) Place {
	return Place{Customer, conditionType, status}
}

func supplier(conditionType string, status metav1.ConditionStatus) Place {
	return Place{Supplier, conditionType, status}
}

// OfScope reports whether a reason is a fault of a scope that a service needs, as the supplier's own proof finds it.
func OfScope(reason string) bool {
	return reason == v1alpha1.ReasonScopeNotGranted || has(credentialRows, reason)
}

// OfSystem reports whether a reason is a fault of the supplier's system in Altinn.
func OfSystem(reason string) bool { return has(systemRows, reason) }

func has(rows []Row, reason string) bool {
	return slices.ContainsFunc(rows, func(r Row) bool { return r.Reason == reason })
}

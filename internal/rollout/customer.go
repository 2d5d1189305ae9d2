// Package rollout describes customers for the people who have to act: consultants, customers and management. Portal,
// plugin and report read it, so that they agree. It reads only what CustomerIntegrations and Suppliers hold, and it has
// no clock and no client.
//
//	CustomerIntegration, Supplier ── Of ──► Customer ──┬─ Select ────► rows, WriteCSV
//	                                                   ├─ Tell ──────► Story
//	                                                   └─ Summarize ─► Overview
package rollout

import (
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// Customer is one CustomerIntegration.
type Customer struct {
	Namespace, Name string
	UID             types.UID
	Labels          map[string]string
	// Organization is the organization number.
	Organization string
	// Title is the name in Enhetsregisteret, or else the object's name.
	Title string
	// Register is what Enhetsregisteret says about the organization, nil if it was not looked up.
	Register *v1alpha1.Organization
	// Supplier is the name of the Supplier, and SupplierTitle the supplier's name for people, "" if the Supplier is
	// unknown.
	Supplier, SupplierTitle string
	// Environment is that of the Supplier, "" if the Supplier is unknown.
	Environment v1alpha1.Environment
	// State is the first of the states of its services.
	State    State
	Services []Service
	// Reason and Message are those of Ready, since ReasonSince. Reason is "" before the first reconcile.
	Reason, Message string
	ReasonSince     time.Time
	// SyncReason is that of SyncHealthy if runs fail, "" if they do not.
	SyncReason string
	// SyncDisabled reports whether only access is verified, and no data is exchanged.
	SyncDisabled bool
	// Turn is who has to act, "" if no person has to, since TurnSince.
	Turn      v1alpha1.Actor
	TurnSince time.Time
	// WaitingSince is since when the longest awaited access is awaited. It is zero if none is.
	WaitingSince time.Time
	// LastData is the last success of the service for which it is longest ago. It is zero if a service has had none.
	LastData time.Time
	// Verified is when Maskinporten or Altinn last responded about the service for which it is longest ago. It is zero if
	// they have not about a service.
	Verified time.Time
	Created  time.Time
}

// Service is one listed service of a customer.
type Service struct {
	Name v1alpha1.ServiceName
	// Custom is the Supplier's declaration, nil for a built-in service or if the Supplier is unknown.
	Custom *v1alpha1.CustomService
	Kind   v1alpha1.AccessKind
	State  State
	// Access is the last verified state of the access. Outages, suspension and what blocks the customer do not change it.
	Access v1alpha1.AuthorizationState
	// Since is when the access was given, withdrawn or rejected, or since when the customer is awaited. It is zero if that
	// is not known.
	Since time.Time
	// Reason is that of the access.
	Reason string
	// RunReason is that of the last run if it failed, and Failures how many runs failed in a row.
	RunReason string
	Failures  int
	// ConfirmURL is where the customer approves a system user, "" if no request is open.
	ConfirmURL string
	// Request is the kind of the last request to the customer, "" if there was none.
	Request v1alpha1.AccessRequestKind
	// Escalated reports whether the request was forwarded to the customer's access managers.
	Escalated bool
	// Through is the organization number of the agent through which the customer grants access, "" if it grants it itself.
	Through string
	// HasAgent reports whether the customer has an agent system user, which is not enough.
	HasAgent bool
	// DuplicateOf is the namespace and name of the older CustomerIntegration that runs instead, "" if there is none.
	DuplicateOf string
	// OpenPlans is how many follow-up plans a person has to settle.
	OpenPlans int
	// LastData is when a run last succeeded.
	LastData time.Time
	// Verified is when Maskinporten or Altinn last responded.
	Verified time.Time
}

// IsGranted reports whether the customer has given access, by the last verified state.
func (s Service) IsGranted() bool { return s.Access == v1alpha1.AuthorizationGranted }

// Package rollout describes customers for the people who have to act: consultants, customers and management. Portal,
// plugin and report read it, so that they agree. It reads only what CustomerIntegrations and Suppliers hold, and it has no
// clock and no client.
package rollout

import (
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// State is the state of one service of a customer, or of the customer, for people.
type State string

// States, from the one that needs attention first. A customer's state is the first of those of its services.
const (
	// Blocked means that the platform team must change something first.
	Blocked State = "Blocked"
	// Withdrawn means that the customer withdrew its access.
	Withdrawn State = "Withdrawn"
	// Rejected means that the customer rejected the request for a system user.
	Rejected State = "Rejected"
	// Failing means that access is granted, and that runs fail.
	Failing State = "Failing"
	// Waiting means that the customer has not given access yet.
	Waiting State = "Waiting"
	// Unverified means that there has been no response about the customer yet.
	Unverified State = "Unverified"
	// Suspended means that the customer, or its Supplier, is suspended.
	Suspended State = "Suspended"
	// Granted means that access is granted and that runs do not fail.
	Granted State = "Granted"
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
	// Supplier is the name of the Supplier.
	Supplier string
	State    State
	Services []Service
	// Reason and Message are those of Ready. Reason is "" before the first reconcile.
	Reason, Message string
	// Turn is who has to act, "" if no person has to, since TurnSince.
	Turn      v1alpha1.Actor
	TurnSince time.Time
	// LastData is the last success of the service for which it is longest ago. It is zero if a service has had none.
	LastData time.Time
	// Verified is when Maskinporten or Altinn last responded about the service for which it is longest ago.
	Verified time.Time
	Created  time.Time
}

// Service is one listed service of a customer.
type Service struct {
	Name   v1alpha1.ServiceName
	Access v1alpha1.AccessKind
	State  State
	// Since is when the access was given, withdrawn or rejected, or since when the customer is awaited. It is zero if that
	// is not known.
	Since time.Time
	// Reason is that of the access, and SyncReason that of the last run if it failed.
	Reason, SyncReason string
	// ConfirmURL is where the customer approves a system user, "" if no request is open.
	ConfirmURL string
	// LastData is when a run last succeeded.
	LastData time.Time
	// Verified is when Maskinporten or Altinn last responded.
	Verified time.Time
}

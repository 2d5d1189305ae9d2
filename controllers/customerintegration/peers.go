package customerintegration

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/systemuser"
)

// maxPeers is how many other customers are offered as witnesses of a withdrawal.
const maxPeers = 3

// peers returns how to find other customers of the Supplier whose access by system user is verified. They are listed
// only when a customer's access seems to have ended.
func (r *Reconciler) peers(ctx context.Context, f *verdict.Facts) func() ([]systemuser.Peer, error) {
	if r.Customers == nil || f.Supplier == nil {
		return nil
	}
	return func() ([]systemuser.Peer, error) {
		all, err := r.Customers(ctx, f.Supplier.Name)
		return peersAmong(all, f.Customer, f.Supplier, f.Authority), err
	}
}

// peersAmong returns the customers besides one whose access by system user is verified, the last verified first.
func peersAmong(
	all []v1alpha1.CustomerIntegration, besides *v1alpha1.CustomerIntegration, supplier *v1alpha1.Supplier,
	authority v1alpha1.Authority,
) []systemuser.Peer {
	found, verified := map[orgnumber.Number]systemuser.Peer{}, map[orgnumber.Number]time.Time{}
	for i := range all {
		c := &all[i]
		if ownerOf(c) == ownerOf(besides) || !isActive(c) {
			continue
		}
		owner, err := orgnumber.Parse(ownerOf(c))
		known := verifiedSystemUser(supplier, authority, c)
		if err == nil && known != nil && known.LastVerifiedTime.After(verified[owner]) {
			found[owner] = systemuser.Peer{Owner: owner, ExternalRef: known.ExternalRef, Agent: known.Through != ""}
			verified[owner] = known.LastVerifiedTime.Time
		}
	}
	owners := slices.SortedFunc(maps.Keys(found), func(a, b orgnumber.Number) int {
		return cmp.Or(verified[b].Compare(verified[a]), cmp.Compare(a.String(), b.String()))
	})
	owners = owners[:min(len(owners), maxPeers)]
	peers := make([]systemuser.Peer, 0, len(owners))
	for _, owner := range owners {
		peers = append(peers, found[owner])
	}
	return peers
}

// ownerOf returns the organization number of the owner of a customer's system user: its agent, or itself.
func ownerOf(c *v1alpha1.CustomerIntegration) string {
	return cmp.Or(c.Agent(), string(c.Spec.OrganizationNumber))
}

// clients returns how to find other customers of the Supplier who have access to a service through the same agent, by
// the agent system user of a reference. It returns nil if the customer has no agent.
func (r *Reconciler) clients(
	ctx context.Context, f *verdict.Facts, service services.Service,
) func(ref string) ([]orgnumber.Number, error) {
	if r.Customers == nil || f.Supplier == nil || f.Customer.Agent() == "" {
		return nil
	}
	return func(ref string) ([]orgnumber.Number, error) {
		all, err := r.Customers(ctx, f.Supplier.Name)
		return clientsAmong(all, f.Customer, f.Authority, service, ref), err
	}
}

// clientsAmong returns the customers besides one who have access to a service through its agent, as last verified. The
// reason does not matter: an outage for longer than the grace period changes it for all.
func clientsAmong(
	all []v1alpha1.CustomerIntegration, besides *v1alpha1.CustomerIntegration, authority v1alpha1.Authority,
	service services.Service, ref string,
) []orgnumber.Number {
	var clients []orgnumber.Number
	for i := range all {
		c := &all[i]
		other := c.Agent() == besides.Agent() && c.Spec.OrganizationNumber != besides.Spec.OrganizationNumber
		if !other || !isActive(c) {
			continue
		}
		a := entitlement.Authorization(authority, c, service)
		if number, err := orgnumber.Parse(string(c.Spec.OrganizationNumber)); err == nil && a.ExternalRef == ref &&
			a.State == v1alpha1.AuthorizationGranted {
			clients = append(clients, number)
		}
	}
	return clients
}

// isActive reports whether a customer is verified: it is neither suspended nor being deleted.
func isActive(c *v1alpha1.CustomerIntegration) bool {
	return !c.Spec.Suspend && c.DeletionTimestamp.IsZero()
}

// verifiedSystemUser returns the access of a service that has one by system user, as last verified, nil if none has. It
// counts after an outage of any length: without other customers, no witness would be required.
func verifiedSystemUser(
	supplier *v1alpha1.Supplier, authority v1alpha1.Authority, c *v1alpha1.CustomerIntegration,
) *v1alpha1.Authorization {
	for _, wanted := range c.Spec.Services {
		service, _ := services.Of(supplier, wanted.Name)
		a := entitlement.Authorization(authority, c, service)
		verified := a.State == v1alpha1.AuthorizationGranted &&
			(a.Reason == v1alpha1.ReasonDelegated || verdict.IsUnavailable(a.Reason))
		if verified && a.Kind == v1alpha1.AccessSystemUser && a.ExternalRef != "" && a.LastVerifiedTime != nil {
			return &a
		}
	}
	return nil
}

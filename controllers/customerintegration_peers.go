package controllers

import (
	"context"
	"slices"
	"time"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/systemuser"
)

// maxPeers is how many other customers are offered as witnesses of a withdrawal.
const maxPeers = 3

// peers returns how to find other customers of the Supplier whose access by system user is known. They are listed only when a
// customer's access seems to have ended.
func (r *CustomerIntegrationReconciler) peers(ctx context.Context, s *customerScope) func() ([]systemuser.Peer, error) {
	if r.Customers == nil || s.supplier == nil {
		return nil
	}
	return func() ([]systemuser.Peer, error) {
		all, err := r.Customers(ctx, s.supplier.Name)
		return peersAmong(all, s.customer, s.authority()), err
	}
}

// peersAmong returns the customers besides one that have access by system user and are verified, those first that were
// verified last. Pure.
func peersAmong(
	all []integrationsv1alpha1.CustomerIntegration, besides *integrationsv1alpha1.CustomerIntegration, authority integrationsv1alpha1.Authority,
) []systemuser.Peer {
	type candidate struct {
		systemuser.Peer
		verified time.Time
	}
	var found []candidate
	for i := range all {
		c := &all[i]
		if c.Spec.OrganizationNumber == besides.Spec.OrganizationNumber || c.Spec.Suspend || !c.DeletionTimestamp.IsZero() {
			continue
		}
		owner, err := orgnumber.Parse(string(c.Spec.OrganizationNumber))
		known := verifiedSystemUser(authority, c)
		if err != nil || known == nil {
			continue
		}
		found = append(found, candidate{systemuser.Peer{Owner: owner, ExternalRef: known.ExternalRef}, known.LastVerifiedTime.Time})
		slices.SortStableFunc(found, func(a, b candidate) int { return b.verified.Compare(a.verified) })
		found = found[:min(len(found), maxPeers)]
	}
	peers := make([]systemuser.Peer, 0, len(found))
	for _, c := range found {
		if !slices.ContainsFunc(peers, func(p systemuser.Peer) bool { return p.Owner == c.Owner }) {
			peers = append(peers, c.Peer)
		}
	}
	return peers
}

// verifiedSystemUser returns the access of a service that has one by system user, nil if none has.
func verifiedSystemUser(
	authority integrationsv1alpha1.Authority, c *integrationsv1alpha1.CustomerIntegration,
) *integrationsv1alpha1.Authorization {
	for _, wanted := range c.Spec.Services {
		a := entitlement.Authorization(authority, c, wanted.Name)
		verified := a.State == integrationsv1alpha1.AuthorizationGranted && a.Reason == integrationsv1alpha1.ReasonDelegated
		if verified && a.Kind == integrationsv1alpha1.AccessSystemUser && a.ExternalRef != "" && a.LastVerifiedTime != nil {
			return &a
		}
	}
	return nil
}

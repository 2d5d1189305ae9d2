// Package guide renders the instructions by which one customer grants access to one service: the steps in Altinn, with the
// customer's and the supplier's names and numbers in them. The steps are data (flows/), because Altinn changes its pages.
package guide

import (
	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
)

// Party is an organization.
type Party struct {
	Name   string
	Number string
}

// Subject is what one guide is about.
type Subject struct {
	Language language.Language
	Customer Party
	Supplier Party
	Contact  v1alpha1.Contact
	// Environment decides which Altinn the guide names.
	Environment v1alpha1.Environment
	// Services are the customer's listed services of the guide's kind of access: one for an API delegation, all of them
	// for a system user, because one link is for all.
	Services []v1alpha1.ServiceName
	Access   v1alpha1.AccessKind
	// ConfirmURL is where the customer approves a system user, "" if no request is open.
	ConfirmURL string
	// Granted reports whether the access is given: the guide then says how to withdraw it.
	Granted bool
}

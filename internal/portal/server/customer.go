package server

import (
	"errors"
	"io"
	"net/http"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/portal/check"
	"github.com/4human/integration-operator/internal/portal/page"
	"github.com/4human/integration-operator/internal/rollout"
)

// customerWithSupplier is a customer and its Supplier, which is nil if it does not exist.
type customerWithSupplier struct {
	*v1alpha1.CustomerIntegration

	supplier *v1alpha1.Supplier
}

// customerOf returns the customer of a request's path. If there is none that the person may see, it writes the page
// that says so and returns nil.
func (s *server) customerOf(w http.ResponseWriter, r *http.Request, p *viewer) *customerWithSupplier {
	name := types.NamespacedName{Namespace: r.PathValue("namespace"), Name: r.PathValue("name")}
	if !p.maySee(name.Namespace) {
		s.problem(w, r, page.ProblemNotFound, p.Session)
		return nil
	}
	c, supplier, err := s.Store.Get(r.Context(), name)
	if err != nil {
		s.fail(w, r, err)
		return nil
	}
	if c == nil {
		s.problem(w, r, page.ProblemNotFound, p.Session)
		return nil
	}
	return &customerWithSupplier{c, supplier}
}

// customer is the page of one customer.
func (s *server) customer(w http.ResponseWriter, r *http.Request, p *viewer) {
	c := s.customerOf(w, r, p)
	if c == nil {
		return
	}
	d := page.CustomerData{
		Frame: s.frame(r, p.Session), Customer: rollout.Of(c.CustomerIntegration, c.supplier),
		Link: s.absolute(guestPath(s.Links.Token(c.CustomerIntegration))), Transitions: transitionsOf(c.Status.Conditions),
	}
	d.Check = s.checkOf(c.CustomerIntegration, customerPath(c.CustomerIntegration)+"/check")
	if !verifies(d.Customer) {
		d.Check.Action = ""
	}
	var err error
	if d.Guides, err = s.guidesOf(c, d.Language, d.Link); err != nil {
		s.fail(w, r, err)
		return
	}
	s.render(w, r, func(to io.Writer) error { return s.Pages.Customer(to, d) })
}

// verifies reports whether the operator verifies a customer: not if all of its services are blocked or suspended.
func verifies(c rollout.Customer) bool {
	return slices.ContainsFunc(c.Services, func(s rollout.Service) bool {
		return s.State != rollout.Blocked && s.State != rollout.Suspended
	})
}

// checkCustomer requests a verification for a consultant. Each viewer of the customer may: it sends the customer no
// request, and the customer's own page offers it without a login.
func (s *server) checkCustomer(w http.ResponseWriter, r *http.Request, p *viewer) {
	c := s.customerOf(w, r, p)
	if c == nil {
		return
	}
	if !s.request(w, r, c.CustomerIntegration, "consultant", p) {
		return
	}
	http.Redirect(w, r, customerPath(c.CustomerIntegration), http.StatusSeeOther)
}

// request requests a verification. If that fails, it writes the page that says so and returns false. A verification
// that was requested less than a minute ago counts as success.
func (s *server) request(
	w http.ResponseWriter, r *http.Request, c *v1alpha1.CustomerIntegration, origin string, p *viewer,
) bool {
	err := s.Checks.Request(r.Context(), c)
	switch {
	case err == nil:
		s.Metrics.check(origin, "Requested")
		return true
	case errors.Is(err, check.ErrTooSoon):
		s.Metrics.check(origin, "TooSoon")
		return true
	}
	s.Metrics.check(origin, "Failed")
	s.Log.Error("Cannot request a verification", "namespace", c.Namespace, "customer", c.Name, "err", err)
	if p != nil {
		s.problem(w, r, page.ProblemCheckFailed, p.Session)
	} else {
		s.problem(w, r, page.ProblemCheckFailed, nil)
	}
	return false
}

// checkOf returns the button "check now".
func (s *server) checkOf(c *v1alpha1.CustomerIntegration, action string) page.Check {
	state := check.StateOf(c, s.Now())
	return page.Check{
		Action: action, Running: state.Running, Since: state.Since, Slow: state.Slow, Allowed: state.Allowed,
	}
}

func customerPath(c *v1alpha1.CustomerIntegration) string {
	return "/customers/" + c.Namespace + "/" + c.Name
}

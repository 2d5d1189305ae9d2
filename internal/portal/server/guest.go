package server

import (
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/guide"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/portal/page"
	"github.com/4human/integration-operator/internal/rollout"
)

func guestPath(token string) string { return "/g/" + token }

// guestOf returns the customer of a link. If the link is wrong or revoked, it writes the page that says so, and no
// more, and returns nil.
func (s *server) guestOf(w http.ResponseWriter, r *http.Request) *customerWithSupplier {
	token := r.PathValue("token")
	name, ok := s.Links.Find(token)
	if !ok {
		s.Metrics.wrongLink()
		s.problem(w, r, page.ProblemLinkInvalid, nil)
		return nil
	}
	c, supplier, err := s.Store.Get(r.Context(), name)
	if err != nil {
		s.fail(w, r, err)
		return nil
	}
	if c == nil || !s.Links.Opens(token, c) {
		s.Metrics.wrongLink()
		s.problem(w, r, page.ProblemLinkInvalid, nil)
		return nil
	}
	return &customerWithSupplier{c, supplier}
}

// guest is the customer's own page.
func (s *server) guest(w http.ResponseWriter, r *http.Request) {
	c := s.guestOf(w, r)
	if c == nil {
		return
	}
	frame := s.frame(r, nil)
	d := guestData(frame, rollout.Of(c.CustomerIntegration, c.supplier), c.supplier)
	path := guestPath(r.PathValue("token"))
	d.Check = s.checkOf(c.CustomerIntegration, path+"/check")
	switch d.State {
	case page.GuestReceived, page.GuestPaused:
		d.Check.Action = ""
	default:
		d.Live = r.URL.Query().Get("live") != "off"
		d.LiveToggle = path
		if d.Live {
			d.LiveToggle += "?live=off"
		}
	}
	var err error
	if d.Guides, err = s.guidesOf(c, frame.Language, ""); err != nil {
		s.fail(w, r, err)
		return
	}
	s.render(w, r, func(to io.Writer) error { return s.Pages.Guest(to, d) })
}

// checkGuest requests a verification for a customer.
func (s *server) checkGuest(w http.ResponseWriter, r *http.Request) {
	c := s.guestOf(w, r)
	if c == nil || !s.request(w, r, c.CustomerIntegration, "guest", nil) {
		return
	}
	http.Redirect(w, r, guestPath(r.PathValue("token")), http.StatusSeeOther)
}

// guidesOf renders a customer's guides. Without a Supplier there is nothing to guide to.
func (s *server) guidesOf(c *customerWithSupplier, lang language.Language, pageURL string) ([]page.Guide, error) {
	if c.supplier == nil {
		return nil, nil
	}
	return s.Guides(c.CustomerIntegration, c.supplier, lang, pageURL)
}

// guestData returns what the customer's own page shows, without its button. It has no message and no reason: these are
// for consultants.
func guestData(frame page.Frame, c rollout.Customer, supplier *v1alpha1.Supplier) page.GuestData {
	d := page.GuestData{
		Frame: frame, Customer: guide.Party{Name: c.Title, Number: c.Organization}, Verified: verifiedAt(c),
	}
	if supplier != nil {
		d.Supplier = guide.Party{Name: supplier.Spec.Name, Number: string(supplier.Spec.OrganizationNumber)}
		d.Contact = supplier.Spec.Contact
	}
	for _, service := range c.Services {
		one := page.GuestService{Listed: service, State: guestServiceState(service)}
		if one.State == page.GuestReceived || one.State == page.GuestRefused {
			one.Since = service.Since
		}
		d.Services = append(d.Services, one)
	}
	d.State = guestState(d.Services)
	return d
}

// verifiedAt returns when Maskinporten or Altinn last responded about any service.
func verifiedAt(c rollout.Customer) time.Time {
	latest := time.Time{}
	for _, service := range c.Services {
		if service.Verified.After(latest) {
			latest = service.Verified
		}
	}
	return latest
}

// guestServiceState returns the state of a service as the customer sees it: granted access is received, even if the
// supplier cannot use it.
func guestServiceState(s rollout.Service) page.GuestState {
	switch {
	case s.Access == v1alpha1.AuthorizationGranted:
		return page.GuestReceived
	case s.State == rollout.Blocked, s.State == rollout.Suspended:
		return page.GuestPaused
	case s.State == rollout.Rejected, s.State == rollout.Withdrawn:
		return page.GuestRefused
	default:
		return page.GuestWaiting
	}
}

// guestState returns the state of the page: what the customer can do comes first.
func guestState(services []page.GuestService) page.GuestState {
	has := func(state page.GuestState) bool {
		return slices.ContainsFunc(services, func(s page.GuestService) bool { return s.State == state })
	}
	open := has(page.GuestWaiting) || has(page.GuestRefused)
	switch {
	case open && has(page.GuestReceived):
		return page.GuestPartly
	case has(page.GuestWaiting):
		return page.GuestWaiting
	case open:
		return page.GuestRefused
	case has(page.GuestReceived):
		return page.GuestReceived
	default:
		return page.GuestPaused
	}
}

//go:build browser

package browser

import (
	"errors"
	"net/http"
	"testing"

	"github.com/4human/integration-operator/internal/rollout"
)

// view is one page, as a person sees it.
type view struct {
	reason string
	// customers is how many there are. The default is few.
	customers int
	// empty leaves all customers out.
	empty bool
	// dark looks at it in dark too.
	dark bool
	// prepare changes the portal before the page is opened.
	prepare func(*testing.T, *portal)
	// person is who is logged in, "" if no one is.
	person string
	// address is what to open.
	address func(*testing.T, *portal) string
	// english chooses the other language.
	english bool
	// status is the HTTP status, 200 if it is 0.
	status int
	// text is what the page says.
	text string
	// act does something before the page is looked at.
	act func(*visit)
}

// views are all pages, with the states that look different.
func views() map[string]view {
	all := map[string]view{
		"list": {
			customers: 30,
			dark:      true,
			reason:    "The consultants' first page.", person: consultant, address: at("/"), text: "DYNAMISK ALTETENDE TIGER AS",
		},
		"list filtered": {
			reason: "The form with all filters open.", person: consultant,
			address: at("/?state=Waiting&service=FollowUpPlans&turn=Customer&sort=name"), text: "Flere filtre",
		},
		"list wrong label": {
			reason: "A label that cannot be parsed is said.", person: consultant, address: at("/?label=%3D%3D%3D"),
			text: "Etiketten kan ikke leses",
		},
		"list no hits": {
			reason: "A search without hits says what to do.", person: consultant, address: at("/?q=finnesikke"),
			text: "Ingen kunder passer",
		},
		"list empty": {
			reason: "A new portal has no customers.", empty: true, person: consultant, address: at("/"),
			text: "Ingen kunder ennå",
		},
		"list english": {
			customers: 30,
			reason:    "The other language.", person: consultant, address: at("/"), english: true, text: "Whose turn",
		},
		"customer waiting": {
			dark:   true,
			reason: "The customer whom consultants have to call.", person: consultant, address: pageOfTiger,
			text: "Åpne utkast i e-post",
		},
		"customer guide": {
			reason: "The guide as consultants read it.", person: consultant, address: pageOfTiger, text: "Vis veiledningen",
			act: func(v *visit) {
				v.click("Vis veiledningen")
				v.click("Vis som tekst")
			},
		},
		"customer english": {
			reason: "The other language.", person: consultant, address: pageOfTiger, english: true, text: "Open draft e-mail",
		},
		"overview": {
			dark:   true,
			reason: "Management and on-call.", person: consultant, address: at("/overview"), text: "Maskinporten",
		},
		"overview numbers": {
			reason: "Behind each chart is a table.", person: consultant, address: at("/overview"), text: "Vis tallene",
			act: func(v *visit) {
				eval[int](v, "document.querySelectorAll('details').forEach(d => d.open = true), 0")
			},
		},
		"overview empty": {
			reason: "A new portal has no numbers.", empty: true, person: consultant, address: at("/overview"),
			text: "Ingen tall ennå",
		},
		"guest waiting": {
			dark: true, reason: "The customer's own page.", address: guestPageOfTiger, text: "ikke mottatt ennå",
		},
		"guest english": {reason: "The other language.", address: guestPageOfTiger, english: true, text: "not received yet"},
		"guest received": {
			dark:   true,
			reason: "The page after the delegation.", address: guestPageOfTiger, text: "Takk, tilgangen er mottatt",
			prepare: func(_ *testing.T, p *portal) { p.changeTiger(delegate) },
		},
		"guest refused": {
			reason: "The customer withdrew its access.", address: guestPageOfTiger, text: "avslått eller trukket tilbake",
			prepare: func(_ *testing.T, p *portal) { p.changeTiger(withdraw) },
		},
		"guest system user": {
			dark:   true,
			reason: "A system user is approved by a link.", text: "Godkjenn i Altinn",
			prepare: func(_ *testing.T, p *portal) { p.changeTiger(awaitApproval) }, address: guestPageOfTiger,
		},
		"guest wrong link": {
			reason: "A wrong link tells nothing.", address: at("/g/wrong"), status: http.StatusNotFound,
			text: "Lenken virker ikke",
		},
		"no rights": {
			reason: "A person without rights in any namespace.", person: stranger, address: at("/"),
			status: http.StatusForbidden, text: "Du har ikke tilgang til noen kunder",
		},
		"not found": {
			reason: "A customer that does not exist.", person: consultant, address: at("/customers/customers/missing"),
			status: http.StatusNotFound, text: "Vi finner ikke siden",
		},
		"rights unknown": {
			reason: "The API server is down.", person: consultant, address: at("/"), text: "Vi får ikke sjekket",
			prepare: func(_ *testing.T, p *portal) { p.Cluster.Break(errors.New("the API server is down")) },
			status:  http.StatusServiceUnavailable,
		},
		"provider down": {
			reason: "The login provider does not respond.", address: at("/login"), status: http.StatusServiceUnavailable,
			text: "Innloggingen svarer ikke", prepare: func(_ *testing.T, p *portal) { p.Provider.Break(http.StatusBadGateway) },
		},
		"login failed": {
			reason: "A login that was not begun here.", address: at("/callback?state=x"), status: http.StatusBadRequest,
			text: "Innloggingen ble ikke fullført",
		},
		"too many requests": {
			reason: "A client that tries links.", address: at("/g/wrong"), status: http.StatusTooManyRequests,
			text:    "Litt for mange",
			prepare: exhaust,
		},
		"signed out": {dark: true, reason: "After the logout.", address: at("/signed-out"), text: "Du er logget ut"},
	}
	for _, s := range rollout.States() {
		all["customer "+string(s)] = view{
			reason: "Each state has its story.", person: consultant, text: s.Title("nb"),
			address: func(t *testing.T, p *portal) string { return p.page(p.firstIn(t, s)) },
		}
	}
	return all
}

// TestPages looks at each page on a desktop and a phone, in light, and in dark where that differs.
func TestPages(t *testing.T) {
	t.Parallel()
	shared := newPortal(t, few)
	empty := newPortal(t, 0)
	for name, c := range views() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := shared
			switch {
			case c.empty:
				p = empty
			case c.customers > 0:
				p = newPortal(t, c.customers)
			case c.prepare != nil:
				p = newPortal(t, few)
				c.prepare(t, p)
			}
			c.look(t, p, name)
		})
	}
}

// look opens a page, checks it on each screen and takes pictures of it.
func (c view) look(t *testing.T, p *portal, name string) {
	t.Helper()
	v := open(t, desktop)
	if c.person != "" {
		p.logIn(t, v, c.person)
	}
	if c.english {
		v.addCookies(p.URL, []*http.Cookie{{Name: "portal-language", Value: "en"}}) //nolint:gosec // Of a request.
	}
	status := v.goTo(c.address(t, p))
	if status != c.wanted() {
		t.Errorf("the HTTP status is %d (%s)", status, c.reason)
	}
	if status != http.StatusOK {
		v.forget()
	}
	v.waitForText(c.text)
	if c.act != nil {
		c.act(v)
	}
	for _, s := range c.screens() {
		v.resize(s)
		v.checkWidth(s)
		v.screenshot(s, name)
		v.checkAccessibility(s)
	}
	v.resize(narrow)
	v.checkWidth(narrow)
	v.checkConsole(p)
}

// screens are those that a page is looked at on.
func (c view) screens() []screen {
	if c.dark {
		return []screen{desktop, phone, phoneDark, desktopDark}
	}
	return []screen{desktop, phone}
}

func (c view) wanted() int {
	if c.status == 0 {
		return http.StatusOK
	}
	return c.status
}

func at(path string) func(*testing.T, *portal) string {
	return func(_ *testing.T, p *portal) string { return p.URL + path }
}

func pageOfTiger(_ *testing.T, p *portal) string { return p.page(p.tiger()) }

func guestPageOfTiger(_ *testing.T, p *portal) string { return p.GuestURL(p.tiger()) }

// exhaust sends requests until the portal refuses them.
func exhaust(t *testing.T, p *portal) {
	client := p.Browser()
	waitFor(t, "the portal to refuse requests", func() bool {
		return p.Get(client, "/g/wrong").Status == http.StatusTooManyRequests
	})
}

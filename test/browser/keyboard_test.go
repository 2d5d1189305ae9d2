//go:build browser

package browser

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// TestKeyboard does a consultant's work with the keyboard alone: from the list to a customer, check now, and out.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	p := newPortal(t, few)
	v := open(t, desktop)
	p.logIn(t, v, consultant)
	v.goTo(p.URL)
	v.press(kb.Tab)
	v.mustFocus("Hopp til innholdet")
	v.screenshot(desktop, "skip link")
	v.press(kb.Enter)
	v.tabTo("Søk etter navn eller organisasjonsnummer")
	v.press("altetende tiger")
	v.press(kb.Enter)
	v.waitFor("the search", "location.search.includes('altetende')")
	v.tabTo("DYNAMISK ALTETENDE TIGER AS")
	v.screenshot(desktop, "focus in list")
	v.press(kb.Enter)
	v.waitForPath("/customers/" + tigerNamespace + "/" + tigerName)
	v.tabTo("Sjekk nå")
	v.press(kb.Enter)
	v.waitForText("Vi sjekker nå")
	p.answer(t, func(*v1alpha1.CustomerIntegration) {})
	v.waitForText("Nettopp sjekket")
	v.tabTo("Logg ut")
	v.press(kb.Enter)
	v.waitForText("Du er logget ut")
	v.checkConsole(p, host(p.Issuer))
}

// TestFocusOrder walks through pages by Tab and back: the focus can always be seen, and is never trapped.
func TestFocusOrder(t *testing.T) {
	t.Parallel()
	p := newPortal(t, 3)
	cases := map[string]struct {
		reason  string
		person  string
		address string
		screen  screen
	}{
		"list":            {reason: "Columns, rows, pages.", person: consultant, address: p.URL, screen: desktop},
		"list on a phone": {reason: "Rows are cards.", person: consultant, address: p.URL, screen: phone},
		"customer":        {reason: "Two columns.", person: consultant, address: p.page(p.tiger()), screen: desktop},
		"overview":        {reason: "Charts have tables.", person: consultant, address: p.URL + "/overview", screen: desktop},
		"customer's own":  {reason: "A script adds buttons to copy.", address: p.GuestURL(p.tiger()), screen: phone},
		"problem":         {reason: "A page with one way out.", address: p.URL + "/g/wrong", screen: desktop},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := open(t, c.screen)
			if c.person != "" {
				p.logIn(t, v, c.person)
			}
			v.goTo(c.address)
			forth := v.walk()
			if len(forth) == 0 || forth[0] != "Hopp til innholdet" {
				t.Errorf("the walk begins with %q", forth)
			}
			back := v.walkBack(len(forth))
			slices.Reverse(back)
			if !slices.Equal(forth, back) {
				t.Errorf("the way forth is %q, and back %q", forth, back)
			}
		})
	}
}

// walk presses Tab until the focus leaves the page, and returns the names of what had it.
func (v *visit) walk() []string {
	v.t.Helper()
	const most = 200
	var names []string
	for range most {
		v.press(kb.Tab)
		name := v.focused()
		if name == "" {
			return names
		}
		v.checkFocusVisible(name)
		names = append(names, name)
	}
	v.t.Fatalf("the focus is trapped: %q", names[most-10:])
	return nil
}

// walkBack presses Shift and Tab some times, and returns the names of what had the focus.
func (v *visit) walkBack(times int) []string {
	v.t.Helper()
	var names []string
	for range times {
		v.press(kb.Tab, chromedp.KeyModifiers(kb.ModifierShift))
		names = append(names, v.focused())
	}
	return names
}

// focused returns the name of what has the focus, "" if nothing has.
func (v *visit) focused() string {
	v.t.Helper()
	return eval[string](v, `(e => e === document.body ? "" : (e.getAttribute("aria-label") || e.labels?.[0]?.innerText ||
		e.innerText || e.id || e.tagName).trim())(document.activeElement)`)
}

// tabTo presses Tab until something has the focus.
func (v *visit) tabTo(name string) {
	v.t.Helper()
	const most = 200
	for range most {
		v.press(kb.Tab)
		if v.focused() == name {
			v.checkFocusVisible(name)
			return
		}
	}
	v.t.Fatalf("Tab does not lead to %q", name)
}

// mustFocus fails unless something has the focus.
func (v *visit) mustFocus(name string) {
	v.t.Helper()
	if got := v.focused(); got != name {
		v.t.Fatalf("the focus is on %q, not on %q", got, name)
	}
	v.checkFocusVisible(name)
}

// checkFocusVisible fails unless what has the focus is in the window and has an outline.
func (v *visit) checkFocusVisible(name string) {
	v.t.Helper()
	visible := eval[bool](v, `(e => { const box = e.getBoundingClientRect(), style = getComputedStyle(e);
		return box.width > 0 && box.bottom > 0 && box.top < innerHeight && parseFloat(style.outlineWidth) >= 2 &&
			style.outlineStyle !== "none"; })(document.activeElement)`)
	if !visible {
		v.t.Errorf("the focus on %q cannot be seen", name)
	}
}

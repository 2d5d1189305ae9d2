//go:build browser

package browser

import (
	"strings"
	"testing"
)

// TestTenThousandCustomers searches, sorts and turns pages in a list of ten thousand.
func TestTenThousandCustomers(t *testing.T) {
	t.Parallel()
	const many = 10_000
	p := newPortal(t, many)
	v := open(t, desktop)
	p.logIn(t, v, consultant)
	v.goTo(p.URL)
	v.waitForText("10\u00a0000 kunder")
	v.screenshot(desktop, "ten thousand")
	v.checkAccessibility(desktop)

	v.click("Neste")
	v.waitForText("Viser 101–200")
	v.clickOn("thead a")
	v.waitFor("the list sorted by name",
		"document.querySelector('th[aria-sort=ascending]')?.innerText.startsWith('Kunde')")
	names := eval[[]string](v, "[...document.querySelectorAll('.name')].map(a => a.innerText)")
	if len(names) != 100 || !strings.HasPrefix(names[0], "B") {
		t.Errorf("%d names, the first is %q", len(names), names[0])
	}
	v.goTo(p.URL + "/?q=310330701")
	v.waitForText("Viser 1–1 av 1 kunde")
	v.goTo(p.URL + "/overview")
	v.waitForText("10\u00a0000 kunder")
	v.screenshot(desktop, "overview of ten thousand")
	v.checkConsole(p)
}

//go:build browser

package browser

import (
	"testing"

	"github.com/4human/integration-operator/internal/rollout"
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
	if first := p.firstByName(); len(names) != 100 || names[0] != first {
		t.Errorf("%d names, the first is %q, not %q", len(names), names[0], first)
	}
	v.goTo(p.URL + "/?q=" + tigerNumber)
	v.waitForText("Viser 1–1 av 1 kunde")
	v.goTo(p.URL + "/overview")
	v.waitForText("10\u00a0000 kunder")
	v.screenshot(desktop, "overview of ten thousand")
	v.checkConsole(p)
}

// firstByName returns the title of the customer that is first by name.
func (p *portal) firstByName() string {
	all := make([]rollout.Customer, 0, len(p.customers))
	for i := range p.customers {
		all = append(all, rollout.Of(&p.customers[i], &p.suppliers[0]))
	}
	return rollout.Select(all, rollout.Query{Sort: rollout.ByName}, now)[0].Title
}

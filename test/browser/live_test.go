//go:build browser

package browser

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// TestGuestPageTurns leaves a customer's own page open while the customer delegates in another window. The page updates
// itself, without a key press and without being loaded again.
func TestGuestPageTurns(t *testing.T) {
	t.Parallel()
	p := newPortal(t, few)
	v := open(t, phone)
	v.goTo(p.GuestURL(p.tiger()))
	v.waitForText("ikke mottatt ennå")
	eval[int](v, "window.sameDocument = 1")

	p.changeTiger(delegate)
	v.hurry()
	v.waitForText("Takk, tilgangen er mottatt")
	v.waitFor("the title to change", "document.title.startsWith('Tilgangen er mottatt')")
	if !eval[bool](v, "window.sameDocument === 1") {
		t.Error("the page was loaded again")
	}
	if announced := eval[string](v, "document.querySelector('#status [role=status]').innerText"); announced == "" {
		t.Error("a screen reader does not announce the news")
	}
	if eval[bool](v, "document.querySelector('[data-poll]') !== null") {
		t.Error("the page is still updated")
	}
	v.screenshot(phone, "guest turned")
	v.checkAccessibility(phone)
	v.checkConsole(p)
}

// TestGuestChecksNow presses the button: the page shows that a check is running, and then its result.
func TestGuestChecksNow(t *testing.T) {
	t.Parallel()
	p := newPortal(t, few)
	v := open(t, phone)
	v.goTo(p.GuestURL(p.tiger()))
	v.click("Sjekk nå")
	v.waitForText("Vi sjekker nå")
	v.screenshot(phone, "guest checking")
	p.answer(t, func(*v1alpha1.CustomerIntegration) {})
	v.waitForText("Nettopp sjekket")
	v.waitForText("ikke mottatt ennå")
	if !eval[bool](v, "document.querySelector('#check button').disabled") {
		t.Error("a second check within a minute is offered")
	}
	v.screenshot(phone, "guest checked")
	v.checkAccessibility(phone)
	v.checkConsole(p)
}

// TestGuestStopsUpdates stops the updates, and starts them again.
func TestGuestStopsUpdates(t *testing.T) {
	t.Parallel()
	p := newPortal(t, few)
	v := open(t, phone)
	v.goTo(p.GuestURL(p.tiger()))
	v.click("Stopp automatisk oppdatering")
	v.waitForText("oppdaterer seg ikke av seg selv")
	if eval[bool](v, "document.querySelector('[data-poll]') !== null") {
		t.Error("the page is still updated")
	}
	v.click("Oppdater automatisk")
	v.waitForText("Siden oppdaterer seg selv")
	v.checkConsole(p)
}

// TestGuestWithoutScripts reads and checks without JavaScript.
func TestGuestWithoutScripts(t *testing.T) {
	t.Parallel()
	p := newPortal(t, few)
	v := open(t, phone)
	call(v, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	v.goTo(p.GuestURL(p.tiger()))
	v.waitForText("ikke mottatt ennå")
	if !eval[bool](v, "document.querySelector('noscript meta[http-equiv=refresh]') !== null") {
		t.Error("the page does not load itself again")
	}
	if eval[bool](v, "[...document.querySelectorAll('[data-copies]')].some(b => b.checkVisibility())") {
		t.Error("a button is shown that does nothing without JavaScript")
	}
	v.click("Sjekk nå")
	v.waitForText("Vi sjekker nå")
	p.answer(t, delegate)
	v.goTo(p.GuestURL(p.tiger()))
	v.waitForText("Takk, tilgangen er mottatt")
	v.checkConsole(p)
}

// TestRevokedLink revokes a link while its page is open.
func TestRevokedLink(t *testing.T) {
	t.Parallel()
	p := newPortal(t, few)
	v := open(t, phone)
	v.goTo(p.GuestURL(p.tiger()))
	p.RotateLinks()
	v.hurry()
	v.waitForText("Lenken virker ikke")
}

// TestCopying copies the supplier's number from the guide.
func TestCopying(t *testing.T) {
	t.Parallel()
	p := newPortal(t, few)
	v := open(t, desktop)
	v.goTo(p.GuestURL(p.tiger()))
	// The browser's own clipboard is the machine's. A headless window has none that can be read.
	eval[bool](v, `Object.defineProperty(navigator, "clipboard",
		{value: {writeText: async text => { window.copied = text }}}), true`)
	// The page shows the message for a moment only, so the window keeps that it was shown.
	eval[bool](v, `new MutationObserver(() => { window.said ||= document.body.innerText.includes("Kopiert") }).observe(
		document.querySelector("#copied"), {childList: true}), true`)
	v.clickOn(`.copy-value[data-value="897757222"]`)
	v.waitFor("the number to be copied", "window.copied === '897757222'")
	v.waitFor("the message", "window.said")
	v.screenshot(desktop, "guest copied")
	v.checkAccessibility(phone)
}

// hurry makes the page update now, as when the reader comes back to its window.
func (v *visit) hurry() {
	v.t.Helper()
	eval[bool](v, "document.dispatchEvent(new Event('visibilitychange'))")
}

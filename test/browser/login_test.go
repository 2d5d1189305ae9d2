//go:build browser

package browser

import "testing"

// TestLoginAndLogout logs in with the provider and out again, and tries to come back.
func TestLoginAndLogout(t *testing.T) {
	t.Parallel()
	p := newPortal(t, few)
	v := open(t, desktop)
	v.goTo(p.page(p.tiger()))
	v.waitFor("the login provider", "document.querySelector('#consultant-all')")
	v.clickOn("#" + consultant)
	v.waitForPath("/customers/" + tigerNamespace + "/" + tigerName) // the page that was opened first
	v.waitForText("Alf Alle")

	v.click("Logg ut")
	v.waitForText("Du er logget ut")
	v.screenshot(desktop, "after logout")
	v.goTo(p.page(p.tiger()))
	v.waitFor("the login provider", "document.querySelector('#consultant-all')")
	v.checkConsole(p, host(p.Issuer))
}

// TestRights logs in persons with different rights: each sees its own customers, and others' pages do not exist.
func TestRights(t *testing.T) {
	t.Parallel()
	p := newPortal(t, few)
	v := open(t, desktop)
	v.goTo(p.URL)
	v.clickOn("#" + nord)
	v.waitForText("Kunder")
	shown := eval[[]string](v, "[...document.querySelectorAll('.name')].map(a => new URL(a.href).pathname.split('/')[2])")
	if len(shown) == 0 {
		t.Error("the consultant of the north sees no customer")
	}
	for _, namespace := range shown {
		if namespace != "customers-nord" {
			t.Errorf("the consultant of the north sees a customer of %s", namespace)
		}
	}
	if status := v.goTo(p.page(p.tiger())); status != 404 {
		t.Errorf("the page of another namespace's customer has the HTTP status %d", status)
	}
	v.waitForText("Vi finner ikke siden")
}

// TestLanguage switches the language and stays on the page.
func TestLanguage(t *testing.T) {
	t.Parallel()
	p := newPortal(t, few)
	v := open(t, phone)
	v.goTo(p.GuestURL(p.tiger()))
	v.click("English")
	v.waitForText("not received yet")
	if lang := eval[string](v, "document.documentElement.lang"); lang != "en" {
		t.Errorf("the page's lang is %q", lang)
	}
	v.click("Norsk")
	v.waitForText("ikke mottatt ennå")
	v.checkConsole(p)
}

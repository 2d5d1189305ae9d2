// Package browser tests the portal in a real browser: looks, keyboard, accessibility, login, and what changes while a
// page is open. `make browser-test` runs it; its tests have the build tag browser.
package browser

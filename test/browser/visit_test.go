//go:build browser

package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// screen is what a person looks at.
type screen struct {
	name          string
	width, height int64
	dark          bool
}

var (
	desktop     = screen{name: "desktop", width: 1280, height: 900}
	desktopDark = screen{name: "desktop dark", width: 1280, height: 900, dark: true}
	phone       = screen{name: "phone", width: 360, height: 740}
	phoneDark   = screen{name: "phone dark", width: 360, height: 740, dark: true}
	// narrow is a phone of the least width that pages are made for, and a desktop at a zoom of 400 %.
	narrow = screen{name: "narrow", width: 320, height: 640}
)

// visit is a window of a browser that has no other window's cookies.
type visit struct {
	context.Context //nolint:containedctx // chromedp's context is the window.

	t *testing.T

	mu sync.Mutex
	// errors are what the console shows, and hosts those that the window sent requests to.
	errors []consoleError
	hosts  map[string]bool
}

// consoleError is what the console shows about an address, which is "" for a script's own errors.
type consoleError struct{ text, address string }

// open opens a window.
func open(t *testing.T, s screen) *visit {
	t.Helper()
	v := &visit{t: t, hosts: map[string]bool{}}
	window, end := chromedp.NewContext(chrome, chromedp.WithNewBrowserContext(), chromedp.WithListener(v.observe))
	t.Cleanup(end)
	limited, cancel := context.WithTimeout(window, 5*patience)
	t.Cleanup(cancel)
	v.Context = limited
	call(v, network.Enable, network.EnableParams{})
	call(v, runtime.Enable, cdp.Empty{})
	call(v, cdplog.Enable, cdp.Empty{})
	v.resize(s)
	call(v, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
		Headers: network.Headers{"Accept-Language": "nb-NO,nb;q=0.9"},
	})
	return v
}

// resize changes the size of the window, and light to dark.
func (v *visit) resize(s screen) {
	v.t.Helper()
	scheme := "light"
	if s.dark {
		scheme = "dark"
	}
	call(v, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	call(v, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: s.width, Height: s.height, DeviceScaleFactor: 1, Mobile: s.width < 500,
	})
}

// call runs a command of the browser's protocol.
func call[P, R any](v *visit, command cdp.Command[P, R], params P) R {
	v.t.Helper()
	result, err := chromedp.Call(v.Context, command, params)
	if err != nil {
		v.t.Fatal(err)
	}
	return result
}

// observe keeps what the console shows and where requests go.
func (v *visit) observe(event any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text + " " + e.ExceptionDetails.Exception.Description
		v.errors = append(v.errors, consoleError{text: text})
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			v.errors = append(v.errors, consoleError{text: fmt.Sprintf("console.%s: %v", e.Type, e.Args)})
		}
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError || e.Entry.Level == cdplog.EntryLevelWarning {
			v.errors = append(v.errors, consoleError{text: e.Entry.Text, address: e.Entry.URL})
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil {
			v.hosts[u.Host] = true
		}
	}
}

// goTo opens a page and returns its HTTP status.
func (v *visit) goTo(address string) int {
	v.t.Helper()
	status := 0
	waitFor(v.t, "a response for "+address, func() bool {
		response, err := chromedp.Run(v.Context, chromedp.NavigateResponse(address))
		if err != nil {
			v.t.Fatalf("opening %s: %v", address, err)
		}
		if response == nil { // chromedp took the end of an earlier page for this one's
			return false
		}
		status = int(response.Status)
		return true
	})
	return status
}

// eval returns the value of an expression.
func eval[T any](v *visit, expression string) T {
	v.t.Helper()
	result, err := chromedp.Run(v.Context, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatal(err)
	}
	return result
}

// waitForText waits until a page shows a text.
func (v *visit) waitForText(text string) {
	v.t.Helper()
	v.waitFor(fmt.Sprintf("the text %q", text), fmt.Sprintf("document.body.innerText.includes(%s)", quote(text)))
}

// waitFor waits until a page is loaded whole and an expression is true. Between two pages it is not.
func (v *visit) waitFor(what, expression string) {
	v.t.Helper()
	waitFor(v.t, what, func() bool {
		is, err := chromedp.Run(v.Context, chromedp.Evaluate[bool](
			fmt.Sprintf("document.readyState === 'complete' && Boolean(%s)", expression)))
		return err == nil && is
	})
}

// waitForPath waits until a page with a path is loaded.
func (v *visit) waitForPath(path string) {
	v.t.Helper()
	v.waitFor("the page "+path, "location.pathname === "+quote(path))
}

// press presses keys.
func (v *visit) press(keys string, options ...chromedp.KeyOption) {
	v.t.Helper()
	v.do(chromedp.KeyEvent(keys, options...))
}

// click clicks on what has a text.
func (v *visit) click(text string) {
	v.t.Helper()
	v.do(chromedp.Click(chromedp.Search(
		fmt.Sprintf(`//*[self::a or self::button or self::summary][contains(., %q)]`, text))))
}

// clickOn clicks on what a CSS selector selects.
func (v *visit) clickOn(selector string) {
	v.t.Helper()
	v.do(chromedp.Click(chromedp.CSS(selector)))
}

func (v *visit) do(action chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	if err := chromedp.Do(v.Context, action); err != nil {
		v.t.Fatal(err)
	}
}

// highest is the height of the highest pictures, in pixels.
const highest = 3200

// screenshot writes a picture of the whole page, or of its beginning if it is very high.
func (v *visit) screenshot(s screen, name string) {
	v.t.Helper()
	whole := s
	whole.height = min(max(s.height, eval[int64](v, "document.documentElement.scrollHeight")), highest)
	v.resize(whole)
	picture := call(v, page.CaptureScreenshot, page.CaptureScreenshotParams{OptimizeForSpeed: new(true)})
	if err := writeScreenshot(s.name+"/"+name, picture.Data); err != nil {
		v.t.Fatal(err)
	}
	v.resize(s)
}

// checkConsole fails if the console shows an error of the portal's pages, or a request went to a host that is neither
// the portal's nor one of those allowed.
func (v *visit) checkConsole(p *portal, allowed ...string) {
	v.t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, e := range v.errors {
		if e.address == "" || host(e.address) == p.host() {
			v.t.Errorf("the console shows: %s %s", e.text, e.address)
		}
	}
	for name := range v.hosts {
		if name != p.host() && !slices.Contains(allowed, name) {
			v.t.Errorf("a request went to %s", name)
		}
	}
}

// forget forgets what the console showed, as after a page whose HTTP status is an error, which Chromium shows.
func (v *visit) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.errors = nil
}

// violation is a fault that axe found.
type violation struct {
	ID, Help string
	Nodes    []struct{ HTML, FailureSummary string }
}

// checkAccessibility fails if axe finds a fault.
func (v *visit) checkAccessibility(s screen) {
	v.t.Helper()
	if !eval[bool](v, "'axe' in window") {
		eval[bool](v, axe+"; true")
	}
	found := eval[[]violation](v, `axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa",
		"best-practice"]}).then(r => r.violations.map(({id, help, nodes}) =>
		({id, help, nodes: nodes.map(({html, failureSummary}) => ({html, failureSummary}))})))`)
	for _, one := range found {
		v.t.Errorf("%s: %s: %s", s.name, one.ID, one.Help)
		for _, node := range one.Nodes {
			v.t.Logf("  %s\n  %s", node.HTML, node.FailureSummary)
		}
	}
}

// checkWidth fails if the page is wider than its window.
func (v *visit) checkWidth(s screen) {
	v.t.Helper()
	wide := eval[[]string](v, `[...document.querySelectorAll("body *")].filter(e => !e.closest(".hidden, .scroll") &&
		e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && e.checkVisibility()).map(e =>
		e.outerHTML.slice(0, 120))`)
	scroll := eval[int](v, "document.documentElement.scrollWidth - document.documentElement.clientWidth")
	if scroll > 0 {
		v.t.Errorf("%s: the page is %d px wider than the window, because of %q", s.name, scroll, wide)
	}
}

// addCookies adds cookies for an address.
func (v *visit) addCookies(address string, cookies []*http.Cookie) {
	v.t.Helper()
	for _, cookie := range cookies {
		if cookie.Value != "" {
			call(v, network.SetCookie, network.SetCookieParams{
				Name: cookie.Name, Value: cookie.Value, URL: address, HTTPOnly: new(true),
			})
		}
	}
}

// quote returns a text as JavaScript writes it.
func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(quoted)
}

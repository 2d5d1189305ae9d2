//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// window is a window of Chromium, which hack/chromium.sh installs.
type window struct {
	context.Context //nolint:containedctx // chromedp's context is the window.

	t       *testing.T
	address string // that goTo opened last
}

// openBrowser starts a browser without cookies, of a Norwegian reader. It ends with the step.
func openBrowser(t *testing.T) *window {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	limited, cancel := context.WithTimeout(allocator, 2*patience)
	t.Cleanup(cancel)
	opened, end := chromedp.NewContext(limited)
	t.Cleanup(end)
	_, err := chromedp.Call(opened, network.Enable, network.EnableParams{})
	must(t, err)
	_, err = chromedp.Call(opened, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
		Headers: network.Headers{"Accept-Language": "nb-NO,nb;q=0.9"},
	})
	must(t, err)
	return &window{Context: opened, t: t}
}

// notReached are the errors of a page that is opened again. On a busy machine the browser stops waiting for a name
// before CoreDNS returns it, and kube-proxy learns the pods of a Service after they are ready. A new pod's interface on
// the node makes the browser abort all its requests.
var notReached = regexp.MustCompile(
	`net::ERR_(NAME_NOT_RESOLVED|CONNECTION_REFUSED|ADDRESS_UNREACHABLE|NETWORK_CHANGED)`)

// goTo opens a page and returns its HTTP status.
func (w *window) goTo(address string) int {
	w.t.Helper()
	w.address = address
	status := 0
	await(w.t, func() string {
		response, err := chromedp.Run(w.Context, chromedp.NavigateResponse(address))
		if err != nil && notReached.MatchString(err.Error()) {
			return err.Error()
		}
		if err != nil {
			w.t.Fatalf("opening %s: %v", address, err)
		}
		if response == nil { // chromedp took the end of an earlier page for this one's
			return "a response for " + address
		}
		status = int(response.Status)
		return ""
	})
	return status
}

// click clicks on what a CSS selector selects, and waits for the page that it leads to. If that page is not reached, it
// begins again at the address that goTo opened last, unless the page there shows that the click had its effect: it no
// longer has what was clicked on, or has it disabled.
func (w *window) click(selector string) {
	w.t.Helper()
	await(w.t, func() string {
		eval[int](w, "window.isLeft = 1")
		must(w.t, chromedp.Do(w.Context, chromedp.Click(chromedp.CSS(selector))))
		w.waitFor("!window.isLeft")
		if eval[string](w, "location.protocol") != "chrome-error:" {
			return ""
		}
		text := eval[string](w, "document.body.innerText")
		w.goTo(w.address)
		if !eval[bool](w, fmt.Sprintf("document.querySelector(%q)?.disabled === false", selector)) {
			return ""
		}
		return "after a click on " + selector + ": " + text
	})
}

// eval returns the value of an expression.
func eval[T any](w *window, expression string) T {
	w.t.Helper()
	value, err := chromedp.Run(w.Context, chromedp.Evaluate[T](expression))
	must(w.t, err)
	return value
}

// waitForText waits until a page shows a text.
func (w *window) waitForText(text string) {
	w.t.Helper()
	quoted, err := json.Marshal(text)
	must(w.t, err)
	w.waitFor(fmt.Sprintf("document.body.innerText.includes(%s)", quoted))
}

// waitFor waits until a page is loaded whole and an expression is true, and returns how long that took.
func (w *window) waitFor(expression string) time.Duration {
	w.t.Helper()
	return await(w.t, func() string {
		is, err := chromedp.Run(w.Context, chromedp.Evaluate[bool](
			fmt.Sprintf("document.readyState === 'complete' && Boolean(%s)", expression)))
		if err == nil && is {
			return ""
		}
		text, _ := chromedp.Run(w.Context, chromedp.Evaluate[string]("location.href + ': ' + document.body?.innerText"))
		return fmt.Sprintf("%s (%v) at %s", expression, err, text)
	})
}

package portal

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// startWithOne starts a portal with one customer, and returns the address of its own page.
func startWithOne(t *testing.T, o Options) (w *World, address string) {
	t.Helper()
	w = Start(t, o)
	w.Cluster.PutSupplier(supplier())
	c := customer("customers", "tiger", "310330701")
	w.Cluster.Put(c)
	address = w.GuestURL(c)
	return w, address
}

// TestGuestPage shows a customer its own page, in both languages, with no header and no text for others.
func TestGuestPage(t *testing.T) {
	w, address := startWithOne(t, Options{})
	for name, tc := range map[string]struct {
		language string
		has      []string
	}{
		"Norwegian": {language: "nb-NO,nb;q=0.9,en;q=0.5", has: []string{`lang="nb"`, "310 330 701", "4HUMAN HRM AS"}},
		"default":   {language: "", has: []string{`lang="nb"`}},
		"other":     {language: "fr", has: []string{`lang="nb"`}},
		"English":   {language: "en-GB", has: []string{`lang="en"`, "310 330 701"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept-Language", tc.language)
			got := w.Do(w.Browser(), r)
			if got.Status != http.StatusOK {
				t.Fatalf("got %d", got.Status)
			}
			// The condition's message is for consultants.
			checkBody(t, name, strings.ReplaceAll(got.Body, "&nbsp;", " "), tc.has, []string{
				"The customer has not delegated.", "AwaitingDelegation", "customers/tiger",
			})
		})
	}
}

// TestWrongLinks compares the responses to links that are wrong, revoked or of a deleted customer: they are the same.
func TestWrongLinks(t *testing.T) {
	w, address := startWithOne(t, Options{})
	wrong := w.Get(w.Browser(), w.URL+"/g/"+strings.Repeat("A", 43))
	if wrong.Status != http.StatusNotFound {
		t.Fatalf("got %d, want 404", wrong.Status)
	}
	shape := func(p *Page) string {
		token := p.URL[strings.LastIndex(p.URL, "/")+1:]
		p.Header.Del("Date")
		p.Header.Del("Content-Length")
		header, err := json.Marshal(p.Header)
		if err != nil {
			t.Fatal(err)
		}
		return string(header) + strings.ReplaceAll(p.Body, token, "TOKEN")
	}
	want := shape(wrong)
	tiger := types.NamespacedName{Namespace: "customers", Name: "tiger"}
	for name, revoke := range map[string]func(w *World){
		"another revision": func(w *World) {
			c := w.Cluster.Customer(tiger.Namespace, tiger.Name)
			c.Annotations = map[string]string{v1alpha1.AnnotationLinkRevision: "2"}
			w.Cluster.Put(c)
		},
		"another key": func(w *World) { w.RotateLinks() },
		"deleted":     func(w *World) { w.Cluster.Remove(tiger) },
		"created again": func(w *World) {
			c := w.Cluster.Customer(tiger.Namespace, tiger.Name)
			c.UID = "other"
			w.Cluster.Put(c)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, address := startWithOne(t, Options{})
			if got := w.Get(w.Browser(), address); got.Status != http.StatusOK {
				t.Fatalf("before: %d", got.Status)
			}
			revoke(w)
			if diff := cmp.Diff(want, shape(w.Get(w.Browser(), address))); diff != "" {
				t.Errorf("another response than for a wrong link (-wrong +got):\n%s", diff)
			}
			if got := w.Post(w.Browser(), address+"/check", nil); got.Status != http.StatusNotFound || len(w.Cluster.Patches()) > 0 {
				t.Errorf("the button: %d", got.Status)
			}
			if c := w.Cluster.Customer(tiger.Namespace, tiger.Name); c != nil {
				if got := w.Get(w.Browser(), w.GuestURL(c)); got.Status != http.StatusOK {
					t.Errorf("the new link: %d", got.Status)
				}
			}
		})
	}
	if strings.Contains(w.Log(), address[strings.LastIndex(address, "/")+1:]) || strings.Contains(w.Log(), "tiger") {
		t.Error("the log has a link or a name")
	}
}

// TestCheckNow requests a verification by one annotation, at most once a minute. Until the operator has handled it, the
// page shows that it is running.
func TestCheckNow(t *testing.T) {
	w, address := startWithOne(t, Options{})
	b := w.Browser()
	got := w.Post(b, address+"/check", nil)
	if got.URL != address || got.Status != http.StatusOK {
		t.Errorf("at %s: %d", got.URL, got.Status)
	}
	for range 3 {
		w.Post(w.Browser(), address+"/check", nil)
	}
	patches := w.Cluster.Patches()
	if len(patches) != 1 {
		t.Fatalf("%d patches, want one: %v", len(patches), patches)
	}
	var patch map[string]any
	if err := json.Unmarshal([]byte(patches[0]), &patch); err != nil {
		t.Fatal(err)
	}
	c := w.Cluster.Customer("customers", "tiger")
	at := c.Annotations[v1alpha1.AnnotationReconcileRequestedAt]
	metadata, _ := patch["metadata"].(map[string]any)
	delete(metadata, "resourceVersion")
	want := map[string]any{"metadata": map[string]any{
		"annotations": map[string]any{v1alpha1.AnnotationReconcileRequestedAt: at},
	}}
	if diff := cmp.Diff(want, patch); diff != "" {
		t.Errorf("the patch (-want +got):\n%s", diff)
	}
	running := w.Get(b, address)
	c.Status.LastHandledReconcileAt = at
	w.Cluster.Put(c)
	answered := w.Get(b, address)
	if running.Header.Get("ETag") == answered.Header.Get("ETag") {
		t.Error("the page is the same before and after the answer")
	}
	w.Advance(time.Minute)
	w.Post(b, address+"/check", nil)
	if n := len(w.Cluster.Patches()); n != 2 {
		t.Errorf("after a minute: %d patches, want 2", n)
	}
}

// TestConsultantsAndGuestsShareTheMinute verifies that one request a minute is one of all people.
func TestConsultantsAndGuestsShareTheMinute(t *testing.T) {
	w := startWithTwo(t, Options{})
	b := w.Browser()
	w.LogIn(b, "consultant-nord", "/")
	got := w.Post(b, "/customers/customers-nord/tiger/check", nil)
	if got.Path() != "/customers/customers-nord/tiger" || got.Status != http.StatusOK {
		t.Errorf("at %s: %d", got.URL, got.Status)
	}
	w.Post(w.Browser(), w.GuestURL(w.Cluster.Customer("customers-nord", "tiger"))+"/check", nil)
	if n := len(w.Cluster.Patches()); n != 1 {
		t.Errorf("%d patches, want one", n)
	}
	if got := w.Post(b, "/customers/customers-vest/elg/check", nil); got.Status != http.StatusNotFound {
		t.Errorf("a customer that the person may not see: %d", got.Status)
	}
	if n := len(w.Cluster.Patches()); n != 1 {
		t.Errorf("%d patches, want one", n)
	}
}

// TestCheckFails verifies that the page reports a refusal of the API server.
func TestCheckFails(t *testing.T) {
	w, address := startWithOne(t, Options{})
	w.Cluster.Break(http.ErrServerClosed)
	if got := w.Post(w.Browser(), address+"/check", nil); got.Status != http.StatusServiceUnavailable {
		t.Errorf("got %d", got.Status)
	}
}

// TestReceived verifies that the page turns from waiting to received, and then has no button and no toggle.
func TestReceived(t *testing.T) {
	w, address := startWithOne(t, Options{})
	before := w.Get(w.Browser(), address)
	checkBody(t, "waiting", before.Body, []string{address[len(w.URL):] + "/check", "?live=off"}, []string{`data-state="Received"`})
	c := w.Cluster.Customer("customers", "tiger")
	now := metav1.NewTime(w.Now().Truncate(time.Second))
	c.Status.Services[0].Authorization.State = v1alpha1.AuthorizationGranted
	c.Status.Services[0].Authorization.Reason = v1alpha1.ReasonDelegated
	c.Status.Services[0].Authorization.Since = &now
	c.Status.Conditions[0].Reason = v1alpha1.ReasonSyncPending
	w.Cluster.Put(c)
	after := w.Get(w.Browser(), address)
	checkBody(t, "received", after.Body, []string{`data-state="Received"`}, []string{"/check", "live=off"})
}

// TestNotModified sends a page that has not changed once.
func TestNotModified(t *testing.T) {
	w, address := startWithOne(t, Options{Now: func() time.Time { return time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC) }})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	first := w.Do(w.Browser(), r)
	r.Header.Set("If-None-Match", first.Header.Get("ETag"))
	if got := w.Do(w.Browser(), r); got.Status != http.StatusNotModified || got.Body != "" {
		t.Errorf("got %d with %d bytes", got.Status, len(got.Body))
	}
}

// TestRateLimit limits each client address over all pages, and reads X-Forwarded-For of trusted proxies only.
func TestRateLimit(t *testing.T) {
	for name, tc := range map[string]struct {
		reason    string
		proxies   []string
		forwarded func(i int) string
		limited   bool
	}{
		"direct": {
			reason: "one address guesses", forwarded: func(int) string { return "" }, limited: true,
		},
		"forged": {
			reason:    "a client cannot choose its address",
			forwarded: func(i int) string { return "10.0.0." + string(rune('1'+i%9)) },
			limited:   true,
		},
		"proxy, one client": {
			reason: "one client behind a proxy guesses", proxies: []string{"127.0.0.0/8"},
			forwarded: func(int) string { return "203.0.113.7" }, limited: true,
		},
		"proxy, forged hops": {
			reason: "what the client wrote before the proxy's own hop does not count", proxies: []string{"127.0.0.0/8"},
			forwarded: func(i int) string { return "198.51.100." + string(rune('1'+i%9)) + ", 203.0.113.7" }, limited: true,
		},
		"proxy, many clients": {
			reason: "many clients behind a proxy each have their own limit", proxies: []string{"127.0.0.0/8"},
			forwarded: func(i int) string { return "203.0.113." + string(rune('1'+i%9)) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
			w, address := startWithOne(t, Options{Proxies: tc.proxies, Now: func() time.Time { return now }})
			limited := false
			var last *Page
			for i := range 100 {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+"/g/"+strings.Repeat("B", 43), http.NoBody)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("X-Forwarded-For", tc.forwarded(i))
				last = w.Do(http.DefaultClient, r)
				limited = limited || last.Status == http.StatusTooManyRequests
			}
			if limited != tc.limited {
				t.Errorf("%s: limited %t, want %t", tc.reason, limited, tc.limited)
			}
			if limited && last.Header.Get("Retry-After") == "" {
				t.Errorf("%s: no Retry-After", tc.reason)
			}
			if !tc.limited {
				return
			}
			now = now.Add(10 * time.Second)
			if got := w.Get(w.Browser(), address); got.Status != http.StatusOK && tc.proxies == nil {
				t.Errorf("later: %d", got.Status)
			}
		})
	}
}

// TestForeignForms refuses forms of other sites, and of browsers' frames.
func TestForeignForms(t *testing.T) {
	w, address := startWithOne(t, Options{})
	for name, tc := range map[string]struct {
		header map[string]string
		status int
	}{
		"other site":   {header: map[string]string{"Sec-Fetch-Site": "cross-site"}, status: http.StatusForbidden},
		"same site":    {header: map[string]string{"Sec-Fetch-Site": "same-site"}, status: http.StatusForbidden},
		"other origin": {header: map[string]string{"Origin": "https://evil.example"}, status: http.StatusForbidden},
		"own":          {header: map[string]string{"Sec-Fetch-Site": "same-origin"}, status: http.StatusSeeOther},
		"own origin":   {header: map[string]string{"Origin": w.URL}, status: http.StatusSeeOther},
	} {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{address + "/check", w.URL + "/logout", w.URL + "/language"} {
				form := strings.NewReader(url.Values{"language": {"en"}, "return": {"/"}}.Encode())
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, path, form)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				for key, value := range tc.header {
					r.Header.Set(key, value)
				}
				b := w.Browser()
				b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
				if got := w.Do(b, r); got.Status != tc.status {
					t.Errorf("%s: got %d, want %d", path, got.Status, tc.status)
				}
			}
		})
	}
}

// TestLanguage keeps the language that a person chose, and comes back to the page.
func TestLanguage(t *testing.T) {
	w, address := startWithOne(t, Options{NoLogin: true})
	b := w.Browser()
	got := w.Post(b, "/language", url.Values{"language": {"en"}, "return": {address[len(w.URL):]}})
	if got.URL != address || !strings.Contains(got.Body, `lang="en"`) {
		t.Errorf("at %s", got.URL)
	}
	got = w.Post(b, "/language", url.Values{"language": {"x\r\nSet-Cookie: a=b"}, "return": {"https://evil.example/"}})
	if !strings.HasPrefix(got.URL, w.URL+"/") || strings.HasPrefix(got.URL, "https://evil") {
		t.Errorf("at %s", got.URL)
	}
}

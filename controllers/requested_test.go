package controllers

import (
	"strings"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
)

func TestRequestOf(t *testing.T) {
	long := strings.Repeat("x", maxRequest+1)
	hashed := requestOf(makeCustomer().requested(long).s.customer, "", "")
	cases := map[string]struct {
		reason  string
		value   string // "": no annotation
		handled string
		pending string
		want    string
	}{
		"none":          {"nobody asks", "", "", "", ""},
		"new":           {"somebody asks", "one", "", "", "one"},
		"handled":       {"somebody was told", "one", "one", "", ""},
		"newer":         {"somebody asks again", "two", "one", "", "two"},
		"removed":       {"nobody asks any more", "", "one", "", ""},
		"stripped":      {"it was seen before a GitOps engine removed it", "", "one", "two", "two"},
		"reverted":      {"git has the one before", "one", "one", "two", "two"},
		"replaced":      {"the last one counts", "three", "one", "two", "three"},
		"recorded":      {"it is seen once more", "two", "one", "two", "two"},
		"longest":       {"the status holds it as it is", long[1:], "", "", long[1:]},
		"too-long":      {"the status could not hold it", long, "", "", hashed},
		"long-handled":  {"its hash is what was handled", long, hashed, "", ""},
		"another-one":   {"another value has another hash", long + "y", hashed, "", requestOf(makeCustomer().requested(long+"y").s.customer, "", "")},
		"hash-as-value": {"whoever writes the hash itself asks for the same", hashed, hashed, "", ""},
	}
	for name, c := range cases {
		b := makeCustomer()
		if c.value != "" {
			b = b.requested(c.value)
		}
		got := requestOf(b.s.customer, c.handled, c.pending)
		if got != c.want {
			t.Errorf("%s: %s: %q, want %q", name, c.reason, got, c.want)
		}
		if len(got) > maxRequest {
			t.Errorf("%s: %d characters, which the status cannot hold", name, len(got))
		}
	}
	if !strings.HasPrefix(hashed, "sha256:") || len(hashed) != len("sha256:")+64 {
		t.Errorf("a long value is stood for by %q", hashed)
	}
}

// TestRecordRequest sees what a status says of requests.
func TestRecordRequest(t *testing.T) {
	cases := map[string]struct {
		reason           string
		requested        string
		isHandled        bool
		handled, pending string
		mayReplace       bool
		want             string // handled, pending
	}{
		"none":        {"nothing is open", "", false, "a", "", true, "a, "},
		"answered":    {"one write tells both", "b", true, "a", "", true, "b, "},
		"seen":        {"it is recorded at once, for it may be stripped", "b", false, "a", "", false, "a, b"},
		"still-open":  {"nothing is written again", "b", false, "a", "b", false, "a, b"},
		"replaced":    {"the last one is recorded", "c", false, "a", "b", true, "a, c"},
		"storm":       {"but not four times a second", "c", false, "a", "b", false, "a, b"},
		"storm-ended": {"the last value is acknowledged, whatever was recorded", "c", true, "a", "b", false, "c, "},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			handled, pending := recordRequest(c.requested, c.isHandled, c.handled, c.pending, c.mayReplace)
			if got := handled + ", " + pending; got != c.want {
				t.Errorf("%s: %q, want %q", c.reason, got, c.want)
			}
		})
	}
}

// TestCauseOutlivesItsHandling sees that a refused proof that somebody requested is not made again at the next pass, when
// the request has been acknowledged.
func TestCauseOutlivesItsHandling(t *testing.T) {
	b := makeSupplier().with(func(s *supplierScope) {
		s.guard = makeGuardOf(t, testKey, always(maskinporten.ClassKeyExpired, 0))
		s.supplier.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: "now"}
	})
	if !proofDue(b.s) {
		t.Fatal("a requested proof is not due")
	}
	_ = b.s.guard.Prove(t.Context(), b.s.cause(), services.ScopeFollowUpPlans)
	b = b.proved(maskinporten.ClassKeyExpired)
	b.s.supplier.Status = supplierStatus(b.s)
	if b.s.supplier.Status.LastHandledReconcileAt != "now" {
		t.Fatal("a refusal is an answer")
	}
	if proofDue(b.s) {
		t.Error("the same proof is due again at once")
	}
	b.s.supplier.Annotations[v1alpha1.AnnotationReconcileRequestedAt] = "later"
	if !proofDue(b.s) {
		t.Error("the next request has to wait")
	}
}

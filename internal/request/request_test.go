package request

import (
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const requestedAt = v1alpha1.AnnotationReconcileRequestedAt

// requesting returns an object whose annotation has a value, or that has none.
func requesting(value string) client.Object {
	o := &v1alpha1.CustomerIntegration{}
	if value != "" {
		o.Annotations = map[string]string{requestedAt: value, "other": "value"}
	}
	return o
}

func TestRequestOf(t *testing.T) {
	long := strings.Repeat("x", MaxRequest+1)
	hashed := Of(requesting(long), requestedAt, "", "")
	cases := map[string]struct {
		reason  string
		value   string // "": no annotation
		handled string
		pending string
		want    string
	}{
		"none":          {"no request", "", "", "", ""},
		"new":           {"a new request", "one", "", "", "one"},
		"handled":       {"it was handled", "one", "one", "", ""},
		"newer":         {"another request", "two", "one", "", "two"},
		"removed":       {"the annotation was removed", "", "one", "", ""},
		"stripped":      {"it was seen before a GitOps engine removed it", "", "one", "two", "two"},
		"reverted":      {"git has the one before", "one", "one", "two", "two"},
		"replaced":      {"the last one counts", "three", "one", "two", "three"},
		"recorded":      {"it is seen once more", "two", "one", "two", "two"},
		"longest":       {"the status holds it as it is", long[1:], "", "", long[1:]},
		"too-long":      {"the status could not hold it", long, "", "", hashed},
		"long-handled":  {"its hash is what was handled", long, hashed, "", ""},
		"another-one":   {"another value has another hash", long + "y", hashed, "", Of(requesting(long+"y"), requestedAt, "", "")},
		"hash-as-value": {"the hash itself is the same request", hashed, hashed, "", ""},
	}
	for name, c := range cases {
		got := Of(requesting(c.value), requestedAt, c.handled, c.pending)
		if got != c.want {
			t.Errorf("%s: %s: %q, want %q", name, c.reason, got, c.want)
		}
		if len(got) > MaxRequest {
			t.Errorf("%s: %d characters, which the status cannot hold", name, len(got))
		}
	}
	if !strings.HasPrefix(hashed, "sha256:") || len(hashed) != len("sha256:")+64 {
		t.Errorf("a long value is stood for by %q", hashed)
	}
}

// TestRecordRequest verifies what a status records of requests.
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
			handled, pending := Record(c.requested, c.isHandled, c.handled, c.pending, c.mayReplace)
			if got := handled + ", " + pending; got != c.want {
				t.Errorf("%s: %q, want %q", c.reason, got, c.want)
			}
		})
	}
}

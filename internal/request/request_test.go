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
		"none":    {reason: "no request"},
		"new":     {reason: "a new request", value: "one", want: "one"},
		"handled": {reason: "it was handled", value: "one", handled: "one"},
		"newer":   {reason: "another request", value: "two", handled: "one", want: "two"},
		"removed": {reason: "the annotation was removed", handled: "one"},
		"stripped": {
			reason: "it was seen before a GitOps engine removed it", handled: "one", pending: "two", want: "two",
		},
		"reverted":     {reason: "git has the one before", value: "one", handled: "one", pending: "two", want: "two"},
		"replaced":     {reason: "the last one counts", value: "three", handled: "one", pending: "two", want: "three"},
		"recorded":     {reason: "it is seen once more", value: "two", handled: "one", pending: "two", want: "two"},
		"longest":      {reason: "the status holds it as it is", value: long[1:], want: long[1:]},
		"too-long":     {reason: "the status could not hold it", value: long, want: hashed},
		"long-handled": {reason: "its hash is what was handled", value: long, handled: hashed},
		"another-one": {
			reason: "another value has another hash", value: long + "y", handled: hashed,
			want: Of(requesting(long+"y"), requestedAt, "", ""),
		},
		"hash-as-value": {reason: "the hash itself is the same request", value: hashed, handled: hashed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := Of(requesting(c.value), requestedAt, c.handled, c.pending)
			if got != c.want {
				t.Errorf("%s: %s: %q, want %q", name, c.reason, got, c.want)
			}
			if len(got) > MaxRequest {
				t.Errorf("%s: %d characters, which the status cannot hold", name, len(got))
			}
		})
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
		"none": {reason: "nothing is open", handled: "a", mayReplace: true, want: "a, "},
		"answered": {
			reason: "one write tells both", requested: "b", isHandled: true, handled: "a", mayReplace: true, want: "b, ",
		},
		"seen": {
			reason: "it is recorded at once, for it may be stripped", requested: "b", handled: "a", want: "a, b",
		},
		"still-open": {reason: "nothing is written again", requested: "b", handled: "a", pending: "b", want: "a, b"},
		"replaced": {
			reason: "the last one is recorded", requested: "c", handled: "a", pending: "b", mayReplace: true, want: "a, c",
		},
		"storm": {reason: "but not four times a second", requested: "c", handled: "a", pending: "b", want: "a, b"},
		"storm-ended": {
			reason: "the last value is acknowledged, whatever was recorded", requested: "c", isHandled: true, handled: "a",
			pending: "b", want: "c, ",
		},
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

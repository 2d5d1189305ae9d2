package naming

import (
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// TestChild verifies the names on existing clusters: other names would leave the old objects behind.
func TestChild(t *testing.T) {
	cases := map[string]struct {
		reason      string
		integration string
		service     v1alpha1.ServiceName
		want        string
	}{
		"plans": {
			reason: "a usual name", integration: "dynamisk-altetende-tiger",
			service: v1alpha1.ServiceFollowUpPlans, want: "dynamisk-altetende-tiger-plans-88dda638",
		},
		"sick-notes": {
			reason: "the service is part of the name", integration: "dynamisk-altetende-tiger",
			service: v1alpha1.ServiceSickNotes, want: "dynamisk-altetende-tiger-sick-notes-b2dabb6c",
		},
		"custom": {
			reason:      "the beginning of the name of another service, without a hyphen at its end",
			integration: "dynamisk-altetende-tiger", service: "NetRegistrationForNVDB",
			want: "dynamisk-altetende-tiger-net-registra-e92b5c47",
		},
		"long": {
			reason:      "the hash is of the whole name",
			integration: strings.Repeat("a", 63),
			service:     v1alpha1.ServiceSickNotes,
			want:        strings.Repeat("a", 30) + "-sick-notes-93be816e",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := Child(c.integration, c.service); got != c.want {
				t.Errorf("%s: %s is %s, want %s", name, c.reason, got, c.want)
			}
		})
	}
}

// TestNamesAreNames verifies that names are valid in Kubernetes, and unique.
func TestNamesAreNames(t *testing.T) {
	seen := map[string]string{}
	for _, integration := range []string{
		"a", strings.Repeat("a", 63), strings.Repeat("a", 62) + "b",
		strings.Repeat("a-", 31) + "a", "a-plans",
	} {
		for _, service := range append(services.Names(), "NetRegistration", "A", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCD") {
			child := Child(integration, service)
			if problems := validation.IsDNS1123Label(child); len(problems) > 0 || len(child) > 52 {
				t.Errorf("%s (%d characters): %v", child, len(child), problems)
			}
			if other, twice := seen[child]; twice {
				t.Errorf("%s is the name of %s and %s", child, other, integration)
			}
			seen[child] = integration
			job := FirstJob(integration, service, time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
			if problems := validation.IsDNS1123Label(job); len(problems) > 0 || !strings.HasPrefix(job, child) {
				t.Errorf("%s: %v", job, problems)
			}
		}
	}
}

// TestFirstJobIsNamedByTheTransition verifies that a transition's name is the same in every time zone, and unique.
func TestFirstJobIsNamedByTheTransition(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	name := func(since time.Time) string {
		return FirstJob("tiger", v1alpha1.ServiceFollowUpPlans, since)
	}
	if name(at) != name(at.In(time.FixedZone("Oslo", 3600))) {
		t.Error("the name depends on the time zone")
	}
	if name(at) == name(at.Add(time.Second)) {
		t.Error("two transitions have one name")
	}
}

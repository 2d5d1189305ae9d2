package supplier

import (
	"strings"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// spoilSchedule makes the schedule of the Supplier's first service invalid.
func spoilSchedule(s *gathered) { s.supplier.Spec.Services[0].Schedule = "*/90 * * * *" }

// TestInvalidScheduleIsReported verifies what a Supplier reports of an invalid schedule: the field and the service,
// with every service still available. A fault of the credentials ranks before it, and it casts no doubt on them.
func TestInvalidScheduleIsReported(t *testing.T) {
	guard := fixture.Guard(t)
	armed := func() supplierBuilder { return makeSupplier().with(func(s *gathered) { s.guard = guard }) }
	cases := map[string]struct {
		reason string
		pass   supplierBuilder
		ready  string
		parts  []string // of the message
	}{
		"proved": {
			reason: "nothing else is wrong",
			pass:   armed().proved("").with(spoilSchedule), ready: v1alpha1.ReasonInvalidSchedule,
		},
		"custom": {
			reason: "a service of the Supplier's own",
			pass: armed().proved("").with(func(s *gathered) {
				own := fixture.NetRegistration()
				own.Custom.Schedule = "*/90 * * * *"
				s.supplier.Spec.Services = append(s.supplier.Spec.Services, own)
			}),
			ready: v1alpha1.ReasonInvalidSchedule,
			parts: []string{"NetRegistration: ", "spec.services[2].custom.schedule", "*/90"},
		},
		"once more": {
			reason: "it stays",
			pass:   armed().after(armed().proved("").with(spoilSchedule)).with(spoilSchedule),
			ready:  v1alpha1.ReasonInvalidSchedule,
		},
		"corrected": {
			reason: "it ends without a proof",
			pass:   armed().after(armed().proved("").with(spoilSchedule)), ready: v1alpha1.ReasonCredentialsProved,
		},
		"key expired": {
			reason: "no customer is verified",
			pass:   armed().proved(maskinporten.ClassKeyExpired).with(spoilSchedule), ready: v1alpha1.ReasonKeyExpired,
		},
		"outage": {
			reason: "an outage changes nothing of it",
			pass: armed().after(armed().proved("").with(spoilSchedule)).
				proved(maskinporten.ClassServerError).with(spoilSchedule),
			ready: v1alpha1.ReasonInvalidSchedule,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			status := statusOf(tc.pass.s.readGuard())
			var ready, message string
			for _, c := range status.Conditions {
				if c.Type == v1alpha1.ConditionReady {
					ready, message = c.Reason, c.Message
				}
			}
			if ready != tc.ready {
				t.Fatalf("%s: Ready has the reason %s, want %s: %s", tc.reason, ready, tc.ready, message)
			}
			if ready != v1alpha1.ReasonInvalidSchedule {
				return
			}
			if tc.parts == nil {
				tc.parts = []string{string(fixture.FollowUpPlans) + ": ", "spec.services[0].schedule", "*/90"}
			}
			for _, part := range tc.parts {
				if !strings.Contains(message, part) {
					t.Errorf("the message lacks %q: %s", part, message)
				}
			}
			for _, known := range status.Services {
				if known.Reason == v1alpha1.ReasonSupplierNotReady || known.Reason == v1alpha1.ReasonInvalidSchedule {
					t.Errorf("%s is not available: %s", known.Name, known.Reason)
				}
			}
			if !reportsProof(status.Conditions) {
				t.Error("the credentials are proved every minute")
			}
		})
	}
}

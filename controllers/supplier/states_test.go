package supplier

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// supplierStates are all states that a Supplier can be in.
func supplierStates(t *testing.T) map[string]supplierBuilder {
	t.Helper()
	guard := fixture.Guard(t)
	armed := func() supplierBuilder { return makeSupplier().with(func(s *gathered) { s.guard = guard }) }
	states := map[string]supplierBuilder{
		"never-asked":        armed(),
		"credentials-proved": armed().proved(""),
		"suspended":          armed().after(armed().proved("")).with(func(s *gathered) { s.supplier.Spec.Suspend = true }),
		"emergency-stop": armed().after(armed().proved("")).with(func(s *gathered) {
			s.stop = &entitlement.Block{
				Reason: v1alpha1.ReasonEmergencyStop, Message: "Emergency stop: the signing key has leaked, INC-4711. Access is not " +
					"verified and no jobs run. To end it: kubectl delete configmap integration-operator-emergency-stop -n " +
					"integration-operator-system",
			}
		}),
		"outage-after-proof": armed().after(armed().proved("")).proved(maskinporten.ClassServerError),
		"customers-mismatch": armed().after(armed().proved("")).
			with(func(s *gathered) { s.complaint = maskinporten.ClassTokenMismatch }),
		"schedule-invalid":      armed().proved("").with(spoilSchedule),
		"system-not-configured": armed().proved("").with(func(s *gathered) { s.supplier.Spec.SystemUser.SystemID = "" }),
		"customers-failing":     armed().after(armed().proved("")).with(customersFail),
		"altinn-outage":         armed().proved("").with(func(s *gathered) { s.altinnFault = altinn.ClassUnreachable }),
		"customers-not-asked": armed().after(armed().proved("")).
			with(func(s *gathered) { s.complaint = maskinporten.ClassScopeNotGranted }),
		"key-not-found": makeSupplier().with(func(s *gathered) {
			s.config = &authority.ConfigurationError{
				Reason: v1alpha1.ReasonKeyNotFound,
				Message: "Secret maskinporten-key does not exist in namespace integration-operator-system. Create it with " +
					"the private key under \"key.jwk\".",
			}
		}),
		"key-invalid": makeSupplier().with(func(s *gathered) {
			s.config = &authority.ConfigurationError{
				Reason: v1alpha1.ReasonKeyInvalid,
				Message: "The private key in Secret maskinporten-key under \"key.jwk\" cannot be used: " +
					maskinporten.KeyTooShort.Error() + ". Then set spec.maskinporten.keyID, which PEM needs, and put it into " +
					"the Secret: kubectl patch secret maskinporten-key -n integration-operator-system " +
					`-p "{\"data\":{\"key.jwk\":\"$(base64 < key.pem | tr -d '\n')\"}}"`,
			}
		}),
		"configuration-invalid": makeSupplier().with(func(s *gathered) {
			s.config = &authority.ConfigurationError{
				Reason: v1alpha1.ReasonConfigurationInvalid,
				Message: "spec.maskinporten has both keyID and certificateSecretRef. Remove keyID, because grants name the " +
					"certificate in its place.",
			}
		}),
	}
	for _, row := range condition.Rows() {
		reason := row.Reason
		if condition.OfSystem(reason) && reason != v1alpha1.ReasonSystemUserNotConfigured {
			states["told-"+fixture.Kebab(reason)] = armed().proved("").with(func(s *gathered) { s.system = reason })
		}
	}
	inaccessible := armed().proved("").with(func(s *gathered) { s.inaccessible = []string{"customers-east"} })
	states["namespace-rights-missing"] = inaccessible
	states["namespace-rights-exist"] = armed().after(inaccessible).proved("")
	for name, c := range map[string]census{
		"pods-not-starting": {starts: startCount{
			runCount: runCount{ended: 12, failed: 11}, causes: map[string]int{"ImagePullBackOff": 9, "Unschedulable": 2},
		}},
		"hrm-hosts-missing": {blocked: blockCounts{hrm: blockCount{all: 4, blocked: 3}}},
		"services-removed": {blocked: blockCounts{removed: map[v1alpha1.ServiceName]blockCount{
			"SickPayApplications": {all: 3, blocked: 3}, "SickNotes": {all: 5, blocked: 4},
			"FollowUpPlans": {all: 1, blocked: 1},
		}}},
		"hrm-systems-missing": {blocked: blockCounts{withoutHRM: map[v1alpha1.ServiceName]blockCount{
			"NetRegistration": {all: 9, blocked: 3}, "IncomeReports": {all: 9, blocked: 2},
		}}},
	} {
		begun := armed().after(armed().proved("")).with(func(s *gathered) { s.census = &c })
		states[name] = begun
		states[name+"-no-more"] = armed().after(begun).with(func(s *gathered) { s.census = &census{} })
	}
	states["many-withdrawals"] = armed().after(armed().proved("")).with(func(s *gathered) {
		s.census = &census{
			buckets: map[bucket]int32{
				bucketGranted: 180, bucketWaiting: 5, bucketWithdrawn: 11,
				bucketUnknown: 4,
			}, total: 200, lost: 11,
		}
	})
	interrupted := func(outdated int32) supplierBuilder {
		return armed().proved("").with(func(s *gathered) {
			s.supplier.Status.InterruptedTime = &metav1.Time{Time: fixture.Noon.Add(-time.Minute)}
			s.census = &census{buckets: map[bucket]int32{bucketGranted: 200}, total: 200, outdated: outdated}
		})
	}
	for _, class := range []altinn.Class{
		altinn.ClassServerError, altinn.ClassRateLimited, altinn.ClassBlocked,
		altinn.ClassBadResponse,
	} {
		states["altinn-"+fixture.Kebab(string(class))] = armed().proved("").with(func(s *gathered) { s.altinnFault = class })
	}
	states["nav-serves"] = armed().after(armed().proved("")).with(func(s *gathered) {
		s.census = &census{
			buckets: map[bucket]int32{bucketGranted: 36, bucketWaiting: 4}, total: 40,
			nav: map[v1alpha1.ServiceName]runCount{v1alpha1.ServiceSickNotes: {ended: 12, failed: 1}},
		}
	})
	states["nav-unavailable"] = armed().after(armed().proved("")).with(func(s *gathered) {
		s.census = &census{
			buckets: map[bucket]int32{bucketGranted: 36, bucketWaiting: 4}, total: 40,
			nav: map[v1alpha1.ServiceName]runCount{v1alpha1.ServiceSickNotes: {ended: 12, failed: 11}},
		}
	})
	states["runs-without-token"] = armed().after(armed().proved("")).registered("2025-12-01").with(func(s *gathered) {
		s.census = &census{
			buckets: map[bucket]int32{bucketGranted: 36, bucketWaiting: 4}, total: 40,
			broker: runCount{ended: 12, failed: 11},
		}
	})
	states["verification-outdated"], states["verification-current"] = interrupted(120), interrupted(0)
	states["many-rejections"] = armed().after(armed().proved("")).with(func(s *gathered) {
		s.census = &census{buckets: map[bucket]int32{bucketGranted: 200}, total: 200, planRuns: 100, refused: 12}
	})
	states["key-valid"] = armed().proved("").registered("2026-09-01")
	states["key-expires-soon"] = armed().proved("").registered("2025-12-01")
	states["key-past-its-day"] = armed().proved("").registered("2025-11-01")
	states["key-expired"] = armed().proved(maskinporten.ClassKeyExpired).registered("2025-11-01")
	states["key-registered-never"] = armed().proved("").registered("2026-02-31")
	for _, class := range maskinporten.Classes() {
		states["proof-"+fixture.Kebab(string(class))] = armed().proved(class)
	}
	return states
}

func customersFail(s *gathered) {
	s.unanswered = &failingRequests{
		services: []v1alpha1.ServiceName{v1alpha1.ServiceFollowUpPlans},
		class:    maskinporten.ClassServerError,
	}
}

func TestStates(t *testing.T) {
	states := supplierStates(t)
	for name, b := range states {
		t.Run("supplier-"+name, func(t *testing.T) {
			supplier := b.s.supplier.DeepCopy()
			supplier.Status = statusOf(b.s.readGuard())
			if c := &supplier.Status.Credentials; c.KeyThumbprint != "" {
				c.KeyThumbprint = "the key of this run" // it is made anew for each
			}
			fixture.Golden(t, "supplier-"+name, supplier)
		})
	}
	fixture.GoldenFiles(t, "supplier", len(states))
}

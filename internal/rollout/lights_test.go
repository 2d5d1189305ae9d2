package rollout_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/rollout"
)

// is returns conditions, each by its type and status.
func is(statuses map[string]metav1.ConditionStatus) []metav1.Condition {
	var all []metav1.Condition
	for conditionType, status := range statuses {
		all = append(all, metav1.Condition{Type: conditionType, Status: status})
	}
	return all
}

func TestLights(t *testing.T) {
	reachable := map[string]metav1.ConditionStatus{
		v1alpha1.ConditionMaskinportenReachable: metav1.ConditionTrue,
		v1alpha1.ConditionAltinnReachable:       metav1.ConditionTrue,
		v1alpha1.ConditionNAVReachable:          metav1.ConditionTrue,
	}
	expiring := func(status metav1.ConditionStatus) map[string]metav1.ConditionStatus {
		return map[string]metav1.ConditionStatus{v1alpha1.ConditionKeyExpiring: status}
	}
	cases := map[string]struct {
		reason     string
		services   []v1alpha1.ServiceName
		client     v1alpha1.MaskinportenClient
		conditions map[string]metav1.ConditionStatus
		want       rollout.Light
	}{
		"new": {
			reason: "Nothing is known of a new Supplier.", services: []v1alpha1.ServiceName{plans, notes},
			want: rollout.Light{
				Maskinporten: rollout.Grey, Altinn: rollout.Grey, NAV: rollout.Grey, Key: rollout.Grey,
			},
		},
		"well": {
			reason: "All respond.", services: []v1alpha1.ServiceName{plans, notes}, conditions: reachable,
			want: rollout.Light{
				Maskinporten: rollout.Green, Altinn: rollout.Green, NAV: rollout.Green, Key: rollout.Grey,
			},
		},
		"without-system-users": {
			reason: "Altinn is not needed for API delegations.", services: []v1alpha1.ServiceName{plans},
			conditions: map[string]metav1.ConditionStatus{v1alpha1.ConditionNAVReachable: metav1.ConditionFalse},
			want: rollout.Light{
				Maskinporten: rollout.Grey, Altinn: rollout.Off, NAV: rollout.Red, Key: rollout.Grey,
			},
		},
		"unknown": {
			reason: "Unknown is not red.", services: []v1alpha1.ServiceName{notes},
			conditions: map[string]metav1.ConditionStatus{
				v1alpha1.ConditionMaskinportenReachable: metav1.ConditionUnknown,
				v1alpha1.ConditionKeyExpiring:           metav1.ConditionUnknown,
			},
			want: rollout.Light{
				Maskinporten: rollout.Grey, Altinn: rollout.Grey, NAV: rollout.Grey, Key: rollout.Grey,
			},
		},
		"key": {
			reason: "A registered key lasts 365 days.", client: v1alpha1.MaskinportenClient{KeyRegisteredAt: "2026-01-01"},
			conditions: expiring(metav1.ConditionFalse),
			want: rollout.Light{
				Maskinporten: rollout.Grey, Altinn: rollout.Off, NAV: rollout.Grey, Key: rollout.Green,
				KeyEnd: time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC), KeyDays: 39,
			},
		},
		"key-soon": {
			reason: "30 days before its end the light turns, also before the operator's next reconcile.",
			client: v1alpha1.MaskinportenClient{KeyRegisteredAt: "2025-12-22"}, conditions: expiring(metav1.ConditionFalse),
			want: rollout.Light{
				Maskinporten: rollout.Grey, Altinn: rollout.Off, NAV: rollout.Grey, Key: rollout.Red,
				KeyEnd: time.Date(2026, time.December, 22, 0, 0, 0, 0, time.UTC), KeyDays: 29,
			},
		},
		"key-expired": {
			reason: "An expired key has less than no days.",
			client: v1alpha1.MaskinportenClient{KeyRegisteredAt: "2025-11-22"}, conditions: expiring(metav1.ConditionTrue),
			want: rollout.Light{
				Maskinporten: rollout.Grey, Altinn: rollout.Off, NAV: rollout.Grey, Key: rollout.Red,
				KeyEnd: time.Date(2026, time.November, 22, 0, 0, 0, 0, time.UTC), KeyDays: -1,
			},
		},
		"certificate-soon": {
			reason: "Only the condition knows the end of a certificate.",
			client: v1alpha1.MaskinportenClient{
				KeyRegisteredAt: "2026-01-01", CertificateSecretRef: v1alpha1.SecretKeyReference{Name: "c"},
			},
			conditions: expiring(metav1.ConditionTrue),
			want: rollout.Light{
				Maskinporten: rollout.Grey, Altinn: rollout.Off, NAV: rollout.Grey, Key: rollout.Red,
			},
		},
		"certificate": {
			reason:     "It is well for more than 30 days.",
			client:     v1alpha1.MaskinportenClient{CertificateSecretRef: v1alpha1.SecretKeyReference{Name: "c"}},
			conditions: expiring(metav1.ConditionFalse),
			want: rollout.Light{
				Maskinporten: rollout.Grey, Altinn: rollout.Off, NAV: rollout.Grey, Key: rollout.Green,
			},
		},
		"no-such-day": {
			reason: "A day that does not exist has no end.",
			client: v1alpha1.MaskinportenClient{KeyRegisteredAt: "2026-02-30"}, conditions: expiring(metav1.ConditionUnknown),
			want: rollout.Light{
				Maskinporten: rollout.Grey, Altinn: rollout.Off, NAV: rollout.Grey, Key: rollout.Grey,
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := v1alpha1.Supplier{Spec: v1alpha1.SupplierSpec{Name: "4HUMAN HRM AS", Maskinporten: c.client}}
			s.Name, s.Status.Conditions = "default", is(c.conditions)
			for _, name := range c.services {
				s.Spec.Services = append(s.Spec.Services, v1alpha1.OfferedService{Name: name})
			}
			c.want.Supplier, c.want.Title = "default", "4HUMAN HRM AS"
			if diff := cmp.Diff([]rollout.Light{c.want}, rollout.Lights([]v1alpha1.Supplier{s}, now)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

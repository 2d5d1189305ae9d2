package server

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/portal/page"
)

// TestLights verifies the strip: what is down, and what a Supplier does not need.
func TestLights(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		reason     string
		services   []v1alpha1.ServiceName
		conditions map[string]metav1.ConditionStatus
		want       map[page.LightKind]page.LightState
	}{
		"new": {
			reason: "nothing is known", services: []v1alpha1.ServiceName{v1alpha1.ServiceFollowUpPlans},
			want: map[page.LightKind]page.LightState{
				page.LightSupplier: page.LightUnknown, page.LightMaskinporten: page.LightUnknown, page.LightNAV: page.LightUnknown,
				page.LightKey: page.LightUnknown,
			},
		},
		"well": {
			reason: "all responds; a system user needs Altinn", services: []v1alpha1.ServiceName{v1alpha1.ServiceSickNotes},
			conditions: map[string]metav1.ConditionStatus{
				v1alpha1.ConditionReady: "True", v1alpha1.ConditionMaskinportenReachable: "True",
				v1alpha1.ConditionAltinnReachable: "True", v1alpha1.ConditionNAVReachable: "True",
				v1alpha1.ConditionKeyExpiring: "False",
			},
			want: map[page.LightKind]page.LightState{
				page.LightSupplier: page.LightOK, page.LightMaskinporten: page.LightOK, page.LightAltinn: page.LightOK,
				page.LightNAV: page.LightOK, page.LightKey: page.LightOK,
			},
		},
		"down": {
			reason: "an outage, and a key that ends soon", services: []v1alpha1.ServiceName{v1alpha1.ServiceFollowUpPlans},
			conditions: map[string]metav1.ConditionStatus{
				v1alpha1.ConditionReady: "False", v1alpha1.ConditionMaskinportenReachable: "False",
				v1alpha1.ConditionNAVReachable: "True", v1alpha1.ConditionKeyExpiring: "True",
			},
			want: map[page.LightKind]page.LightState{
				page.LightSupplier: page.LightDown, page.LightMaskinporten: page.LightDown, page.LightNAV: page.LightOK,
				page.LightKey: page.LightWarning,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &v1alpha1.Supplier{}
			for _, service := range tc.services {
				s.Spec.Services = append(s.Spec.Services, v1alpha1.OfferedService{Name: service})
			}
			for condition, status := range tc.conditions {
				s.Status.Conditions = append(s.Status.Conditions, metav1.Condition{Type: condition, Status: status})
			}
			got := map[page.LightKind]page.LightState{}
			for _, light := range lightsOf(s, now) {
				got[light.Kind] = light.State
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

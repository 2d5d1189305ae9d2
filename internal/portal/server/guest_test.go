package server

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/portal/page"
	"github.com/4human/integration-operator/internal/rollout"
)

// TestGuestState verifies what the customer's own page says first: what the customer can do.
func TestGuestState(t *testing.T) {
	granted := rollout.Service{Access: v1alpha1.AuthorizationGranted, State: rollout.Granted}
	failing := rollout.Service{Access: v1alpha1.AuthorizationGranted, State: rollout.Failing}
	suspended := rollout.Service{Access: v1alpha1.AuthorizationGranted, State: rollout.Suspended}
	waiting := rollout.Service{Access: v1alpha1.AuthorizationNotGranted, State: rollout.Waiting}
	unverified := rollout.Service{State: rollout.Unverified}
	withdrawn := rollout.Service{Access: v1alpha1.AuthorizationWithdrawn, State: rollout.Withdrawn}
	rejected := rollout.Service{Access: v1alpha1.AuthorizationRejected, State: rollout.Rejected}
	blocked := rollout.Service{Access: v1alpha1.AuthorizationNotGranted, State: rollout.Blocked}
	for name, tc := range map[string]struct {
		reason   string
		services []rollout.Service
		want     page.GuestState
	}{
		"granted":              {reason: "all is received", services: []rollout.Service{granted}, want: page.GuestReceived},
		"failing":              {reason: "runs are the supplier's matter", services: []rollout.Service{failing}, want: page.GuestReceived},
		"suspended":            {reason: "so is a pause", services: []rollout.Service{suspended}, want: page.GuestReceived},
		"waiting":              {reason: "the customer has to act", services: []rollout.Service{waiting}, want: page.GuestWaiting},
		"unverified":           {reason: "nothing is known yet", services: []rollout.Service{unverified}, want: page.GuestWaiting},
		"withdrawn":            {reason: "the customer took it back", services: []rollout.Service{withdrawn}, want: page.GuestRefused},
		"rejected":             {reason: "the customer said no", services: []rollout.Service{rejected}, want: page.GuestRefused},
		"blocked":              {reason: "the customer cannot do anything", services: []rollout.Service{blocked}, want: page.GuestPaused},
		"granted and waiting":  {reason: "one is missing", services: []rollout.Service{granted, waiting}, want: page.GuestPartly},
		"granted and rejected": {reason: "one is missing", services: []rollout.Service{granted, rejected}, want: page.GuestPartly},
		"granted and blocked":  {reason: "the customer did its part", services: []rollout.Service{granted, blocked}, want: page.GuestReceived},
		"waiting and rejected": {reason: "one can still be given", services: []rollout.Service{rejected, waiting}, want: page.GuestWaiting},
		"waiting and blocked":  {reason: "one can be given", services: []rollout.Service{blocked, waiting}, want: page.GuestWaiting},
	} {
		t.Run(name, func(t *testing.T) {
			d := guestData(page.Frame{}, rollout.Customer{Services: tc.services}, nil)
			if diff := cmp.Diff(tc.want, d.State); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

package broker

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// TestTokenRequestTo has whose token a run gets.
func TestTokenRequestTo(t *testing.T) {
	customer, agent := orgnumber.MustParse("310702641"), orgnumber.MustParse("313876144")
	cases := map[string]struct {
		reason  string
		service v1alpha1.ServiceName
		access  v1alpha1.Authorization
		want    maskinporten.Request
		wants   orgnumber.Number
	}{
		"delegation": {
			reason: "on behalf of the customer", service: v1alpha1.ServiceFollowUpPlans,
			want: maskinporten.Request{Consumer: customer}, wants: customer,
		},
		"own system user": {
			reason: "the customer's", service: v1alpha1.ServiceSickNotes, access: v1alpha1.Authorization{ExternalRef: "x"},
			want:  maskinporten.Request{SystemUser: maskinporten.SystemUserRequest{Owner: customer, ExternalRef: "x"}},
			wants: customer,
		},
		"through an agent": {
			reason: "the agent's: Maskinporten finds none by its client's number", service: v1alpha1.ServiceSickNotes,
			access: v1alpha1.Authorization{Through: agent.String(), ExternalRef: "y"},
			want:   maskinporten.Request{SystemUser: maskinporten.SystemUserRequest{Owner: agent, ExternalRef: "y"}},
			wants:  agent,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			service := fixture.Service(tc.service)
			got, err := tokenRequestTo(tc.access, service, customer)
			if err != nil {
				t.Fatal(err)
			}
			tc.want.Scope = service.Scope
			compare := cmp.Comparer(func(a, b orgnumber.Number) bool { return a == b })
			if diff := cmp.Diff(tc.want, got, compare); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
			if subjectOf(got) != tc.wants {
				t.Errorf("%s: the token is for %s, want %s", tc.reason, subjectOf(got), tc.wants)
			}
		})
	}
}

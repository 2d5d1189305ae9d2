package guide_test

import (
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/guide"
)

func TestLink(t *testing.T) {
	const portal = "https://portal.4human.example"
	for name, c := range map[string]struct {
		reason        string
		guide, portal string
		number        v1alpha1.OrganizationNumber
		want          string
	}{
		"none": {reason: "nothing is configured", want: ""},
		"portal": {
			reason: "it has a page of each customer", portal: portal,
			want: portal + "/customers/customers/dynamisk-altetende-tiger",
		},
		"guide": {
			reason: "the platform team's own guide goes first", portal: portal, guide: "https://hrm.4human.example/guide",
			want: "https://hrm.4human.example/guide",
		},
		"template": {
			reason: "each field is replaced",
			guide:  "https://hrm.4human.example/{namespace}/{name}?org={organizationNumber}&s={service}&again={name}",
			want: "https://hrm.4human.example/customers/dynamisk-altetende-tiger?org=310330701&s=FollowUpPlans" +
				"&again=dynamisk-altetende-tiger",
		},
		"escaped": {
			reason: "a value ends no part of the address", number: "1&x=/?#{name}",
			guide: "https://hrm.4human.example/guide?org={organizationNumber}",
			want:  "https://hrm.4human.example/guide?org=1%26x%3D%2F%3F%23%7Bname%7D",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, tiger := supplier(), customer()
			s.Spec.Guide.URL, s.Spec.Portal.URL = c.guide, c.portal
			tiger.Namespace, tiger.Name = "customers", "dynamisk-altetende-tiger"
			if c.number != "" {
				tiger.Spec.OrganizationNumber = c.number
			}
			if got := guide.Link(s, tiger, v1alpha1.ServiceFollowUpPlans); got != c.want {
				t.Errorf("%s: %s, want %s", c.reason, got, c.want)
			}
		})
	}
}

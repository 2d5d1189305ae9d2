package broker

import (
	"cmp"
	"net/http"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/podseal"
)

// TestCustomService requests a token for a run of a service that the Supplier declares.
func TestCustomService(t *testing.T) {
	const name v1alpha1.ServiceName = "NetRegistration"
	cases := map[string]struct {
		reason  string
		access  string // that was verified
		removed bool
		pod     string // that the pod was made for, if not the declared one
		status  int
		want    string
	}{
		"verified": {reason: "the declared scope", access: scope, status: http.StatusOK},
		"changed": {
			reason: "access to another scope was verified", access: "kartverk:nrl.lesing", status: http.StatusForbidden,
			want: v1alpha1.ReasonVerificationPending,
		},
		"pod": {
			reason: "the pod has the image of another access", access: scope, pod: "kartverk:nrl.lesing",
			status: http.StatusForbidden, want: reasonAccessChanged,
		},
		"removed": {
			reason: "no Supplier offers it", access: scope, removed: true, status: http.StatusForbidden,
			want: v1alpha1.ReasonServiceNotOffered,
		},
	}
	for title, c := range cases {
		t.Run(title, func(t *testing.T) {
			w := makeWorld(t, func(o *objects) {
				*o = *makeObjectsOf(name)
				o.customer.Status.Services[0].Authorization.Access = c.access
				o.pod.Annotations = map[string]string{podseal.AnnotationAccess: cmp.Or(c.pod, scope)}
				o.seal()
				if !c.removed {
					o.supplier.Spec.Services = append(o.supplier.Spec.Services, v1alpha1.OfferedService{
						Name: name, Custom: &v1alpha1.CustomService{
							Access: v1alpha1.ServiceAccess{APIDelegation: v1alpha1.APIDelegation{Scope: scope}},
						},
					})
				}
			})
			got := w.ask(nil)
			if got.Status != c.status || got.Reason != c.want {
				t.Errorf("%s: %+v, want %d %s: %s", c.reason, got, c.status, c.want, w.logged())
			}
			if c.want == "" && w.request.Scope != scope || c.want != "" && w.request != (maskinporten.Request{}) {
				t.Errorf("requested %+v", w.request)
			}
		})
	}
}

//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator/login"
)

// portalURL is the portal's address, as in hack/e2e.sh and test/e2e/portal.
const portalURL = "http://integration-operator-portal.integration-operator-system.svc"

// opensOwnPage opens the tiger's own page, which waits for the delegation, and checks now.
func (s *story) opensOwnPage(t *testing.T) *window {
	t.Helper()
	s.opened = s.link(t, tiger)
	w := openBrowser(t)
	if status := w.goTo(s.opened); status != http.StatusOK {
		t.Fatalf("the tiger's own page has the status %d", status)
	}
	w.waitForText("ikke mottatt ennå")
	w.click("#check button")
	s.checked(t, customersNamespace, tiger.name)
	w.waitFor("document.querySelector('#check button')?.disabled") // it is offered again after a minute
	eval[int](w, "window.sameDocument = 1")
	return w
}

// turns waits until the tiger's page shows that access is received, without loading it again.
func (w *window) turns() {
	w.t.Helper()
	took := w.waitFor("document.querySelector('#status-title').innerText === 'Takk, tilgangen er mottatt'")
	if !eval[bool](w, "window.sameDocument === 1") {
		w.t.Error("the page was loaded again")
	}
	w.t.Logf("the tiger's page turned %s later", seconds(took))
}

// checked waits until the portal has requested a verification of a customer, and the operator, if it serves the
// namespace, has responded.
func (s *story) checked(t *testing.T, namespace, name string) {
	t.Helper()
	await(t, func() string {
		var c v1alpha1.CustomerIntegration
		must(t, s.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, &c))
		requested, handled := c.Annotations[v1alpha1.AnnotationReconcileRequestedAt], c.Status.LastHandledReconcileAt
		if requested != "" && (handled == requested || namespace == strangersNamespace) {
			return ""
		}
		return fmt.Sprintf("a verification of %s: requested %q, handled %q", name, requested, handled)
	})
}

// consultants logs in consultants whose groups may read one namespace each. They see its customers; other customers'
// pages do not exist.
func (s *story) consultants(t *testing.T) {
	known := []string{tiger.name, wolf.name, fox.name, elk.name, hare.name}
	for person, test := range map[string]struct {
		reason    string
		group     string
		namespace string
		customers []string
		other     string
	}{
		"consultant-nord": {
			reason: "one namespace has the stranger alone", group: login.GroupNord, namespace: strangersNamespace,
			customers: []string{"stranger"}, other: customersNamespace + "/" + wolf.name,
		},
		"consultant-all": {
			reason: "the other has all the others", group: login.GroupAll, namespace: customersNamespace,
			customers: known, other: strangersNamespace + "/stranger",
		},
	} {
		t.Run(person, func(t *testing.T) {
			kubectl(t, "create", "rolebinding", test.group, "-n", test.namespace,
				"--clusterrole=integration-operator-view", "--group="+test.group)
			w := openBrowser(t)
			w.goTo(portalURL)
			w.click("#" + person)
			w.waitForText("Kunder")
			shown := eval[[]string](w, "[...document.querySelectorAll('.name')].map(a => new URL(a.href).pathname)")
			var want []string
			for _, name := range test.customers {
				want = append(want, "/customers/"+test.namespace+"/"+name)
			}
			slices.Sort(shown)
			if diff := cmp.Diff(want, shown); diff != "" {
				t.Errorf("%s (-want +shown):\n%s", test.reason, diff)
			}
			if status := w.goTo(portalURL + "/customers/" + test.other); status != http.StatusNotFound {
				t.Errorf("the page of %s has the status %d", test.other, status)
			}
			w.goTo(portalURL + want[0])
			w.waitForText("Logg ut")
			s.clean(t, "the page of "+want[0], eval[string](w, "document.body.innerText"))
			if test.namespace == strangersNamespace {
				w.click("#check button")
				s.checked(t, strangersNamespace, "stranger")
			}
		})
	}
}

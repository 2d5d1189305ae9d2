//go:build e2e

package e2e

import (
	"crypto/rand"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// keySpoilt puts invalid keys into the key's Secret, and restores it. Customers keep their last verified state, no manager
// restarts, and no message has anything of the Secret.
func (s *story) keySpoilt(t *testing.T) {
	good := s.keyData(t)
	restarts := s.restarts(t)
	garbage, hidden, half := rand.Text(), rand.Text(), string(good[len(good)/2:]) // the private half
	for _, c := range []struct{ what, data, secret string }{
		{what: "garbage", data: garbage, secret: garbage},
		{what: "an invalid JWK", data: fmt.Sprintf(`{"kty":"RSA","kid":"mine","n":"AQAB","e":"AQAB","d":%q}`, hidden), secret: hidden},
		{what: "half of the key", data: half, secret: half},
	} {
		s.putKey(t, []byte(c.data))
		took := await(t, s.supplierIs(t, "False KeyInvalid", "True Reachable"))
		message := meta.FindStatusCondition(s.supplier(t).Status.Conditions, v1alpha1.ConditionReady).Message
		t.Logf("%s: reported after %s: %s", c.what, seconds(took), message)
		if pieceOf(c.secret, message) != "" {
			t.Errorf("%s: the message has a part of the Secret", c.what)
		}
		for _, p := range []party{tiger, wolf} {
			if lacks := s.customerIs(t, p, "True Delegated", "True Delegated")(); lacks != "" {
				t.Errorf("%s: %s", c.what, lacks)
			}
		}

		s.putKey(t, good)
		took = await(t, s.supplierIs(t, "True CredentialsProved", "True Reachable"))
		t.Logf("%s: the key is restored: verified after %s", c.what, seconds(took))
		s.tellsNothingOf(t, c.what, c.secret)
	}
	s.awaitChecks(t, 1, wolf)
	if diff := cmp.Diff(restarts, s.restarts(t)); diff != "" {
		t.Errorf("managers were restarted (-before +after):\n%s", diff)
	}
}

func (s *story) putKey(t *testing.T, data []byte) {
	t.Helper()
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: keySecret, Namespace: systemNamespace},
		Data:       map[string][]byte{keyEntry: data},
	}
	must(t, s.Update(t.Context(), secret))
}

// restarts returns the number of restarts of each manager.
func (s *story) restarts(t *testing.T) map[string]int32 {
	t.Helper()
	all := map[string]int32{}
	for _, pod := range s.managers(t) {
		all[pod.Name] = restartsOf(&pod)
	}
	return all
}

// tellsNothingOf verifies that the Supplier, the events and the managers' logs have no piece of a secret.
func (s *story) tellsNothingOf(t *testing.T, what, secret string) {
	t.Helper()
	places := s.managersLogs(t)
	places["the Supplier"] = kubectl(t, "get", "supplier", supplierName, "-o", "yaml")
	places["the events"] = kubectl(t, "get", "events", "-A", "-o", "yaml")
	for place, text := range places {
		if piece := pieceOf(secret, text); piece != "" {
			t.Errorf("%s: %d bytes of the Secret are in %s", what, len(piece), place)
		}
	}
}

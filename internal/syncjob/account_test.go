package syncjob

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/internal/fixture"
)

// jsonValue returns a value as maps, slices and scalars.
func jsonValue(t *testing.T, value any) any {
	t.Helper()
	var decoded any
	if err := json.Unmarshal([]byte(fixture.InJSON(t, value)), &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

// TestAccount verifies that the account has no rights, and is deleted with its customer.
func TestAccount(t *testing.T) {
	account := desiredFor(makeCustomer().s, fixture.FollowUpPlans).Account()
	if account.Name != tigerPlans || account.Namespace != "customers" || *account.AutomountServiceAccountToken {
		t.Errorf("%v", account)
	}
	if !metav1.IsControlledBy(account, fixture.Customer()) || account.OwnerReferences[0].BlockOwnerDeletion != nil {
		t.Errorf("it is not the customer's: %v", account.OwnerReferences)
	}
	if diff := cmp.Diff(cronJobOf(t, makeCustomer().s, fixture.FollowUpPlans).Labels, account.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
}

// TestAccountDiffers compares an account as others may have changed it with the desired one.
func TestAccountDiffers(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*corev1.ServiceAccount)
		want   bool
	}{
		"same": {reason: "nothing has changed", change: func(*corev1.ServiceAccount) {}},
		"added": {reason: "additions of others are theirs", change: func(a *corev1.ServiceAccount) {
			a.Labels["team"], a.Annotations = "hr", map[string]string{"note": "seen"}
			a.OwnerReferences = append(a.OwnerReferences, metav1.OwnerReference{Kind: "ConfigMap", Name: "c", UID: "c"})
			a.ImagePullSecrets = []corev1.LocalObjectReference{{Name: "registry"}}
			a.OwnerReferences[0].BlockOwnerDeletion = new(true)
		}},
		"mounted":        {reason: "pods must have no token for the API server", want: true, change: mounts(new(true))},
		"mounted-unsaid": {reason: "the default is to mount it", want: true, change: mounts(nil)},
		"controlled": {reason: "the customer must control it", want: true, change: func(a *corev1.ServiceAccount) {
			a.OwnerReferences[0].Controller = nil
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			desired := desiredFor(makeCustomer().s, fixture.FollowUpPlans).Account()
			observed := desired.DeepCopy()
			c.change(observed)
			if got := AccountDiffers(desired, observed); got != c.want {
				t.Errorf("%s: differs %t, want %t", c.reason, got, c.want)
			}
		})
	}
}

// mounts sets whether pods mount the account's token for the API server.
func mounts(yes *bool) func(*corev1.ServiceAccount) {
	return func(a *corev1.ServiceAccount) { a.AutomountServiceAccountToken = yes }
}

// TestEveryFieldCounts verifies that an account differs if any label, owner field or setting of the desired one is
// changed or missing.
func TestEveryFieldCounts(t *testing.T) {
	desired := desiredFor(makeCustomer().s, fixture.FollowUpPlans).Account()
	whole, fields := jsonValue(t, desired), 0
	differs := func(changed any) bool {
		observed := &corev1.ServiceAccount{}
		if err := json.Unmarshal([]byte(fixture.InJSON(t, changed)), observed); err != nil {
			t.Fatal(err)
		}
		return AccountDiffers(desired, observed)
	}
	fixture.Walk(whole, nil, func(way []any, value any) {
		if len(way) < 2 && (len(way) == 0 || way[0] != "automountServiceAccountToken") ||
			len(way) == 2 && (way[1] == "name" || way[1] == "namespace") {
			return // those are where it is
		}
		if !differs(fixture.Changed(whole, way[:len(way)-1], fixture.Without(way[len(way)-1]))) {
			t.Errorf("it does not differ without %v", way)
		}
		switch v := value.(type) {
		case string:
			value = v + "x"
		case bool:
			value = !v
		default:
			return
		}
		fields++
		if !differs(fixture.Changed(whole, way, func(any) any { return value })) {
			t.Errorf("it does not differ when %v is changed", way)
		}
	})
	if fields != 9 { // three labels, five fields of the owner, one setting
		t.Errorf("%d fields were changed", fields)
	}
}

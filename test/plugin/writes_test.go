package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/plugin"
)

// allow lets a user do something with objects of the world's namespace. It waits until the API server knows the right.
func (w *world) allow(user string, rule rbacv1.PolicyRule) {
	w.t.Helper()
	subject := []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: user}}
	w.create(&rbacv1.Role{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: user}, Rules: []rbacv1.PolicyRule{rule},
	})
	w.create(&rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: user}, Subjects: subject,
		RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: user},
	})
	err := wait.PollUntilContextTimeout(w.t.Context(), 20*time.Millisecond, time.Minute, true,
		func(ctx context.Context) (bool, error) {
			review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
				User: user, ResourceAttributes: &authorizationv1.ResourceAttributes{
					Namespace: w.namespace, Verb: rule.Verbs[0], Group: rule.APIGroups[0], Resource: rule.Resources[0],
				},
			}}
			err := w.client.Create(ctx, review)
			return review.Status.Allowed, err
		})
	if err != nil {
		w.t.Fatalf("%s has no rights: %v", user, err)
	}
}

// TestAsk asks a customer again. The operator has the new link, or the customer's answer stands.
func TestAsk(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reason string
		change func(*v1alpha1.Authorization)
		code   int
		want   string
	}{
		"asked": {
			reason: "there is a new link",
			change: func(a *v1alpha1.Authorization) {
				a.State, a.Reason = v1alpha1.AuthorizationAwaitingApproval, v1alpha1.ReasonAwaitingApproval
				a.ConfirmURL = "https://altinn.example/new"
			},
			want: "the customer has a new request. Send it the link: https://altinn.example/new",
		},
		"has-access": {
			reason: "the operator found a system user in Altinn",
			change: func(a *v1alpha1.Authorization) {
				a.State, a.Reason = v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated
			},
			want: "Sick notes: access since",
		},
		"stands": {
			reason: "nothing has changed", change: func(*v1alpha1.Authorization) {}, code: plugin.ExitBad,
			want: "Sick notes: rejected",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.customer(tiger, v1alpha1.ServiceSickNotes)
			w.create(c)
			state(c, v1alpha1.AuthorizationRejected, v1alpha1.ReasonApprovalRejected)
			if err := w.client.Status().Update(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			w.operate(func(c *v1alpha1.CustomerIntegration) bool {
				value := c.Annotations[v1alpha1.AnnotationAskCustomerAgain]
				if value == c.Status.LastHandledAskCustomerAgain {
					return false
				}
				test.change(&c.Status.Services[0].Authorization)
				c.Status.LastHandledAskCustomerAgain = value
				return true
			})
			w.expect(w.run("ask "+tiger+" --yes --timeout 1m"), test.code, test.want)
			if c := w.read(tiger); c.Annotations[v1alpha1.AnnotationReconcileRequestedAt] != "" {
				t.Error("asking has requested a verification too")
			}
		})
	}
}

// managerOf returns the manager of a field of a customer, "" if no entry has it.
func managerOf(c *v1alpha1.CustomerIntegration, path ...string) string {
	for _, entry := range c.ManagedFields {
		var fields map[string]any
		if json.Unmarshal(entry.FieldsV1.GetRawBytes(), &fields) != nil {
			continue
		}
		found := true
		for _, name := range path {
			var next any
			if next, found = fields["f:"+name]; !found {
				break
			}
			fields, _ = next.(map[string]any)
		}
		if found {
			return entry.Manager
		}
	}
	return ""
}

// TestSuspend suspends and resumes a customer whose manifest Flux applies.
func TestSuspend(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reason  string
		suspend string // what the manifest in git has
		want    string
	}{
		"absent": {reason: "git does not have the field", want: "Flux manages this object and may revert the change."},
		"owned": {
			reason: "git has the field", suspend: "\n  suspend: false",
			want: "Flux manages this object and will revert the change. Make it in git too: set spec.suspend: true.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			manifest := fmt.Sprintf(`apiVersion: integrations.4human.no/v1alpha1
kind: CustomerIntegration
metadata: {name: %s, namespace: %s}
spec:
  organizationNumber: "310330701"
  services: [{name: FollowUpPlans}]
  sync: Disabled%s
`, tiger, w.namespace, test.suspend)
			_, problems, err := server.Kubectl(t.Context(), manifest, "apply", "--server-side",
				"--field-manager=kustomize-controller", "-f", "-")
			if err != nil {
				t.Fatalf("%v: %s", err, problems)
			}
			w.expect(w.run("suspend "+tiger), plugin.ExitGood, tiger+": suspended\n", test.want)
			if c := w.read(tiger); !c.Spec.Suspend || managerOf(c, "spec", "suspend") != "cint" {
				t.Errorf("suspended: %t, by %q", c.Spec.Suspend, managerOf(c, "spec", "suspend"))
			}
			w.expect(w.run("suspend "+tiger), plugin.ExitGood, tiger+": suspended already\n")
			w.expect(w.run("resume "+tiger), plugin.ExitGood, tiger+": not suspended\n")
			if c := w.read(tiger); c.Spec.Suspend || managerOf(c, "spec", "suspend") != "" {
				t.Errorf("suspended: %t, by %q", c.Spec.Suspend, managerOf(c, "spec", "suspend"))
			}
		})
	}
}

// TestRevokeKeepsTheRevision checks that Flux does not take the revision away: the old link would work again.
func TestRevokeKeepsTheRevision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(tiger)
	w.expect(w.run("link "+tiger+" --revoke"), plugin.ExitError, "The old link of "+tiger+" has ended.", "has no portal")
	c := w.read(tiger)
	manager := managerOf(c, "metadata", "annotations", v1alpha1.AnnotationLinkRevision)
	if manager == "" || strings.HasPrefix(manager, "kubectl") {
		t.Errorf("the revision %q is managed by %q", c.Annotations[v1alpha1.AnnotationLinkRevision], manager)
	}
}

// TestWatchNeedsARight verifies with the rights to patch and to list, but not to watch.
func TestWatchNeedsARight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(tiger)
	w.allow("ola", rbacv1.PolicyRule{
		APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"customerintegrations"},
		Verbs: []string{"get", "list", "patch"},
	})
	w.expect(w.run("verify "+tiger+" --timeout 1m --as ola"), plugin.ExitError,
		`cannot watch resource "customerintegrations"`, "Ask the platform team for the ClusterRole integration-operator-view")
}

// TestListsAreRead lists more customers than one request returns.
func TestListsAreRead(t *testing.T) {
	t.Parallel()
	const customers = 1101
	w := newWorld(t)
	creates, ctx := errgroup.WithContext(t.Context())
	creates.SetLimit(16)
	for i := range customers {
		creates.Go(func() error {
			return w.client.Create(ctx, w.customer(fmt.Sprintf("customer-%d", i), v1alpha1.ServiceFollowUpPlans))
		})
	}
	if err := creates.Wait(); err != nil {
		t.Fatal(err)
	}
	names := strings.Fields(w.run("status -o name").out)
	slices.Sort(names)
	if distinct := len(slices.Compact(names)); distinct != customers {
		t.Errorf("%d customers are listed, want %d", distinct, customers)
	}
}

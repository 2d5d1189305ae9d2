package broker

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
)

// kindOf names an object's Go type.
func kindOf(o any) string { return strings.TrimPrefix(fmt.Sprintf("%T", o), "*") }

var (
	wantInvalidToken = reply{Status: http.StatusUnauthorized, Error: "invalid_token"}
	wantUnknown      = reply{Status: http.StatusForbidden, Error: "access_denied"}
)

func wantDenied(reason string) reply {
	return reply{Status: http.StatusForbidden, Error: "access_denied", Reason: reason}
}

func wantUnavailable(reason string) reply {
	return reply{Status: http.StatusServiceUnavailable, Error: "temporarily_unavailable", Reason: reason, Wait: "10"}
}

// beingDeleted marks an object that has a finalizer left.
func beingDeleted(o client.Object) {
	o.SetFinalizers([]string{"example.com/last"})
	o.SetDeletionTimestamp(&metav1.Time{Time: noon})
}

// refusals are the requests that the broker must refuse because of the token, account, pod, Job, CronJob or customer.
var refusals = map[string]struct {
	reason string
	change func(o *objects)
	want   reply
	cause  string // in the log
}{
	// The token.
	"not-authenticated": {
		reason: "the API server rejects the token", change: func(o *objects) { o.review.Authenticated = false },
		want: wantInvalidToken, cause: "the API server rejects the token",
	},
	"another-audience": {
		reason: "an API server that ignores audiences reports others",
		change: func(o *objects) { o.review.Audiences = []string{"https://kubernetes.default.svc"} },
		want:   wantInvalidToken, cause: "another audience",
	},
	"no-audience": {
		reason: "likewise", change: func(o *objects) { o.review.Audiences = nil },
		want: wantInvalidToken, cause: "another audience",
	},
	"a-person": {
		reason: "a person is no service account",
		change: func(o *objects) { o.review.User.Username = "tiger@4human.example" },
		want:   wantInvalidToken, cause: "not a service account's",
	},
	"a-node": {
		reason: "a node is no service account", change: func(o *objects) { o.review.User.Username = "system:node:one" },
		want: wantInvalidToken, cause: "not a service account's",
	},
	"half-a-name": {
		reason: "the name has no namespace",
		change: func(o *objects) { o.review.User.Username = "system:serviceaccount:tiger" },
		want:   wantInvalidToken, cause: "not a service account's",
	},
	"no-pod-name": {
		reason: "the token was created by hand", change: func(o *objects) { delete(o.review.User.Extra, extraPodName) },
		want: wantInvalidToken, cause: "not bound to a pod",
	},
	"no-pod-uid": {
		reason: "any pod may have the name", change: func(o *objects) { delete(o.review.User.Extra, extraPodUID) },
		want: wantInvalidToken, cause: "not bound to a pod",
	},
	"two-pods": {
		reason: "the token names two pods",
		change: func(o *objects) { o.review.User.Extra[extraPodUID] = []string{"uid-of-pod", "another"} },
		want:   wantInvalidToken, cause: "not bound to a pod",
	},

	// The account.
	"another-namespace": {
		reason: "the namespace is not one of --namespaces", change: func(o *objects) {
			o.review.User.Username = "system:serviceaccount:elsewhere:" + o.account.Name
		},
		want: wantUnknown, cause: "not one of --namespaces",
	},
	"another-account": {
		reason: "the account has another name",
		change: func(o *objects) { o.review.User.Username = "system:serviceaccount:customers:default" },
		want:   wantUnknown, cause: "no service has an account of that name",
	},
	"labels": {
		reason: "labels prove nothing", change: func(o *objects) {
			o.review.User.Username = "system:serviceaccount:customers:labelled"
			o.more = append(o.more, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{
				Namespace: customers, Name: "labelled", UID: "uid-of-account",
				Labels: map[string]string{v1alpha1.LabelIntegration: "tiger", v1alpha1.LabelService: "FollowUpPlans"},
			}})
		},
		want: wantUnknown, cause: "no service has an account of that name",
	},
	"service-not-listed": {
		reason: "the CustomerIntegration no longer lists the service", change: func(o *objects) {
			o.review.User.Username = "system:serviceaccount:customers:" + naming.Child("tiger", v1alpha1.ServiceSickNotes)
		},
		want: wantUnknown, cause: "no service has an account of that name",
	},
	"integration-gone": {
		reason: "the CustomerIntegration was deleted", change: func(o *objects) { o.customer = nil },
		want: wantUnknown, cause: "no service has an account of that name",
	},
	"account-gone": {
		reason: "tokens outlive their account by some seconds", change: func(o *objects) { o.account = nil },
		want: wantUnknown, cause: "does not exist",
	},
	"account-made-anew": {
		reason: "the account was created anew", change: func(o *objects) { o.account.UID = "another" },
		want: wantUnknown, cause: "its account: its UID differs",
	},
	"account-being-deleted": {
		reason: "the account is being deleted", change: func(o *objects) { beingDeleted(o.account) },
		want: wantUnknown, cause: "its account: it is being deleted",
	},
	"account-by-hand": {
		reason: "the account was created by hand", change: func(o *objects) { o.account.OwnerReferences = nil },
		want: wantUnknown, cause: "its account: its controller is not a CustomerIntegration",
	},
	"account-owned-only": {
		reason: "the owner is not the controller", change: func(o *objects) { o.account.OwnerReferences[0].Controller = nil },
		want: wantUnknown, cause: "its account: its controller is not a CustomerIntegration",
	},
	"account-of-the-one-before": {
		reason: "the CustomerIntegration was created anew",
		change: func(o *objects) { o.account.OwnerReferences[0].UID = "another" },
		want:   wantUnknown, cause: "its account: its controller is another CustomerIntegration",
	},
	"account-of-another-kind": {
		reason: "the owner's kind is of another API group",
		change: func(o *objects) { o.account.OwnerReferences[0].APIVersion = "example.com/v1" },
		want:   wantUnknown, cause: "its account: its controller is not a CustomerIntegration",
	},

	// The pod.
	"pod-gone": {
		reason: "the API server does not have the pod", change: func(o *objects) { o.pod = nil },
		want: wantUnknown, cause: "Pod",
	},
	"pod-made-anew": {
		reason: "the pod was created anew", change: func(o *objects) { o.pod.UID = "another" },
		want: wantUnknown, cause: "its pod: its UID differs",
	},
	"pod-of-another-account": {
		reason: "the token is not the pod's", change: func(o *objects) { o.pod.Spec.ServiceAccountName = "default" },
		want: wantUnknown, cause: "its pod: it has another account",
	},
	"pod-being-deleted": {
		reason: "a pod that is ending needs no new token", change: func(o *objects) { beingDeleted(o.pod) },
		want: wantUnknown, cause: "its pod: it is being deleted",
	},
	"pod-pending": {
		reason: "the node has not reported yet that the pod runs", change: phase(corev1.PodPending),
		want: reply{
			Status: http.StatusServiceUnavailable, Error: "temporarily_unavailable", Reason: "PodNotRunning",
			Wait: "1",
		},
		cause: "its pod is not reported as running yet",
	},
	"pod-pending-by-hand": {
		reason: "only a job's pod may retry", change: func(o *objects) {
			o.pod.Status.Phase, o.pod.OwnerReferences = corev1.PodPending, nil
		},
		want: wantUnknown, cause: "its pod: its controller is not a Job",
	},
	"pod-succeeded": {
		reason: "the pod has ended", change: phase(corev1.PodSucceeded), want: wantUnknown,
		cause: "its pod: it does not run: Succeeded",
	},
	"pod-failed": {
		reason: "likewise", change: phase(corev1.PodFailed), want: wantUnknown,
		cause: "its pod: it does not run: Failed",
	},
	"pod-unknown": {
		reason: "the pod's node is lost", change: phase(corev1.PodUnknown), want: wantUnknown,
		cause: "its pod: it does not run: Unknown",
	},
	"pod-by-hand": {
		reason: "the pod was created by hand with a job's account", change: func(o *objects) { o.pod.OwnerReferences = nil },
		want: wantUnknown, cause: "its pod: its controller is not a Job",
	},
	"pod-of-a-cronjob": {
		reason: "CronJobs own no pods", change: func(o *objects) { o.pod.OwnerReferences[0].Kind = "CronJob" },
		want: wantUnknown, cause: "its pod: its controller is not a Job",
	},
	"pod-of-a-set": {
		reason: "a Job of another API group", change: func(o *objects) {
			o.pod.OwnerReferences = []metav1.OwnerReference{controlledBy("apps/v1", "ReplicaSet", "set", "uid-of-set")}
		},
		want: wantUnknown, cause: "its pod: its controller is not a Job",
	},

	"pod-unsealed": {
		reason: "an older operator made the pod, or it was created by hand",
		change: func(o *objects) { o.pod.Annotations = nil },
		want:   wantUnavailable("PodUnsealed"), cause: "its pod: it has no seal",
	},
	"pod-of-another-image": {
		reason: "kubectl create job --from with another image, or an edited pod",
		change: func(o *objects) { o.pod.Spec.Containers[0].Image = "registry.example/mine" },
		want:   wantUnknown, cause: "its pod: its seal is not that of its container sync",
	},
	"pod-with-a-sidecar": {
		reason: "the other container can read the pod's token", change: func(o *objects) {
			o.pod.Spec.Containers = append(o.pod.Spec.Containers,
				corev1.Container{Name: "more", VolumeMounts: []corev1.VolumeMount{{Name: "token"}}})
		},
		want: wantUnknown, cause: "its pod: its container more mounts the volume token",
	},
	"pod-being-debugged": {
		reason: "kubectl debug can read the pod's token", change: func(o *objects) {
			o.pod.Spec.EphemeralContainers = []corev1.EphemeralContainer{{}}
		},
		want: wantUnknown, cause: "its pod: it has an ephemeral container",
	},
	"pod-elsewhere": {
		reason: "the token was stolen, or created through serviceaccounts/token",
		change: func(o *objects) { o.pod.Status.PodIP = "10.1.2.3" },
		want:   wantUnknown, cause: "the request does not come from its pod, which has the address 10.1.2.3",
	},
	"pod-without-address": {
		reason: "the node has not reported the pod's address yet", change: func(o *objects) { o.pod.Status.PodIP = "" },
		want: reply{
			Status: http.StatusServiceUnavailable, Error: "temporarily_unavailable", Reason: "PodNotRunning",
			Wait: "1",
		},
		cause: "its pod's address is not reported yet",
	},

	// The Job and the CronJob.
	"job-gone": {reason: "the Job was deleted", change: func(o *objects) { o.job = nil }, want: wantUnknown, cause: "Job"},
	"job-made-anew": {
		reason: "the Job was created anew", change: func(o *objects) { o.job.UID = "another" },
		want: wantUnknown, cause: "its Job: its UID differs",
	},
	"job-being-deleted": {
		reason: "access was withdrawn, or the Job timed out", change: func(o *objects) { beingDeleted(o.job) },
		want: wantUnknown, cause: "its Job: it is being deleted",
	},
	"job-by-hand": {
		reason: "the Job was created by hand", change: func(o *objects) { o.job.OwnerReferences = nil },
		want: wantUnknown, cause: "its Job: no CronJob owns it",
	},
	"job-of-another-cronjob": {
		reason: "likewise", change: func(o *objects) {
			o.job.OwnerReferences[0].Name = naming.Child("tiger", v1alpha1.ServiceSickNotes)
		},
		want: wantUnknown, cause: "its Job: another CronJob owns it",
	},
	"job-of-another-controller": {
		reason: "its controller could change it", change: func(o *objects) {
			cronJob := o.job.OwnerReferences[0]
			cronJob.Controller = nil
			o.job.OwnerReferences = []metav1.OwnerReference{
				cronJob, controlledBy("v1", "ConfigMap", "another", "uid-of-another"),
			}
		},
		want: wantUnknown, cause: "its Job: no CronJob owns it",
	},
	"cronjob-gone": {
		reason: "the CronJob was deleted", change: func(o *objects) { o.cronJob = nil }, want: wantUnknown,
		cause: "CronJob",
	},
	"cronjob-made-anew": {
		reason: "the CronJob was created anew", change: func(o *objects) { o.cronJob.UID = "another" },
		want: wantUnknown, cause: "its CronJob: its UID differs",
	},
	"cronjob-being-deleted": {
		reason: "the CronJob is being deleted", change: func(o *objects) { beingDeleted(o.cronJob) },
		want: wantUnknown, cause: "its CronJob: it is being deleted",
	},
	"cronjob-by-hand": {
		reason: "the CronJob was created by hand", change: func(o *objects) { o.cronJob.OwnerReferences = nil },
		want: wantUnknown, cause: "its CronJob: its controller is not a CustomerIntegration",
	},
	"cronjob-of-the-one-before": {
		reason: "the CustomerIntegration was created anew",
		change: func(o *objects) { o.cronJob.OwnerReferences[0].UID = "another" },
		want:   wantUnknown, cause: "its CronJob: its controller is another CustomerIntegration",
	},

	// Whether sync is allowed. The reason is about the caller itself.
	"integration-being-deleted": {
		reason: "a CustomerIntegration that is being deleted does not sync",
		change: func(o *objects) { beingDeleted(o.customer) },
		want:   wantDenied("NotSyncing"), cause: "sync is not allowed",
	},
	"sync-disabled": {
		reason: "verify and report only", change: func(o *objects) { o.customer.Spec.Sync = v1alpha1.SyncDisabled },
		want: wantDenied("NotSyncing"), cause: "sync is not allowed",
	},
	"suspended": {
		reason: "of itself", change: func(o *objects) { o.customer.Spec.Suspend = true },
		want: wantDenied("Suspended"), cause: "sync is not allowed",
	},
	"supplier-suspended": {
		reason: "the kill switch", change: func(o *objects) { o.supplier.Spec.Suspend = true },
		want: wantDenied("Suspended"), cause: "sync is not allowed",
	},
	"supplier-gone": {
		reason: "without a Supplier there is no client", change: func(o *objects) { o.supplier = nil },
		want: wantDenied("SupplierNotFound"), cause: "sync is not allowed",
	},
	"namespace-not-allowed": {
		reason: "the Supplier no longer allows the namespace",
		change: func(o *objects) { o.supplier.Spec.AllowedNamespaces = []string{"others"} },
		want:   wantDenied("SupplierNotAllowed"), cause: "sync is not allowed",
	},
	"hrm-not-allowed": {
		reason: "the Supplier no longer allows the host", change: func(o *objects) { o.supplier.Spec.HRM.AllowedHosts = nil },
		want: wantDenied("HRMEndpointNotAllowed"), cause: "sync is not allowed",
	},
	"not-offered": {
		reason: "the Supplier no longer offers the service",
		change: func(o *objects) { o.supplier.Spec.Services = o.supplier.Spec.Services[1:] },
		want:   wantDenied("ServiceNotOffered"), cause: "sync is not allowed",
	},
	"duplicate": {
		reason: "an older CustomerIntegration has the organization",
		change: func(o *objects) {
			o.customer.Status.Services[0].DuplicateOf = v1alpha1.CustomerReference{Namespace: "others", Name: "older"}
		},
		want: wantDenied("DuplicateOrganization"), cause: "sync is not allowed",
	},
	"withdrawn": {
		reason: "the customer withdrew access", change: authorization(v1alpha1.AuthorizationWithdrawn, "DelegationWithdrawn"),
		want: wantDenied("DelegationWithdrawn"), cause: "sync is not allowed",
	},
	"outdated": {
		reason: "etcd was restored, so access must be verified again first", change: outdated,
		want: wantUnavailable("OperatorInterrupted"), cause: "sync waits for a verification",
	},
	"never-asked": {
		reason: "access was never verified",
		change: func(o *objects) { o.customer.Status = v1alpha1.CustomerIntegrationStatus{} },
		want:   wantDenied("VerificationPending"), cause: "sync is not allowed",
	},
	"another-environment": {
		reason: "access in one environment proves nothing in another",
		change: func(o *objects) { o.customer.Status.Authority.Issuer = "https://maskinporten.no/" },
		want:   wantDenied("VerificationPending"), cause: "sync is not allowed",
	},
	"no-number": {
		reason: "the organization number is invalid",
		change: func(o *objects) { o.customer.Spec.OrganizationNumber = "123456789" },
		want:   wantDenied("RequestRejected"), cause: "check digit",
	},
}

func phase(p corev1.PodPhase) func(o *objects) { return func(o *objects) { o.pod.Status.Phase = p } }

func authorization(state v1alpha1.AuthorizationState, reason string) func(o *objects) {
	return func(o *objects) {
		known := &o.customer.Status.Services[0].Authorization
		known.State, known.Reason = state, reason
	}
}

// systemUser makes the customer one of a service that needs a system user, and has access.
func systemUser(o *objects) {
	child := naming.Child("tiger", v1alpha1.ServiceSickNotes)
	o.customer.Spec.Services[0].Name = v1alpha1.ServiceSickNotes
	o.customer.Status.Services[0].Name = v1alpha1.ServiceSickNotes
	o.customer.Status.Services[0].Authorization.ExternalRef = "310330701-2"
	o.account.Name, o.cronJob.Name, o.pod.Spec.ServiceAccountName = child, child, child
	o.job.OwnerReferences[0].Name = child
	o.review.User.Username = "system:serviceaccount:customers:" + child
	o.seal()
}

// TestRefused verifies that each is refused without a request to Maskinporten.
func TestRefused(t *testing.T) {
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) {
			w := makeWorld(t, c.change)
			if diff := cmp.Diff(c.want, w.ask(nil)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if w.requests != 0 {
				t.Errorf("%s: %d requests to Maskinporten", c.reason, w.requests)
			}
			if log := w.logged(); !strings.Contains(log, c.cause) || strings.Count(log, "Refused token") != 1 {
				t.Errorf("%s: the log does not have %q once:\n%s", c.reason, c.cause, log)
			}
		})
	}
}

// TestRefusedAlthoughATokenIsCached issues a token first, so that one is cached, and then changes what it was issued
// for.
func TestRefusedAlthoughATokenIsCached(t *testing.T) {
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) {
			w := makeWorld(t, nil)
			if got := w.ask(nil); got.Status != http.StatusOK {
				t.Fatalf("at first: %+v", got)
			}
			before := w.broker
			changed := makeWorld(t, c.change)
			changed.broker.tokens, changed.broker.options.Pool = before.tokens, before.options.Pool
			if diff := cmp.Diff(c.want, changed.ask(nil)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if w.requests != 1 || changed.requests != 0 {
				t.Errorf("%s: %d and %d requests to Maskinporten", c.reason, w.requests, changed.requests)
			}
		})
	}
}

// TestTwoOfOneName refuses an account whose name two CustomerIntegrations claim. A fake index simulates the collision.
func TestTwoOfOneName(t *testing.T) {
	w := makeWorld(t, func(o *objects) {
		other := o.customer.DeepCopy()
		other.Name, other.UID = "giraffe", "uid-of-giraffe"
		o.more = append(o.more, other)
	})
	child := naming.Child("tiger", v1alpha1.ServiceFollowUpPlans)
	w.index = func(client.Object) []string { return []string{child} }
	w.server = w.makeServer()
	w.start(Limits{})
	if diff := cmp.Diff(wantUnknown, w.ask(nil)); diff != "" {
		t.Error(diff)
	}
	if log := w.logged(); !strings.Contains(log, "two CustomerIntegrations have a service with the account's name") {
		t.Error(log)
	}
}

// TestTokenIsShortLived verifies that a cached token with too short a remaining lifetime is replaced.
func TestTokenIsShortLived(t *testing.T) {
	w := makeWorld(t, nil)
	for _, step := range []struct {
		reason   string
		pass     time.Duration
		requests int
	}{
		{reason: "the first", requests: 1},
		{reason: "held", pass: time.Minute, requests: 1},
		{reason: "exactly ten seconds are left", pass: 50 * time.Second, requests: 1},
		{reason: "less than ten seconds are left", pass: time.Millisecond, requests: 2},
	} {
		w.clock.pass(step.pass)
		if got := w.ask(nil); got.Status != http.StatusOK || w.requests != step.requests {
			t.Errorf("%s: %+v after %d questions, want %d", step.reason, got, w.requests, step.requests)
		}
	}
}

// outdated makes the customer's last verification older than an interruption of the operator.
func outdated(o *objects) {
	o.customer.Status.Services[0].Authorization.LastVerifiedTime = &metav1.Time{Time: noon.Add(-time.Hour)}
	o.supplier.Status.InterruptedTime = &metav1.Time{Time: noon}
}

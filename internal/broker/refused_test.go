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
	nobody        = reply{Status: http.StatusUnauthorized, Error: "invalid_token"}
	unknownCaller = reply{Status: http.StatusForbidden, Error: "access_denied"}
)

func deniedFor(reason string) reply {
	return reply{Status: http.StatusForbidden, Error: "access_denied", Reason: reason}
}

func outage(reason string) reply {
	return reply{Status: http.StatusServiceUnavailable, Error: "temporarily_unavailable", Reason: reason, Wait: "10"}
}

// beingDeleted marks an object that has a finalizer left.
func beingDeleted(o client.Object) {
	o.SetFinalizers([]string{"example.com/last"})
	o.SetDeletionTimestamp(&metav1.Time{Time: noon})
}

// refusals are what must be refused of a caller's token, account, pod, Job and CronJob, and of its customer.
var refusals = map[string]struct {
	reason string
	change func(o *objects)
	want   reply
	cause  string // in the log
}{
	// The token.
	"not-authenticated": {
		reason: "the API server does not know the token", change: func(o *objects) { o.review.Authenticated = false },
		want: nobody, cause: "the API server does not take the token",
	},
	"another-audience": {
		reason: "an API server that ignores audiences answers without ours", change: func(o *objects) { o.review.Audiences = []string{"https://kubernetes.default.svc"} },
		want: nobody, cause: "another audience",
	},
	"no-audience": {
		reason: "likewise", change: func(o *objects) { o.review.Audiences = nil },
		want: nobody, cause: "another audience",
	},
	"a-person": {
		reason: "people are no accounts", change: func(o *objects) { o.review.User.Username = "tiger@4human.example" },
		want: nobody, cause: "not a service account's",
	},
	"a-node": {
		reason: "nor are nodes", change: func(o *objects) { o.review.User.Username = "system:node:one" },
		want: nobody, cause: "not a service account's",
	},
	"half-a-name": {
		reason: "a name without a namespace is no account's", change: func(o *objects) { o.review.User.Username = "system:serviceaccount:tiger" },
		want: nobody, cause: "not a service account's",
	},
	"no-pod-name": {
		reason: "a token that somebody was given by hand", change: func(o *objects) { delete(o.review.User.Extra, extraPodName) },
		want: nobody, cause: "not bound to a pod",
	},
	"no-pod-uid": {
		reason: "a name can be anybody's", change: func(o *objects) { delete(o.review.User.Extra, extraPodUID) },
		want: nobody, cause: "not bound to a pod",
	},
	"two-pods": {
		reason: "which of them asks?", change: func(o *objects) { o.review.User.Extra[extraPodUID] = []string{"uid-of-pod", "another"} },
		want: nobody, cause: "not bound to a pod",
	},

	// The account.
	"another-namespace": {
		reason: "the manager was not told of that one", change: func(o *objects) {
			o.review.User.Username = "system:serviceaccount:elsewhere:" + o.account.Name
		},
		want: unknownCaller, cause: "a namespace that the manager was not told of",
	},
	"another-account": {
		reason: "the name is what counts", change: func(o *objects) { o.review.User.Username = "system:serviceaccount:customers:default" },
		want: unknownCaller, cause: "not that of any service's account",
	},
	"labels": {
		reason: "labels do not count", change: func(o *objects) {
			o.review.User.Username = "system:serviceaccount:customers:labelled"
			o.more = append(o.more, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{
				Namespace: customers, Name: "labelled", UID: "uid-of-account",
				Labels: map[string]string{v1alpha1.LabelIntegration: "tiger", v1alpha1.LabelService: "FollowUpPlans"},
			}})
		},
		want: unknownCaller, cause: "not that of any service's account",
	},
	"service-not-listed": {
		reason: "its account and jobs are being removed", change: func(o *objects) {
			o.review.User.Username = "system:serviceaccount:customers:" + naming.Child("tiger", v1alpha1.ServiceSickNotes)
		},
		want: unknownCaller, cause: "not that of any service's account",
	},
	"integration-gone": {
		reason: "it was deleted", change: func(o *objects) { o.customer = nil },
		want: unknownCaller, cause: "not that of any service's account",
	},
	"account-gone": {
		reason: "a token may outlive its account for some seconds", change: func(o *objects) { o.account = nil },
		want: unknownCaller, cause: "is not there",
	},
	"account-made-anew": {
		reason: "it is another one", change: func(o *objects) { o.account.UID = "another" },
		want: unknownCaller, cause: "its account: it has another uid",
	},
	"account-being-deleted": {
		reason: "it is about to go", change: func(o *objects) { beingDeleted(o.account) },
		want: unknownCaller, cause: "its account: it is being deleted",
	},
	"account-by-hand": {
		reason: "made under our name, for nobody", change: func(o *objects) { o.account.OwnerReferences = nil },
		want: unknownCaller, cause: "its account: it is not controlled by a CustomerIntegration",
	},
	"account-owned-only": {
		reason: "an owner is no controller", change: func(o *objects) { o.account.OwnerReferences[0].Controller = nil },
		want: unknownCaller, cause: "its account: it is not controlled by a CustomerIntegration",
	},
	"account-of-the-one-before": {
		reason: "a CustomerIntegration that was made anew inherits nothing", change: func(o *objects) { o.account.OwnerReferences[0].UID = "another" },
		want: unknownCaller, cause: "its account: it is controlled by another CustomerIntegration",
	},
	"account-of-another-kind": {
		reason: "a kind of somebody else's that has our name", change: func(o *objects) { o.account.OwnerReferences[0].APIVersion = "example.com/v1" },
		want: unknownCaller, cause: "its account: it is not controlled by a CustomerIntegration",
	},

	// The pod.
	"pod-gone": {
		reason: "the API server may not have seen it", change: func(o *objects) { o.pod = nil },
		want: unknownCaller, cause: "Pod",
	},
	"pod-made-anew": {
		reason: "another one of the same name", change: func(o *objects) { o.pod.UID = "another" },
		want: unknownCaller, cause: "its pod: it has another uid",
	},
	"pod-of-another-account": {
		reason: "the token is not this pod's", change: func(o *objects) { o.pod.Spec.ServiceAccountName = "default" },
		want: unknownCaller, cause: "its pod: it has another account",
	},
	"pod-being-deleted": {
		reason: "it ends what it does without a token", change: func(o *objects) { beingDeleted(o.pod) },
		want: unknownCaller, cause: "its pod: it is being deleted",
	},
	"pod-pending": {
		reason: "its node tells a moment late that it runs", change: phase(corev1.PodPending),
		want:  reply{Status: http.StatusServiceUnavailable, Error: "temporarily_unavailable", Reason: "PodNotRunning", Wait: "1"},
		cause: "its pod is not known to run yet",
	},
	"pod-pending-by-hand": {
		reason: "only a pod of ours is told to come again", change: func(o *objects) {
			o.pod.Status.Phase, o.pod.OwnerReferences = corev1.PodPending, nil
		},
		want: unknownCaller, cause: "its pod: it is not controlled by a Job",
	},
	"pod-succeeded": {reason: "nothing runs in it any more", change: phase(corev1.PodSucceeded), want: unknownCaller, cause: "its pod: it does not run: Succeeded"},
	"pod-failed":    {reason: "likewise", change: phase(corev1.PodFailed), want: unknownCaller, cause: "its pod: it does not run: Failed"},
	"pod-unknown":   {reason: "its node is away", change: phase(corev1.PodUnknown), want: unknownCaller, cause: "its pod: it does not run: Unknown"},
	"pod-by-hand": {
		reason: "somebody runs one with our account", change: func(o *objects) { o.pod.OwnerReferences = nil },
		want: unknownCaller, cause: "its pod: it is not controlled by a Job",
	},
	"pod-of-a-cronjob": {
		reason: "CronJobs have no pods", change: func(o *objects) { o.pod.OwnerReferences[0].Kind = "CronJob" },
		want: unknownCaller, cause: "its pod: it is not controlled by a Job",
	},
	"pod-of-a-set": {
		reason: "likewise, in numbers", change: func(o *objects) {
			o.pod.OwnerReferences = []metav1.OwnerReference{controlledBy("apps/v1", "ReplicaSet", "set", "uid-of-set")}
		},
		want: unknownCaller, cause: "its pod: it is not controlled by a Job",
	},

	"pod-unsealed": {
		reason: "an older operator made it, or someone with the right to create Jobs", change: func(o *objects) { o.pod.Annotations = nil },
		want: outage("PodUnsealed"), cause: "its pod: it has no seal",
	},
	"pod-of-another-image": {
		reason: "kubectl create job --from with another image, or an edited pod",
		change: func(o *objects) { o.pod.Spec.Containers[0].Image = "registry.example/mine" },
		want:   unknownCaller, cause: "its pod: its seal is not that of its container sync",
	},
	"pod-with-a-sidecar": {
		reason: "it reads the pod's token", change: func(o *objects) {
			o.pod.Spec.Containers = append(o.pod.Spec.Containers, corev1.Container{Name: "more", VolumeMounts: []corev1.VolumeMount{{Name: "token"}}})
		},
		want: unknownCaller, cause: "its pod: its container more mounts the volume token",
	},
	"pod-being-debugged": {
		reason: "so does kubectl debug", change: func(o *objects) {
			o.pod.Spec.EphemeralContainers = []corev1.EphemeralContainer{{}}
		},
		want: unknownCaller, cause: "its pod: it has an ephemeral container",
	},
	"pod-elsewhere": {
		reason: "the token was stolen, or made with the right to create serviceaccounts/token",
		change: func(o *objects) { o.pod.Status.PodIP = "10.1.2.3" },
		want:   unknownCaller, cause: "the request does not come from its pod, which has the address 10.1.2.3",
	},
	"pod-without-address": {
		reason: "its node tells a moment late where it runs", change: func(o *objects) { o.pod.Status.PodIP = "" },
		want:  reply{Status: http.StatusServiceUnavailable, Error: "temporarily_unavailable", Reason: "PodNotRunning", Wait: "1"},
		cause: "its pod's address is not known yet",
	},

	// The Job and the CronJob.
	"job-gone": {reason: "its pod is about to go", change: func(o *objects) { o.job = nil }, want: unknownCaller, cause: "Job"},
	"job-made-anew": {
		reason: "another one of the same name", change: func(o *objects) { o.job.UID = "another" },
		want: unknownCaller, cause: "its Job: it has another uid",
	},
	"job-being-deleted": {
		reason: "access was taken away, or its time is over", change: func(o *objects) { beingDeleted(o.job) },
		want: unknownCaller, cause: "its Job: it is being deleted",
	},
	"job-by-hand": {
		reason: "not of our CronJob", change: func(o *objects) { o.job.OwnerReferences = nil },
		want: unknownCaller, cause: "its Job: it is not controlled by a CronJob",
	},
	"job-of-another-cronjob": {
		reason: "likewise", change: func(o *objects) {
			o.job.OwnerReferences[0].Name = naming.Child("tiger", v1alpha1.ServiceSickNotes)
		},
		want: unknownCaller, cause: "its Job: it is controlled by another CronJob",
	},
	"cronjob-gone": {reason: "its Jobs are about to go", change: func(o *objects) { o.cronJob = nil }, want: unknownCaller, cause: "CronJob"},
	"cronjob-made-anew": {
		reason: "the Job is of the one before", change: func(o *objects) { o.cronJob.UID = "another" },
		want: unknownCaller, cause: "its CronJob: it has another uid",
	},
	"cronjob-being-deleted": {
		reason: "it is about to go", change: func(o *objects) { beingDeleted(o.cronJob) },
		want: unknownCaller, cause: "its CronJob: it is being deleted",
	},
	"cronjob-by-hand": {
		reason: "made under our name, for nobody", change: func(o *objects) { o.cronJob.OwnerReferences = nil },
		want: unknownCaller, cause: "its CronJob: it is not controlled by a CustomerIntegration",
	},
	"cronjob-of-the-one-before": {
		reason: "a CustomerIntegration that was made anew inherits nothing", change: func(o *objects) { o.cronJob.OwnerReferences[0].UID = "another" },
		want: unknownCaller, cause: "its CronJob: it is controlled by another CustomerIntegration",
	},

	// Whether data may flow. The reason is about the caller itself.
	"integration-being-deleted": {
		reason: "deletion counts at once", change: func(o *objects) { beingDeleted(o.customer) },
		want: deniedFor("NotSyncing"), cause: "no data may flow",
	},
	"sync-disabled": {
		reason: "verify and report only", change: func(o *objects) { o.customer.Spec.Sync = v1alpha1.SyncDisabled },
		want: deniedFor("NotSyncing"), cause: "no data may flow",
	},
	"suspended": {
		reason: "of itself", change: func(o *objects) { o.customer.Spec.Suspend = true },
		want: deniedFor("Suspended"), cause: "no data may flow",
	},
	"supplier-suspended": {
		reason: "the kill switch", change: func(o *objects) { o.supplier.Spec.Suspend = true },
		want: deniedFor("Suspended"), cause: "no data may flow",
	},
	"supplier-gone": {
		reason: "nobody signs", change: func(o *objects) { o.supplier = nil },
		want: deniedFor("SupplierNotFound"), cause: "no data may flow",
	},
	"namespace-not-allowed": {
		reason: "it was, when the job was made", change: func(o *objects) { o.supplier.Spec.AllowedNamespaces = []string{"others"} },
		want: deniedFor("SupplierNotAllowed"), cause: "no data may flow",
	},
	"hrm-not-allowed": {
		reason: "nothing may go there any more", change: func(o *objects) { o.supplier.Spec.HRM.AllowedHosts = nil },
		want: deniedFor("HRMEndpointNotAllowed"), cause: "no data may flow",
	},
	"not-offered": {
		reason: "the Supplier took it off its list", change: func(o *objects) { o.supplier.Spec.Services = o.supplier.Spec.Services[1:] },
		want: deniedFor("ServiceNotOffered"), cause: "no data may flow",
	},
	"duplicate": {
		reason: "the data is an older CustomerIntegration's",
		change: func(o *objects) {
			o.customer.Status.Services[0].DuplicateOf = v1alpha1.CustomerReference{Namespace: "others", Name: "older"}
		},
		want: deniedFor("DuplicateOrganization"), cause: "no data may flow",
	},
	"withdrawn": {
		reason: "the customer took it back", change: authorization(v1alpha1.AuthorizationWithdrawn, "DelegationWithdrawn"),
		want: deniedFor("DelegationWithdrawn"), cause: "no data may flow",
	},
	"outdated": {
		reason: "etcd was restored: the access is verified again first, and that is no answer", change: outdated,
		want: outage("OperatorInterrupted"), cause: "runs wait for another verification",
	},
	"never-asked": {
		reason: "nothing is known", change: func(o *objects) { o.customer.Status = v1alpha1.CustomerIntegrationStatus{} },
		want: deniedFor("VerificationPending"), cause: "no data may flow",
	},
	"another-environment": {
		reason: "what was given in one is nothing in the other", change: func(o *objects) { o.customer.Status.Authority.Issuer = "https://maskinporten.no/" },
		want: deniedFor("VerificationPending"), cause: "no data may flow",
	},
	"no-number": {
		reason: "the API server would not have taken it", change: func(o *objects) { o.customer.Spec.OrganizationNumber = "123456789" },
		want: deniedFor("RequestRejected"), cause: "check digit",
	},
}

func phase(p corev1.PodPhase) func(o *objects) { return func(o *objects) { o.pod.Status.Phase = p } }

func authorization(state v1alpha1.AuthorizationState, reason string) func(o *objects) {
	return func(o *objects) {
		known := &o.customer.Status.Services[0].Authorization
		known.State, known.Reason = state, reason
	}
}

// systemUser makes all of it of a service that needs a system user, whose access was proved.
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

// TestRefused refuses each, and never asks Maskinporten.
func TestRefused(t *testing.T) {
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) {
			w := makeWorld(t, c.change)
			if diff := cmp.Diff(c.want, w.ask(nil)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if w.asked != 0 {
				t.Errorf("%s: Maskinporten was asked %d times", c.reason, w.asked)
			}
			if log := w.logged(); !strings.Contains(log, c.cause) || strings.Count(log, "Refused a token") != 1 {
				t.Errorf("%s: the log does not have %q once:\n%s", c.reason, c.cause, log)
			}
		})
	}
}

// TestRefusedAlthoughATokenIsHeld gives a token first, so that one is in the broker's cache, and then takes away what it
// was given for.
func TestRefusedAlthoughATokenIsHeld(t *testing.T) {
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
			if w.asked != 1 || changed.asked != 0 {
				t.Errorf("%s: Maskinporten was asked %d and %d times", c.reason, w.asked, changed.asked)
			}
		})
	}
}

// TestTwoOfOneName refuses an account whose name two CustomerIntegrations claim. Nobody has found two yet: an index that
// says so stands in.
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
	if diff := cmp.Diff(unknownCaller, w.ask(nil)); diff != "" {
		t.Error(diff)
	}
	if log := w.logged(); !strings.Contains(log, "that of two CustomerIntegrations' services") {
		t.Error(log)
	}
}

// TestTokenIsShortLived waits until a token that is held has too little left, and asks anew.
func TestTokenIsShortLived(t *testing.T) {
	w := makeWorld(t, nil)
	for _, step := range []struct {
		reason string
		pass   time.Duration
		asked  int
	}{
		{"the first", 0, 1},
		{"held", time.Minute, 1},
		{"exactly ten seconds are left", 50 * time.Second, 1},
		{"less than ten seconds are left", time.Millisecond, 2},
	} {
		w.clock.pass(step.pass)
		if got := w.ask(nil); got.Status != http.StatusOK || w.asked != step.asked {
			t.Errorf("%s: %+v after %d questions, want %d", step.reason, got, w.asked, step.asked)
		}
	}
}

// outdated makes the last verification of the customer older than an interruption of the operator.
func outdated(o *objects) {
	o.customer.Status.Services[0].Authorization.LastVerifiedTime = &metav1.Time{Time: noon.Add(-time.Hour)}
	o.supplier.Status.InterruptedTime = &metav1.Time{Time: noon}
}

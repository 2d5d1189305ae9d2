package broker

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
)

const sickNotes = v1alpha1.ServiceSickNotes

// TestTokensThatAreRefused sends tokens other than that of the customer's own pod.
func TestTokensThatAreRefused(t *testing.T) {
	w := newWorld(t, plenty())
	ours := v1alpha1.TokenAudience
	cases := map[string]struct {
		reason string
		token  func(c *customer) string
		want   answer
	}{
		"none": {reason: "no token", token: func(*customer) string { return "" }, want: invalidToken},
		"garbage": {
			reason: "no token at all", token: func(*customer) string { return "garbage" },
			want: invalidToken,
		},
		"of-another-key": {reason: "the customer's claims, signed with another key", token: forged, want: invalidToken},
		"without-a-key":  {reason: "the customer's claims, unsigned", token: unsigned, want: invalidToken},
		"another-audience": {
			reason: "a token for another audience",
			token: func(c *customer) string {
				return c.tokenOf(c.account, c.pod,
					"https://maskinporten.no/")
			}, want: invalidToken,
		},
		"the-api-server's": {
			reason: "a pod's token for the API server",
			token:  func(c *customer) string { return c.tokenOf(c.account, c.pod) }, want: invalidToken,
		},
		"not-of-a-pod": {
			reason: "a token created with kubectl",
			token:  func(c *customer) string { return c.tokenOf(c.account, nil, ours) }, want: invalidToken,
		},
		"the-manager's": {
			reason: "an account of another namespace",
			token: func(c *customer) string {
				manager := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{GenerateName: "manager-", Namespace: c.system}}
				c.create(manager)
				pod := &corev1.Pod{
					ObjectMeta: metav1.ObjectMeta{GenerateName: "manager-", Namespace: c.system},
					Spec:       podTemplate(manager.Name).Spec,
				}
				c.create(pod)
				c.phase(pod, corev1.PodRunning)
				return c.tokenOf(manager, pod, ours)
			},
			want: unknown,
		},
		"labels-by-hand": {
			reason: "an account with a service's labels, whose pod belongs to the service's Job",
			token: func(c *customer) string {
				account := c.addAccount("labelled-"+c.number, c.account.OwnerReferences...)
				return c.tokenOf(account, c.addPod("labelled-"+c.number, account.Name, c.pod.OwnerReferences...), ours)
			},
			want: unknown,
		},
		"name-by-hand": {
			reason: "the account of a service that is not listed, created by hand with its objects",
			token: func(c *customer) string {
				return c.otherService()
			},
			want: unknown,
		},
		"another-service": {
			reason: "the account of a listed service without access",
			token: func(c *customer) string {
				c.it.Spec.Services = append(c.it.Spec.Services, v1alpha1.CustomerService{Name: sickNotes})
				c.update(c.it)
				return c.otherService()
			},
			want: denied("VerificationPending"),
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			c := w.addCustomer()
			token, asked := tc.token(c), w.asked()
			w.logged()
			got := w.ask(token)
			c.mustRefuse(tc.reason, got, tc.want)
			if challenged := got.header.Get("WWW-Authenticate") == "Bearer"; challenged != (got.Status == http.StatusUnauthorized) {
				t.Errorf("%s: WWW-Authenticate %q", tc.reason, got.header.Get("WWW-Authenticate"))
			}
			if n := w.asked() - asked; n != 0 {
				t.Errorf("%s: %d requests to Maskinporten", tc.reason, n)
			}
			c.mustGive() // refusals of others do not affect the customer
		})
	}
}

// otherService creates the objects of the customer's sick notes, and returns the token of their pod.
func (c *customer) otherService() string {
	c.t.Helper()
	child := naming.Child(c.it.Name, sickNotes)
	account := c.addAccount(child, c.account.OwnerReferences...)
	cronJob := c.addCronJob(child, c.cronJob.OwnerReferences...)
	job := c.addJob(child+"-29000000", controlledBy("batch/v1", "CronJob", cronJob))
	pod := c.addPod(child+"-29000000-abcde", child, controlledBy("batch/v1", "Job", job))
	return c.tokenOf(account, pod, v1alpha1.TokenAudience)
}

// forged returns the claims of the customer's token, signed with another key than the API server's.
func forged(c *customer) string {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	c.must(err)
	parts := strings.Split(c.token(), ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	c.must(err)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, nil)
	c.must(err)
	signed, err := signer.Sign(payload)
	c.must(err)
	token, err := signed.CompactSerialize()
	c.must(err)
	return token
}

// unsigned returns the claims of the customer's token with the algorithm none.
func unsigned(c *customer) string {
	header, err := json.Marshal(map[string]string{"alg": "none"})
	c.must(err)
	return base64.RawURLEncoding.EncodeToString(header) + "." + strings.Split(c.token(), ".")[1] + "."
}

// TestRefusedAfterChange changes what a customer's token depends on: before the first request, and while the broker has
// a cached access token.
func TestRefusedAfterChange(t *testing.T) {
	w := newWorld(t, plenty())
	for name, tc := range changesThatRefuse {
		for _, held := range []bool{false, true} {
			run := name
			if held {
				run += "-held"
			}
			t.Run(run, func(t *testing.T) {
				w := w.in(t)
				c := w.addCustomer()
				token := c.token()
				if held {
					if got := c.ask(token); got.Status != http.StatusOK {
						t.Fatalf("at first: %d %s", got.Status, got.body)
					}
				}
				tc.change(c)
				if tc.again {
					token = c.token()
					c.awaitReview(token)
				}
				w.logged()
				asked := w.asked()
				c.mustRefuse(tc.reason, c.ask(token), tc.wants...)
				if n := w.asked() - asked; n != 0 {
					t.Errorf("%s: %d requests to Maskinporten", tc.reason, n)
				}
			})
		}
	}
}

// awaitReview waits until the API server accepts a token. It looks up accounts in a cache, which may have an old one.
func (c *customer) awaitReview(token string) {
	c.t.Helper()
	c.eventually("the API server accepts the token", func() bool {
		review := &authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{
			Token: token, Audiences: []string{v1alpha1.TokenAudience},
		}}
		c.create(review)
		return review.Status.Authenticated
	})
}

// changesThatRefuse are the changes. The API server rejects tokens of a deleted pod or account with some delay; until
// then the broker must refuse them.
var changesThatRefuse = map[string]struct {
	reason string
	change func(c *customer)
	again  bool // create a new token after the change
	wants  []answer
}{
	"account-by-hand": {
		reason: "the account was created by hand", again: true, wants: []answer{unknown},
		change: func(c *customer) {
			c.account.OwnerReferences = nil
			c.again(c.account)
		},
	},
	"account-of-another": {
		reason: "the account is controlled by another customer", again: true, wants: []answer{unknown},
		change: func(c *customer) {
			c.account.OwnerReferences[0].UID = "11111111-2222-3333-4444-555555555555"
			c.again(c.account)
		},
	},
	"account-made-anew": {
		reason: "the token is the old account's", wants: []answer{invalidToken, unknown},
		change: func(c *customer) { c.again(c.account) },
	},
	"pod-succeeded": {
		reason: "the pod has succeeded", wants: []answer{unknown}, change: func(c *customer) {
			c.phase(c.pod,
				corev1.PodSucceeded)
		},
	},
	"pod-failed": {
		reason: "the pod has failed", wants: []answer{unknown}, change: func(c *customer) {
			c.phase(c.pod,
				corev1.PodFailed)
		},
	},
	"pod-pending": {
		reason: "the pod is not reported as running yet", wants: []answer{unavailable("PodNotRunning")},
		change: func(c *customer) { c.phase(c.pod, corev1.PodPending) },
	},
	"pod-gone": {
		reason: "the pod was deleted", wants: []answer{invalidToken, unknown}, change: func(c *customer) { c.remove(c.pod) },
	},
	"pod-made-anew": {
		reason: "the pod was created anew", wants: []answer{invalidToken, unknown},
		change: func(c *customer) {
			c.again(c.pod)
			c.phase(c.pod, corev1.PodRunning)
		},
	},
	"pod-being-deleted": {
		reason: "the pod is being deleted", wants: []answer{unknown},
		change: func(c *customer) {
			c.pod.Finalizers = []string{"example.com/last"}
			c.update(c.pod)
			c.remove(c.pod)
		},
	},
	"pod-of-another-image": {
		reason: "the pod's image was changed", wants: []answer{unknown},
		change: func(c *customer) {
			c.pod.Spec.Containers[0].Image = "registry.example/mine"
			c.update(c.pod)
		},
	},
	"pod-being-debugged": {
		reason: "kubectl debug added a container", wants: []answer{unknown},
		change: func(c *customer) {
			c.pod.Spec.EphemeralContainers = []corev1.EphemeralContainer{{
				EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "debug", Image: "registry.example/mine"},
			}}
			c.must(server.Client.SubResource("ephemeralcontainers").Update(context.Background(), c.pod))
		},
	},
	"pod-unsealed": {
		reason: "an older operator may have made the pod", wants: []answer{unavailable("PodUnsealed")},
		change: func(c *customer) {
			c.pod.Annotations = nil
			c.update(c.pod)
		},
	},
	"pod-not-of-a-job": {
		reason: "the pod was created by hand with a job's account", wants: []answer{unknown},
		change: func(c *customer) {
			c.pod.OwnerReferences = nil
			c.update(c.pod)
		},
	},
	"pod-of-another-job": {
		reason: "the pod's Job does not exist", wants: []answer{unknown},
		change: func(c *customer) {
			c.pod.OwnerReferences[0].Name = "another"
			c.update(c.pod)
		},
	},
	"job-by-hand": {
		reason: "the Job was created by hand", wants: []answer{unknown},
		change: func(c *customer) {
			c.job.OwnerReferences = nil
			c.update(c.job)
		},
	},
	"job-of-another-cronjob": {
		reason: "the Job's CronJob is another one", wants: []answer{unknown},
		change: func(c *customer) {
			other := c.addCronJob("by-hand-"+c.number, c.cronJob.OwnerReferences...)
			c.job.OwnerReferences = []metav1.OwnerReference{controlledBy("batch/v1", "CronJob", other)}
			c.update(c.job)
		},
	},
	"job-being-deleted": {
		reason: "the Job is being deleted", wants: []answer{unknown},
		change: func(c *customer) {
			c.job.Finalizers = []string{"example.com/last"}
			c.update(c.job)
			c.remove(c.job)
		},
	},
	"job-gone": {
		reason: "the Job was deleted", wants: []answer{unknown}, change: func(c *customer) { c.remove(c.job) },
	},
	"cronjob-by-hand": {
		reason: "the CronJob was created by hand", wants: []answer{unknown},
		change: func(c *customer) {
			c.cronJob.OwnerReferences = nil
			c.again(c.cronJob)
			c.job.OwnerReferences[0].UID = c.cronJob.UID
			c.update(c.job)
		},
	},
	"cronjob-made-anew": {
		reason: "the CronJob was created anew", wants: []answer{unknown}, change: func(c *customer) { c.again(c.cronJob) },
	},
	"cronjob-gone": {
		reason: "the CronJob was deleted", wants: []answer{unknown}, change: func(c *customer) { c.remove(c.cronJob) },
	},
	"integration-gone": {
		reason: "the customer was deleted", wants: []answer{unknown}, change: func(c *customer) { c.remove(c.it) },
	},
	"integration-being-deleted": {
		reason: "a customer that is being deleted does not sync", wants: []answer{denied("NotSyncing")},
		change: func(c *customer) {
			c.it.Finalizers = []string{"example.com/last"}
			c.update(c.it)
			c.remove(c.it)
		},
	},
	"integration-made-anew": {
		reason: "the CustomerIntegration was created anew", wants: []answer{unknown},
		change: func(c *customer) {
			c.again(c.it)
			c.grant(v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated)
		},
	},
	"suspended": {
		reason: "the customer is suspended", wants: []answer{denied("Suspended")},
		change: func(c *customer) {
			c.it.Spec.Suspend = true
			c.update(c.it)
		},
	},
	"sync-disabled": {
		reason: "sync is disabled", wants: []answer{denied("NotSyncing")},
		change: func(c *customer) {
			c.it.Spec.Sync = v1alpha1.SyncDisabled
			c.update(c.it)
		},
	},
	"service-not-listed": {
		reason: "the service is no longer listed", wants: []answer{unknown},
		change: func(c *customer) {
			c.it.Spec.Services[0].Name = sickNotes
			c.update(c.it)
		},
	},
	"withdrawn": {
		reason: "the customer has withdrawn access", wants: []answer{denied("DelegationWithdrawn")},
		change: func(c *customer) {
			c.grant(v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn)
		},
	},
	"supplier-suspended": {
		reason: "the kill switch", wants: []answer{denied("Suspended")},
		change: func(c *customer) {
			c.supplier.Spec.Suspend = true
			c.update(c.supplier)
		},
	},
	"supplier-gone": {
		reason: "the Supplier was deleted", wants: []answer{denied("SupplierNotFound")},
		change: func(c *customer) { c.remove(c.supplier) },
	},
	"namespace-not-allowed": {
		reason: "the Supplier no longer allows the namespace", wants: []answer{denied("SupplierNotAllowed")},
		change: func(c *customer) {
			c.supplier.Spec.AllowedNamespaces = []string{"others"}
			c.update(c.supplier)
		},
	},
	"hrm-not-allowed": {
		reason: "the Supplier no longer allows the host", wants: []answer{denied("HRMEndpointNotAllowed")},
		change: func(c *customer) {
			c.supplier.Spec.HRM.AllowedHosts = []string{"elsewhere.4human.example"}
			c.update(c.supplier)
		},
	},
	"not-offered": {
		reason: "the Supplier no longer offers the service", wants: []answer{denied("ServiceNotOffered")},
		change: func(c *customer) {
			c.supplier.Spec.Services = c.supplier.Spec.Services[1:]
			c.update(c.supplier)
		},
	},
	"duplicate": {
		reason: "an older CustomerIntegration has the same organization", wants: []answer{denied("DuplicateOrganization")},
		change: func(c *customer) {
			c.it.Status.Services[0].DuplicateOf = v1alpha1.CustomerReference{Namespace: "others", Name: "older"}
			c.updateStatus(c.it)
		},
	},
	"supplier-made-anew": {
		reason: "access was verified in another environment", wants: []answer{denied("VerificationPending")},
		change: func(c *customer) {
			c.supplier.Spec.Endpoints.Maskinporten = "https://elsewhere.example/"
			c.update(c.supplier)
		},
	},
}

// TestRequestsThatAreRefused sends requests that are no token requests, with a valid token.
func TestRequestsThatAreRefused(t *testing.T) {
	w := newWorld(t, plenty())
	body := func(size int) func(r *http.Request) {
		return func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(strings.Repeat("x", size))) }
	}
	method := func(m string) func(r *http.Request) { return func(r *http.Request) { r.Method = m } }
	path := func(p string) func(r *http.Request) { return func(r *http.Request) { r.URL.Path = p } }
	refused := func(status int, code string) answer { return answer{Status: status, Error: code} }
	cases := map[string]struct {
		reason string
		change func(r *http.Request)
		want   answer
	}{
		"large-body": {
			reason: "the body is too large", change: body(1<<10 + 1),
			want: refused(http.StatusRequestEntityTooLarge, "request_too_large"),
		},
		"huge-body": {
			reason: "a huge body is not read to its end", change: body(64 << 20),
			want: refused(http.StatusRequestEntityTooLarge, "request_too_large"),
		},
		"get": {
			reason: "GET is not allowed", change: method(http.MethodGet),
			want: refused(http.StatusMethodNotAllowed, "method_not_allowed"),
		},
		"put": {
			reason: "nor put", change: method(http.MethodPut),
			want: refused(http.StatusMethodNotAllowed, "method_not_allowed"),
		},
		"delete": {
			reason: "nor deleted", change: method(http.MethodDelete),
			want: refused(http.StatusMethodNotAllowed, "method_not_allowed"),
		},
		"root": {reason: "there is no other path", change: path("/"), want: refused(http.StatusNotFound, "not_found")},
		"other": {
			reason: "there is no path below", change: path("/token/of/another"),
			want: refused(http.StatusNotFound, "not_found"),
		},
		"dots": {
			reason: "paths are not cleaned", change: path("/x/../token"),
			want: refused(http.StatusNotFound, "not_found"),
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			c := w.addCustomer()
			r := w.request(c.token())
			tc.change(r)
			w.logged()
			c.mustRefuse(tc.reason, w.send(r), tc.want)
			if n := w.asked(); n != 0 {
				t.Errorf("%s: %d requests to Maskinporten", tc.reason, n)
			}
		})
	}
	t.Run("small-body", func(t *testing.T) {
		w := w.in(t)
		c := w.addCustomer()
		r := w.request(c.token())
		body(1 << 10)(r)
		if got := w.send(r); got.Status != http.StatusOK {
			t.Errorf("a small body is ignored: %d %s", got.Status, got.body)
		}
	})
}

// TestPlainHTTP sends requests without TLS. The response is Go's own. A client that sends more than Go reads may not
// receive it.
func TestPlainHTTP(t *testing.T) {
	w := newWorld(t, plenty())
	plain := func(token string) string {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", w.broker.Address())
		w.must(err)
		defer func() { _ = connection.Close() }()
		_, err = io.WriteString(connection,
			"POST /token HTTP/1.1\r\nHost: token-broker\r\nAuthorization: Bearer "+token+"\r\n\r\n")
		w.must(err)
		got, _ := io.ReadAll(connection)
		return string(got)
	}
	if got := plain("garbage"); !strings.HasPrefix(got, "HTTP/1.0 400 ") ||
		!strings.Contains(got, "HTTP request to an HTTPS server") {
		t.Errorf("%q", got)
	}
	token := w.addCustomer().token()
	if got := plain(token); strings.Contains(got, "200") || strings.Contains(got, "access_token") {
		t.Errorf("%q", got)
	}
	if w.asked() != 0 || strings.Contains(w.logged(), token) {
		t.Error("the request was handled")
	}
}

// TestAccountLimit refuses an account that sends too many requests. Others are not affected.
func TestAccountLimit(t *testing.T) {
	w := newWorld(t, plenty())
	tiger, giraffe := w.addCustomer(), w.addCustomer()
	token := tiger.token()
	for range 10 {
		if got := w.ask(token); got.Status != http.StatusOK {
			t.Fatalf("%d %s", got.Status, got.body)
		}
	}
	tooMany := answer{Status: http.StatusTooManyRequests, Error: "too_many_requests"}
	for range 3 {
		w.logged()
		got := w.ask(token)
		tiger.mustRefuse("the eleventh within an hour", got, tooMany)
		if got.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	giraffe.mustGive()
	if n := w.asked(); n != 2 {
		t.Errorf("%d requests to Maskinporten, want one per customer", n)
	}
}

// TestInvalidTokens refuses invalid tokens, and limits their reviews.
func TestInvalidTokens(t *testing.T) {
	limits := plenty()
	limits.AddressEvery, limits.AddressBurst = time.Hour, 5
	w := newWorld(t, limits)
	c := w.addCustomer()
	w.eventually("the cache has the pod", func() bool { // until then, the limit of the address applies
		return w.cache.Get(t.Context(), client.ObjectKeyFromObject(c.pod), &corev1.Pod{}) == nil
	})
	signed := c.tokenOf(c.account, c.pod, v1alpha1.TokenAudience)
	forged := signed[:strings.LastIndex(signed, ".")] + ".Zm9yZ2Vk"
	for i := range 10 {
		want := invalidToken
		if i >= 5 {
			want = answer{Status: http.StatusTooManyRequests, Error: "too_many_requests"}
		}
		w.logged()
		c.mustRefuse("forged", w.ask(forged), want)
		c.mustRefuse("garbage", w.ask("garbage"), invalidToken)
	}
	if w.asked() != 0 {
		t.Error("a request to Maskinporten")
	}
}

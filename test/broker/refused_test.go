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

	"github.com/go-jose/go-jose/v4"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
)

const sickNotes = v1alpha1.ServiceSickNotes

// TestTokensThatAreRefused shows tokens other than that of the customer's own pod.
func TestTokensThatAreRefused(t *testing.T) {
	w := newWorld(t, plenty())
	ours := v1alpha1.TokenAudience
	cases := map[string]struct {
		reason string
		token  func(c *customer) string
		want   answer
	}{
		"none":             {"nobody", func(*customer) string { return "" }, nobody},
		"garbage":          {"not a token", func(*customer) string { return "garbage" }, nobody},
		"of-another-key":   {"our own claims, signed by somebody else", forged, nobody},
		"without-a-key":    {"our own claims, signed by nobody", unsigned, nobody},
		"another-audience": {"a token for somebody else's service", func(c *customer) string { return c.tokenOf(c.account, c.pod, "https://maskinporten.no/") }, nobody},
		"the-api-server's": {"the token that a pod has for the API server", func(c *customer) string { return c.tokenOf(c.account, c.pod) }, nobody},
		"not-of-a-pod":     {"a token that was made with kubectl", func(c *customer) string { return c.tokenOf(c.account, nil, ours) }, nobody},
		"the-manager's": {
			"an account of another namespace", func(c *customer) string {
				manager := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{GenerateName: "manager-", Namespace: c.system}}
				c.create(manager)
				pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{GenerateName: "manager-", Namespace: c.system}, Spec: podTemplate(manager.Name).Spec}
				c.create(pod)
				c.phase(pod, corev1.PodRunning)
				return c.tokenOf(manager, pod, ours)
			}, unknown,
		},
		"labels-by-hand": {
			"an account with the labels of ours, whose pod is of our Job", func(c *customer) string {
				account := c.addAccount("labelled-"+c.number, c.account.OwnerReferences...)
				return c.tokenOf(account, c.addPod("labelled-"+c.number, account.Name, c.pod.OwnerReferences...), ours)
			}, unknown,
		},
		"name-by-hand": {
			"the account of a service that is not listed, made by hand with all that goes with it", func(c *customer) string {
				return c.otherService()
			}, unknown,
		},
		"another-service": {
			"the account of a service that is listed, and has no access", func(c *customer) string {
				c.it.Spec.Services = append(c.it.Spec.Services, v1alpha1.CustomerService{Name: sickNotes})
				c.update(c.it)
				return c.otherService()
			}, denied("VerificationPending"),
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
				t.Errorf("%s: Maskinporten was asked %d times", tc.reason, n)
			}
			c.mustGive() // what is refused to others takes nothing from the customer
		})
	}
}

// otherService makes all that the controller would make for the customer's sick notes, and gives the token of their pod.
func (c *customer) otherService() string {
	c.t.Helper()
	child := naming.Child(c.it.Name, sickNotes)
	account := c.addAccount(child, c.account.OwnerReferences...)
	cronJob := c.addCronJob(child, c.cronJob.OwnerReferences...)
	job := c.addJob(child+"-29000000", controlledBy("batch/v1", "CronJob", cronJob))
	pod := c.addPod(child+"-29000000-abcde", child, controlledBy("batch/v1", "Job", job))
	return c.tokenOf(account, pod, v1alpha1.TokenAudience)
}

// forged gives the claims of the customer's token, signed with a key that is not the API server's.
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

// unsigned gives the claims of the customer's token under the algorithm none.
func unsigned(c *customer) string {
	header, err := json.Marshal(map[string]string{"alg": "none"})
	c.must(err)
	return base64.RawURLEncoding.EncodeToString(header) + "." + strings.Split(c.token(), ".")[1] + "."
}

// TestWhatIsTakenAway takes away, from a customer whose pod has a good token, what it was given for; once before anything
// was asked, and once while the broker holds an access token for it.
func TestWhatIsTakenAway(t *testing.T) {
	w := newWorld(t, plenty())
	for name, tc := range takenAway {
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
				}
				w.logged()
				asked := w.asked()
				c.mustRefuse(tc.reason, c.ask(token), tc.wants...)
				if n := w.asked() - asked; n != 0 {
					t.Errorf("%s: Maskinporten was asked %d times", tc.reason, n)
				}
			})
		}
	}
}

// takenAway are the changes. A token of a pod or an account that is gone is nobody's, unless the API server has not
// noticed: then it is the broker that does.
var takenAway = map[string]struct {
	reason string
	change func(c *customer)
	again  bool // a new token is made after the change
	wants  []answer
}{
	"account-by-hand": {
		reason: "somebody made an account under our name", again: true, wants: []answer{unknown},
		change: func(c *customer) {
			c.account.OwnerReferences = nil
			c.again(c.account)
		},
	},
	"account-of-another": {
		reason: "likewise, and says that it is another customer's", again: true, wants: []answer{unknown},
		change: func(c *customer) {
			c.account.OwnerReferences[0].UID = "11111111-2222-3333-4444-555555555555"
			c.again(c.account)
		},
	},
	"account-made-anew": {
		reason: "the token is of the account before", wants: []answer{nobody, unknown},
		change: func(c *customer) { c.again(c.account) },
	},
	"pod-succeeded": {
		reason: "its work is done", wants: []answer{unknown}, change: func(c *customer) { c.phase(c.pod, corev1.PodSucceeded) },
	},
	"pod-failed": {
		reason: "its work is over", wants: []answer{unknown}, change: func(c *customer) { c.phase(c.pod, corev1.PodFailed) },
	},
	"pod-pending": {
		reason: "it is not known to run yet", wants: []answer{unavailable("PodNotRunning")},
		change: func(c *customer) { c.phase(c.pod, corev1.PodPending) },
	},
	"pod-gone": {
		reason: "it was deleted", wants: []answer{nobody, unknown}, change: func(c *customer) { c.remove(c.pod) },
	},
	"pod-made-anew": {
		reason: "another pod has its name", wants: []answer{nobody, unknown},
		change: func(c *customer) {
			c.again(c.pod)
			c.phase(c.pod, corev1.PodRunning)
		},
	},
	"pod-being-deleted": {
		reason: "it has been told to end", wants: []answer{unknown},
		change: func(c *customer) {
			c.pod.Finalizers = []string{"example.com/last"}
			c.update(c.pod)
			c.remove(c.pod)
		},
	},
	"pod-of-another-image": {
		reason: "someone with the right to change pods replaced the program", wants: []answer{unknown},
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
		reason: "it is of an older operator, as far as can be known", wants: []answer{unavailable("PodUnsealed")},
		change: func(c *customer) {
			c.pod.Annotations = nil
			c.update(c.pod)
		},
	},
	"pod-not-of-a-job": {
		reason: "somebody runs a pod with our account", wants: []answer{unknown},
		change: func(c *customer) {
			c.pod.OwnerReferences = nil
			c.update(c.pod)
		},
	},
	"pod-of-another-job": {
		reason: "likewise, and says that it is of a Job that is not there", wants: []answer{unknown},
		change: func(c *customer) {
			c.pod.OwnerReferences[0].Name = "another"
			c.update(c.pod)
		},
	},
	"job-by-hand": {
		reason: "somebody runs a Job with our account", wants: []answer{unknown},
		change: func(c *customer) {
			c.job.OwnerReferences = nil
			c.update(c.job)
		},
	},
	"job-of-another-cronjob": {
		reason: "likewise, of a CronJob of their own", wants: []answer{unknown},
		change: func(c *customer) {
			other := c.addCronJob("by-hand-"+c.number, c.cronJob.OwnerReferences...)
			c.job.OwnerReferences = []metav1.OwnerReference{controlledBy("batch/v1", "CronJob", other)}
			c.update(c.job)
		},
	},
	"job-being-deleted": {
		reason: "access is being taken away", wants: []answer{unknown},
		change: func(c *customer) {
			c.job.Finalizers = []string{"example.com/last"}
			c.update(c.job)
			c.remove(c.job)
		},
	},
	"job-gone": {
		reason: "it was deleted, and its pod is next", wants: []answer{unknown}, change: func(c *customer) { c.remove(c.job) },
	},
	"cronjob-by-hand": {
		reason: "somebody made a CronJob under our name", wants: []answer{unknown},
		change: func(c *customer) {
			c.cronJob.OwnerReferences = nil
			c.again(c.cronJob)
			c.job.OwnerReferences[0].UID = c.cronJob.UID
			c.update(c.job)
		},
	},
	"cronjob-made-anew": {
		reason: "the Job is of the one before", wants: []answer{unknown}, change: func(c *customer) { c.again(c.cronJob) },
	},
	"cronjob-gone": {
		reason: "the service was taken off the list", wants: []answer{unknown}, change: func(c *customer) { c.remove(c.cronJob) },
	},
	"integration-gone": {
		reason: "the customer was deleted", wants: []answer{unknown}, change: func(c *customer) { c.remove(c.it) },
	},
	"integration-being-deleted": {
		reason: "deletion counts at once", wants: []answer{denied("NotSyncing")},
		change: func(c *customer) {
			c.it.Finalizers = []string{"example.com/last"}
			c.update(c.it)
			c.remove(c.it)
		},
	},
	"integration-made-anew": {
		reason: "it inherits nothing", wants: []answer{unknown},
		change: func(c *customer) {
			c.again(c.it)
			c.grant(v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated)
		},
	},
	"suspended": {
		reason: "somebody stopped it", wants: []answer{denied("Suspended")},
		change: func(c *customer) {
			c.it.Spec.Suspend = true
			c.update(c.it)
		},
	},
	"sync-disabled": {
		reason: "verify and report only", wants: []answer{denied("NotSyncing")},
		change: func(c *customer) {
			c.it.Spec.Sync = v1alpha1.SyncDisabled
			c.update(c.it)
		},
	},
	"service-not-listed": {
		reason: "the service was taken off the list", wants: []answer{unknown},
		change: func(c *customer) {
			c.it.Spec.Services[0].Name = sickNotes
			c.update(c.it)
		},
	},
	"withdrawn": {
		reason: "the customer withdrew seconds ago", wants: []answer{denied("DelegationWithdrawn")},
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
		reason: "nobody signs", wants: []answer{denied("SupplierNotFound")}, change: func(c *customer) { c.remove(c.supplier) },
	},
	"namespace-not-allowed": {
		reason: "the Supplier allows it no longer", wants: []answer{denied("SupplierNotAllowed")},
		change: func(c *customer) {
			c.supplier.Spec.AllowedNamespaces = []string{"others"}
			c.update(c.supplier)
		},
	},
	"hrm-not-allowed": {
		reason: "nothing may go to that host any more", wants: []answer{denied("HRMEndpointNotAllowed")},
		change: func(c *customer) {
			c.supplier.Spec.HRM.AllowedHosts = []string{"elsewhere.4human.example"}
			c.update(c.supplier)
		},
	},
	"not-offered": {
		reason: "the Supplier took it off its list", wants: []answer{denied("ServiceNotOffered")},
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
		reason: "what was asked of another Maskinporten is nothing here", wants: []answer{denied("VerificationPending")},
		change: func(c *customer) {
			c.supplier.Spec.Endpoints.Maskinporten = "https://elsewhere.example/"
			c.update(c.supplier)
		},
	},
}

// TestRequestsThatAreRefused sends what is no question to the broker, with a token that is good.
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
		"large-body": {"a body is bounded", body(1<<10 + 1), refused(http.StatusRequestEntityTooLarge, "request_too_large")},
		"huge-body":  {"and not read to its end", body(64 << 20), refused(http.StatusRequestEntityTooLarge, "request_too_large")},
		"get":        {"tokens are not got", method(http.MethodGet), refused(http.StatusMethodNotAllowed, "method_not_allowed")},
		"put":        {"nor put", method(http.MethodPut), refused(http.StatusMethodNotAllowed, "method_not_allowed")},
		"delete":     {"nor deleted", method(http.MethodDelete), refused(http.StatusMethodNotAllowed, "method_not_allowed")},
		"root":       {"there is one path", path("/"), refused(http.StatusNotFound, "not_found")},
		"other":      {"and no other", path("/token/of/another"), refused(http.StatusNotFound, "not_found")},
		"dots":       {"and no way around it", path("/x/../token"), refused(http.StatusNotFound, "not_found")},
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
				t.Errorf("%s: Maskinporten was asked %d times", tc.reason, n)
			}
		})
	}
	t.Run("small-body", func(t *testing.T) {
		w := w.in(t)
		c := w.addCustomer()
		r := w.request(c.token())
		body(1 << 10)(r)
		if got := w.send(r); got.Status != http.StatusOK {
			t.Errorf("a small body is not looked at: %d %s", got.Status, got.body)
		}
	})
}

// TestPlainHTTP speaks without TLS. The answer is Go's own, and whoever sends more than Go reads of it may not even get
// that.
func TestPlainHTTP(t *testing.T) {
	w := newWorld(t, plenty())
	plain := func(token string) string {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", w.broker.Address())
		w.must(err)
		defer func() { _ = connection.Close() }()
		_, err = io.WriteString(connection, "POST /token HTTP/1.1\r\nHost: token-broker\r\nAuthorization: Bearer "+token+"\r\n\r\n")
		w.must(err)
		got, _ := io.ReadAll(connection)
		return string(got)
	}
	if got := plain("garbage"); !strings.HasPrefix(got, "HTTP/1.0 400 ") || !strings.Contains(got, "HTTP request to an HTTPS server") {
		t.Errorf("%q", got)
	}
	token := w.addCustomer().token()
	if got := plain(token); strings.Contains(got, "200") || strings.Contains(got, "access_token") {
		t.Errorf("%q", got)
	}
	if w.asked() != 0 || strings.Contains(w.logged(), token) {
		t.Error("it was looked at")
	}
}

// TestAskedTooOften refuses an account that asks too often, and nobody else.
func TestAskedTooOften(t *testing.T) {
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
			t.Error("when may it come again?")
		}
	}
	giraffe.mustGive()
	if n := w.asked(); n != 2 {
		t.Errorf("Maskinporten was asked %d times, want once a customer", n)
	}
}

// TestGarbage refuses tokens of nobody, the many of them without asking whose they are.
func TestGarbage(t *testing.T) {
	limits := plenty()
	limits.AddressBurst = 5
	w := newWorld(t, limits)
	c := w.addCustomer()
	for i := range 10 {
		want := nobody
		if i >= 5 {
			want = answer{Status: http.StatusTooManyRequests, Error: "too_many_requests"}
		}
		w.logged()
		c.mustRefuse("garbage", w.ask("garbage"), want)
	}
	if w.asked() != 0 {
		t.Error("Maskinporten was asked")
	}
}

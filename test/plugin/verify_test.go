package plugin

import (
	"context"
	"io"
	"log"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/plugin"
)

// TestVerify verifies one customer whose status changes meanwhile.
func TestVerify(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reason string
		// react is the operator, nil if it does not run.
		react func(*v1alpha1.CustomerIntegration) bool
		// arrange changes the customer before it is created.
		arrange func(*v1alpha1.CustomerIntegration)
		timeout string
		code    int
		want    string
	}{
		"granted": {
			reason: "the good result", react: handleAsGranted, want: "dynamisk-altetende-tiger: Follow-up plans: access since ",
		},
		"granted-later": {
			reason: "the operator records the request first",
			react:  func(c *v1alpha1.CustomerIntegration) bool { return recordPending(c) || handleAsGranted(c) },
			want:   "Follow-up plans: access since ",
		},
		"withdrawn": {
			reason: "a bad result is no error",
			react:  handleAs(v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn),
			code:   plugin.ExitBad, want: "Follow-up plans: withdrawn ",
		},
		"suspended": {
			reason: "the operator does not verify it", react: recordPending, code: plugin.ExitNoResult,
			arrange: func(c *v1alpha1.CustomerIntegration) { c.Spec.Suspend = true },
			want:    "cannot be verified now; the request remains. spec.suspend is true",
		},
		"no-supplier": {
			reason: "a person has to create it", react: recordPending, code: plugin.ExitNoResult,
			arrange: func(c *v1alpha1.CustomerIntegration) { c.Spec.SupplierRef.Name = "nowhere" },
			want:    "Supplier/nowhere does not exist.",
		},
		"no-operator": {
			reason: "the request was not seen", timeout: "1s", code: plugin.ExitNoResult,
			want: "no result within 1s: the operator has not seen the request. Check that it runs",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if test.react != nil {
				w.operate(test.react)
			}
			c := w.customer(tiger, v1alpha1.ServiceFollowUpPlans)
			if test.arrange != nil {
				test.arrange(c)
			}
			w.create(c)
			timeout := test.timeout
			if timeout == "" {
				timeout = "1m"
			}
			w.expect(w.run("verify "+tiger+" --timeout "+timeout), test.code, test.want)
			if w.read(tiger).Annotations[v1alpha1.AnnotationReconcileRequestedAt] == "" {
				t.Error("there is no request")
			}
		})
	}
}

// TestVerifyByASlowOperator verifies a customer whose request the operator has recorded, but does not handle.
func TestVerifyByASlowOperator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := time.Now()
	w.now = func() time.Time { return now } // so the value of the request is known
	c := w.add(tiger)
	c.Status.PendingReconcileAt = now.UTC().Format(time.RFC3339Nano)
	if err := w.client.Status().Update(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	w.expect(w.run("verify "+tiger+" --timeout 5s"), plugin.ExitNoResult, "no result within 5s: the operator is verifying")
}

// TestVerifyDuringAnOutage verifies a customer while Maskinporten does not respond. The Supplier's status says so,
// before or after the request was recorded.
func TestVerifyDuringAnOutage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reason string
		before bool
	}{
		"known": {reason: "the outage is known", before: true},
		"new":   {reason: "the outage is found by this verification"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			fail := func() {
				var s v1alpha1.Supplier
				if err := w.client.Get(context.Background(), client.ObjectKey{Name: w.namespace}, &s); err != nil {
					t.Error(err)
				}
				meta.SetStatusCondition(&s.Status.Conditions,
					condition(v1alpha1.ConditionMaskinportenReachable, metav1.ConditionFalse, v1alpha1.ReasonServerError))
				if err := w.client.Status().Update(context.Background(), &s); err != nil {
					t.Error(err)
				}
			}
			if test.before {
				fail()
			}
			w.add(tiger)
			w.operate(func(c *v1alpha1.CustomerIntegration) bool {
				if c.Status.PendingReconcileAt != "" && !test.before {
					fail() // after the request was recorded: the customer does not change any more
				}
				return recordPending(c)
			})
			w.expect(w.run("verify "+tiger+" --timeout 1m"), plugin.ExitNoResult,
				"cannot be verified now; the request remains. Supplier/"+w.namespace+
					": MaskinportenReachable (ServerError): ServerError.")
		})
	}
}

// TestVerifyOutlastsOthers verifies while others change the annotation.
func TestVerifyOutlastsOthers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reason string
		body   string
	}{
		"replaced": {
			reason: "a person requests too, and the operator handles the last request",
			body:   `{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"another"}}}`,
		},
		"removed": {
			reason: "a GitOps engine removes the annotation, and the operator handles what it recorded",
			body:   `{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":null}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.add(tiger)
			isChanged := false
			w.operate(func(now *v1alpha1.CustomerIntegration) bool {
				switch {
				case recordPending(now):
					return true
				case now.Status.PendingReconcileAt == "":
					return false
				case !isChanged:
					isChanged = true
					if err := w.client.Patch(context.Background(), c, client.RawPatch("application/merge-patch+json",
						[]byte(test.body))); err != nil {
						t.Error(err)
					}
					return false
				}
				if requested(now) == "" {
					now.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: now.Status.PendingReconcileAt}
				}
				return handleAsGranted(now)
			})
			w.expect(w.run("verify "+tiger+" --timeout 1m"), plugin.ExitGood, "access since")
		})
	}
}

// TestVerifySeveral verifies customers by selectors.
func TestVerifySeveral(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reason string
		line   string
		code   int
		want   []string
		absent string
	}{
		"names": {
			reason: "a result each", line: "verify tiger hare",
			want: []string{"tiger: Follow-up plans", "hare: Follow-up plans"}, absent: "elg: ",
		},
		"all": {
			reason: "suspended customers are left out, and one has no access", line: "verify --all", code: plugin.ExitBad,
			want:   []string{"tiger: ", "hare: ", "elg: Follow-up plans: waiting", "Left out 1 suspended customer."},
			absent: "ulv: ",
		},
		"selector": {
			reason: "those with a label", line: "verify -l team=north", want: []string{"tiger: "}, absent: "hare: ",
		},
		"names-suspended": {
			reason: "a suspended customer that is named has no result", line: "verify tiger ulv", code: plugin.ExitNoResult,
			want: []string{"tiger: Follow-up plans", "ulv: cannot be verified now"},
		},
		"only-suspended": {
			reason: "nothing is left", line: "verify -l team=south", want: []string{"Left out 1 suspended customer."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.operate(func(c *v1alpha1.CustomerIntegration) bool {
				if c.Name == "elg" {
					return handleAs(v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonNotDelegated)(c)
				}
				return !c.Spec.Suspend && handleAsGranted(c)
			})
			for _, name := range []string{"tiger", "hare", "elg", "ulv"} {
				c := w.customer(name, v1alpha1.ServiceFollowUpPlans)
				c.Labels = map[string]string{"team": map[string]string{"tiger": "north", "ulv": "south"}[name]}
				c.Spec.Suspend = name == "ulv"
				w.create(c)
			}
			r := w.run(test.line + " --timeout 1m")
			w.expect(r, test.code, test.want...)
			if test.absent != "" && strings.Contains(r.out, test.absent) {
				t.Errorf("%q is printed:\n%s", test.absent, r.out)
			}
		})
	}
}

// TestVerifyInAllNamespaces verifies customers of two namespaces, whose names are the same.
func TestVerifyInAllNamespaces(t *testing.T) {
	t.Parallel()
	one := newWorld(t)
	two := newWorld(t)
	for _, w := range []*world{one, two} {
		w.operate(handleAsGranted)
		c := w.customer(tiger, v1alpha1.ServiceFollowUpPlans)
		c.Labels = map[string]string{"test": one.namespace}
		w.create(c)
	}
	one.expect(one.run("verify -A -l test="+one.namespace+" --timeout 1m"), plugin.ExitGood,
		one.namespace+"/"+tiger+": Follow-up plans", two.namespace+"/"+tiger+": Follow-up plans")
}

// TestVerifyADeletedCustomer deletes the customer while the program waits: as soon as it is requested, or once the
// request was recorded, when the program has probably read the customer.
func TestVerifyADeletedCustomer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reason string
		soon   bool
	}{
		"before": {reason: "the program may not have read it yet", soon: true},
		"later":  {reason: "the program sees it go"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.add(tiger)
			w.operate(func(now *v1alpha1.CustomerIntegration) bool {
				switch {
				case requested(now) == "":
					return false
				case !test.soon && now.Status.PendingReconcileAt == "":
					return recordPending(now)
				}
				_ = w.client.Delete(context.Background(), c)
				return false
			})
			w.expect(w.run("verify "+tiger+" --timeout 1m"), plugin.ExitError, tiger+": was deleted meanwhile")
		})
	}
}

// TestVerifyIsInterrupted interrupts the program as Ctrl-C does. The request remains.
func TestVerifyIsInterrupted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(tiger)
	ctx, interrupt := context.WithCancel(t.Context())
	w.operate(func(c *v1alpha1.CustomerIntegration) bool {
		if c.Status.PendingReconcileAt != "" {
			interrupt()
		}
		return recordPending(c)
	})
	w.expect(w.runIn(ctx, server.KubeConfigPath(), "verify "+tiger+" --timeout 1m"), plugin.ExitNoResult,
		"Stopped waiting. The request remains")
	if c := w.read(tiger); c.Status.PendingReconcileAt != c.Annotations[v1alpha1.AnnotationReconcileRequestedAt] {
		t.Error("the request does not stand")
	}
}

// TestVerifyOutlastsConnections cuts all connections to the API server while the program waits.
func TestVerifyOutlastsConnections(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(tiger)
	target, err := url.Parse(server.Config.Host)
	if err != nil {
		t.Fatal(err)
	}
	transport, err := rest.TransportFor(server.Config)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: transport, FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0),
	})
	t.Cleanup(proxy.Close)
	cuts := 0
	w.operate(func(c *v1alpha1.CustomerIntegration) bool {
		switch {
		case recordPending(c):
			return true
		case c.Status.PendingReconcileAt == "":
			return false
		case cuts == 0:
			cuts++
			go proxy.CloseClientConnections()
		}
		return handleAsGranted(c)
	})
	w.expect(w.runIn(t.Context(), kubeconfigOf(t, proxy.URL), "verify "+tiger+" --timeout 1m"), plugin.ExitGood,
		"access since")
}

// kubeconfigOf writes a kubeconfig for a server without a login.
func kubeconfigOf(t *testing.T, address string) string {
	t.Helper()
	config := clientcmdapi.NewConfig()
	config.Clusters["test"] = &clientcmdapi.Cluster{Server: address}
	config.Contexts["test"] = &clientcmdapi.Context{Cluster: "test"}
	config.CurrentContext = "test"
	content, err := clientcmd.Write(*config)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

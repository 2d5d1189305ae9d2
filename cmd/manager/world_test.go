package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/broker"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/test/apiserver"
)

const (
	operator       = "integration-operator" // of its account and its roles
	supplierNumber = "897757222"
	tigerNumber    = "310330701"
	scope          = "nav:oppfolgingsplan/lps.write"
	ownPod         = "manager-1"
	podImage       = "localhost/integration-operator-sync:dev"
	clientID       = "3f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10"
)

// world is a cluster with the operator's rights of config/, a simulated Maskinporten, a Supplier and a customer that
// has delegated access.
type world struct {
	t         testing.TB
	server    *apiserver.Server
	simulator *simulator.World
	began     time.Time
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, server: apiServer(t), began: time.Now()}
	t.Cleanup(w.clear)
	w.apply("-k", "../../config/kept")
	w.apply("-k", "../../config/rbac")
	w.apply("-k", "../../config/customer-namespace")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	w.must(err)
	private := jose.JSONWebKey{Key: key, KeyID: "4human-2026-11", Algorithm: "RS256", Use: "sig"}
	jwk, err := json.Marshal(private)
	w.must(err)
	for _, o := range []client.Object{
		&corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: "maskinporten-key", Namespace: system},
			Data:       map[string][]byte{"key.jwk": jwk},
		},
		w.managerPod(),
		supplier(w.startSimulator(private.Public())),
		customer(customers, "tiger", tigerNumber),
	} {
		w.must(w.server.Client.Create(t.Context(), o))
	}
	return w
}

// clear deletes what newWorld and the manager created, for other tests on the same server.
func (w *world) clear() {
	ctx := context.Background()
	meta := metav1.ObjectMeta{Namespace: system}
	for name, o := range map[string]client.Object{
		"maskinporten-key": &corev1.Secret{ObjectMeta: meta}, broker.CASecretName: &corev1.Secret{ObjectMeta: meta},
		leaseName:                    &coordinationv1.Lease{ObjectMeta: meta},
		ownPod:                       &corev1.Pod{ObjectMeta: meta},
		v1alpha1.DefaultSupplierName: &v1alpha1.Supplier{},
	} {
		o.SetName(name)
		w.must(client.IgnoreNotFound(w.server.Client.Delete(ctx, o)))
	}
	w.must(w.server.Client.DeleteAllOf(ctx, &rbacv1.Role{}, client.InNamespace(east)))
	w.must(w.server.Client.DeleteAllOf(ctx, &rbacv1.RoleBinding{}, client.InNamespace(east)))
	for _, namespace := range []string{customers, east} {
		for _, o := range []client.Object{
			&v1alpha1.CustomerIntegration{}, &batchv1.CronJob{}, &batchv1.Job{}, &corev1.ServiceAccount{}, &eventsv1.Event{},
		} {
			w.must(w.server.Client.DeleteAllOf(ctx, o, client.InNamespace(namespace),
				client.PropagationPolicy(metav1.DeletePropagationBackground)))
		}
	}
}

// startSimulator starts a Maskinporten with the client and the customer's delegation, and returns its issuer.
func (w *world) startSimulator(public jose.JSONWebKey) string {
	w.t.Helper()
	listener := httptest.NewUnstartedServer(nil)
	issuer := "http://" + listener.Listener.Addr().String() + "/"
	s, err := simulator.New(simulator.Options{Issuer: issuer, Now: time.Now})
	w.must(err)
	w.must(s.Maskinporten.RegisterClient(simmaskinporten.Client{
		ClientID: clientID, OrganizationNumber: supplierNumber, Scopes: []string{scope},
		JWKS: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{public}},
	}))
	w.must(s.Maskinporten.Delegate(tigerNumber, supplierNumber, scope))
	w.simulator = s
	listener.Config.Handler = s.Maskinporten.Handler()
	listener.Start()
	w.t.Cleanup(listener.Close)
	return issuer
}

// customer returns a CustomerIntegration.
func customer(namespace, name, number string) *v1alpha1.CustomerIntegration {
	return &v1alpha1.CustomerIntegration{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: namespace, Annotations: map[string]string{foreignAnnotation: "kept"},
		},
		Spec: v1alpha1.CustomerIntegrationSpec{
			OrganizationNumber: v1alpha1.OrganizationNumber(number),
			Services:           []v1alpha1.CustomerService{{Name: v1alpha1.ServiceFollowUpPlans}},
			HRM: v1alpha1.HRMConnection{
				Endpoint:             "https://tiger.hrm.4human.example",
				CredentialsSecretRef: v1alpha1.LocalSecretReference{Name: "tiger-hrm"},
			},
		},
	}
}

// managerPod returns a Pod of the Deployment of config/manager.
func (w *world) managerPod() *corev1.Pod {
	w.t.Helper()
	var d appsv1.Deployment
	for _, o := range rendered(w.t, "../../config/manager") {
		if o.GetKind() == "Deployment" {
			w.must(runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &d))
		}
	}
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: ownPod, Namespace: system}, Spec: d.Spec.Template.Spec}
}

func supplier(issuer string) *v1alpha1.Supplier {
	return &v1alpha1.Supplier{
		ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.DefaultSupplierName},
		Spec: v1alpha1.SupplierSpec{
			OrganizationNumber: supplierNumber,
			Name:               "4HUMAN HRM AS",
			Environment:        v1alpha1.EnvironmentTest,
			Endpoints:          v1alpha1.Endpoints{Maskinporten: issuer},
			Maskinporten: v1alpha1.MaskinportenClient{
				ClientID: clientID, KeySecretRef: v1alpha1.SecretKeyReference{Name: "maskinporten-key", Key: "key.jwk"},
			},
			Services:          []v1alpha1.OfferedService{{Name: v1alpha1.ServiceFollowUpPlans}},
			HRM:               v1alpha1.HRMPolicy{AllowedHosts: []string{"*.hrm.4human.example"}},
			AllowedNamespaces: []string{customers},
		},
	}
}

func (w *world) apply(args ...string) {
	w.t.Helper()
	w.kubectl(append([]string{"apply"}, args...)...)
}

func (w *world) kubectl(args ...string) {
	w.t.Helper()
	if _, problems, err := w.server.Kubectl(w.t.Context(), "", args...); err != nil {
		w.t.Fatalf("kubectl %v: %v\n%s", args, err, problems)
	}
}

// token requests a token of an account, as the kubelet does for a pod.
func (w *world) token(namespace, name string) string {
	w.t.Helper()
	request := &authenticationv1.TokenRequest{}
	w.must(w.server.Client.SubResource("token").Create(w.t.Context(), account(namespace, name), request))
	return request.Status.Token
}

func account(namespace, name string) *corev1.ServiceAccount {
	return &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
}

// metricsReader returns a binding of an account to the role that may read metrics.
func metricsReader(namespace, name string) *rbacv1.ClusterRoleBinding {
	return &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: operator + "-metrics-reader"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: name}},
	}
}

// sometimes are rights that this test need not use, and why the manager has them.
var sometimes = map[string]string{
	"- integrations.4human.no suppliers list": "a cache lists if the server does not stream watches",
	system + " - secrets list":                "likewise",
	system + " - configmaps list":             "likewise",
	"- integrations.4human.no suppliers get": "Suppliers are read from the cache; get reveals no " +
		"more than list",
	system + " - secrets get": "Secrets are read from the cache; get reveals no " +
		"more than list",
	customers + " integrations.4human.no customerintegrations get": "a customer is read past the cache while the cache " +
		"lacks our own write",
	customers + " batch jobs get": "the token broker reads the Job of the caller's " +
		"pod: test/broker",
	customers + " - pods get":                "the token broker reads the caller's pod: test/broker",
	customers + " batch cronjobs create":     "when access is granted: test/syncing",
	customers + " - serviceaccounts create":  "a server-side apply of a new object needs it",
	"- events.k8s.io events patch":           "a recorder patches a repeated event",
	customers + " events.k8s.io events list": "when a Job has had no pod for half a minute: test/syncing",
	system + " - events patch":               "client-go patches a repeated event of the leader",
}

// checkRights compares the rights that the manager used with those that it has.
func (w *world) checkRights(used map[string]bool) {
	w.t.Helper()
	granted := w.granted()
	used = covered(used, granted)
	for right := range granted {
		if reason := sometimes[right]; !used[right] && reason == "" {
			w.t.Errorf("granted but never used: %s", right)
		}
	}
	for right := range used {
		if !granted[right] {
			w.t.Errorf("used but not granted: %s", right)
		}
	}
	for right, reason := range sometimes {
		if !granted[right] {
			w.t.Errorf("no longer granted: %s (%s)", right, reason)
		}
	}
}

// covered returns the rights used. One that is granted in all namespaces is named as granted.
func covered(used, granted map[string]bool) map[string]bool {
	named := map[string]bool{}
	for right := range used {
		_, what, _ := strings.Cut(right, " ")
		if everywhere := "- " + what; granted[everywhere] {
			right = everywhere
		}
		named[right] = true
	}
	return named
}

// granted returns the rights of the operator's roles, as rightOf formats them.
func (w *world) granted() map[string]bool {
	w.t.Helper()
	granted := map[string]bool{}
	add := func(namespace string, rules []rbacv1.PolicyRule) {
		for _, rule := range rules {
			if slices.Contains(slices.Concat(rule.APIGroups, rule.Resources, rule.Verbs), "*") {
				w.t.Errorf("a rule in %s has a wildcard: %v", namespace, rule)
			}
			for _, group := range rule.APIGroups {
				for _, resource := range rule.Resources {
					for _, verb := range rule.Verbs {
						granted[namespace+" "+orDash(group)+" "+resource+" "+verb] = true
					}
				}
			}
		}
	}
	var everywhere rbacv1.ClusterRole
	w.must(w.server.Client.Get(w.t.Context(), client.ObjectKey{Name: operator}, &everywhere))
	add("-", everywhere.Rules)
	var roles rbacv1.RoleList
	w.must(w.server.Client.List(w.t.Context(), &roles))
	for i := range roles.Items {
		if roles.Items[i].Name == operator {
			add(roles.Items[i].Namespace, roles.Items[i].Rules)
		}
	}
	return granted
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

package controllers

import (
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
)

const (
	testCA    = "-----BEGIN CERTIFICATE-----\n"
	brokerURL = "https://token-broker.integration-operator-system.svc:8443"
)

// namedSupplier gives a Supplier another name.
func namedSupplier(name string, change func(*integrationsv1alpha1.SupplierSpec)) integrationsv1alpha1.Supplier {
	s := makeSupplier().s.supplier
	s.Name = name
	change(&s.Spec)
	return *s
}

// TestDesiredSettings has an entry for each Supplier that allows the namespace, as cmd/sync reads it.
func TestDesiredSettings(t *testing.T) {
	asItIs := func(*integrationsv1alpha1.SupplierSpec) {}
	inTest := func(s *integrationsv1alpha1.SupplierSpec) { s.Environment = integrationsv1alpha1.EnvironmentTest }
	simulated := func(s *integrationsv1alpha1.SupplierSpec) {
		inTest(s)
		s.Name = "Simulated AS"
		s.Endpoints.NAVFollowUpPlans, s.Endpoints.NAVSickPay = "http://nav.simulator.svc", "http://nav-sick-pay.simulator.svc"
		s.HRM.AllowedAddresses = []string{"10.20.0.0/16", "fd00::/8"}
	}
	elsewhere := func(s *integrationsv1alpha1.SupplierSpec) { s.AllowedNamespaces = []string{"elsewhere", "customers-2"} }
	nowhere := func(s *integrationsv1alpha1.SupplierSpec) { s.AllowedNamespaces = nil }
	const (
		broker     = `{"tokenBroker":{"url":"https://token-broker.integration-operator-system.svc:8443"},`
		production = broker + `"nav":{"followUpPlans":"https://lps-oppfolgingsplan-mottak.nav.no","sickPay":"https://sykepenger-api.nav.no"},` +
			`"hrm":{"allowedAddresses":[]},"supplier":{"name":"4HUMAN HRM AS"}}`
		test = broker + `"nav":{"followUpPlans":"https://lps-oppfolgingsplan-mottak.ekstern.dev.nav.no","sickPay":"https://sykepenger-api.ekstern.dev.nav.no"},` +
			`"hrm":{"allowedAddresses":[]},"supplier":{"name":"4HUMAN HRM AS"}}`
		simulator = broker + `"nav":{"followUpPlans":"http://nav.simulator.svc","sickPay":"http://nav-sick-pay.simulator.svc"},` +
			`"hrm":{"allowedAddresses":["10.20.0.0/16","fd00::/8"]},"supplier":{"name":"Simulated AS"}}`
	)
	cases := map[string]struct {
		reason    string
		suppliers []integrationsv1alpha1.Supplier
		want      map[string]string // settings by key
	}{
		"none":      {"there is no Supplier", nil, map[string]string{}},
		"default":   {"the one that there usually is", []integrationsv1alpha1.Supplier{namedSupplier("default", asItIs)}, map[string]string{"supplier-default.json": production}},
		"test":      {"NAV's test environment", []integrationsv1alpha1.Supplier{namedSupplier("test", inTest)}, map[string]string{"supplier-test.json": test}},
		"simulated": {"a simulator", []integrationsv1alpha1.Supplier{namedSupplier("test", simulated)}, map[string]string{"supplier-test.json": simulator}},
		"two": {
			"each has its own",
			[]integrationsv1alpha1.Supplier{namedSupplier("test", simulated), namedSupplier("default", asItIs)},
			map[string]string{"supplier-default.json": production, "supplier-test.json": simulator},
		},
		"not-allowed": {
			"nothing is said to who has nothing to do with it",
			[]integrationsv1alpha1.Supplier{namedSupplier("other", elsewhere), namedSupplier("closed", nowhere), namedSupplier("default", asItIs)},
			map[string]string{"supplier-default.json": production},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			desired, err := desiredSettings("customers", c.suppliers, []byte(testCA), brokerURL)
			if err != nil {
				t.Fatal(err)
			}
			if *desired.Name != "integration-operator-sync" || *desired.Namespace != "customers" || desired.Labels["app.kubernetes.io/managed-by"] != "integration-operator" {
				t.Errorf("it is %s/%s, with %v", *desired.Namespace, *desired.Name, desired.Labels)
			}
			if got := desired.Data["ca.crt"]; got != testCA {
				t.Errorf("the CA is %q", got)
			}
			got := maps.Clone(desired.Data)
			delete(got, settingsCA)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// TestHasSettings tells ours from what others have put beside them.
func TestHasSettings(t *testing.T) {
	type data = map[string]string
	want := data{"ca.crt": "", "supplier-default.json": "{}"}
	cases := map[string]struct {
		reason string
		have   data
		has    bool
	}{
		"same":      {"nothing is to be done", data{"ca.crt": "", "supplier-default.json": "{}"}, true},
		"beside":    {"it is theirs", data{"ca.crt": "", "supplier-default.json": "{}", "a": "b", "supplier-": "c", "default.json": "d"}, true},
		"none":      {"there are none", nil, false},
		"without":   {"that it is empty is not that it is absent", data{"supplier-default.json": "{}"}, false},
		"other":     {"it was changed", data{"ca.crt": "", "supplier-default.json": "{ }"}, false},
		"left-over": {"nobody allows that any more", data{"ca.crt": "", "supplier-default.json": "{}", "supplier-gone.json": "{}"}, false},
	}
	for name, c := range cases {
		if got := hasSettings(c.have, want); got != c.has {
			t.Errorf("%s: %s: %t, want %t", name, c.reason, got, c.has)
		}
	}
}

// settingsAre gives the ConfigMap as it shall be.
func settingsAre(t *testing.T, change func(*corev1.ConfigMap)) client.Object {
	t.Helper()
	desired, err := desiredSettings("customers", []integrationsv1alpha1.Supplier{*makeSupplier().s.supplier}, []byte(testCA), brokerURL)
	if err != nil {
		t.Fatal(err)
	}
	settings := &corev1.ConfigMap{}
	mustBecome(desired, settings)
	change(settings)
	return settings
}

// TestSettings makes passes over a namespace: which calls are made, and what comes of them.
func TestSettings(t *testing.T) {
	const (
		look   = "get ConfigMap integration-operator-sync"
		apply  = "apply ConfigMap integration-operator-sync as integration-operator"
		forced = "apply ConfigMap integration-operator-sync by force as integration-operator"
	)
	configMaps := schema.GroupResource{Resource: "configmaps"}
	forbidden := apierrors.NewForbidden(configMaps, settingsName, errors.New("no"))
	terminating := apierrors.NewForbidden(configMaps, settingsName, errors.New("the namespace is being terminated"))
	terminating.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: corev1.NamespaceTerminatingCause}}
	asTheyAre := func(*corev1.ConfigMap) {}
	cases := map[string]struct {
		reason  string
		there   client.Object
		failing map[string]error
		want    []string
		next    ctrl.Result
		fails   bool
	}{
		"absent": {reason: "they are made", want: []string{look, apply}},
		"equal":  {reason: "nothing is to be done", there: settingsAre(t, asTheyAre), want: []string{look}},
		"changed": {
			reason: "they are ours", want: []string{look, forced},
			there: settingsAre(t, func(c *corev1.ConfigMap) { c.Data[settingsCA] = "another" }),
		},
		"emptied": {
			reason: "they are ours", want: []string{look, forced},
			there: settingsAre(t, func(c *corev1.ConfigMap) { c.Data = nil }),
		},
		"left-over": {
			reason: "the Supplier is gone, or does not allow the namespace any more", want: []string{look, forced},
			there: settingsAre(t, func(c *corev1.ConfigMap) { c.Data["supplier-gone.json"] = "{}" }),
		},
		"beside": {
			reason: "what others have put beside them is theirs", want: []string{look},
			there: settingsAre(t, func(c *corev1.ConfigMap) { c.Data["theirs"] = "theirs" }),
		},
		"labelled-too": {
			reason: "others may label them", want: []string{look},
			there: settingsAre(t, func(c *corev1.ConfigMap) { c.Labels["team"] = "integrations" }),
		},
		"lost-label": {
			reason: "they are what we made", want: []string{look, forced},
			there: settingsAre(t, func(c *corev1.ConfigMap) { c.Labels = nil }),
		},
		"not-ours": {
			reason: "nothing is taken from others, and to try again is of no use: its deletion is an event", want: []string{look}, fails: true,
			there: settingsAre(t, func(c *corev1.ConfigMap) { c.Labels, c.Data[settingsCA] = nil, "another" }),
		},
		"no-namespace": {
			reason: "it may be made any time", want: []string{look, apply}, next: ctrl.Result{RequeueAfter: absenceRetry},
			failing: map[string]error{apply: apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "customers")},
		},
		"terminating": {
			reason: "it is on its way out, and may be made again", want: []string{look, apply}, next: ctrl.Result{RequeueAfter: absenceRetry},
			failing: map[string]error{apply: terminating},
		},
		"forbidden":  {reason: "somebody has to see it", want: []string{look, apply}, failing: map[string]error{apply: forbidden}, fails: true},
		"conflict":   {reason: "it is somebody else's", want: []string{look, apply}, failing: map[string]error{apply: apierrors.NewConflict(configMaps, settingsName, errors.New("no"))}, fails: true},
		"unreadable": {reason: "nothing is known", want: []string{look}, failing: map[string]error{look: errors.New("down")}, fails: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			server := makeServer(t, makeSupplier().s.supplier)
			if c.there != nil {
				server = makeServer(t, makeSupplier().s.supplier, c.there)
			}
			server.failing = c.failing
			got, err := settingsPass(t, server, func(context.Context) ([]byte, error) { return []byte(testCA), nil })
			if (err != nil) != c.fails || got != c.next {
				t.Errorf("%s: %v, %v", c.reason, got, err)
			}
			if forGood := errors.Is(err, reconcile.TerminalError(nil)); forGood != (name == "not-ours") {
				t.Errorf("%s: it is for good: %t", c.reason, forGood)
			}
			if diff := cmp.Diff(c.want, server.calls); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

func settingsPass(t *testing.T, server client.Client, ca func(context.Context) ([]byte, error)) (ctrl.Result, error) {
	t.Helper()
	r := &SettingsReconciler{Client: server, CA: ca, BrokerURL: brokerURL}
	return r.Reconcile(t.Context(), ctrl.Request{NamespacedName: types.NamespacedName{Name: "customers"}})
}

// TestSettingsStay makes a second pass over what the first one left.
func TestSettingsStay(t *testing.T) {
	server := makeServer(t, makeSupplier().s.supplier)
	for range 2 {
		if _, err := settingsPass(t, server, func(context.Context) ([]byte, error) { return []byte(testCA), nil }); err != nil {
			t.Fatal(err)
		}
	}
	if len(server.calls) != 3 {
		t.Errorf("the second pass did more than look: %v", server.calls)
	}
	var there corev1.ConfigMap
	if err := server.Get(t.Context(), types.NamespacedName{Namespace: "customers", Name: settingsName}, &there); err != nil {
		t.Fatal(err)
	}
	want := settingsAre(t, func(*corev1.ConfigMap) {}).(*corev1.ConfigMap)
	if diff := cmp.Diff(want.Data, there.Data); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSettingsWithoutCA writes nothing that no pod could trust.
func TestSettingsWithoutCA(t *testing.T) {
	server := makeServer(t, makeSupplier().s.supplier)
	down := errors.New("down")
	if _, err := settingsPass(t, server, func(context.Context) ([]byte, error) { return nil, down }); !errors.Is(err, down) {
		t.Errorf("%v, want %v", err, down)
	}
	if _, err := settingsPass(t, unlisted{server}, func(context.Context) ([]byte, error) { return nil, nil }); !errors.Is(err, errUnlisted) {
		t.Errorf("%v, want %v", err, errUnlisted)
	}
	if len(server.calls) != 0 {
		t.Errorf("calls were made: %v", server.calls)
	}
}

// unlisted is a client that cannot list.
type unlisted struct{ client.Client }

var errUnlisted = errors.New("listing failed")

func (unlisted) List(context.Context, client.ObjectList, ...client.ListOption) error {
	return errUnlisted
}

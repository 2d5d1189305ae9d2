package broker

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-logr/logr/funcr"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	authenticationv1 "k8s.io/api/authentication/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/podseal"
)

const (
	system      = "system"
	customers   = "customers"
	tigerNumber = "310330701"
	scope       = "nav:oppfolgingsplan/lps.write"
	secret      = "the-access-token"
	lifetime    = 2 * time.Minute // of an access token
)

// shown is the token of the pod.
var shown = makeToken("uid-of-pod", "signature")

// forged is a token of a pod that does not exist. The API server rejects it.
var forged = makeToken("uid-of-none", "forged")

// makeToken returns what looks like the token of the pod with a UID.
func makeToken(podUID, signature string) string {
	child := naming.Child("tiger", v1alpha1.ServiceFollowUpPlans)
	return encodeToken(map[string]any{
		"aud": []string{v1alpha1.TokenAudience}, "exp": noon.AddDate(1, 0, 0).Unix(),
		"sub": "system:serviceaccount:" + customers + ":" + child,
		"kubernetes.io": map[string]any{
			"namespace": customers, "pod": map[string]string{"name": child + "-1-x", "uid": podUID},
		},
	}, signature)
}

// encodeToken returns a JWT with claims.
func encodeToken(claims map[string]any, signature string) string {
	body, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS256"}`)) + "." + encode(body) + "." + encode([]byte(signature))
}

// noon is when tests begin.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

var errAway = errors.New("connection refused")

// clock is a manual clock.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// objects are the objects in the cluster: one customer with access, whose job's pod runs, and the review of its token.
type objects struct {
	supplier *v1alpha1.Supplier
	customer *v1alpha1.CustomerIntegration
	account  *corev1.ServiceAccount
	cronJob  *batchv1.CronJob
	job      *batchv1.Job
	pod      *corev1.Pod
	review   authenticationv1.TokenReviewStatus
	// authority is the Secret of the broker's certificate authority.
	authority *corev1.Secret
	more      []client.Object
	// sharded puts Supplier and customer into another shard, whose objects are not in the cache.
	sharded bool
}

func makeObjects() *objects { return makeObjectsOf(v1alpha1.ServiceFollowUpPlans) }

// makeObjectsOf returns the objects of a service.
func makeObjectsOf(name v1alpha1.ServiceName) *objects {
	child := naming.Child("tiger", name)
	o := &objects{supplier: makeSupplier(), customer: makeCustomer()}
	o.customer.Spec.Services[0].Name, o.customer.Status.Services[0].Name = name, name
	meta := func(name string, uid types.UID, owners ...metav1.OwnerReference) metav1.ObjectMeta {
		return metav1.ObjectMeta{Namespace: customers, Name: name, UID: uid, OwnerReferences: owners}
	}
	byCustomer := controlledBy(v1alpha1.GroupVersion.String(), "CustomerIntegration", "tiger", "uid-of-tiger")
	o.account = &corev1.ServiceAccount{ObjectMeta: meta(child, "uid-of-account", byCustomer)}
	o.cronJob = &batchv1.CronJob{ObjectMeta: meta(child, "uid-of-cronjob", byCustomer)}
	o.job = &batchv1.Job{ObjectMeta: meta(child+"-1", "uid-of-job",
		controlledBy("batch/v1", "CronJob", child, "uid-of-cronjob"))}
	o.pod = &corev1.Pod{
		ObjectMeta: meta(child+"-1-x", "uid-of-pod", controlledBy("batch/v1", "Job", child+"-1", "uid-of-job")),
		Spec: corev1.PodSpec{
			ServiceAccountName: child,
			Containers: []corev1.Container{{
				Name: podseal.Container, Image: "registry.example/sync:1", VolumeMounts: []corev1.VolumeMount{{Name: "token"}},
			}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIP: callerAddress, HostIP: "10.0.0.1"},
	}
	o.seal()
	o.review = authenticationv1.TokenReviewStatus{
		Authenticated: true,
		Audiences:     []string{v1alpha1.TokenAudience},
		User: authenticationv1.UserInfo{
			Username: "system:serviceaccount:" + customers + ":" + child,
			UID:      "uid-of-account",
			Extra: map[string]authenticationv1.ExtraValue{
				"authentication.kubernetes.io/pod-name": {child + "-1-x"},
				"authentication.kubernetes.io/pod-uid":  {"uid-of-pod"},
			},
		},
	}
	return o
}

// callerAddress is the address that httptest's requests come from.
const callerAddress = "192.0.2.1"

// seal seals the pod.
func (o *objects) seal() {
	made, err := testAuthority()
	if err != nil {
		panic(err)
	}
	seal, err := made.seal.Seal(o.pod.Namespace, o.pod.Annotations[podseal.AnnotationAccess], &o.pod.Spec)
	if err != nil {
		panic(err)
	}
	metav1.SetMetaDataAnnotation(&o.pod.ObjectMeta, podseal.Annotation, seal)
	private, err := x509.MarshalPKCS8PrivateKey(made.key)
	if err != nil {
		panic(err)
	}
	o.authority = &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: system, Name: CASecretName},
		Data: map[string][]byte{
			corev1.TLSCertKey: made.source, corev1.TLSPrivateKeyKey: pem.EncodeToMemory(&pem.Block{
				Type:  pemPrivateKey,
				Bytes: private,
			}),
		},
	}
}

// testAuthority returns an authority of the broker.
var testAuthority = sync.OnceValues(func() (*ca, error) {
	certificate, key, err := generateCA(hosts(system), noon)
	if err != nil {
		return nil, err
	}
	return parseCA(certificate, key, hosts(system), noon)
})

func controlledBy(version, kind, name string, uid types.UID) metav1.OwnerReference {
	return metav1.OwnerReference{APIVersion: version, Kind: kind, Name: name, UID: uid, Controller: new(true)}
}

func makeSupplier() *v1alpha1.Supplier {
	return &v1alpha1.Supplier{
		ObjectMeta: metav1.ObjectMeta{Name: "default", UID: "uid-of-supplier"},
		Spec: v1alpha1.SupplierSpec{
			OrganizationNumber: "897757222",
			Name:               "4HUMAN HRM AS",
			Environment:        v1alpha1.EnvironmentTest,
			Maskinporten: v1alpha1.MaskinportenClient{
				ClientID: "our-client", KeySecretRef: v1alpha1.SecretKeyReference{Name: "maskinporten-key", Key: "key.jwk"},
			},
			Services: []v1alpha1.OfferedService{
				{Name: v1alpha1.ServiceFollowUpPlans}, {Name: v1alpha1.ServiceSickNotes},
			},
			HRM:               v1alpha1.HRMPolicy{AllowedHosts: []string{"*.hrm.4human.example"}},
			AllowedNamespaces: []string{customers},
		},
	}
}

func makeCustomer() *v1alpha1.CustomerIntegration {
	return &v1alpha1.CustomerIntegration{
		ObjectMeta: metav1.ObjectMeta{Namespace: customers, Name: "tiger", UID: "uid-of-tiger"},
		Spec: v1alpha1.CustomerIntegrationSpec{
			OrganizationNumber: tigerNumber,
			Services:           []v1alpha1.CustomerService{{Name: v1alpha1.ServiceFollowUpPlans}},
			HRM:                v1alpha1.HRMConnection{Endpoint: "https://tiger.hrm.4human.example/integration"},
		},
		Status: v1alpha1.CustomerIntegrationStatus{
			Authority: v1alpha1.Authority{Issuer: authority.IssuerTest, SupplierOrganizationNumber: "897757222"},
			Services: []v1alpha1.CustomerServiceStatus{{
				Name: v1alpha1.ServiceFollowUpPlans,
				Authorization: v1alpha1.Authorization{
					Kind: v1alpha1.AccessAPIDelegation, State: v1alpha1.AuthorizationGranted,
				},
			}},
		},
	}
}

// world is a broker with a fake API server, a fake Maskinporten and a manual clock.
type world struct {
	*objects
	t      testing.TB
	clock  clock
	server client.WithWatch
	index  client.IndexerFunc
	broker *Broker

	mu          sync.Mutex
	reviews     int                         // by the API server
	request     maskinporten.Request        // the last one
	requests    int                         // requests to Maskinporten
	err         error                       // of Maskinporten, nil: a token
	expires     time.Duration               // lifetime of its tokens
	fails       map[string]error            // errors of reading a kind, by its Go type
	oneCustomer bool                        // whether the error concerns this customer only
	during      func(ctx context.Context)   // is called during a request to Maskinporten
	spoil       func(t *maskinporten.Token) // changes its token
	log         strings.Builder
}

// makeWorld returns a world with a change of its objects.
func makeWorld(t testing.TB, change func(o *objects)) *world {
	t.Helper()
	w := &world{
		t: t, objects: makeObjects(), clock: clock{now: noon}, index: IndexChildren, expires: lifetime,
		fails: map[string]error{},
	}
	if change != nil {
		change(w.objects)
	}
	w.server = w.makeServer()
	w.start(Limits{})
	return w
}

// start makes a new broker with limits.
func (w *world) start(limits Limits) {
	cached := interceptor.NewClient(w.server, interceptor.Funcs{Get: w.getCached, Create: w.create, List: w.list})
	live := interceptor.NewClient(w.server, interceptor.Funcs{Get: w.getLive})
	counted := metrics.New()
	w.broker = New(Options{
		Client: cached, Live: live, Namespace: system, Namespaces: []string{customers}, ListenAddress: "127.0.0.1:0",
		Sharded: w.sharded,
		Now:     w.clock.Now, Limits: limits, Metrics: counted,
		Log: funcr.New(func(_, args string) { w.mu.Lock(); defer w.mu.Unlock(); w.log.WriteString(args + "\n") },
			funcr.Options{}),
		Pool: &authority.Pool{
			Secrets: cached, Namespace: system, Now: w.clock.Now, Connect: w.connect,
			Limits: authority.Limits{Failures: 1000},
		},
	})
	born := w.responses(counted)
	w.t.Cleanup(func() {
		if diff := cmp.Diff(born, w.responses(counted)); diff != "" {
			w.t.Errorf("counted responses that are not in series.go, -start +end:\n%s", diff)
		}
	})
}

// responses returns the labels of the counted responses.
func (w *world) responses(counted *metrics.Metrics) []string {
	w.t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(counted)
	families, err := registry.Gather()
	w.must(err)
	var all []string
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == metrics.TokenRequests.Name {
				all = append(all, m.GetLabel()[0].GetValue()+" "+m.GetLabel()[1].GetValue())
			}
		}
	}
	return all
}

func (w *world) makeServer() client.WithWatch {
	w.t.Helper()
	scheme := runtime.NewScheme()
	w.must(errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)))
	jwk, err := signingKey()
	w.must(err)
	there := append([]client.Object{
		&corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: system, Name: "maskinporten-key"},
			Data:       map[string][]byte{"key.jwk": jwk},
		},
	}, w.more...)
	// nil objects do not exist.
	if w.authority != nil {
		there = append(there, w.authority)
	}
	if w.supplier != nil {
		there = append(there, w.supplier)
	}
	if w.customer != nil {
		there = append(there, w.customer)
	}
	if w.account != nil {
		there = append(there, w.account)
	}
	if w.cronJob != nil {
		there = append(there, w.cronJob)
	}
	if w.job != nil {
		there = append(there, w.job)
	}
	if w.pod != nil {
		there = append(there, w.pod)
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(there...).
		WithIndex(&v1alpha1.CustomerIntegration{}, IndexChild, w.index).Build()
}

var signingKey = sync.OnceValues(func() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	return json.Marshal(jose.JSONWebKey{Key: key, KeyID: "4human-2026-11", Algorithm: "RS256", Use: "sig"})
})

// getCached fails the test for kinds that must be read past the cache.
func (w *world) getCached(
	ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption,
) error {
	if _, ok := o.(*v1alpha1.Supplier); ok && w.sharded {
		return apierrors.NewNotFound(v1alpha1.GroupVersion.WithResource("suppliers").GroupResource(), key.Name)
	}
	switch o.(type) {
	case *corev1.Secret, *v1alpha1.Supplier, *corev1.Pod:
		return w.get(ctx, c, key, o, opts...)
	default:
		w.t.Errorf("a %T was read from the cache", o)
		return errAway
	}
}

// getLive fails the test for kinds that must be read from the cache.
func (w *world) getLive(
	ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption,
) error {
	if _, ok := o.(*v1alpha1.Supplier); ok && !w.sharded {
		w.t.Errorf("a %T was read past the cache", o)
	}
	return w.get(ctx, c, key, o, opts...)
}

func (w *world) get(
	ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption,
) error {
	if err := w.failure(o); err != nil {
		return err
	}
	return c.Get(ctx, key, o, opts...)
}

func (w *world) list(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
	if err := w.failure(list); err != nil || w.sharded {
		return err
	}
	return c.List(ctx, list, opts...)
}

// create responds to reviews.
func (w *world) create(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
	if err := w.failure(o); err != nil {
		return err
	}
	review, ok := o.(*authenticationv1.TokenReview)
	if !ok {
		return c.Create(ctx, o, opts...)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reviews++
	if got := review.Spec.Audiences; len(got) != 1 || got[0] != "token-broker.integrations.4human.no" {
		w.t.Errorf("reviewed for %q", got)
	}
	if review.Spec.Token == shown {
		review.Status = w.review
	}
	return nil
}

func (w *world) failure(o any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fails[kindOf(o)]
}

// reply is a response without a token's body.
type reply struct {
	Status int
	Error  string
	Reason string
	Wait   string // Retry-After
}

// post sends a token request and returns the response.
func (w *world) post(change func(r *http.Request)) *http.Response {
	w.t.Helper()
	request := httptest.NewRequest(http.MethodPost, "https://token-broker.system.svc/token", http.NoBody)
	request.Header.Set("Authorization", "Bearer "+shown)
	if change != nil {
		change(request)
	}
	recorder := httptest.NewRecorder()
	w.broker.ServeHTTP(recorder, request)
	return recorder.Result()
}

// ask sends a token request and returns the reply. It verifies a refusal's form, and that it names no object or
// customer.
func (w *world) ask(change func(r *http.Request)) reply {
	w.t.Helper()
	answer := w.post(change)
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	w.must(err)
	if got := answer.Header.Get("Cache-Control"); got != "no-store" {
		w.t.Errorf("Cache-Control: %q", got)
	}
	if got := answer.Header.Get("Content-Type"); got != "application/json" {
		w.t.Errorf("Content-Type: %q", got)
	}
	got := reply{Status: answer.StatusCode, Wait: answer.Header.Get("Retry-After")}
	if answer.StatusCode == http.StatusOK {
		return got
	}
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.DisallowUnknownFields()
	var refusal struct{ Error, Reason string }
	w.must(decoder.Decode(&refusal))
	got.Error, got.Reason = refusal.Error, refusal.Reason
	for _, name := range []string{
		"tiger", tigerNumber, "897757222", customers, system, "default", secret, shown,
		"uid-of",
	} {
		if strings.Contains(string(body), name) {
			w.t.Errorf("the response contains %s: %s", name, body)
		}
	}
	return got
}

// logged returns the log. It verifies that it contains no token.
func (w *world) logged() string {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	log := w.log.String()
	for _, never := range []string{secret, shown} {
		if strings.Contains(log, never) {
			w.t.Errorf("a token is in the log: %s", log)
		}
	}
	return log
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

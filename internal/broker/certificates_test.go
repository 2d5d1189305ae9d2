package broker

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

const day = 24 * time.Hour

// vault is a fake API server and the cache of one replica.
type vault struct {
	t      testing.TB
	clock  clock
	server client.WithWatch

	mu     sync.Mutex
	calls  []string // past the cache
	behind bool     // the cache is behind
}

func makeVault(t testing.TB, secrets ...client.Object) *vault {
	t.Helper()
	return &vault{t: t, clock: clock{now: noon}, server: fake.NewClientBuilder().WithObjects(secrets...).Build()}
}

// replica returns the certificates of one replica.
func (v *vault) replica() *certificates {
	cached := interceptor.NewClient(v.server, interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			if v.isBehind() {
				return apierrors.NewNotFound(corev1.Resource("secrets"), key.Name)
			}
			return c.Get(ctx, key, o, opts...)
		},
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			v.call("create")
			return c.Create(ctx, o, opts...)
		},
	})
	live := interceptor.NewClient(v.server, interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			v.call("get")
			return c.Get(ctx, key, o, opts...)
		},
	})
	return &certificates{cached: cached, live: live, namespace: system, now: v.clock.Now}
}

func (v *vault) isBehind() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.behind
}

func (v *vault) call(name string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.calls = append(v.calls, name)
}

func (v *vault) must(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

// secret returns the Secret.
func (v *vault) secret() *corev1.Secret {
	v.t.Helper()
	var s corev1.Secret
	v.must(v.server.Get(context.Background(), client.ObjectKey{Namespace: system, Name: "token-broker-ca"}, &s))
	return &s
}

// leaf returns the certificate that a replica uses.
func (v *vault) leaf(c *certificates) *x509.Certificate {
	v.t.Helper()
	got, err := c.currentLeaf(context.Background())
	v.must(err)
	return got.Leaf
}

// trusts returns the error of a client that trusts the authority only, if it does not accept a certificate now.
func (v *vault) trusts(authority []byte, leaf *x509.Certificate, host string) error {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		v.t.Fatalf("not a certificate: %s", authority)
	}
	_, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: v.clock.Now()})
	return err
}

// TestAuthority verifies the authority's Secret and certificate.
func TestAuthority(t *testing.T) {
	v := makeVault(t)
	c := v.replica()
	made, err := c.ensure(t.Context())
	v.must(err)
	s := v.secret()
	if s.Type != corev1.SecretTypeTLS || len(s.Data) != 2 || s.Immutable == nil || !*s.Immutable {
		t.Errorf("type %s, %d entries, immutable %v", s.Type, len(s.Data), s.Immutable)
	}
	if diff := cmp.Diff(map[string]string{"app.kubernetes.io/managed-by": "integration-operator"}, s.Labels); diff != "" {
		t.Error(diff)
	}
	if !bytes.Equal(made.certificatePEM(), s.Data["tls.crt"]) {
		t.Error("the certificate is not the Secret's")
	}
	got := made.certificate
	if key, ok := got.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P256() {
		t.Errorf("its key is a %T", got.PublicKey)
	}
	if !got.IsCA || !got.BasicConstraintsValid || !got.MaxPathLenZero || got.KeyUsage != x509.KeyUsageCertSign {
		t.Error("wrong constraints or usages")
	}
	if want := []string{"token-broker.system.svc", "token-broker.system.svc.cluster.local"}; !cmp.Equal(want, got.PermittedDNSDomains) || !got.PermittedDNSDomainsCritical {
		t.Errorf("permitted names: %v", got.PermittedDNSDomains)
	}
	if !got.NotBefore.Equal(noon.Add(-5*time.Minute)) || !got.NotAfter.Equal(noon.AddDate(10, 0, 0)) {
		t.Errorf("from %s to %s", got.NotBefore, got.NotAfter)
	}
	if diff := cmp.Diff([]string{"get", "create"}, v.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestLeaf verifies the broker's own certificate.
func TestLeaf(t *testing.T) {
	v := makeVault(t)
	c := v.replica()
	authority, err := c.ensure(t.Context())
	v.must(err)
	leaf := v.leaf(c)
	if want := []string{"token-broker.system.svc", "token-broker.system.svc.cluster.local"}; !cmp.Equal(want, leaf.DNSNames) {
		t.Errorf("names %v", leaf.DNSNames)
	}
	if leaf.IsCA || !leaf.NotBefore.Equal(noon.Add(-5*time.Minute)) || !leaf.NotAfter.Equal(noon.Add(day)) {
		t.Errorf("from %s to %s", leaf.NotBefore, leaf.NotAfter)
	}
	for host, want := range map[string]bool{
		"token-broker.system.svc":               true,
		"token-broker.system.svc.cluster.local": true,
		"token-broker.customers.svc":            false,
		"kubernetes.default.svc":                false,
	} {
		t.Run(host, func(t *testing.T) {
			if err := v.trusts(authority.certificatePEM(), leaf, host); (err == nil) != want {
				t.Errorf("%s: %v", host, err)
			}
		})
	}
}

// TestAuthorityIsConstrained issues other certificates with the authority's key: clients must reject them, so the
// Secret's key cannot impersonate anything but the broker.
func TestAuthorityIsConstrained(t *testing.T) {
	v := makeVault(t)
	made, err := v.replica().ensure(t.Context())
	v.must(err)
	for name, want := range map[string]bool{
		"token-broker.system.svc": true, "kubernetes.default.svc": false, "maskinporten.no": false, "svc": false, "127.0.0.1": false, "::1": false,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := made.issue([]string{name}, noon)
			if ip := strings.ContainsAny(name, ":") || name == "127.0.0.1"; ip {
				err = made.issueForAddress(t, name)
			}
			if (err == nil) != want {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// TestRenewal verifies that a certificate is renewed when a third of its lifetime is left.
func TestRenewal(t *testing.T) {
	life := day + clockSkew
	cases := map[string]struct {
		reason  string
		after   time.Duration
		renewed bool
	}{
		"at-once":      {reason: "the certificate is new"},
		"half":         {reason: "half of the lifetime is left", after: 12 * time.Hour},
		"just-before":  {reason: "more than a third is left", after: day - life/3 - time.Second},
		"third":        {reason: "a third is left", after: day - life/3, renewed: true},
		"over":         {reason: "there was no handshake for days", after: 3 * day, renewed: true},
		"clock-behind": {reason: "the manager's clock was ahead at issue", after: -10 * time.Minute, renewed: true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			v := makeVault(t)
			v.clock.pass(time.Hour)
			authority, err := v.replica().ensure(t.Context())
			v.must(err)
			v.clock.pass(day)
			c := v.replica()
			first := v.leaf(c)
			v.clock.pass(tc.after)
			second := v.leaf(c)
			if renewed := !first.Equal(second); renewed != tc.renewed {
				t.Errorf("%s: renewed %t", tc.reason, renewed)
			}
			if err := v.trusts(authority.certificatePEM(), second, "token-broker.system.svc"); err != nil {
				t.Errorf("%s: %v", tc.reason, err)
			}
			if third := v.leaf(c); !third.Equal(second) {
				t.Errorf("%s: renewed again", tc.reason)
			}
		})
	}
}

// TestClockSkew verifies that clients with a slow clock accept the certificate.
func TestClockSkew(t *testing.T) {
	v := makeVault(t)
	c := v.replica()
	authority, err := c.ensure(t.Context())
	v.must(err)
	leaf := v.leaf(c)
	v.clock.pass(-5 * time.Minute)
	if err := v.trusts(authority.certificatePEM(), leaf, "token-broker.system.svc"); err != nil {
		t.Errorf("five minutes: %v", err)
	}
	v.clock.pass(-time.Second)
	if v.trusts(authority.certificatePEM(), leaf, "token-broker.system.svc") == nil {
		t.Error("more than five minutes are accepted")
	}
}

// TestAuthorityIsReplaced deletes the Secret. ensure creates another authority, and every replica follows. Until then each
// replica keeps its own.
func TestAuthorityIsReplaced(t *testing.T) {
	v := makeVault(t)
	leader, standby := v.replica(), v.replica()
	old, err := leader.ensure(t.Context())
	v.must(err)
	before := v.leaf(standby)
	v.must(v.server.Delete(t.Context(), v.secret()))
	if after := v.leaf(standby); !after.Equal(before) {
		t.Error("deleting the Secret changed the certificate")
	}
	v.clock.pass(day)
	v.must(v.trusts(old.certificatePEM(), v.leaf(standby), "token-broker.system.svc"))

	replaced, err := leader.ensure(t.Context())
	v.must(err)
	if bytes.Equal(replaced.certificatePEM(), old.certificatePEM()) {
		t.Fatal("the authority is the same")
	}
	for name, c := range map[string]*certificates{"leader": leader, "standby": standby} {
		t.Run(name, func(t *testing.T) {
			leaf := v.leaf(c)
			if err := v.trusts(replaced.certificatePEM(), leaf, "token-broker.system.svc"); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if v.trusts(old.certificatePEM(), leaf, "token-broker.system.svc") == nil {
				t.Errorf("%s: the replica still uses the old authority", name)
			}
		})
	}
}

// TestReplicasAgree starts replicas at the same time, with empty caches.
func TestReplicasAgree(t *testing.T) {
	v := makeVault(t)
	v.behind = true
	var all sync.WaitGroup
	got := make([][]byte, 20)
	for i := range got {
		all.Go(func() {
			c := v.replica()
			if err := c.prepare(context.Background()); err != nil {
				t.Error(err)
				return
			}
			authority, err := c.ensure(context.Background())
			if err != nil {
				t.Error(err)
				return
			}
			got[i] = authority.certificatePEM()
			if err := v.trusts(got[i], v.leaf(c), "token-broker.system.svc"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i := range got {
		if !bytes.Equal(got[i], v.secret().Data["tls.crt"]) {
			t.Errorf("replica %d has another authority", i)
		}
	}
}

// TestHandshakesReadTheCache counts the calls past the cache.
func TestHandshakesReadTheCache(t *testing.T) {
	v := makeVault(t)
	c := v.replica()
	v.must(c.prepare(t.Context()))
	v.calls = nil
	for range 50 {
		v.clock.pass(time.Hour)
		if _, err := c.forHandshake(&tls.ClientHelloInfo{}); err != nil {
			t.Fatal(err)
		}
	}
	if len(v.calls) != 0 {
		t.Errorf("%d calls", len(v.calls))
	}
}

// TestUnusable puts contents into the Secret from which no certificate can be issued.
func TestUnusable(t *testing.T) {
	good, key, err := generateCA(hosts(system), noon)
	if err != nil {
		t.Fatal(err)
	}
	_, otherKey, _ := generateCA(hosts(system), noon)
	elsewhere, elsewhereKey, _ := generateCA(hosts("elsewhere"), noon)
	old, oldKey, _ := generateCA(hosts(system), noon.AddDate(-11, 0, 0))
	early, earlyKey, _ := generateCA(hosts(system), noon.AddDate(1, 0, 0))
	leaf, leafKey := leafPEM(t, good, key)
	cases := map[string]struct {
		reason string
		data   map[string][]byte
	}{
		"nothing":    {reason: "the Secret is empty"},
		"no-key":     {reason: "the key is missing", data: map[string][]byte{"tls.crt": good}},
		"no-crt":     {reason: "the certificate is missing", data: map[string][]byte{"tls.key": key}},
		"garbage":    {reason: "the contents are not PEM", data: map[string][]byte{"tls.crt": []byte("hunter2"), "tls.key": []byte("hunter2")}},
		"other-key":  {reason: "the key is another certificate's", data: map[string][]byte{"tls.crt": good, "tls.key": otherKey}},
		"elsewhere":  {reason: "the authority is for other names", data: map[string][]byte{"tls.crt": elsewhere, "tls.key": elsewhereKey}},
		"expired":    {reason: "the authority has expired", data: map[string][]byte{"tls.crt": old, "tls.key": oldKey}},
		"not-begun":  {reason: "the authority is not valid yet", data: map[string][]byte{"tls.crt": early, "tls.key": earlyKey}},
		"not-a-ca":   {reason: "the certificate is no authority", data: map[string][]byte{"tls.crt": leaf, "tls.key": leafKey}},
		"swapped":    {reason: "certificate and key are swapped", data: map[string][]byte{"tls.crt": key, "tls.key": good}},
		"not-a-cert": {reason: "the PEM block is no certificate", data: map[string][]byte{"tls.crt": pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: []byte("hunter2")}), "tls.key": key}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			v := makeVault(t, caSecret(c.data))
			certificates := v.replica()
			_, err := certificates.ensure(t.Context())
			if err == nil || !strings.Contains(err.Error(), "no usable certificate authority in Secret system/token-broker-ca") ||
				!strings.Contains(err.Error(), "delete it, and the manager creates another") || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: %v", c.reason, err)
			}
			if certificates.prepare(t.Context()) == nil {
				t.Errorf("%s: prepare succeeded", c.reason)
			}
			v.must(v.server.Delete(t.Context(), v.secret()))
			v.must(certificates.prepare(t.Context()))

			// A process that has an authority continues with it.
			before := v.leaf(certificates)
			v.must(v.server.Delete(t.Context(), v.secret()))
			v.must(v.server.Create(t.Context(), caSecret(c.data)))
			if after := v.leaf(certificates); !after.Equal(before) {
				t.Errorf("%s: the certificate changed", c.reason)
			}
			if _, err := certificates.ensure(t.Context()); err == nil {
				t.Errorf("%s: ensure succeeded", c.reason)
			}
		})
	}
}

// TestAuthorityExpires passes the authority's end: no certificate outlives it, and afterwards there is an error.
func TestAuthorityExpires(t *testing.T) {
	certificate, key, err := generateCA(hosts(system), noon.AddDate(-10, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	v := makeVault(t, caSecret(map[string][]byte{"tls.crt": certificate, "tls.key": key}))
	c := v.replica()
	v.clock.pass(20 * time.Hour)
	if leaf := v.leaf(c); !leaf.NotAfter.Equal(noon.Add(day)) {
		t.Errorf("until %s", leaf.NotAfter)
	}
	v.clock.pass(4*time.Hour + time.Second)
	if _, err := c.currentLeaf(t.Context()); err == nil || !strings.Contains(err.Error(), "delete it") {
		t.Errorf("the handshake: %v", err)
	}
	if _, err := c.ensure(t.Context()); err == nil || !strings.Contains(err.Error(), "delete it") {
		t.Errorf("the controller: %v", err)
	}
	if c.prepare(t.Context()) == nil {
		t.Error("prepare succeeded")
	}
}

// TestCertificateOnly puts a private key beside the certificate: customers' namespaces must not receive it.
func TestCertificateOnly(t *testing.T) {
	certificate, key, err := generateCA(hosts(system), noon)
	if err != nil {
		t.Fatal(err)
	}
	v := makeVault(t, caSecret(map[string][]byte{"tls.crt": append(bytes.Clone(certificate), key...), "tls.key": key}))
	got, err := v.replica().ensure(t.Context())
	v.must(err)
	if !bytes.Equal(got.certificatePEM(), certificate) {
		t.Errorf("%s", got.certificatePEM())
	}
}

// TestCannotCreate verifies that the API server's error is returned.
func TestCannotCreate(t *testing.T) {
	v := makeVault(t)
	c := v.replica()
	c.cached = interceptor.NewClient(v.server, interceptor.Funcs{
		Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
			return apierrors.NewForbidden(corev1.Resource("secrets"), "token-broker-ca", errors.New("no"))
		},
	})
	if err := c.prepare(t.Context()); !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "creating Secret system/token-broker-ca") {
		t.Errorf("%v", err)
	}
}

func caSecret(data map[string][]byte) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: system, Name: "token-broker-ca"}, Data: data}
}

// leafPEM returns a certificate of the broker, in PEM.
func leafPEM(t testing.TB, certificate, key []byte) (leaf, leafKey []byte) {
	t.Helper()
	authority, err := parseCA(certificate, key, hosts(system), noon)
	if err != nil {
		t.Fatal(err)
	}
	made, err := authority.issue(hosts(system), noon)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(made.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: made.Certificate[0]}), pem.EncodeToMemory(&pem.Block{Type: pemPrivateKey, Bytes: der})
}

// issueForAddress issues a certificate for an IP address and verifies it.
func (c *ca) issueForAddress(t testing.TB, address string) error {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		NotBefore: noon, NotAfter: noon.Add(day), IPAddresses: []net.IP{net.ParseIP(address)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, c.certificate, key.Public(), c.key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c.verify(leaf, []string{address}, noon)
}

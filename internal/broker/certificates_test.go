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

// vault is a fake API server with the manager's namespace, and the cache of one replica.
type vault struct {
	t      testing.TB
	clock  clock
	server client.WithWatch

	mu     sync.Mutex
	calls  []string // that went past the cache
	behind bool     // the cache has not seen the Secret
}

func makeVault(t testing.TB, secrets ...client.Object) *vault {
	t.Helper()
	return &vault{t: t, clock: clock{now: noon}, server: fake.NewClientBuilder().WithObjects(secrets...).Build()}
}

// replica makes the certificates of one replica.
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

// secret gives the Secret as it is.
func (v *vault) secret() *corev1.Secret {
	v.t.Helper()
	var s corev1.Secret
	v.must(v.server.Get(context.Background(), client.ObjectKey{Namespace: system, Name: "token-broker-ca"}, &s))
	return &s
}

// leaf gives the certificate that a replica shows.
func (v *vault) leaf(c *certificates) *x509.Certificate {
	v.t.Helper()
	got, err := c.current(context.Background())
	v.must(err)
	return got.Leaf
}

// trusts reports why a client that trusts the authority alone does not trust a certificate, now.
func (v *vault) trusts(authority []byte, leaf *x509.Certificate, host string) error {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		v.t.Fatalf("not a certificate: %s", authority)
	}
	_, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: v.clock.Now()})
	return err
}

// TestAuthority looks at the authority that is made.
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
		t.Error("what is handed out is not what the Secret has")
	}
	got := made.certificate
	if key, ok := got.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P256() {
		t.Errorf("its key is a %T", got.PublicKey)
	}
	if !got.IsCA || !got.BasicConstraintsValid || !got.MaxPathLenZero || got.KeyUsage != x509.KeyUsageCertSign {
		t.Error("it is more or less than an authority")
	}
	if want := []string{"token-broker.system.svc", "token-broker.system.svc.cluster.local"}; !cmp.Equal(want, got.PermittedDNSDomains) || !got.PermittedDNSDomainsCritical {
		t.Errorf("it may vouch for %v", got.PermittedDNSDomains)
	}
	if !got.NotBefore.Equal(noon.Add(-5*time.Minute)) || !got.NotAfter.Equal(noon.AddDate(10, 0, 0)) {
		t.Errorf("from %s to %s", got.NotBefore, got.NotAfter)
	}
	if diff := cmp.Diff([]string{"get", "create"}, v.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestLeaf looks at the broker's own certificate.
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
		if err := v.trusts(authority.certificatePEM(), leaf, host); (err == nil) != want {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// TestAuthorityVouchesForNobodyElse makes certificates with the authority's key that are not the broker's: whoever has the
// key of the Secret cannot pass for anything else with those who trust it.
func TestAuthorityVouchesForNobodyElse(t *testing.T) {
	v := makeVault(t)
	made, err := v.replica().ensure(t.Context())
	v.must(err)
	for name, want := range map[string]bool{
		"token-broker.system.svc": true, "kubernetes.default.svc": false, "maskinporten.no": false, "svc": false, "127.0.0.1": false, "::1": false,
	} {
		_, err := made.issue([]string{name}, noon)
		if ip := strings.ContainsAny(name, ":") || name == "127.0.0.1"; ip {
			err = made.issueForAddress(t, name)
		}
		if (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRenewal lets the authority's days pass: a certificate is renewed when a third of its life is left.
func TestRenewal(t *testing.T) {
	life := day + clockSkew
	cases := map[string]struct {
		reason  string
		after   time.Duration
		renewed bool
	}{
		"at-once":      {"it is good", 0, false},
		"half":         {"it is good for long", 12 * time.Hour, false},
		"just-before":  {"more than a third is left", day - life/3 - time.Second, false},
		"third":        {"a third is left", day - life/3, true},
		"over":         {"nobody came for days", 3 * day, true},
		"clock-behind": {"our clock was ahead when it was made", -10 * time.Minute, true},
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

// TestClockSkew lets a node's clock be behind ours.
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
		t.Error("more than five minutes are taken")
	}
}

// TestAuthorityIsReplaced deletes the Secret. The one who is asked for the authority makes another, and every replica
// follows; until then each has what it had.
func TestAuthorityIsReplaced(t *testing.T) {
	v := makeVault(t)
	leader, standby := v.replica(), v.replica()
	old, err := leader.ensure(t.Context())
	v.must(err)
	before := v.leaf(standby)
	v.must(v.server.Delete(t.Context(), v.secret()))
	if after := v.leaf(standby); !after.Equal(before) {
		t.Error("a Secret that is gone changes the certificate")
	}
	v.clock.pass(day)
	v.must(v.trusts(old.certificatePEM(), v.leaf(standby), "token-broker.system.svc"))

	replaced, err := leader.ensure(t.Context())
	v.must(err)
	if bytes.Equal(replaced.certificatePEM(), old.certificatePEM()) {
		t.Fatal("it is the same")
	}
	for name, c := range map[string]*certificates{"leader": leader, "standby": standby} {
		leaf := v.leaf(c)
		if err := v.trusts(replaced.certificatePEM(), leaf, "token-broker.system.svc"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if v.trusts(old.certificatePEM(), leaf, "token-broker.system.svc") == nil {
			t.Errorf("%s: the authority before still vouches", name)
		}
	}
}

// TestReplicasAgree starts many replicas at the same time, whose caches have seen nothing.
func TestReplicasAgree(t *testing.T) {
	v := makeVault(t)
	v.behind = true
	var all sync.WaitGroup
	got := make([][]byte, 20)
	for i := range got {
		all.Go(func() {
			c := v.replica()
			if err := c.ready(context.Background()); err != nil {
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

// TestHandshakesAskNobody counts what goes past the cache.
func TestHandshakesAskNobody(t *testing.T) {
	v := makeVault(t)
	c := v.replica()
	v.must(c.ready(t.Context()))
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

// TestUnusable puts something into the Secret that no certificate can be made with.
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
		"nothing":    {"the Secret is empty", nil},
		"no-key":     {"half of it is missing", map[string][]byte{"tls.crt": good}},
		"no-crt":     {"the other half", map[string][]byte{"tls.key": key}},
		"garbage":    {"it is no PEM", map[string][]byte{"tls.crt": []byte("hunter2"), "tls.key": []byte("hunter2")}},
		"other-key":  {"they do not belong together", map[string][]byte{"tls.crt": good, "tls.key": otherKey}},
		"elsewhere":  {"it may not vouch for our names", map[string][]byte{"tls.crt": elsewhere, "tls.key": elsewhereKey}},
		"expired":    {"its ten years are over", map[string][]byte{"tls.crt": old, "tls.key": oldKey}},
		"not-begun":  {"its ten years have not begun", map[string][]byte{"tls.crt": early, "tls.key": earlyKey}},
		"not-a-ca":   {"it is somebody's certificate", map[string][]byte{"tls.crt": leaf, "tls.key": leafKey}},
		"swapped":    {"each under the other's name", map[string][]byte{"tls.crt": key, "tls.key": good}},
		"not-a-cert": {"the PEM holds something else", map[string][]byte{"tls.crt": pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: []byte("hunter2")}), "tls.key": key}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			v := makeVault(t, caSecret(c.data))
			certificates := v.replica()
			_, err := certificates.ensure(t.Context())
			if err == nil || !strings.Contains(err.Error(), "no certificate authority that can be used is in Secret system/token-broker-ca") ||
				!strings.Contains(err.Error(), "delete it, and another is made") || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: %v", c.reason, err)
			}
			if certificates.ready(t.Context()) == nil {
				t.Errorf("%s: it is ready", c.reason)
			}
			v.must(v.server.Delete(t.Context(), v.secret()))
			v.must(certificates.ready(t.Context()))

			// A process that has an authority goes on with it.
			before := v.leaf(certificates)
			v.must(v.server.Delete(t.Context(), v.secret()))
			v.must(v.server.Create(t.Context(), caSecret(c.data)))
			if after := v.leaf(certificates); !after.Equal(before) {
				t.Errorf("%s: the certificate is another", c.reason)
			}
			if _, err := certificates.ensure(t.Context()); err == nil {
				t.Errorf("%s: nobody says so", c.reason)
			}
		})
	}
}

// TestAuthorityEnds lives through an authority's last day: no certificate outlives it, and then its end is told.
func TestAuthorityEnds(t *testing.T) {
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
	if _, err := c.current(t.Context()); err == nil || !strings.Contains(err.Error(), "delete it") {
		t.Errorf("the handshake: %v", err)
	}
	if _, err := c.ensure(t.Context()); err == nil || !strings.Contains(err.Error(), "delete it") {
		t.Errorf("the controller: %v", err)
	}
	if c.ready(t.Context()) == nil {
		t.Error("it is ready")
	}
}

// TestOnlyTheCertificateIsHandedOut puts a private key beside the certificate: customers' namespaces do not get it.
func TestOnlyTheCertificateIsHandedOut(t *testing.T) {
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

// TestCannotCreate tells what the API server says.
func TestCannotCreate(t *testing.T) {
	v := makeVault(t)
	c := v.replica()
	c.cached = interceptor.NewClient(v.server, interceptor.Funcs{
		Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
			return apierrors.NewForbidden(corev1.Resource("secrets"), "token-broker-ca", errors.New("no"))
		},
	})
	if err := c.ready(t.Context()); !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "creating Secret system/token-broker-ca") {
		t.Errorf("%v", err)
	}
}

func caSecret(data map[string][]byte) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: system, Name: "token-broker-ca"}, Data: data}
}

// leafPEM makes a certificate of the broker, as PEM.
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

// issueForAddress makes a certificate for an IP address, and verifies it.
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

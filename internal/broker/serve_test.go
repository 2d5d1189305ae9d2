package broker

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// patience is how long a test waits for a condition before it fails.
const patience = time.Minute

// serving is a broker that serves.
type serving struct {
	*world
	stop context.CancelFunc
	done chan error
}

func serve(t *testing.T, w *world) *serving {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &serving{world: w, stop: cancel, done: make(chan error, 1)}
	go func() { s.done <- w.broker.Start(ctx) }()
	t.Cleanup(cancel)
	eventually(t, "serving", func() bool { return w.broker.Address() != "" })
	return s
}

// eventually waits for a condition.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}

// client returns a client that trusts one authority and connects to the broker under its Service's name.
func (s *serving) client(authority []byte, change func(c *tls.Config)) *http.Client {
	s.t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		s.t.Fatalf("not a certificate: %s", authority)
	}
	config := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, Time: s.clock.Now}
	if change != nil {
		change(config)
	}
	transport := &http.Transport{
		TLSClientConfig: config, ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, s.broker.Address())
		},
	}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func (s *serving) authority() []byte {
	s.t.Helper()
	got, err := s.broker.Identity(context.Background())
	s.must(err)
	return got.Certificate
}

// heard has the parts of a response that tests compare.
type heard struct {
	status     int
	protoMajor int
	tls        uint16
}

// request returns a request of the pod.
func (s *serving) request() *http.Request {
	s.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost,
		"https://token-broker.system.svc/token", http.NoBody)
	s.must(err)
	request.Header.Set("Authorization", "Bearer "+shown)
	return request
}

// get requests a token over TLS.
func (s *serving) get(c *http.Client) (heard, error) {
	answer, err := c.Do(s.request())
	if err != nil {
		return heard{}, err
	}
	return heard{status: answer.StatusCode, protoMajor: answer.ProtoMajor, tls: answer.TLS.Version}, answer.Body.Close()
}

// TestServe requests tokens over TLS, with a client that trusts the broker's authority only.
func TestServe(t *testing.T) {
	s := serve(t, makeWorld(t, nil))
	old := s.authority()
	answer, err := s.get(s.client(old, nil))
	s.must(err)
	if (answer != heard{status: http.StatusOK, protoMajor: 1, tls: tls.VersionTLS13}) {
		t.Errorf("%d by HTTP/%d over TLS %x", answer.status, answer.protoMajor, answer.tls)
	}
	if answer, err := s.get(s.client(old, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 })); err != nil ||
		answer.status != http.StatusOK {
		t.Errorf("TLS 1.2: %v", err)
	}
	if _, err := s.get(s.client(old,
		func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 })); err == nil {
		t.Error("TLS 1.1 is accepted")
	}

	s.clock.pass(100 * day)
	if _, err := s.get(s.client(old, nil)); err != nil {
		t.Errorf("after a hundred days: %v", err)
	}

	s.must(s.server.Delete(t.Context(),
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: system, Name: CASecretName}}))
	replaced := s.authority()
	if _, err := s.get(s.client(replaced, nil)); err != nil {
		t.Errorf("with another authority: %v", err)
	}
	var unknownAuthority x509.UnknownAuthorityError
	if _, err := s.get(s.client(old, nil)); !errors.As(err, &unknownAuthority) {
		t.Errorf("a client that trusts the old authority: %v", err)
	}
}

// TestPlainHTTP verifies that a request without TLS is rejected before it is read.
func TestPlainHTTP(t *testing.T) {
	s := serve(t, makeWorld(t, nil))
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.broker.Address())
	s.must(err)
	defer func() { _ = connection.Close() }()
	_, err = io.WriteString(connection,
		"POST /token HTTP/1.1\r\nHost: token-broker\r\nAuthorization: Bearer "+shown+"\r\n\r\n")
	s.must(err)
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	s.must(err)
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusBadRequest || s.reviews != 0 {
		t.Errorf("%s, %d reviews", answer.Status, s.reviews)
	}
	s.logged()
}

// TestReady verifies the readiness check before, while and after the broker serves.
func TestReady(t *testing.T) {
	check := func(b *Broker) error { return b.Check(httptest.NewRequest(http.MethodGet, "/readyz", http.NoBody)) }
	w := makeWorld(t, func(o *objects) { o.authority = caSecret(nil) })
	if err := check(w.broker); err == nil || !strings.Contains(err.Error(), "does not serve yet") {
		t.Errorf("before Start: %v", err)
	}
	s := serve(t, w)
	if err := check(w.broker); err == nil || !strings.Contains(err.Error(), "delete it, and the manager creates another") {
		t.Errorf("without an authority: %v", err)
	}
	if log := w.logged(); !strings.Contains(log, "Failed to get a certificate for the token broker") {
		t.Errorf("the log lacks the error:\n%s", log)
	}
	w.must(w.server.Delete(t.Context(), caSecret(nil)))
	if err := check(w.broker); err != nil {
		t.Errorf("after the Secret was deleted: %v", err)
	}
	if _, err := s.get(s.client(s.authority(), nil)); err != nil {
		t.Errorf("then: %v", err)
	}
	s.stop()
	w.must(<-s.done)
	if err := check(w.broker); err == nil {
		t.Error("ready after shutdown")
	}
	if w.broker.NeedLeaderElection() {
		t.Error("the broker needs leader election")
	}
}

// TestShutdown ends the manager while a request is in flight: it is completed, and no other is accepted.
func TestShutdown(t *testing.T) {
	s := serve(t, makeWorld(t, nil))
	entered, leave := make(chan struct{}), make(chan struct{})
	s.during = func(context.Context) { close(entered); <-leave }
	client := s.client(s.authority(), nil)
	answered := make(chan error, 1)
	go func() {
		answer, err := s.get(client)
		if err == nil && answer.status != http.StatusOK {
			err = errors.New(http.StatusText(answer.status))
		}
		answered <- err
	}()
	<-entered
	address := s.broker.Address()
	s.stop()
	eventually(t, "no longer listening", func() bool {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = connection.Close()
		}
		return err != nil
	})
	close(leave)
	if err := <-answered; err != nil {
		t.Errorf("the request in flight: %v", err)
	}
	s.must(<-s.done)
}

// TestAddressInUse verifies that Start fails if the address is in use.
func TestAddressInUse(t *testing.T) {
	w := makeWorld(t, nil)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	w.must(err)
	defer func() { _ = listener.Close() }()
	w.broker.options.ListenAddress = listener.Addr().String()
	if err := w.broker.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "listening for the token broker") {
		t.Errorf("%v", err)
	}
}

// TestReviewsAreBounded fills the reviews in flight: the next request waits until its context ends.
func TestReviewsAreBounded(t *testing.T) {
	w := makeWorld(t, nil)
	for range maxReviews {
		w.broker.reviewer.inFlight <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got := w.ask(func(r *http.Request) { *r = *r.WithContext(ctx) })
	if diff := cmp.Diff(wantUnavailable("APIServerUnavailable"), got); diff != "" || w.reviews != 0 {
		t.Errorf("%d reviews (-want +got):\n%s", w.reviews, diff)
	}
	<-w.broker.reviewer.inFlight
	if got := w.ask(nil); got.Status != http.StatusOK || len(w.broker.reviewer.inFlight) != maxReviews-1 {
		t.Errorf("then: %+v", got)
	}
}

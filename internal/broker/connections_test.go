package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"testing"
	"time"
)

// dial opens idle connections to a broker, over TLS.
func (s *serving) dial(n int) []net.Conn {
	s.t.Helper()
	all := make([]net.Conn, 0, n)
	for range n {
		c, err := (&net.Dialer{}).DialContext(s.t.Context(), "tcp", s.broker.Address())
		s.must(err)
		s.t.Cleanup(func() { _ = c.Close() })
		over := tls.Client(c, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // The test attacks.
		_ = over.SetDeadline(time.Now().Add(patience))
		_ = over.HandshakeContext(s.t.Context()) // the broker may have closed it
		all = append(all, over)
	}
	return all
}

// TestIdleConnections opens more connections than one address may have. The broker closes the oldest, and a pod at the
// same address gets its token.
func TestIdleConnections(t *testing.T) {
	s := serve(t, makeWorld(t, func(o *objects) { o.pod.Status.PodIP = "127.0.0.1" }))
	idle := s.dial(maxPerAddress + 10)
	if answer, err := s.get(s.client(s.authority(), nil)); err != nil || answer.status != http.StatusOK {
		t.Errorf("a pod meanwhile: %+v, %v", answer, err)
	}
	for i, c := range idle[:10] {
		_ = c.SetReadDeadline(time.Now().Add(readHeaderTimeout / 10))
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("connection %d is open: %v", i, err)
		}
	}
}

// TestConnectionsOfIdentifiedCallers verifies that a connection with a valid request is not closed for others.
func TestConnectionsOfIdentifiedCallers(t *testing.T) {
	s := serve(t, makeWorld(t, func(o *objects) { o.pod.Status.PodIP = "127.0.0.1" }))
	entered, leave := make(chan struct{}), make(chan struct{})
	s.during = func(context.Context) { close(entered); <-leave }
	client := s.client(s.authority(), nil)
	answered := make(chan error, 1)
	go func() {
		answer, err := s.get(client)
		if err == nil && answer.status != http.StatusOK {
			t.Errorf("status %d", answer.status)
		}
		answered <- err
	}()
	<-entered
	s.dial(maxPerAddress + 10)
	close(leave)
	if err := <-answered; err != nil {
		t.Errorf("the pod's request: %v", err)
	}
}

// TestOneRequestPerConnection verifies that a connection is closed after its response.
func TestOneRequestPerConnection(t *testing.T) {
	s := serve(t, makeWorld(t, func(o *objects) { o.pod.Status.PodIP = "127.0.0.1" }))
	answer, err := s.client(s.authority(), nil).Do(s.request())
	s.must(err)
	defer func() { _ = answer.Body.Close() }()
	if !answer.Close {
		t.Error("the connection is kept")
	}
}

// pipes is a listener whose connections come from addresses of choice.
type pipes struct {
	net.Listener

	from chan net.Addr
}

func (l *pipes) Accept() (net.Conn, error) {
	own, other := net.Pipe()
	return &pipe{Conn: own, other: other, from: <-l.from}, nil
}

type pipe struct {
	net.Conn

	other net.Conn
	from  net.Addr
}

func (c *pipe) RemoteAddr() net.Addr { return c.from }

// isClosed reports whether a connection was closed.
func isClosed(t *testing.T, c net.Conn) bool {
	t.Helper()
	counted, ok := c.(*connection)
	if !ok {
		t.Fatalf("a %T was accepted", c)
	}
	return counted.inAll == nil
}

// TestLimitConnections accepts connections from several addresses. Over a limit, the oldest is closed.
func TestLimitConnections(t *testing.T) {
	from := &pipes{from: make(chan net.Addr, 1)}
	l := limitConnections(from, 4, 2)
	accept := func(address string) net.Conn {
		from.from <- &net.TCPAddr{IP: net.ParseIP(address), Port: 1}
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	a1, a2, b1 := accept("10.0.0.1"), accept("10.0.0.1"), accept("10.0.0.2")
	a3 := accept("10.0.0.1")
	if !isClosed(t, a1) || isClosed(t, a2) || isClosed(t, b1) {
		t.Error("not the oldest connection of the address was closed")
	}
	c1, d1 := accept("10.0.0.3"), accept("10.0.0.4")
	if !isClosed(t, a2) || isClosed(t, b1) || isClosed(t, a3) || isClosed(t, c1) || isClosed(t, d1) {
		t.Error("not the oldest connection of all was closed")
	}
	for _, c := range []net.Conn{b1, a3, c1, d1} {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if l.all.Len() != 0 || len(l.addresses) != 0 {
		t.Errorf("%d connections of %d addresses are counted after all closed", l.all.Len(), len(l.addresses))
	}
}

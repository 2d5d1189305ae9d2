package scale

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/test/sample"
)

// startSimulator starts the simulator with HTTP connections in memory. They belong to the bubble, so that its clock
// advances while a client waits for a response.
func (w *world) startSimulator() {
	w.t.Helper()
	var err error
	w.simulator, err = simulator.New(simulator.Options{
		Issuer: sample.Issuer, Now: time.Now,
		SigningKey: sample.MaskinportenKey(),
	})
	w.must(err)
	private := sample.SigningKey()
	w.must(w.simulator.Maskinporten.RegisterClient(simmaskinporten.Client{
		ClientID: sample.ClientID, OrganizationNumber: sample.SupplierNumber, Scopes: []string{sample.Scope},
		JWKS: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{private.Public()}},
	}))
	wire := &wire{connections: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: w.simulator.Maskinporten.Handler(), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(wire) }()
	transport := outbound.NewTransport(nil)
	transport.DialContext = wire.dial
	transport.Proxy = nil
	w.t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
	})
	w.connect = func(c maskinporten.Config) (authority.TokenSource, error) {
		c.Transport = transport
		inner, err := maskinporten.New(c)
		return w.requests.recording(inner), err
	}
}

// received returns the number of token requests at the simulator.
func (w *world) received() int { return total(w.simulator.Recorder.Report().Counts["token"]) }

// wire is a listener with connections in memory.
type wire struct {
	connections chan net.Conn
	once        sync.Once
	closed      chan struct{}
}

func (l *wire) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.connections <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Accept returns the next connection.
func (l *wire) Accept() (net.Conn, error) {
	select {
	case c := <-l.connections:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close closes the listener.
func (l *wire) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr returns a dummy address.
func (*wire) Addr() net.Addr { return &net.IPAddr{} }

package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// The server's limits. answerTimeout leaves time to write the response.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 10 * time.Second
	answerTimeout     = 20 * time.Second
	writeTimeout      = 30 * time.Second
	maxHeaderBytes    = 32 << 10
	// shutdownTimeout is shorter than the manager's own, which includes it.
	shutdownTimeout = 15 * time.Second
)

// Start serves until the context ends, and then completes requests in flight. Without a certificate, handshakes fail
// until there is one: Check reports a Secret that cannot be used, and the manager runs on.
func (b *Broker) Start(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", b.options.ListenAddress)
	if err != nil {
		return fmt.Errorf("listening for the token broker: %w", err)
	}
	if err := b.prepare(ctx); err != nil {
		b.options.Log.Error(err, "Failed to get a certificate for the token broker")
	}
	server := b.server(ctx)
	ended := make(chan error, 1)
	bounded := limitConnections(listener, maxConnections, maxPerAddress)
	go func() { ended <- server.ServeTLS(bounded, "", "") }()
	address := listener.Addr().String()
	b.address.Store(&address)
	defer b.address.Store(nil)
	b.options.Log.Info("Serving tokens", "address", address)

	select {
	case err := <-ended:
		return fmt.Errorf("serving tokens: %w", err)
	case <-ctx.Done():
	}
	return shutDown(ctx, server)
}

func (b *Broker) prepare(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	return b.certificates.prepare(ctx)
}

// server returns the server. Requests outlive ctx, so that those in flight are completed.
func (b *Broker) server(ctx context.Context) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	server := &http.Server{
		Handler:           b,
		TLSConfig:         &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: b.certificates.forHandshake},
		Protocols:         protocols,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          serverLog(b.options.Log, b.samples),
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ConnContext:       withConnection,
	}
	server.SetKeepAlivesEnabled(false) // each connection has one small request
	return server
}

func shutDown(ctx context.Context, server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return fmt.Errorf("shutting down the token broker: %w", errors.Join(err, server.Close()))
	}
	return nil
}

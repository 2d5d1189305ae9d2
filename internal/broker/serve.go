package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/go-logr/logr"
)

// The server's limits. A question is answered within answerTimeout, which leaves time to write the answer.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 10 * time.Second
	answerTimeout     = 20 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = time.Minute
	maxHeaderBytes    = 32 << 10
	// shutdownTimeout is shorter than the manager's own, which waits for it.
	shutdownTimeout = 15 * time.Second
)

// Start serves until the context ends, and then answers what is under way. Without a certificate it serves nobody yet:
// whatever is wrong with the Secret stands in Check, and does not end the manager.
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
	go func() { ended <- server.ServeTLS(listener, "", "") }()
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
	return b.certificates.ready(ctx)
}

// server makes the server. Requests outlive ctx, so that those under way are answered.
func (b *Broker) server(ctx context.Context) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true) // one small question a connection is all that there is
	return &http.Server{
		Handler:           b,
		TLSConfig:         &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: b.certificates.forHandshake},
		Protocols:         protocols,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(logr.ToSlogHandler(b.options.Log), slog.LevelInfo),
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
}

func shutDown(ctx context.Context, server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	err := server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, server.Close())
		return fmt.Errorf("ending the token broker: %w", err)
	}
	return nil
}

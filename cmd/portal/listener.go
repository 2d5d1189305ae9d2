package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"
	"sigs.k8s.io/controller-runtime/pkg/certwatcher"
)

const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 10 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 75 * time.Second
	// maxHeaderBytes has room for a session of two hundred groups.
	maxHeaderBytes = 64 << 10
	// shutdownTimeout is how long requests in flight may take. It is shorter than the pod's grace period.
	shutdownTimeout = 20 * time.Second
)

// listener is an address that is served. With a folder of a certificate it is served over TLS.
type listener struct{ name, address, certDir string }

// serve serves until the context ends, then waits for requests in flight.
func (l listener) serve(ctx context.Context, handler http.Handler, log *slog.Logger) error {
	var listening net.ListenConfig
	socket, err := listening.Listen(ctx, "tcp", l.address)
	if err != nil {
		return fmt.Errorf("listening for %s: %w", l.name, err)
	}
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug), // such as handshakes that a client broke off
	}
	group, ctx := errgroup.WithContext(ctx)
	if l.certDir != "" {
		watcher, err := certwatcher.New(filepath.Join(l.certDir, "tls.crt"), filepath.Join(l.certDir, "tls.key"))
		if err != nil {
			return errors.Join(fmt.Errorf("--tls-cert-dir: %w", err), socket.Close())
		}
		group.Go(func() error { return watcher.Start(ctx) })
		socket = tls.NewListener(socket, &tls.Config{
			MinVersion: tls.VersionTLS12, GetCertificate: watcher.GetCertificate, NextProtos: []string{"h2", "http/1.1"},
		})
	}
	group.Go(func() error {
		if err := server.Serve(socket); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serving %s: %w", l.name, err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		if err := server.Shutdown(deadline); err != nil {
			return errors.Join(fmt.Errorf("ending %s: %w", l.name, err), server.Close())
		}
		return nil
	})
	log.Info("Serving", "what", l.name, "address", socket.Addr().String())
	return group.Wait()
}

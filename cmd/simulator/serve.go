package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/simulator"
)

const (
	readHeaderTimeout = 5 * time.Second
	idleTimeout       = 2 * time.Minute
	// maxHeaderBytes has room for a grant in the query.
	maxHeaderBytes = 128 << 10
	// shutdownTimeout is how long answers in flight may take at the end; an answer that drips never ends by itself.
	shutdownTimeout = 5 * time.Second
)

type serveOptions struct {
	listen, adminListen, issuer string
	tokenLifetime               time.Duration
}

func newServeCommand() *cobra.Command {
	var options serveOptions
	command := &cobra.Command{
		Use:   "serve",
		Short: "Run the simulator",
		Long: `Run the simulator: Maskinporten on one address, the admin API on another.

It starts with no clients and no delegations, and knows one scope, ` + simulator.FollowUpPlanScope + `.
Everything is in memory and is gone when it ends. The admin API asks nobody who they are: keep it
away from strangers.

The issuer must be the URL by which clients reach the simulator, for they find everything else from
it. It is used to the letter: real issuers end with a slash, and clients must not add or drop it.`,
		Example: `  simulator serve
  simulator serve --issuer http://simulator.demo.svc:8080/ --token-lifetime 2m`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd.Context(), options, cmd.ErrOrStderr())
		},
	}
	flags := command.Flags()
	flags.StringVar(&options.listen, "listen", ":8080", "address of Maskinporten")
	flags.StringVar(&options.adminListen, "admin-listen", ":8081", "address of the admin API")
	flags.StringVar(&options.issuer, "issuer", "http://localhost:8080/", "public URL of Maskinporten, with its slash")
	flags.DurationVar(&options.tokenLifetime, "token-lifetime", 30*time.Second, "lifetime of access tokens for "+simulator.FollowUpPlanScope)
	return command
}

// serve runs until the context ends, then lets answers in flight come to their end.
func serve(ctx context.Context, options serveOptions, logTo io.Writer) error {
	log := slog.New(slog.NewJSONHandler(logTo, nil))
	sim, err := simulator.New(simulator.Options{Issuer: options.issuer, Now: time.Now, Logger: log})
	if err != nil {
		return fmt.Errorf("cannot make the simulator: %w", err)
	}
	err = sim.RegisterScope(simulator.Scope{
		Name:             simulator.FollowUpPlanScope,
		AccessibleForAll: true,
		DelegationSource: "altinn",
		TokenLifetime:    simulator.Duration(options.tokenLifetime),
	})
	if err != nil {
		return fmt.Errorf("cannot register the scope: %w", err)
	}
	var listening net.ListenConfig
	maskinporten, err := listening.Listen(ctx, "tcp", options.listen)
	if err != nil {
		return fmt.Errorf("cannot listen for Maskinporten: %w", err)
	}
	admin, err := listening.Listen(ctx, "tcp", options.adminListen)
	if err != nil {
		return errors.Join(fmt.Errorf("cannot listen for the admin API: %w", err), maskinporten.Close())
	}
	log.Info("Serving", "issuer", options.issuer, "maskinporten", maskinporten.Addr().String(), "admin", admin.Addr().String())
	err = serveAll(ctx, map[net.Listener]*http.Server{
		maskinporten: newServer(sim.Maskinporten(), log),
		admin:        newServer(sim.Admin(), log),
	})
	log.Info("Stopped")
	return err
}

func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	// There is no timeout for writing, nor for a whole request: latency and dripping answers are meant to take long.
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// serveAll serves until the context ends or one server fails, then ends them all.
func serveAll(ctx context.Context, servers map[net.Listener]*http.Server) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failures := make(chan error, len(servers))
	for listener, server := range servers {
		go func() {
			failures <- server.Serve(listener)
			cancel()
		}()
	}
	<-ctx.Done()

	deadline, stop := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer stop()
	var failed error
	for _, server := range servers {
		if err := server.Shutdown(deadline); err != nil {
			failed = errors.Join(failed, server.Close())
		}
	}
	for range servers {
		if err := <-failures; !errors.Is(err, http.ErrServerClosed) {
			failed = errors.Join(failed, fmt.Errorf("serving: %w", err))
		}
	}
	return failed
}

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
	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	readHeaderTimeout = 5 * time.Second
	idleTimeout       = 2 * time.Minute
	// maxHeaderBytes has room for a grant in the query.
	maxHeaderBytes = 128 << 10
	// shutdownTimeout bounds the wait for responses in flight; a response that drips never ends by itself.
	shutdownTimeout = 5 * time.Second
)

type serveOptions struct {
	listen, adminListen, navListen, hrmListen, altinnListen, sickPayListen, lettersListen string

	reportsListen, registerListen, loginListen, registrationsListen string

	hrmData       string
	issuer        string
	loginIssuer   string
	portalURL     string
	tokenLifetime time.Duration
	refusalHour   time.Duration
}

func newServeCommand() *cobra.Command {
	var options serveOptions
	command := &cobra.Command{
		Use:   "serve",
		Short: "Run the simulator",
		Long: `Run the simulator: Maskinporten, the admin API, NAV, the HRM system, Altinn, Enhetsregisteret, an API for
workers of your own and a login provider for the portal, each on an address of its own.

It starts with no clients, delegations, systems and tenants, and knows the scopes of NAV's APIs and of
Altinn's API for vendors.
Everything is in memory and is lost when it ends, except the data of the HRM system in --hrm-data. The
admin API has no authentication: do not expose it.

The issuer must be the URL by which clients reach the simulator. It is used to the letter: real issuers
end with a slash, which clients must not add or drop.`,
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
	flags.StringVar(&options.navListen, "nav-listen", ":8082", "address of NAV's API")
	flags.StringVar(&options.hrmListen, "hrm-listen", ":8083", "address of the HRM system")
	flags.StringVar(&options.altinnListen, "altinn-listen", ":8084", "address of Altinn's API for vendors")
	flags.StringVar(&options.sickPayListen, "sick-pay-listen", ":8085",
		"address of NAV's API for sick notes and applications for sick pay")
	flags.StringVar(&options.lettersListen, "letters-listen", ":8089", "address of NAV's API for letters")
	flags.StringVar(&options.reportsListen, "reports-listen", ":8093", "address of NAV's API for settlement reports")
	flags.StringVar(&options.registerListen, "register-listen", ":8086", "address of Enhetsregisteret")
	flags.StringVar(&options.registrationsListen, "registrations-listen", ":8092", "address of the API for registrations")
	flags.StringVar(&options.loginListen, "login-listen", ":8087", "address of the login provider")
	flags.StringVar(&options.loginIssuer, "login-issuer", "http://localhost:8087",
		"public URL of the login provider, for browsers and the portal")
	flags.StringVar(&options.portalURL, "portal-url", "http://localhost:8088",
		"public URL of the portal, which people log in to: client "+portalClient+", without a secret")
	flags.StringVar(&options.hrmData, "hrm-data", "",
		"folder for the HRM system's data, which is kept (default: a temporary one)")
	flags.StringVar(&options.issuer, "issuer", "http://localhost:8080/", "public URL of Maskinporten, with its slash")
	flags.DurationVar(&options.tokenLifetime, "token-lifetime", 30*time.Second,
		"lifetime of access tokens for "+accesstoken.FollowUpPlanScope)
	flags.DurationVar(&options.refusalHour, "refusal-hour", time.Hour,
		"duration of an hour of the HRM system's waits for plans that NAV refuses")
	return command
}

// serve runs until the context ends, then waits for responses in flight.
func serve(ctx context.Context, options serveOptions, logTo io.Writer) error {
	log := slog.New(slog.NewJSONHandler(logTo, nil))
	sim, err := newSimulator(options, log)
	if err != nil {
		return err
	}
	people, err := newLogin(options)
	if err != nil {
		return errors.Join(err, sim.Close())
	}
	endpoints := []endpoint{
		{"maskinporten", "Maskinporten", options.listen, sim.Maskinporten.Handler()},
		{"admin", "the admin API", options.adminListen, sim.Admin()},
		{"nav", "NAV", options.navListen, sim.NAVPlans.Handler()},
		{"hrm", "the HRM system", options.hrmListen, sim.HRM.Handler()},
		{"altinn", "Altinn", options.altinnListen, sim.Altinn.Handler()},
		{"sickPay", "NAV's API for sick pay", options.sickPayListen, sim.SickPay.Handler()},
		{"letters", "NAV's API for letters", options.lettersListen, sim.Letters.Handler()},
		{"reports", "NAV's API for settlement reports", options.reportsListen, sim.Reports.Handler()},
		{"register", "Enhetsregisteret", options.registerListen, sim.Register.Handler()},
		{"registrations", "the API for registrations", options.registrationsListen, sim.Registrations.Handler()},
		{"login", "the login provider", options.loginListen, people.Handler()},
	}
	servers := map[net.Listener]*http.Server{}
	serving := []slog.Attr{slog.String("issuer", options.issuer)}
	var listening net.ListenConfig
	for _, e := range endpoints {
		listener, err := listening.Listen(ctx, "tcp", e.address)
		if err != nil {
			return errors.Join(fmt.Errorf("cannot listen for %s: %w", e.title, err), closeAll(servers))
		}
		servers[listener] = newServer(e.handler, log)
		serving = append(serving, slog.String(e.name, listener.Addr().String()))
	}
	log.LogAttrs(ctx, slog.LevelInfo, "Serving", serving...)
	err = errors.Join(serveAll(ctx, servers), sim.Close())
	log.Info("Stopped")
	return err
}

func newSimulator(options serveOptions, log *slog.Logger) (*simulator.World, error) {
	sim, err := simulator.New(simulator.Options{
		Issuer: options.issuer, Now: time.Now, Logger: log, HRMData: options.hrmData, RefusalHour: options.refusalHour,
	})
	if err != nil {
		return nil, fmt.Errorf("cannot make the simulator: %w", err)
	}
	err = sim.Maskinporten.RegisterScope(simmaskinporten.Scope{
		Name:             accesstoken.FollowUpPlanScope,
		AccessibleForAll: true,
		DelegationSource: "altinn",
		TokenLifetime:    simwire.Duration(options.tokenLifetime),
	})
	if err != nil {
		return nil, fmt.Errorf("cannot register the scope: %w", err)
	}
	return sim, nil
}

// endpoint is a service of the simulator, at its own address.
type endpoint struct {
	name, title string // for logs and for people
	address     string
	handler     http.Handler
}

func closeAll(servers map[net.Listener]*http.Server) error {
	var failed error
	for listener := range servers {
		failed = errors.Join(failed, listener.Close())
	}
	return failed
}

func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	// There is no timeout for writing or for a whole request: latency and dripping responses take long.
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

// Package profiling serves a process's profiles of time and memory.
package profiling

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"time"

	"golang.org/x/sync/errgroup"
)

// Usage is the help of the flag --pprof-address.
const Usage = "loopback address of profiles of time and memory at /debug/pprof/, such as 127.0.0.1:6060 (default: none)"

// CheckAddress returns an error unless an address is empty or a loopback address with a port. Profiles need no login.
func CheckAddress(address string) error {
	if address == "" {
		return nil
	}
	parsed, err := netip.ParseAddrPort(address)
	if err != nil || !parsed.Addr().IsLoopback() {
		return fmt.Errorf("--pprof-address must be a loopback address with a port, such as 127.0.0.1:6060, not %q, because "+
			"profiles need no login; reach it from elsewhere with kubectl port-forward", address)
	}
	return nil
}

// Server serves profiles at an address that CheckAddress accepts, or does nothing if it is empty. It is a runnable of
// controller-runtime's managers.
type Server string

// Start serves until the context ends. It returns an error if the address cannot be used.
func (s Server) Start(ctx context.Context) error {
	if s == "" {
		return nil
	}
	var listening net.ListenConfig
	socket, err := listening.Listen(ctx, "tcp", string(s))
	if err != nil {
		return fmt.Errorf("listening at --pprof-address: %w", err)
	}
	server := &http.Server{Handler: handler(), ReadHeaderTimeout: 5 * time.Second} // a profile may take minutes
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		<-ctx.Done()
		return server.Close()
	})
	group.Go(func() error {
		if err := server.Serve(socket); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serving profiles: %w", err)
		}
		return nil
	})
	return group.Wait()
}

// NeedLeaderElection returns false: every replica serves its own profiles.
func (Server) NeedLeaderElection() bool { return false }

func handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

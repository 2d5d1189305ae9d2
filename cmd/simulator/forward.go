package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

// dialTimeout bounds a connection's beginning.
const dialTimeout = 5 * time.Second

func newForwardCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "forward LISTEN=TARGET...",
		Short: "Forward connections, as from a machine into a test cluster's network",
		Long: `Forward connections until it is ended. LISTEN and TARGET are HOST:PORT, or unix: with the path of a socket.

A test cluster has a network of its own. One process in it and one outside, with a socket between them, let
a browser reach its pages.`,
		Example: `  simulator forward unix:/tmp/portal.sock=portal.example.svc:80   # in the cluster's network
  simulator forward 127.0.0.1:18090=unix:/tmp/portal.sock         # on the machine`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, pairs []string) error { return forwardAll(cmd.Context(), pairs) },
	}
}

func forwardAll(ctx context.Context, pairs []string) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, pair := range pairs {
		from, to, ok := strings.Cut(pair, "=")
		if !ok || from == "" || to == "" {
			return fmt.Errorf("write LISTEN=TARGET, such as 127.0.0.1:8080=portal.example.svc:80, not %q", pair)
		}
		group.Go(func() error { return forward(ctx, from, to) })
	}
	return group.Wait()
}

// forward forwards the connections to one address until the context ends.
func forward(ctx context.Context, from, to string) error {
	var config net.ListenConfig
	network, address := networkOf(from)
	listener, err := config.Listen(ctx, network, address)
	if err != nil {
		return fmt.Errorf("cannot forward: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stop()
	for {
		connection, err := listener.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("cannot forward: %w", err)
		}
		go forwardOne(ctx, connection, to)
	}
}

// forwardOne forwards one connection. If the target cannot be reached, it is closed.
func forwardOne(ctx context.Context, connection net.Conn, to string) {
	defer func() { _ = connection.Close() }()
	dialer := net.Dialer{Timeout: dialTimeout}
	network, address := networkOf(to)
	target, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return
	}
	defer func() { _ = target.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = errors.Join(connection.Close(), target.Close()) })
	defer stop()
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{connection, target}, {target, connection}} {
		go func() {
			_, _ = io.Copy(way[1], way[0])
			if half, ok := way[1].(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite()
			}
			done <- struct{}{}
		}()
	}
	<-done
	<-done
}

func networkOf(address string) (network, rest string) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		return "unix", path
	}
	return "tcp", address
}

// Command sync is what one Kubernetes Job runs: one run of one service for one customer. It ends by itself and says in
// its termination message what it did.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	// NAV writes times of Oslo without their zone, and the image has no zones.
	_ "time/tzdata"

	// The image holds this program alone. Without these it could verify nobody's certificate; where the system has roots
	// of its own (SSL_CERT_FILE, SSL_CERT_DIR, a mounted bundle) those are used instead.
	_ "golang.org/x/crypto/x509roots/fallback"
)

func main() {
	os.Exit(worker())
}

// worker gives the exit code: 0 if the run succeeded and that has been reported, else 1.
func worker() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
}

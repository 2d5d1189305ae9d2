// Command hrm-conformance checks whether an HRM system keeps the contract for HRM systems, api/hrm/openapi.yaml. It is
// for the vendors of HRM systems. It is a program of its own because it changes a tenant's data: the image of the
// worker must not contain it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	// The image contains only this program. The embedded roots apply if the system has none.
	_ "golang.org/x/crypto/x509roots/fallback"
)

func main() {
	os.Exit(check())
}

// check returns the exit code.
func check() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
}

// Command manager is the operator. It verifies customers' access, runs their sync jobs and issues tokens to the jobs.
package main

import (
	"fmt"
	"os"
	_ "time/tzdata" // for schedules: the image has no time zone files

	// The image has no root certificates. Those of the system (SSL_CERT_FILE, SSL_CERT_DIR, a mounted bundle) take
	// precedence.
	_ "golang.org/x/crypto/x509roots/fallback"
	ctrl "sigs.k8s.io/controller-runtime"
)

func main() { os.Exit(execute(options{})) }

// execute runs the program and returns its exit code.
func execute(o options) int {
	if err := command(o).ExecuteContext(ctrl.SetupSignalHandler()); err != nil {
		fmt.Fprintln(os.Stderr, "manager:", err)
		return 1
	}
	return 0
}

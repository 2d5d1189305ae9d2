// Command manager is the operator: it verifies customers' delegations, runs their jobs and gives them tokens.
package main

import (
	"fmt"
	"os"
	_ "time/tzdata" // of schedules; the image holds this program alone

	// The image holds this program alone. Without these it could verify nobody's certificate; where the system has roots
	// of its own (SSL_CERT_FILE, SSL_CERT_DIR, a mounted bundle) those are used instead.
	_ "golang.org/x/crypto/x509roots/fallback"
	ctrl "sigs.k8s.io/controller-runtime"
)

func main() {
	if err := command().ExecuteContext(ctrl.SetupSignalHandler()); err != nil {
		fmt.Fprintln(os.Stderr, "manager:", err)
		os.Exit(1)
	}
}

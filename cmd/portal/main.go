// Command portal shows customers' access to consultants and management, and each customer its own page.
package main

import (
	"fmt"
	"os"
	_ "time/tzdata" // of the pages' times: the image has no other files

	// The image has no root certificates. Those of the system (SSL_CERT_FILE, SSL_CERT_DIR, a mounted bundle) take
	// precedence.
	_ "golang.org/x/crypto/x509roots/fallback"
	ctrl "sigs.k8s.io/controller-runtime"
)

func main() {
	if err := command().ExecuteContext(ctrl.SetupSignalHandler()); err != nil {
		fmt.Fprintln(os.Stderr, "portal:", err)
		os.Exit(1)
	}
}

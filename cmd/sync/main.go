// Command sync is the worker: one run of one service for one customer, as a Kubernetes Job. It ends by itself and
// writes a report as its termination message.
package main

import (
	"os"
	// NAV sends times of Oslo without zone, and the image has no time zone database.
	_ "time/tzdata"

	// The image has no root certificates. If the system has some (SSL_CERT_FILE, SSL_CERT_DIR, a mounted bundle), those
	// are used instead.
	_ "golang.org/x/crypto/x509roots/fallback"
)

func main() {
	os.Exit(runWorker())
}

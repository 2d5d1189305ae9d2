// Package verification tests the controllers against the simulator and a real kube-apiserver, or an API in memory for
// many reconciles. Tests of hours have a clock of their own and one reconcile after the other, tests of the wiring a
// whole manager, and tests that kill it the manager's own process.
package verification

import (
	"fmt"
	"os"
	"testing"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/4human/integration-operator/test/apiserver"
)

// server is the API server of all tests of this package; each has a namespace and a Supplier of its own.
var server *apiserver.Server

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	ctrl.SetLogger(logr.Discard())
	var err error
	if server, err = apiserver.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	if err := server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

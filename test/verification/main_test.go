// Package verification tests the controllers against a real kube-apiserver and the simulator: with a clock of its own
// and one pass after the other where hours matter, with a whole manager where its wiring does, and with the manager's
// own process where it is killed.
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

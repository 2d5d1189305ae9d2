// Package syncing tests how access starts and stops jobs, against a real kube-apiserver and the simulator. No other
// controller runs there: the tests play the CronJob and Job controllers and the kubelet themselves, and see what the
// manager writes request by request.
package syncing

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
	code, err := runWithServer(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func runWithServer(m *testing.M) (code int, err error) {
	if server, err = apiserver.Start(); err != nil {
		return 0, err
	}
	code = m.Run()
	return code, server.Stop()
}

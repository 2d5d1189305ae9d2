// Package syncing tests how access starts and stops jobs, with a real kube-apiserver and the simulator. The tests
// replace the CronJob and Job controllers and the kubelet, and check each write of the manager.
package syncing

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/4human/integration-operator/test/apiserver"
)

// server is the API server of all tests. Each test has its own namespace and Supplier. It began with the CRDs of the
// last release.
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
	// The tests wait more than they compute. The command line wins.
	if err := flag.Set("test.parallel", "8"); err != nil {
		return 0, err
	}
	if server, err = apiserver.StartUpgraded(crdsOfRelease); err != nil {
		return 0, err
	}
	code = m.Run()
	return code, server.Stop()
}

// Package plugin tests kubectl's plugin with a real kube-apiserver: what it patches, and how it waits. The tests are
// the operator: they answer requests by writing statuses.
package plugin

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/4human/integration-operator/test/apiserver"
)

// server is the API server of all tests. Each test has its own namespace and Supplier.
var server *apiserver.Server

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	ctrl.SetLogger(logr.Discard())
	klog.SetLogger(logr.Discard())
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
	if server, err = apiserver.Start(); err != nil {
		return 0, err
	}
	code = m.Run()
	return code, server.Stop()
}

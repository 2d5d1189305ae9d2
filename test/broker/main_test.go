// Package broker tests the token broker with a real kube-apiserver, its service account tokens, and the simulator as
// Maskinporten. There is no controller and no kubelet: the tests create their objects and statuses, valid or not.
package broker

import (
	"fmt"
	"os"
	"testing"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/4human/integration-operator/test/apiserver"
)

// server is the API server of all tests. Each test has namespaces of its own.
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

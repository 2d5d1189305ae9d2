package main

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/4human/integration-operator/test/apiserver"
)

// processVariable makes this program another one: the tests start themselves again with it, and so test the very code
// that they were built of, as a process.
const (
	processVariable = "MANAGER_TEST_PROCESS"
	asManager       = "manager"
	asRootsReader   = "roots"
)

// startServer starts an API server when the first test asks for it; the others need none.
var startServer = sync.OnceValues(apiserver.Start)

var started bool // under startServer's once

func TestMain(m *testing.M) {
	switch os.Getenv(processVariable) {
	case asManager:
		main()
		return
	case asRootsReader:
		os.Exit(readRoots())
	}
	ctrl.SetLogger(logr.Discard())
	code := m.Run()
	if started {
		if server, err := startServer(); err == nil {
			if err := server.Stop(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				code = 1
			}
		}
	}
	os.Exit(code)
}

// apiServer gives the API server of all tests.
func apiServer(t *testing.T) *apiserver.Server {
	t.Helper()
	started = true
	server, err := startServer()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

package main

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/4human/integration-operator/test/apiserver"
)

// processVariable selects the program that the test binary runs as: tests start themselves again with it, and so test
// the code as a process.
const (
	processVariable = "MANAGER_TEST_PROCESS"
	asManager       = "manager"
	asRootsReader   = "roots"
)

// startServer starts an API server for the first test that needs one.
var startServer = sync.OnceValues(apiserver.Start)

var started bool // under startServer's once

func TestMain(m *testing.M) {
	switch os.Getenv(processVariable) {
	case asManager:
		os.Exit(execute(options{probeInterval: time.Second}))
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

// apiServer returns the API server that all tests share.
func apiServer(t testing.TB) *apiserver.Server {
	t.Helper()
	started = true
	server, err := startServer()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

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

// processVariable makes the test binary run as the portal: tests start themselves again with it, and so test the code
// as a process.
const processVariable = "PORTAL_TEST_PROCESS"

// startServer starts an API server for the first test that needs one.
var startServer = sync.OnceValues(apiserver.Start)

var started bool // under startServer's once

func TestMain(m *testing.M) {
	if os.Getenv(processVariable) != "" {
		main()
		return
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

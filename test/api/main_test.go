// Package api writes good and bad objects to a real API server, as people do, and looks at what they are told.
package api

import (
	"fmt"
	"os"
	"testing"

	"github.com/4human/integration-operator/test/apiserver"
)

// server is shared by all tests of the package: each uses objects of its own.
var server *apiserver.Server

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
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

// Package api creates valid and invalid objects in a real API server, and verifies its messages.
package api

import (
	"fmt"
	"os"
	"testing"

	"github.com/4human/integration-operator/test/apiserver"
)

// server is shared by all tests. Each test uses objects of its own.
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

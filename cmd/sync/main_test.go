package main

import (
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// processVariable selects what this program does. The tests start themselves again with it, to test the worker as a
// process.
const (
	processVariable = "SYNC_TEST_PROCESS"
	asWorker        = "worker"
	asRootsReader   = "roots"
)

func TestMain(m *testing.M) {
	switch os.Getenv(processVariable) {
	case asWorker:
		main()
	case asRootsReader:
		os.Exit(checkRoots())
	default:
		os.Exit(m.Run())
	}
}

// TestRootsWithoutASystem checks that the program has root certificates if the system has none, as in its image.
func TestRootsWithoutASystem(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	c := exec.CommandContext(t.Context(), self)
	c.Env = []string{processVariable + "=" + asRootsReader, "SSL_CERT_FILE=" + nowhere, "SSL_CERT_DIR=" + nowhere}
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("no root certificates: %v\n%s", err, out)
	}
}

// checkRoots returns 0 if the process has root certificates, otherwise 1.
func checkRoots() int {
	pool, err := x509.SystemCertPool()
	if err != nil || pool.Equal(x509.NewCertPool()) {
		return 1
	}
	return 0
}

package main

import (
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// processVariable makes this program another one: the tests start themselves again with it, and so test the very code
// that they were built of, as a process.
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
		os.Exit(seeRoots())
	default:
		os.Exit(m.Run())
	}
}

// TestRootsWithoutASystem runs this program where the system has no root certificates, as in its image, which holds the
// program alone: without roots, NAV would be unreachable for ever.
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

// seeRoots gives the exit code of a process that looks for root certificates: 0 if it has some.
func seeRoots() int {
	pool, err := x509.SystemCertPool()
	if err != nil || pool.Equal(x509.NewCertPool()) {
		return 1
	}
	return 0
}

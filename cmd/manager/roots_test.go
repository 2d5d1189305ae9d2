package main

import (
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestRootsWithoutASystem runs this program without the system's root certificates, as in the manager's image. Without
// roots of its own, Maskinporten would be unreachable.
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

// readRoots returns 0 if the process has root certificates, or another exit code.
func readRoots() int {
	pool, err := x509.SystemCertPool()
	if err != nil || pool.Equal(x509.NewCertPool()) {
		return 1
	}
	return 0
}

//go:build failpoints

package failpoint

import (
	"os"
	"syscall"
)

// Hit kills the process, as the kernel would, if place is the one that the environment names.
func Hit(place string) {
	if os.Getenv(Environment) != place { //nolint:forbidigo // A test alone sets it, and a released binary does not have this line.
		return
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
		panic(err)
	}
	select {}
}

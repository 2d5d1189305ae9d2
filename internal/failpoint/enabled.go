//go:build failpoints

package failpoint

import (
	"os"
	"syscall"
)

// Hit kills the process with SIGKILL if the environment names the place.
func Hit(place string) {
	if os.Getenv(Environment) != place { //nolint:forbidigo // Only tests set it, and released binaries do not have this line.
		return
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
		panic(err)
	}
	select {}
}

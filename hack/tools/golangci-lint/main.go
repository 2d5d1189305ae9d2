// Command golangci-lint is golangci-lint with kube-api-linter linked in as a module plugin.
//
// golangci-lint's own custom command clones a repository from GitHub. This program needs only the Go module proxy, and go.sum
// pins its dependencies.
package main

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/golangci/golangci-lint/v2/pkg/commands"
	"github.com/golangci/golangci-lint/v2/pkg/exitcodes"
	// Registers itself as the linter "kubeapilinter".
	_ "sigs.k8s.io/kube-api-linter"
)

// golangciPath is the module whose version --version prints.
const golangciPath = "github.com/golangci/golangci-lint/v2"

func main() {
	if err := commands.Execute(buildInfo()); err != nil {
		fmt.Fprintf(os.Stderr, "Cannot run golangci-lint: %v\n", err)
		os.Exit(exitcodes.Failure)
	}
}

// buildInfo describes the golangci-lint that go.mod pins, not this module, which has no version.
func buildInfo() commands.BuildInfo {
	info := commands.BuildInfo{Version: "unknown", Commit: "with kube-api-linter", Date: "unknown"}

	build, ok := debug.ReadBuildInfo()
	if !ok {
		return info
	}

	info.GoVersion = build.GoVersion
	for _, dependency := range build.Deps {
		if dependency.Path == golangciPath {
			info.Version = dependency.Version
		}
	}

	return info
}

// Package version is the version of the programs. The linker sets it, with the flags of hack/version.sh.
package version

import (
	"fmt"
	"runtime"
	"strings"
)

var (
	number = "devel"
	commit string
	date   string
)

// Number returns the version: that of a release, such as v0.1.0; the output of `git describe` between releases; "devel"
// in a program that make did not build.
func Number() string {
	return number
}

// Commit returns the hash of the commit that the program was built from, or "" if it is unknown.
func Commit() string {
	return commit
}

// String describes the build in one line: version, commit and its time, Go and platform.
func String() string {
	details := []string{runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	if date != "" {
		details = append([]string{date}, details...)
	}
	if commit != "" {
		details = append([]string{"commit " + commit}, details...)
	}
	return fmt.Sprintf("%s (%s)", number, strings.Join(details, ", "))
}

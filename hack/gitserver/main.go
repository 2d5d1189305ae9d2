// Command gitserver serves a git repository of this machine over HTTP, read-only, by git's own CGI program.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/cgi" //nolint:gosec // Its fault ended with Go 1.6.3.
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:18200", "address to serve the repository at, below its folder's name")
	flag.Parse()
	if err := serve(*listen, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "gitserver:", err)
		os.Exit(1)
	}
}

// serve serves the repository in a folder until it fails.
func serve(listen, folder string) error {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	programs, err := exec.CommandContext(context.Background(), "git", "--exec-path").Output()
	if err != nil {
		return err
	}
	server := &http.Server{Addr: listen, ReadHeaderTimeout: time.Minute, Handler: &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(programs)), "git-http-backend"),
		Env: []string{
			"GIT_PROJECT_ROOT=" + filepath.Dir(folder), "GIT_HTTP_EXPORT_ALL=1",
			"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
		},
	}}
	return server.ListenAndServe()
}

package main

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestWrongFlags verifies the error for each wrong command line.
func TestWrongFlags(t *testing.T) {
	cases := map[string]struct {
		reason string
		env    string // the namespace
		args   []string
		want   string
	}{
		"no-namespace": {
			reason: "outside of a pod the variable is not set", args: []string{"--namespaces=customers"},
			want: "--namespace or $POD_NAMESPACE is required",
		},
		"no-namespaces": {
			reason: "no namespace is not all namespaces", env: "system",
			want: "--namespaces is required",
		},
		"empty-namespaces": {
			reason: "a variable in the manifest is not set", env: "system", args: []string{"--namespaces="},
			want: "--namespaces is required",
		},
		"empty-name": {
			reason: "for a cache an empty name means all namespaces", env: "system",
			args: []string{"--namespaces=customers,,others"},
			want: "--namespaces has an empty element",
		},
		"blank-name": {
			reason: "a blank name is empty", env: "system", args: []string{"--namespaces=customers, "},
			want: "--namespaces has an empty element",
		},
		"no-image": {
			reason: "jobs need an image, and outside of a pod there is none", env: "system",
			args: []string{"--namespaces=customers"},
			want: "--sync-image or $POD_NAME is required",
		},
		"image": {
			reason: "no pod of any customer would start", env: "system", args: []string{
				"--namespaces=customers", "--sync-image=registry.example/Sync Jobs:1",
			},
			want: "--sync-image must be an image's name, such as registry.example/integration-operator-sync:1, " +
				`not "registry.example/Sync Jobs:1"`,
		},
		"lease-too-long": {
			reason: "each new leader would be an interruption", env: "system",
			args: []string{"--namespaces=customers", "--sync-image=i", "--leader-election-lease-duration=20m"},
			want: "--leader-election-lease-duration must be at most 5m0s, not 20m0s",
		},
		"lease-renewed-late": {
			reason: "two replicas would lead", env: "system",
			args: []string{"--namespaces=customers", "--sync-image=i", "--leader-election-lease-duration=30s"},
			want: "--leader-election-renew-deadline (30s) must be shorter than --leader-election-lease-duration (30s)",
		},
		"lease-tried-seldom": {
			reason: "the deadline passes between two attempts", env: "system",
			args: []string{"--namespaces=customers", "--sync-image=i", "--leader-election-retry-period=25s"},
			want: "--leader-election-retry-period (25s), with a fifth added, must be shorter than " +
				"--leader-election-renew-deadline (30s), and not 0",
		},
		"profiles": {
			reason: "profiles need no login", env: "system",
			args: []string{"--namespaces=customers", "--sync-image=i", "--pprof-address=:6060"},
			want: "--pprof-address must be a loopback address with a port, such as 127.0.0.1:6060, not \":6060\", because " +
				"profiles need no login; reach it from elsewhere with kubectl port-forward",
		},
		"no-workers": {
			reason: "no customer would be reconciled", env: "system", args: []string{
				"--namespaces=customers", "--sync-image=i",
				"--workers=0",
			},
			want: "--workers must be at least 1, not 0",
		},
		"negative-workers": {
			reason: "likewise", env: "system", args: []string{"--namespaces=customers", "--sync-image=i", "--workers=-3"},
			want: "--workers must be at least 1, not -3",
		},
		"log-level": {
			reason: "there is no such level", env: "system", args: []string{
				"--namespaces=customers", "--sync-image=i",
				"--log-level=loud",
			},
			want: `--log-level must be debug, info, warn or error, not "loud"`,
		},
		"source": {
			reason: "there is no such source", env: "system", args: []string{
				"--namespaces=customers", "--sync-image=i",
				"--token-broker-source=cluster",
			},
			want: `--token-broker-source must be pod, node or any, not "cluster"`,
		},
		"unknown-flag": {
			reason: "the flag is misspelt", env: "system", args: []string{"--namspaces=customers"},
			want: "unknown flag: --namspaces",
		},
		"argument": {
			reason: "there are no arguments", env: "system", args: []string{"customers"},
			want: `unknown command "customers" for "manager"`,
		},
		"not-a-number": {
			reason: "the value is no number", env: "system", args: []string{"--workers=many"},
			want: `invalid argument "many" for "--workers" flag: strconv.ParseInt: parsing "many": invalid syntax`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Setenv(envNamespace, c.env)
			cmd := command()
			cmd.SetArgs(append([]string{}, c.args...)) // nil would mean the test's own
			cmd.SetOut(io.Discard)
			cmd.SetErr(io.Discard)
			err := cmd.ExecuteContext(t.Context())
			if err == nil || err.Error() != c.want {
				t.Errorf("%s: %v, want %s", c.reason, err, c.want)
			}
		})
	}
}

func TestRightFlags(t *testing.T) {
	cases := map[string]struct {
		reason string
		env    string
		pod    string
		given  options
		want   options
		level  slog.Level
	}{
		"pod": {
			reason: "the downward API sets the namespace", env: "system",
			given: options{namespaces: []string{"customers"}, workers: 1, syncImage: "i", logLevel: "info"},
			want:  options{namespace: "system", namespaces: []string{"customers"}, workers: 1, syncImage: "i", logLevel: "info"},
		},
		"own-pod": {
			reason: "the downward API sets the Pod's name too",
			env:    "system",
			pod:    "manager-1",
			given:  options{namespaces: []string{"customers"}, workers: 1, logLevel: "info"},
			want: options{
				namespace:  "system",
				namespaces: []string{"customers"},
				workers:    1,
				pod:        "manager-1",
				logLevel:   "info",
			},
		},
		"image-flag": {
			reason: "the Pod is not read if the flag is set", env: "system", pod: "manager-1",
			given: options{namespaces: []string{"customers"}, workers: 1, syncImage: "i", logLevel: "info"},
			want:  options{namespace: "system", namespaces: []string{"customers"}, workers: 1, syncImage: "i", logLevel: "info"},
		},
		"flag": {
			reason: "the flag takes precedence", env: "system",
			given: options{namespace: "mine", namespaces: []string{"a", " b "}, workers: 20, syncImage: "i", logLevel: "DEBUG"},
			want: options{
				namespace: "mine", namespaces: []string{"a", "b"}, workers: 20, syncImage: "i",
				logLevel: "DEBUG",
			}, level: slog.LevelDebug,
		},
		"warn": {
			reason: "", env: "s",
			given: options{
				namespaces: []string{"a"}, workers: 1, syncImage: "i",
				logLevel: "warn",
			}, want: options{
				namespace: "s", namespaces: []string{"a"}, workers: 1, syncImage: "i",
				logLevel: "warn",
			}, level: slog.LevelWarn,
		},
		"error": {
			reason: "", env: "s",
			given: options{
				namespaces: []string{"a"}, workers: 1, syncImage: "i",
				logLevel: "error",
			}, want: options{
				namespace: "s", namespaces: []string{"a"}, workers: 1, syncImage: "i",
				logLevel: "error",
			}, level: slog.LevelError,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Setenv(envNamespace, c.env)
			t.Setenv(envPod, c.pod)
			c.given.brokerSource, c.want.brokerSource = "node", "node"
			timing := leaseTiming{duration: 3 * time.Second, renewDeadline: 2 * time.Second, retryPeriod: time.Second}
			c.given.lease, c.want.lease = timing, timing
			if err := c.given.complete(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, c.given, cmp.AllowUnexported(options{}, leaseTiming{}, shard{})); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if got := c.given.level(); got != c.level {
				t.Errorf("level %s, want %s", got, c.level)
			}
		})
	}
}

// TestFlagsNameWhatExists verifies that the folder in the help of --namespaces exists.
func TestFlagsNameWhatExists(t *testing.T) {
	usage := command().Flags().Lookup("namespaces").Usage
	for word := range strings.FieldsSeq(usage) {
		if !strings.HasPrefix(word, "config/") {
			continue
		}
		if _, err := os.Stat(filepath.Join("..", "..", word)); err != nil {
			t.Errorf("the help of --namespaces: %v", err)
		}
	}
}

// TestNoCluster verifies the error without a cluster.
func TestNoCluster(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(path, []byte("not: [a, kubeconfig"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBECONFIG", path)
	err := run(t.Context(), options{
		namespace: "system", namespaces: []string{"customers"}, workers: 1, syncImage: "i",
		logLevel: "error",
	})
	if err == nil || !strings.HasPrefix(err.Error(), "finding the cluster: ") {
		t.Errorf("got %v", err)
	}
}

// TestVersion prints the version.
func TestVersion(t *testing.T) {
	var out bytes.Buffer
	cmd := command()
	cmd.SetOut(&out)
	cmd.SetArgs([]string{"--version"})
	if err := cmd.ExecuteContext(t.Context()); err != nil || !strings.HasPrefix(out.String(), "manager version devel (") {
		t.Errorf("got %q, %v", &out, err)
	}
}

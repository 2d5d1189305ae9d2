package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWrongFlags says what is wrong with each, before anything is started.
func TestWrongFlags(t *testing.T) {
	cases := map[string]struct {
		reason string
		env    string // of the namespace
		args   []string
		want   string
	}{
		"no-namespace": {
			reason: "outside of a pod nobody says it", args: []string{"--namespaces=customers"},
			want: "in which namespace are the Suppliers' keys? Set --namespace or $POD_NAMESPACE",
		},
		"no-namespaces": {
			reason: "all namespaces would be too many", env: "system",
			want: "whose customers? Name at least one namespace in --namespaces",
		},
		"empty-namespaces": {
			reason: "a variable that is not set", env: "system", args: []string{"--namespaces="},
			want: "whose customers? Name at least one namespace in --namespaces",
		},
		"empty-name": {
			reason: "an empty name means all namespaces to a cache", env: "system", args: []string{"--namespaces=customers,,others"},
			want: "--namespaces has an empty name in its list",
		},
		"blank-name": {
			reason: "so would this one", env: "system", args: []string{"--namespaces=customers, "},
			want: "--namespaces has an empty name in its list",
		},
		"no-image": {
			reason: "jobs would not start", env: "system", args: []string{"--namespaces=customers"},
			want: "which image do jobs run? Set --sync-image",
		},
		"no-workers": {
			reason: "nobody would be looked at", env: "system", args: []string{"--namespaces=customers", "--sync-image=i", "--workers=0"},
			want: "--workers is 0: at least 1",
		},
		"negative-workers": {
			reason: "likewise", env: "system", args: []string{"--namespaces=customers", "--sync-image=i", "--workers=-3"},
			want: "--workers is -3: at least 1",
		},
		"log-level": {
			reason: "a level that is none", env: "system", args: []string{"--namespaces=customers", "--sync-image=i", "--log-level=loud"},
			want: `--log-level is "loud": debug, info, warn or error`,
		},
		"source": {
			reason: "a check that is none", env: "system", args: []string{"--namespaces=customers", "--sync-image=i", "--token-broker-source=cluster"},
			want: `--token-broker-source is "cluster": pod, node or any`,
		},
		"unknown-flag": {
			reason: "a slip of the pen", env: "system", args: []string{"--namspaces=customers"}, want: "unknown flag: --namspaces",
		},
		"argument": {
			reason: "namespaces are a flag", env: "system", args: []string{"customers"}, want: `unknown command "customers" for "manager"`,
		},
		"not-a-number": {
			reason: "a number is wanted", env: "system", args: []string{"--workers=many"},
			want: `invalid argument "many" for "--workers" flag: strconv.ParseInt: parsing "many": invalid syntax`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Setenv(EnvNamespace, c.env)
			cmd := command()
			cmd.SetArgs(append([]string{}, c.args...)) // nil would be this test's own
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
		given  options
		want   options
		level  slog.Level
	}{
		"pod": {
			reason: "in a pod the downward API says the namespace", env: "system",
			given: options{namespaces: []string{"customers"}, workers: 1, syncImage: "i", logLevel: "info"},
			want:  options{namespace: "system", namespaces: []string{"customers"}, workers: 1, syncImage: "i", logLevel: "info"},
		},
		"flag": {
			reason: "the flag goes before it", env: "system",
			given: options{namespace: "mine", namespaces: []string{"a", " b "}, workers: 20, syncImage: "i", logLevel: "DEBUG"},
			want:  options{namespace: "mine", namespaces: []string{"a", "b"}, workers: 20, syncImage: "i", logLevel: "DEBUG"}, level: slog.LevelDebug,
		},
		"warn":  {reason: "", env: "s", given: options{namespaces: []string{"a"}, workers: 1, syncImage: "i", logLevel: "warn"}, want: options{namespace: "s", namespaces: []string{"a"}, workers: 1, syncImage: "i", logLevel: "warn"}, level: slog.LevelWarn},
		"error": {reason: "", env: "s", given: options{namespaces: []string{"a"}, workers: 1, syncImage: "i", logLevel: "error"}, want: options{namespace: "s", namespaces: []string{"a"}, workers: 1, syncImage: "i", logLevel: "error"}, level: slog.LevelError},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Setenv(EnvNamespace, c.env)
			c.given.brokerSource, c.want.brokerSource = "node", "node"
			if err := c.given.complete(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, c.given, cmp.AllowUnexported(options{})); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if got := c.given.level(); got != c.level {
				t.Errorf("level %s, want %s", got, c.level)
			}
		})
	}
}

// TestFlagsNameWhatExists sees that the folder that a flag's help sends people to is there.
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

// TestNoCluster says what was being done when no cluster could be found.
func TestNoCluster(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(path, []byte("not: [a, kubeconfig"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBECONFIG", path)
	err := run(t.Context(), options{namespace: "system", namespaces: []string{"customers"}, workers: 1, syncImage: "i", logLevel: "error"})
	if err == nil || !strings.HasPrefix(err.Error(), "finding the cluster: ") {
		t.Errorf("got %v", err)
	}
}

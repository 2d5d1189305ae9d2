package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestFlags verifies the error of each wrong flag.
func TestFlags(t *testing.T) {
	const (
		namespaces = "--namespaces=customers"
		address    = "--public-url=https://portal.example"
		link       = "--link-key-file=k"
		issuer     = "--oidc-issuer-url=https://login.example"
		id         = "--oidc-client-id=portal"
		keys       = "--session-key-files=s"
	)
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"nothing":       {want: "--namespaces is required"},
		"namespace":     {args: []string{"--namespaces=a,,b"}, want: "--namespaces has an empty element"},
		"no public URL": {args: []string{namespaces}, want: "--public-url is required"},
		"path": {
			args: []string{namespaces, address + "/portal"}, want: "--public-url must be an https URL without a path",
		},
		"query": {args: []string{namespaces, address + "?x=y"}, want: "without a path"},
		"scheme": {
			args: []string{namespaces, "--public-url=portal.example"}, want: "--public-url must be an https URL",
		},
		"no link key": {args: []string{namespaces, address}, want: "--link-key-file is required"},
		"proxies": {
			args: []string{namespaces, address, link, "--trusted-proxies=10.0.0.0/8,x"},
			want: `--trusted-proxies: "x" is not a network, such as 10.0.0.0/8`,
		},
		"lifetime": {
			args: []string{namespaces, address, link, "--session-lifetime=48h"},
			want: "--session-lifetime must be from 5m0s to 24h0m0s, not 48h0m0s",
		},
		"profiles": {
			args: []string{namespaces, address, link, "--pprof-address=:6060"},
			want: "--pprof-address must be a loopback address with a port, such as 127.0.0.1:6060, not \":6060\"",
		},
		"log level": {
			args: []string{namespaces, address, link, "--log-level=x"},
			want: `--log-level must be debug, info, warn or error, not "x"`,
		},
		"no issuer": {
			args: []string{namespaces, address, link, id}, want: "--oidc-issuer-url is required with --oidc-client-id",
		},
		"no client": {
			args: []string{namespaces, address, link, issuer}, want: "--oidc-client-id is required with --oidc-issuer-url",
		},
		"no session key": {
			args: []string{namespaces, address, link, issuer, id},
			want: "--session-key-files is required with --oidc-issuer-url",
		},
		"no user name": {
			args: []string{namespaces, address, link, issuer, id, keys, "--oidc-username-claim="},
			want: "--oidc-username-claim is required with --oidc-issuer-url",
		},
		"http issuer": {
			args: []string{namespaces, address, link, "--oidc-issuer-url=http://login.example", id, keys},
			want: "--oidc-issuer-url must be an https URL; http is for demonstrations, with an http --public-url",
		},
		"argument": {args: []string{"x"}, want: `unknown command "x" for "portal"`},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := command()
			cmd.SetArgs(tc.args)
			if tc.args == nil {
				cmd.SetArgs([]string{})
			}
			err := cmd.ExecuteContext(t.Context())
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

// TestVersion prints the version.
func TestVersion(t *testing.T) {
	var out bytes.Buffer
	cmd := command()
	cmd.SetOut(&out)
	cmd.SetArgs([]string{"--version"})
	if err := cmd.ExecuteContext(t.Context()); err != nil || !strings.HasPrefix(out.String(), "portal version devel (") {
		t.Errorf("got %q, %v", &out, err)
	}
}

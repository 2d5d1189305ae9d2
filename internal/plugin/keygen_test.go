package plugin

import (
	"context"
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// loadKeys returns the keys that the operator signs with, after its own loader read the Secret of a file.
func loadKeys(t *testing.T, file string) (ids, thumbprints []string) {
	t.Helper()
	secret := readSecret(t, file)
	pool := authority.Pool{
		Secrets: fake.NewClientBuilder().WithObjects(&secret).Build(), Namespace: secret.Namespace, Now: fixture.NowIsNoon,
		Connect: func(c maskinporten.Config) (authority.TokenSource, error) {
			for _, key := range c.Keys {
				ids, thumbprints = append(ids, key.ID()), append(thumbprints, key.Thumbprint())
			}
			return authority.TokenSourceFunc(func(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
				return nil, context.Canceled
			}), nil
		},
	}
	supplier := fixture.Supplier()
	supplier.Spec.Maskinporten.KeyID = ""
	ref := &supplier.Spec.Maskinporten.KeySecretRef
	ref.Name, ref.Key = "maskinporten-key", "key.jwk"
	if _, err := pool.Guard(t.Context(), supplier); err != nil {
		t.Fatal(err)
	}
	return ids, thumbprints
}

// readSecret reads a file that keygen wrote.
func readSecret(t *testing.T, file string) (secret corev1.Secret) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict(content, &secret); err != nil {
		t.Fatal(err)
	}
	return secret
}

// publicKey returns the JWK that keygen printed.
func publicKey(t *testing.T, run offlineRun) (jwk jose.JSONWebKey) {
	t.Helper()
	if run.code != ExitGood {
		t.Fatalf("exit code %d: %s", run.code, run.errOut)
	}
	if err := json.Unmarshal([]byte(run.out), &jwk); err != nil {
		t.Fatalf("%v in %s", err, run.out)
	}
	return jwk
}

// TestKeygen makes a key that the operator loads, and whose public half alone is printed.
func TestKeygen(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   []string
		bits   int
		keyID  string // "" for the default
	}{
		"default":  {reason: "what Maskinporten documents", bits: 2048},
		"longer":   {reason: "the flag", args: []string{"--bits=3072"}, bits: 3072},
		"named":    {reason: "the person's own id", args: []string{"--key-id=4human-2027"}, bits: 2048, keyID: "4human-2027"},
		"in place": {reason: "another folder", args: []string{"--out=./maskinporten-key.yaml"}, bits: 2048},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			inDirectory(t, nil)
			run := runOffline(t, "", append([]string{"keygen"}, c.args...)...)
			jwk := publicKey(t, run)
			public, ok := jwk.Key.(*rsa.PublicKey)
			if !ok || public.N.BitLen() != c.bits || jwk.Algorithm != "RS256" || jwk.Use != "sig" {
				t.Errorf("%s: the public key is %T %s %s", c.reason, jwk.Key, jwk.Algorithm, jwk.Use)
			}
			if c.keyID != "" && jwk.KeyID != c.keyID || len(jwk.KeyID) < 8 {
				t.Errorf("%s: the key id is %q", c.reason, jwk.KeyID)
			}
			ids, thumbprints := loadKeys(t, "maskinporten-key.yaml")
			if diff := cmp.Diff([]string{jwk.KeyID}, ids); diff != "" {
				t.Errorf("%s: key ids, -printed +loaded:\n%s", c.reason, diff)
			}
			if diff := cmp.Diff([]string{thumbprintOf(t, jwk)}, thumbprints); diff != "" {
				t.Errorf("%s: thumbprints, -printed +loaded:\n%s", c.reason, diff)
			}
			hidesPrivateKeys(t, run, "maskinporten-key.yaml")
		})
	}
}

// hidesPrivateKeys fails if the output has a part of a private key of a file, or if others may read the file.
func hidesPrivateKeys(t *testing.T, run offlineRun, file string) {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%s has the mode %v: %v", file, info.Mode(), err)
	}
	var set struct {
		Keys []map[string]string `json:"keys"`
	}
	if err := json.Unmarshal(readSecret(t, file).Data["key.jwk"], &set); err != nil {
		t.Fatal(err)
	}
	for _, key := range set.Keys {
		for _, member := range []string{"d", "p", "q", "dp", "dq", "qi"} {
			if key[member] == "" || strings.Contains(run.out+run.errOut, key[member]) {
				t.Errorf("member %s of key %s is missing or was printed", member, key["kid"])
			}
		}
	}
}

// thumbprintOf returns the thumbprint of a public key as the operator shows it.
func thumbprintOf(t *testing.T, jwk jose.JSONWebKey) string {
	t.Helper()
	sum, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}

// TestKeygenReplacesAKey puts a key beside the one in use, twice: there are never three.
func TestKeygenReplacesAKey(t *testing.T) {
	inDirectory(t, nil)
	first := publicKey(t, runOffline(t, "", "keygen"))
	run := runOffline(t, "", "keygen", "--beside=maskinporten-key.yaml", "--out=2027.yaml")
	second := publicKey(t, run)
	hidesPrivateKeys(t, run, "2027.yaml")
	ids, _ := loadKeys(t, "2027.yaml")
	if diff := cmp.Diff([]string{second.KeyID, first.KeyID}, ids); diff != "" {
		t.Errorf("key ids, the new one first, -printed +loaded:\n%s", diff)
	}
	if !strings.Contains(run.errOut, "kubectl replace -f 2027.yaml") {
		t.Errorf("the next step is another: %s", run.errOut)
	}
	content, err := os.ReadFile("2027.yaml")
	if err != nil {
		t.Fatal(err)
	}
	third := publicKey(t, runOffline(t, string(content), "keygen", "--beside=-", "--out=2028.yaml"))
	ids, _ = loadKeys(t, "2028.yaml")
	if diff := cmp.Diff([]string{third.KeyID, second.KeyID}, ids); diff != "" {
		t.Errorf("key ids a year later, -printed +loaded:\n%s", diff)
	}
}

// TestKeygenErrors checks what the command refuses, and that it then writes nothing.
func TestKeygenErrors(t *testing.T) {
	const secret = "{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {key.jwk: %}}"
	cases := map[string]struct {
		reason string
		stdin  string
		args   []string
		want   string
	}{
		"file exists": {reason: "it may be the only copy", args: []string{"--out=taken.yaml"}, want: "taken.yaml exists"},
		"no folder": {
			reason: "the path is named",
			args:   []string{"--out=gone/key.yaml"},
			want:   "open gone/key.yaml: no such",
		},
		"to stdout":   {reason: "the private key is not printed", args: []string{"--out=-"}, want: "--out must name a file"},
		"short":       {reason: "Maskinporten refuses it", args: []string{"--bits=1024"}, want: "write 2048, 3072 or 4096"},
		"blank in id": {reason: "the loader's rule", args: []string{"--key-id=4human 2027"}, want: "printable ASCII"},
		"not a Secret": {
			reason: "what to write",
			args:   []string{"--beside=-"},
			stdin:  "kind: ConfigMap",
			want:   "kubectl get secret",
		},
		"broken YAML": {
			reason: "the parser's text is left out",
			args:   []string{"--beside=-"},
			stdin:  "data: {key: hemmelig",
			want:   "kubectl get secret",
		},
		"other member": {
			reason: "the flag is named", args: []string{"--beside=-", "--secret-key=key.pem"},
			stdin: strings.Replace(secret, "%", "x", 1), want: `no key "key.pem"`,
		},
		"unreadable": {
			reason: "the loader says why", args: []string{"--beside=-"},
			stdin: strings.Replace(secret, "%", "hemmelig", 1), want: "it cannot be read",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			inDirectory(t, map[string]string{"taken.yaml": "mine"})
			got := runOffline(t, c.stdin, append([]string{"keygen"}, c.args...)...)
			if got.code != ExitError || !strings.Contains(got.errOut, c.want) || got.out != "" ||
				strings.Contains(got.errOut, "hemmelig") {
				t.Errorf("%s: exit code %d, stdout %q, stderr %q, want %q", c.reason, got.code, got.out, got.errOut, c.want)
			}
			taken, err := os.ReadFile("taken.yaml")
			if diff := cmp.Diff([]string{"taken.yaml"}, filesBelow(t)); diff != "" || err != nil || string(taken) != "mine" {
				t.Errorf("%s: files, -want +got:\n%s(%v)", c.reason, diff, err)
			}
		})
	}
}

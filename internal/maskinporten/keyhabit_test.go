package maskinporten

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// habitCase is a key in a form that a tool writes, with the error, nil if the form is accepted.
type habitCase struct {
	reason string
	data   []byte
	want   error
}

// habitCases has a case of each form.
func habitCases(t testing.TB) map[string]habitCase {
	cases := pemCases(t)
	for _, more := range []map[string]habitCase{binaryCases(t), textCases(t), jwkCases(t)} {
		maps.Copy(cases, more)
	}
	return cases
}

func pemCases(t testing.TB) map[string]habitCase {
	good, certificate := pkcs8(t, ourKey()), chainPEM(certificates(t, ourKey())[:1])
	bag := "Bag Attributes\n    friendlyName: 4human\n    localKeyID: 01\nKey Attributes: <No Attributes>\n"
	ecDER, err := x509.MarshalECPrivateKey(ecKey(t))
	if err != nil {
		t.Fatal(err)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	// secp256r1, as openssl ecparam -genkey writes it in front of the key.
	parameters := pemOf("EC PARAMETERS", []byte{0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07})
	public, err := x509.MarshalPKIXPublicKey(ourKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	return map[string]habitCase{
		"Bag Attributes": {reason: "openssl pkcs12 writes them", data: append([]byte(bag), good...), want: nil},
		"text around": {
			reason: "tools write notes",
			data:   []byte("the key\n" + string(good) + "its end\n"), want: nil,
		},
		"key, certificate": {
			reason: "openssl pkcs12 writes both",
			data:   append(bytes.Clone(good), certificate...), want: nil,
		},
		"certificate, key": {
			reason: "or the other way round",
			data:   append(bytes.Clone(certificate), good...), want: nil,
		},
		"key, public key": {
			reason: "some tools write the pair",
			data:   append(bytes.Clone(good), pemOf("PUBLIC KEY", public)...), want: nil,
		},
		"certificate": {reason: "the wrong file", data: certificate, want: KeyCertificate},
		"request": {
			reason: "the wrong file",
			data:   pemOf("CERTIFICATE REQUEST", []byte("x")), want: KeyCertificate,
		},
		"public key":           {reason: "the wrong half", data: pemOf("PUBLIC KEY", public), want: KeyPublic},
		"OpenSSH's public key": {reason: "the wrong half", data: []byte("ssh-rsa AAAAB3NzaC1yc2E= tiger"), want: KeyPublic},
		"EC parameters": {
			reason: "openssl ecparam -genkey",
			data:   append(bytes.Clone(parameters), pemOf("EC PRIVATE KEY", ecDER)...), want: KeyElliptic,
		},
		"EC parameters alone": {reason: "openssl ecparam", data: parameters, want: KeyElliptic},
		"Ed25519":             {reason: "openssl genpkey -algorithm ed25519", data: pkcs8(t, edwards), want: KeyNotRSA},
		"RSA-PSS": {
			reason: "openssl genpkey -algorithm RSA-PSS",
			data:   pemOf("PRIVATE KEY", pssKey(t)), want: KeyPSS,
		},
		"OpenSSH's RSA":     {reason: "ssh-keygen -t rsa", data: opensshKey("ssh-rsa"), want: KeyOpenSSH},
		"OpenSSH's Ed25519": {reason: "ssh-keygen", data: opensshKey("ssh-ed25519"), want: KeyNotRSA},
		"encrypted": {
			reason: "openssl genpkey -aes256",
			data:   pemOf("ENCRYPTED PRIVATE KEY", []byte("x")), want: KeyEncrypted,
		},
		"several keys": {reason: "which one?", data: append(bytes.Clone(good), pkcs8(t, issuerKey())...), want: KeySeveral},
		"cut":          {reason: "a copy without the last lines", data: good[:len(good)-40], want: KeyCut},
	}
}

// pssKey is our key under the algorithm of RSA-PSS.
func pssKey(t testing.TB) []byte {
	t.Helper()
	der, err := asn1.Marshal(struct {
		Version   int
		Algorithm pkix.AlgorithmIdentifier
		Key       []byte
	}{Algorithm: pkix.AlgorithmIdentifier{Algorithm: pss}, Key: x509.MarshalPKCS1PrivateKey(ourKey())})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func opensshKey(kind string) []byte {
	return pemOf("OPENSSH PRIVATE KEY", []byte("openssh-key-v1\x00\x00\x00\x00\x04none"+kind))
}

func binaryCases(t testing.TB) map[string]habitCase {
	block, _ := pem.Decode(pkcs8(t, ourKey()))
	body := base64.StdEncoding.EncodeToString(block.Bytes)
	return map[string]habitCase{
		"PKCS #12":      {reason: "what CAs deliver", data: []byte("\x30\x82\x0a\x01\x02\x01\x03\x30"), want: KeyPKCS12},
		"PKCS #12, BER": {reason: "of indefinite length", data: []byte("\x30\x80\x02\x01\x03\x30"), want: KeyPKCS12},
		"Java keystore": {reason: "keytool", data: []byte("\xfe\xed\xfe\xed\x00\x00\x00\x02"), want: KeyJavaStore},
		"PKCS #8 DER":   {reason: "openssl pkcs8 -outform DER", data: block.Bytes, want: KeyDER},
		"PKCS #1 DER":   {reason: "openssl rsa -outform DER", data: x509.MarshalPKCS1PrivateKey(ourKey()), want: KeyDER},
		"no armour":     {reason: "the middle of a PEM", data: []byte(body), want: KeyNoArmour},
	}
}

func textCases(t testing.TB) map[string]habitCase {
	good := string(pkcs8(t, ourKey()))
	escaped := strings.ReplaceAll(good, "\n", `\n`)
	var wide []byte
	for _, unit := range utf16.Encode([]rune(good)) {
		wide = append(wide, byte(unit), byte(unit>>8))
	}
	inDocument, err := json.Marshal(map[string]string{"type": "service_account", "private_key": good})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]habitCase{
		"base64 of PEM": {reason: "base64 FILE", data: []byte(base64.StdEncoding.EncodeToString([]byte(good))), want: nil},
		"base64, lines": {
			reason: "base64 FILE breaks lines",
			data: []byte(regexp.MustCompile(`.{76}`).ReplaceAllString(
				base64.StdEncoding.EncodeToString([]byte(good)), "$0\n")),
			want: nil,
		},
		"escaped":             {reason: "an .env file", data: []byte(escaped), want: KeyEscaped},
		"escaped, in quotes":  {reason: "a member of JSON", data: []byte(`"` + escaped + `"`), want: KeyEscaped},
		"escaped, of Windows": {reason: "likewise", data: []byte(strings.ReplaceAll(good, "\n", `\r\n`)), want: KeyEscaped},
		"one line": {
			reason: "YAML without |",
			data:   []byte(strings.ReplaceAll(good, "\n", " ")), want: KeyOneLine,
		},
		"byte order mark":     {reason: "Notepad", data: []byte("\xEF\xBB\xBF" + good), want: KeyByteMark},
		"UTF-16":              {reason: "PowerShell's >", data: append([]byte("\xFF\xFE"), wide...), want: KeyUTF16},
		"UTF-16 without mark": {reason: "likewise", data: wide, want: KeyUTF16},
		"indented": {
			reason: "copied out of YAML",
			data:   []byte("    " + strings.ReplaceAll(strings.TrimSpace(good), "\n", "\n    ") + "\n"), want: KeyIndented,
		},
		"in a document": {reason: "a cloud's credentials", data: inDocument, want: KeyInJSON},
	}
}

func jwkCases(t testing.TB) map[string]habitCase {
	ours := jwk(t, ourKey(), "a", "sig", "RS256")
	edit := func(change func(map[string]any)) []byte {
		var members map[string]any
		if err := json.Unmarshal(ours, &members); err != nil {
			t.Fatal(err)
		}
		change(members)
		data, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	standard := func(encoding *base64.Encoding, n *big.Int) string { return encoding.EncodeToString(n.Bytes()) }
	quoted, err := json.Marshal(string(ours))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]habitCase{
		"base64 of JWK": {
			reason: "Altinn's tools ask for it",
			data:   []byte(base64.StdEncoding.EncodeToString(ours)), want: nil,
		},
		"base64url of JWK": {reason: "likewise", data: []byte(base64.RawURLEncoding.EncodeToString(ours) + "\n"), want: nil},
		"JWK without primes": {
			reason: "some libraries write d only",
			data:   edit(func(m map[string]any) { delete(m, "p"); delete(m, "q") }), want: KeyNoPrimes,
		},
		"kid a number": {
			reason: "a date without quotes",
			data:   edit(func(m map[string]any) { m["kid"] = 2026 }), want: KeyIDNumber,
		},
		"padded": {
			reason: "Java's URL encoder",
			data:   edit(func(m map[string]any) { m["n"] = standard(base64.URLEncoding, ourKey().N) }), want: KeyNotBase64URL,
		},
		"standard base64": {
			reason: "openssl's base64",
			data:   edit(func(m map[string]any) { m["d"] = standard(base64.StdEncoding, ourKey().D) }), want: KeyNotBase64URL,
		},
		"in a string": {reason: "encoded twice", data: quoted, want: KeyInString},
		"set with EC key": {
			reason: "the client has two keys",
			data:   set(ours, jwk(t, ecKey(t), "b", "", "")), want: KeyOtherType,
		},
		"set, number": {
			reason: "a date without quotes",
			data:   set(edit(func(m map[string]any) { m["kid"] = 2026 })), want: KeyIDNumber,
		},
		"public": {reason: "the wrong half", data: jwk(t, ourKey().Public(), "a", "", ""), want: KeyPublic},
	}
}

// TestKeyHabits parses keys in the forms that tools write.
func TestKeyHabits(t *testing.T) {
	for name, c := range habitCases(t) {
		t.Run(name, func(t *testing.T) {
			keyID := "a"
			if bytes.Contains(c.data, []byte("2026")) {
				keyID = ""
			}
			keys, err := ParseKeys(KeyMaterial{Data: c.data, KeyID: keyID})
			if !errors.Is(err, c.want) {
				t.Fatalf("%s: %v, want %v", c.reason, err, c.want)
			}
			if err == nil && keys[0].Thumbprint() != signingKey(t).Thumbprint() {
				t.Errorf("%s: another key", c.reason)
			}
			if err != nil && len(err.Error()) > 180 {
				t.Errorf("%s: %d characters: %v", c.reason, len(err.Error()), err)
			}
		})
	}
}

// command is the command in a KeyError that converts a file.
var command = regexp.MustCompile(`(?:Convert|Remove|Extract|Write)[^(]* \((.+)\)$`)

// TestCommandsConvertKeys runs the command of each error and parses what it writes.
func TestCommandsConvertKeys(t *testing.T) {
	for name, c := range commandCases(t) {
		t.Run(name, func(t *testing.T) {
			_, err := ParseKeys(KeyMaterial{Data: c.data, KeyID: "a"})
			if !errors.Is(err, c.want) {
				t.Fatalf("%s: %v, want %v", c.reason, err, c.want)
			}
			found := command.FindStringSubmatch(err.Error())
			if found == nil {
				t.Fatalf("no command in: %v", err)
			}
			folder := t.TempDir()
			writeFile(t, filepath.Join(folder, "FILE"), c.data)
			runIn(t, folder, found[1])
			for _, result := range []string{"key.pem", "key.jwk", "FILE"} {
				data, err := os.ReadFile(filepath.Join(folder, result))
				if err != nil {
					continue
				}
				keys, err := ParseKeys(KeyMaterial{Data: data})
				if !errors.Is(err, KeyIDMissing) && (err != nil || len(keys) != 1) {
					t.Errorf("%s returned %v", found[1], err)
				}
				return
			}
		})
	}
}

// commandCases are the cases whose errors have a command, with real files of other tools.
func commandCases(t *testing.T) map[string]habitCase {
	cases := map[string]habitCase{}
	for name, c := range habitCases(t) {
		if c.want != nil && command.MatchString(c.want.Error()) && name != "OpenSSH's RSA" &&
			!slices.Contains([]error{KeyJavaStore, KeyPKCS12, KeyOtherType}, c.want) {
			cases[name] = c
		}
	}
	folder := t.TempDir()
	writeFile(t, filepath.Join(folder, "key.pem"), pkcs8(t, ourKey()))
	runIn(t, folder, "openssl pkcs12 -export -nocerts -inkey key.pem -passout pass: -out FILE")
	cases["PKCS #12"] = habitCase{"openssl pkcs12 -export", readFile(t, filepath.Join(folder, "FILE")), KeyPKCS12}
	runIn(t, folder, "ssh-keygen -q -t rsa -b 2048 -N '' -f ssh")
	cases["OpenSSH's RSA"] = habitCase{"ssh-keygen", readFile(t, filepath.Join(folder, "ssh")), KeyOpenSSH}
	cases["set with EC key"] = habitCase{
		"of two types", set(jwk(t, ourKey(), "a", "", ""), jwk(t, ecKey(t), "b", "", "")), KeyOtherType,
	}
	return cases
}

// runIn runs a command in a folder and returns what it prints. It skips the test if the program is not installed.
func runIn(t *testing.T, folder, line string) []byte {
	t.Helper()
	for _, program := range []string{"openssl", "jq", "iconv", "ssh-keygen"} {
		if _, err := exec.LookPath(program); err != nil && strings.Contains(line, program) {
			t.Skipf("%s is not installed", program)
		}
	}
	// A passphrase is read from the terminal, or from here.
	line = strings.Replace(line, "openssl pkcs12 -in", "openssl pkcs12 -passin pass: -in", 1)
	cmd := exec.Command("bash", "-ec", line) //nolint:noctx // The lines are ours.
	cmd.Dir = folder
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return out
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

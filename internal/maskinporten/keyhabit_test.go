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

// habitCases has each form in which keys were given.
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
		"Bag Attributes":       {"openssl pkcs12 writes them", append([]byte(bag), good...), nil},
		"text around":          {"tools write notes", []byte("the key\n" + string(good) + "its end\n"), nil},
		"key, certificate":     {"openssl pkcs12 writes both", append(bytes.Clone(good), certificate...), nil},
		"certificate, key":     {"or the other way round", append(bytes.Clone(certificate), good...), nil},
		"key, public key":      {"some tools write the pair", append(bytes.Clone(good), pemOf("PUBLIC KEY", public)...), nil},
		"certificate":          {"the wrong file", certificate, KeyCertificate},
		"request":              {"the wrong file", pemOf("CERTIFICATE REQUEST", []byte("x")), KeyCertificate},
		"public key":           {"the wrong half", pemOf("PUBLIC KEY", public), KeyPublic},
		"OpenSSH's public key": {"the wrong half", []byte("ssh-rsa AAAAB3NzaC1yc2E= tiger"), KeyPublic},
		"EC parameters": {
			"openssl ecparam -genkey", append(bytes.Clone(parameters), pemOf("EC PRIVATE KEY", ecDER)...), KeyElliptic,
		},
		"EC parameters alone": {"openssl ecparam", parameters, KeyElliptic},
		"Ed25519":             {"openssl genpkey -algorithm ed25519", pkcs8(t, edwards), KeyNotRSA},
		"RSA-PSS":             {"openssl genpkey -algorithm RSA-PSS", pemOf("PRIVATE KEY", pssKey(t)), KeyPSS},
		"OpenSSH's RSA":       {"ssh-keygen -t rsa", opensshKey("ssh-rsa"), KeyOpenSSH},
		"OpenSSH's Ed25519":   {"ssh-keygen", opensshKey("ssh-ed25519"), KeyNotRSA},
		"encrypted": {
			"openssl genpkey -aes256", pemOf("ENCRYPTED PRIVATE KEY", []byte("x")), KeyEncrypted,
		},
		"several keys": {"which one?", append(bytes.Clone(good), pkcs8(t, issuerKey())...), KeySeveral},
		"cut":          {"a copy without the last lines", good[:len(good)-40], KeyCut},
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
		"PKCS #12":      {"what CAs deliver", []byte("\x30\x82\x0a\x01\x02\x01\x03\x30"), KeyPKCS12},
		"PKCS #12, BER": {"of indefinite length", []byte("\x30\x80\x02\x01\x03\x30"), KeyPKCS12},
		"Java keystore": {"keytool", []byte("\xfe\xed\xfe\xed\x00\x00\x00\x02"), KeyJavaStore},
		"PKCS #8 DER":   {"openssl pkcs8 -outform DER", block.Bytes, KeyDER},
		"PKCS #1 DER":   {"openssl rsa -outform DER", x509.MarshalPKCS1PrivateKey(ourKey()), KeyDER},
		"no armour":     {"the middle of a PEM", []byte(body), KeyNoArmour},
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
		"base64 of PEM": {"base64 FILE", []byte(base64.StdEncoding.EncodeToString([]byte(good))), nil},
		"base64, lines": {
			"base64 FILE breaks lines", []byte(regexp.MustCompile(`.{76}`).ReplaceAllString(
				base64.StdEncoding.EncodeToString([]byte(good)), "$0\n")), nil,
		},
		"escaped":             {"an .env file", []byte(escaped), KeyEscaped},
		"escaped, in quotes":  {"a member of JSON", []byte(`"` + escaped + `"`), KeyEscaped},
		"escaped, of Windows": {"likewise", []byte(strings.ReplaceAll(good, "\n", `\r\n`)), KeyEscaped},
		"one line":            {"YAML without |", []byte(strings.ReplaceAll(good, "\n", " ")), KeyOneLine},
		"byte order mark":     {"Notepad", []byte("\xEF\xBB\xBF" + good), KeyByteMark},
		"UTF-16":              {"PowerShell's >", append([]byte("\xFF\xFE"), wide...), KeyUTF16},
		"UTF-16 without mark": {"likewise", wide, KeyUTF16},
		"indented": {
			"copied out of YAML", []byte("    " + strings.ReplaceAll(strings.TrimSpace(good), "\n", "\n    ") + "\n"),
			KeyIndented,
		},
		"in a document": {"a cloud's credentials", inDocument, KeyInJSON},
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
		"base64 of JWK":    {"Altinn's tools ask for it", []byte(base64.StdEncoding.EncodeToString(ours)), nil},
		"base64url of JWK": {"likewise", []byte(base64.RawURLEncoding.EncodeToString(ours) + "\n"), nil},
		"JWK without primes": {
			"some libraries write d only", edit(func(m map[string]any) { delete(m, "p"); delete(m, "q") }), KeyNoPrimes,
		},
		"kid a number": {"a date without quotes", edit(func(m map[string]any) { m["kid"] = 2026 }), KeyIDNumber},
		"padded": {
			"Java's URL encoder", edit(func(m map[string]any) { m["n"] = standard(base64.URLEncoding, ourKey().N) }),
			KeyNotBase64URL,
		},
		"standard base64": {
			"openssl's base64", edit(func(m map[string]any) { m["d"] = standard(base64.StdEncoding, ourKey().D) }),
			KeyNotBase64URL,
		},
		"in a string":     {"encoded twice", quoted, KeyInString},
		"set with EC key": {"the client has two keys", set(ours, jwk(t, ecKey(t), "b", "", "")), KeyOtherType},
		"set, number":     {"a date without quotes", set(edit(func(m map[string]any) { m["kid"] = 2026 })), KeyIDNumber},
		"public":          {"the wrong half", jwk(t, ourKey().Public(), "a", "", ""), KeyPublic},
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
			printed := runIn(t, folder, found[1])
			for _, result := range []string{"key.pem", "key.jwk", "FILE"} {
				data, err := os.ReadFile(filepath.Join(folder, result))
				if err != nil {
					continue
				}
				if !strings.Contains(found[1], ">") && strings.HasPrefix(found[1], "jq") {
					data = printed
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

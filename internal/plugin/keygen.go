package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// errNotJWK is returned for a key that cannot be in a set of two.
var errNotJWK = errors.New("the old key is not a JWK, so the new one cannot be put beside it. Leave --beside out, and " +
	"follow docs/register.md, \"Replacing the key\", for PEM")

// keygenFlags are the flags of keygen.
type keygenFlags struct {
	out       string
	beside    string
	keyID     string
	name      string
	member    string
	namespace string
	bits      int
}

// newKeygenCommand returns "kubectl cint keygen".
func newKeygenCommand(p *Program) *cobra.Command {
	var f keygenFlags
	cmd := &cobra.Command{
		Use:   "keygen",
		Short: "Make the supplier's signing key for Maskinporten",
		Long: `Makes the RSA key with which the supplier signs at Maskinporten. The private key goes into a file, as the
Secret that the operator reads; it is never printed. The public key is printed, to be registered on the client
in Digdir's self-service. It does not use the cluster.

With --beside, the new key is put in front of the one in use, so that a key is replaced without a gap.`,
		Example: `  kubectl cint keygen --out maskinporten-key.yaml
  kubectl get secret maskinporten-key -n integration-operator-system -o yaml |
    kubectl cint keygen --beside - --out maskinporten-key-2027.yaml`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return p.keygen(f) },
	}
	f.add(cmd)
	return cmd
}

// add adds the flags to the command.
func (f *keygenFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.out, "out", "maskinporten-key.yaml", "new file for the Secret with the private key")
	flags.StringVar(&f.beside, "beside", "", "manifest of the Secret in use (- is the standard input)")
	flags.StringVar(&f.keyID, "key-id", "", "key id (kid) of the new key (default: the day and a part of its thumbprint)")
	flags.IntVar(&f.bits, "bits", 2048, "length of the key: 2048, 3072 or 4096")
	flags.StringVar(&f.name, "name", "maskinporten-key", "name of the Secret")
	flags.StringVar(&f.member, "secret-key", "key.jwk", "key within the Secret")
	addSystemNamespace(cmd, &f.namespace)
	_ = cmd.MarkFlagFilename("out", "yaml", "yml")
	_ = cmd.MarkFlagFilename("beside", "yaml", "yml")
}

// keygen makes a key, writes its Secret, and prints its public half and what is next.
func (p *Program) keygen(f keygenFlags) error {
	switch {
	case !slices.Contains([]int{2048, 3072, 4096}, f.bits):
		return fmt.Errorf("--bits is %d: write 2048, 3072 or 4096", f.bits)
	case f.out == "" || f.out == "-":
		return errors.New("--out must name a file: the private key is not printed")
	}
	var old json.RawMessage
	if f.beside != "" {
		var err error
		if old, err = p.keyInUse(&f); err != nil {
			return err
		}
	}
	pair, err := newKeyPair(f.bits, f.keyID, p.Now())
	if err != nil {
		return err
	}
	set, err := keySet(pair, old)
	if err != nil {
		return err
	}
	if err := f.write(set); err != nil {
		return err
	}
	_, _ = fmt.Fprint(p.ErrOut, f.nextSteps(pair, p.Now()))
	_, err = fmt.Fprintln(p.Out, string(pair.public))
	return err
}

// keyInUse reads the key of the Secret of --beside. The new Secret gets its name, namespace and key.
func (p *Program) keyInUse(f *keygenFlags) (json.RawMessage, error) {
	content, err := p.readManifest(f.beside)
	if err != nil {
		return nil, err
	}
	// The parser's error is left out: it may quote the key.
	var secret corev1.Secret
	if yaml.Unmarshal(content, &secret) != nil || secret.Kind != "Secret" || secret.Name == "" {
		return nil, fmt.Errorf("%s is not the manifest of one Secret. Write it with: kubectl get secret %s -n %s -o yaml",
			f.beside, f.name, f.namespace)
	}
	data, found := secret.Data[f.member]
	if text, ok := secret.StringData[f.member]; ok {
		data, found = []byte(text), true
	}
	if !found {
		return nil, fmt.Errorf("Secret %s has no key %q: name the one of the Supplier's keySecretRef with --secret-key", //nolint:staticcheck // A Kubernetes kind.
			secret.Name, f.member)
	}
	f.name = secret.Name
	if secret.Namespace != "" {
		f.namespace = secret.Namespace
	}
	return firstKey(data)
}

// readManifest reads a file, or the standard input for "-".
func (p *Program) readManifest(path string) ([]byte, error) {
	if path == "-" {
		content, err := io.ReadAll(p.In)
		if err != nil {
			return nil, fmt.Errorf("reading the Secret from the standard input: %w", err)
		}
		return content, nil
	}
	content, err := os.ReadFile(path) //nolint:gosec // The person names the file.
	if err != nil {
		return nil, fmt.Errorf("reading the Secret in use: %w", err)
	}
	return content, nil
}

// write writes the Secret's manifest to a new file that only the person can read. It replaces no file: that could be
// the only copy of a key.
func (f *keygenFlags) write(set []byte) (err error) {
	manifest, err := yaml.Marshal(corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: metav1.ObjectMeta{Name: f.name, Namespace: f.namespace},
		Data:       map[string][]byte{f.member: set},
	})
	if err != nil {
		return fmt.Errorf("encoding the Secret: %w", err)
	}
	file, err := os.OpenFile(f.out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s exists, and may hold the only copy of a key. Name another file with --out, or delete it", f.out)
	}
	if err != nil {
		return fmt.Errorf("writing the Secret: %w", err)
	}
	_, err = file.Write(manifest)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(fmt.Errorf("writing the Secret: %w", err), os.Remove(f.out))
	}
	return nil
}

// nextSteps says what was written and what the person does next.
func (f *keygenFlags) nextSteps(pair *keyPair, now time.Time) string {
	store, remove := "kubectl create -f "+f.out, ""
	if f.beside != "" {
		store = "kubectl replace -f " + f.out
		remove = "4. When status.credentials.keyID is " + pair.id + ", remove the old key from the client.\n"
	}
	return fmt.Sprintf(`Wrote Secret %s/%s to %s (mode 0600). It opens every customer's data:
keep it out of git unless it is encrypted, and delete the file when it is stored.

Next:
1. %s
2. Add the public key below to your client, as a JWK, in Digdir's self-service:
   https://sjolvbetjening.samarbeid.digdir.no (test: https://sjolvbetjening.test.samarbeid.digdir.no)
3. Set in the Supplier: spec.maskinporten.keySecretRef: {name: %s, key: %s}
   and the day of step 2, such as spec.maskinporten.keyRegisteredAt: %q
%s
Public key, key id %s:
`, f.namespace, f.name, f.out, store, f.name, f.member, now.UTC().Format(time.DateOnly), remove, pair.id)
}

package authority

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// keyErrors are all reasons for which a key is refused.
var keyErrors = []maskinporten.KeyError{
	maskinporten.KeyEmpty, maskinporten.KeyUnreadable, maskinporten.KeyEncrypted, maskinporten.KeyPublic,
	maskinporten.KeyCertificate, maskinporten.KeyNotRSA, maskinporten.KeyElliptic, maskinporten.KeyPSS,
	maskinporten.KeyTooShort, maskinporten.KeyCount, maskinporten.KeyOtherType, maskinporten.KeySeveral,
	maskinporten.KeyUse, maskinporten.KeyIDMissing, maskinporten.KeyIDDiffers, maskinporten.KeyIDInvalid,
	maskinporten.KeyIDNumber, maskinporten.KeyIDTwice, maskinporten.KeyAlgorithmInvalid,
	maskinporten.KeyAlgorithmDiffers, maskinporten.KeyPKCS12, maskinporten.KeyJavaStore, maskinporten.KeyDER,
	maskinporten.KeyNoArmour, maskinporten.KeyOpenSSH, maskinporten.KeyByteMark, maskinporten.KeyUTF16,
	maskinporten.KeyEscaped, maskinporten.KeyOneLine, maskinporten.KeyIndented, maskinporten.KeyCut,
	maskinporten.KeyInJSON, maskinporten.KeyInString, maskinporten.KeyNoPrimes, maskinporten.KeyNotBase64URL,
}

// certificateErrors are all reasons for which a certificate is refused.
var certificateErrors = []maskinporten.KeyError{
	maskinporten.CertificateUnreadable, maskinporten.CertificateOrder, maskinporten.CertificateNotRSA,
	maskinporten.CertificateDiffers, maskinporten.CertificateKeyCount, maskinporten.CertificateKeyID,
}

// secretReader reads one Secret, whatever its name.
type secretReader struct {
	client.Reader
	data []byte
}

func (r secretReader) Get(_ context.Context, _ client.ObjectKey, o client.Object, _ ...client.GetOption) error {
	o.(*corev1.Secret).Data = map[string][]byte{"key.jwk": r.data}
	return nil
}

// tellsNothing verifies that, whatever the Secret holds, the message is one of those in this program, so that it holds
// nothing of the Secret.
func tellsNothing(t *testing.T, data []byte) {
	t.Helper()
	p := Pool{Secrets: secretReader{data: data}, Namespace: "system", Now: standStill}
	_, err := p.Guard(t.Context(), makeSupplier())
	if err == nil {
		return // it is a key
	}
	var got *ConfigurationError
	if !errors.As(err, &got) {
		t.Fatalf("not a configuration error: %v", err)
	}
	if len(data) == 0 {
		if got.Reason != v1alpha1.ReasonKeyNotFound {
			t.Errorf("an empty Secret is %s", got.Reason)
		}
		return
	}
	if got.Reason != v1alpha1.ReasonKeyInvalid {
		t.Errorf("the reason is %s", got.Reason)
	}
	told := slices.ContainsFunc(keyErrors, func(e maskinporten.KeyError) bool {
		return got.Message == `The private key in Secret maskinporten-key under "key.jwk" cannot be used: `+e.Error()+"."+
			putKey(makeSupplier().Spec.Maskinporten, "system", e)
	})
	if !told {
		t.Errorf("the message is none of ours: %q", got.Message)
	}
}

// TestSecretIsNeverReported tries what people put into such Secrets, the same with random damage, and random bytes. It
// is no fuzz test because that would compile all of Kubernetes anew; the parser of keys has one of its own.
func TestSecretIsNeverReported(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 22)) // the same in each run
	keys := almostKeys(t)
	for _, key := range keys {
		tellsNothing(t, key)
	}
	for range 300 {
		damaged := bytes.Clone(keys[random.IntN(len(keys))])
		for range 1 + random.IntN(4) {
			damaged[random.IntN(len(damaged))] = byte(random.IntN(256))
		}
		tellsNothing(t, damaged)
		tellsNothing(t, damaged[:random.IntN(len(damaged))])
		noise := make([]byte, random.IntN(200))
		for i := range noise {
			noise[i] = byte(random.IntN(256))
		}
		tellsNothing(t, noise)
	}
}

// almostKeys are what people put into such Secrets: keys, and what is nearly one.
func almostKeys(t testing.TB) [][]byte {
	t.Helper()
	good := jwk(t, generatedKey)
	var members map[string]any
	if err := json.Unmarshal(good, &members); err != nil {
		t.Fatal(err)
	}
	without := func(name string) []byte {
		copied := map[string]any{}
		for k, v := range members {
			if k != name {
				copied[k] = v
			}
		}
		data, err := json.Marshal(copied)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	return [][]byte{
		good, without("kid"), without("n"), without("d"), without("p"),
		slices.Concat([]byte(`{"keys":[`), good, []byte(`]}`)),
		slices.Concat([]byte(`{"keys":[`), good, []byte(`,`), good, []byte(`]}`)),
		[]byte(base64.StdEncoding.EncodeToString(good)),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: good}),
		pem.EncodeToMemory(&pem.Block{
			Type: "RSA PRIVATE KEY", Bytes: []byte("hunter2"),
			Headers: map[string]string{"Proc-Type": "4,ENCRYPTED"},
		}),
		[]byte(`{"kty":"oct","k":"aHVudGVyMg"}`), []byte(`"hunter2"`), []byte("hunter2\n"), []byte("{}"), []byte(" "),
	}
}

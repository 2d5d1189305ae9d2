package plugin

import (
	"bytes"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/customerlink"
)

// TestLink compares the link with the token of the customer's UID and revision.
func TestLink(t *testing.T) {
	key, err := customerlink.NewKey(portalSecret().Data[linkKey])
	if err != nil {
		t.Fatal(err)
	}
	c := cluster(t, objects(t)...)
	tiger := residents[0].object(t)
	first := newSession(t, c).run(t, "link "+tiger.Name)
	if want := elgsPage + key.Token(tiger.UID, "") + "\n"; first != want {
		t.Errorf("the link is %q, want %q", first, want)
	}
	revoked := newSession(t, c)
	text := revoked.run(t, "link --revoke "+tiger.Name)
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(tiger), tiger); err != nil {
		t.Fatal(err)
	}
	revision := tiger.Annotations[v1alpha1.AnnotationLinkRevision]
	if want := elgsPage + key.Token(tiger.UID, revision) + "\n"; revision == "" || revoked.out.String() != want {
		t.Errorf("the new link is %q, want %q (revision %q)", revoked.out, want, revision)
	}
	if !strings.Contains(text, "The old link of dynamisk-altetende-tiger has ended.") {
		t.Errorf("it does not say that the old link has ended:\n%s", text)
	}
	if again := newSession(t, c).run(t, "link "+tiger.Name); again != revoked.out.String() {
		t.Errorf("the link has changed again: %q", again)
	}
}

// TestLinkErrors checks what a person reads if there is no link.
func TestLinkErrors(t *testing.T) {
	withoutPortal := supplier(t)
	withoutPortal.Spec.Portal = v1alpha1.PortalLink{}
	short := portalSecret()
	short.Data[linkKey] = bytes.Repeat([]byte("k"), 8)
	other := portalSecret()
	other.Data = nil
	for name, test := range map[string]struct {
		reason   string
		supplier *v1alpha1.Supplier
		secret   *corev1.Secret
		want     string
	}{
		"no-portal": {
			reason: "the guide is what is left", supplier: withoutPortal, secret: portalSecret(),
			want: "send the customer the guide: kubectl cint guide dynamisk-altetende-tiger -n customers",
		},
		"no-secret": {
			reason: "the portal is not installed", supplier: supplier(t),
			want: "there is no Secret integration-operator-system/integration-operator-portal. Install the portal",
		},
		"short-key": {
			reason: "anyone could guess it", supplier: supplier(t), secret: short, want: "fewer than 32 bytes",
		},
		"no-key": {reason: "the Secret lacks the key", supplier: supplier(t), secret: other, want: "fewer than 32 bytes"},
		"no-supplier": {
			reason: "the portal's address is the Supplier's", secret: portalSecret(), want: "there is no Supplier/default",
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := []client.Object{residents[0].object(t)}
			if test.supplier != nil {
				all = append(all, test.supplier)
			}
			if test.secret != nil {
				all = append(all, test.secret)
			}
			got := newSession(t, cluster(t, all...)).run(t, "link dynamisk-altetende-tiger")
			if !strings.Contains(got, test.want) || !strings.Contains(got, "exit code 1") {
				t.Errorf("%q is missing:\n%s", test.want, got)
			}
			if strings.Contains(got, "kkkk") {
				t.Errorf("the key is printed:\n%s", got)
			}
		})
	}
}

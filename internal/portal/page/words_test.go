package page

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/language/languagetest"
)

func TestWords(t *testing.T) { languagetest.Check(t, words) }

// TestGuestWordsFitEveryService verifies that the customer's own page does not name NAV: a service that a Supplier
// declares may be of another authority.
func TestGuestWordsFitEveryService(t *testing.T) {
	for lang, texts := range words {
		for key, text := range texts {
			if strings.HasPrefix(key, "guest.") && strings.Contains(text, "NAV") {
				t.Errorf("%s: %s names NAV: %s", lang, key, text)
			}
		}
	}
}

// TestEveryWordIsUsed looks for each key in templates and code. Keys that are put together have their beginning there.
func TestEveryWordIsUsed(t *testing.T) {
	sources := readSources(t)
	for key := range words[language.Norwegian] {
		if !isUsed(sources, key) {
			t.Errorf("no template and no code uses the word %q: delete it from words/*.yaml", key)
		}
	}
}

func isUsed(sources, key string) bool {
	for _, form := range []string{".one", ".other"} {
		if before, ok := strings.CutSuffix(key, form); ok && strings.Contains(sources, `"`+before+`"`) {
			return true
		}
	}
	if strings.Contains(sources, `"`+key+`"`) {
		return true
	}
	for _, beginning := range []string{"problem.", "transition.", "guest.service", "light.", "customer.access"} {
		if strings.HasPrefix(key, beginning) && strings.Contains(sources, `"`+beginning+`"`) {
			return isMember(key)
		}
	}
	return false
}

// isMember reports whether a key that is put together belongs to one of the values that it is put together from.
func isMember(key string) bool {
	var members []string
	for _, p := range Problems() {
		members = append(members, "problem."+string(p)+".title", "problem."+string(p)+".text")
	}
	for _, condition := range []string{"DelegationVerified", "SyncHealthy", "OrganizationRegistered", "Ready"} {
		for _, status := range []string{"True", "False", "Unknown"} {
			members = append(members, "transition."+condition+"."+status)
		}
	}
	for _, s := range guestStates() {
		members = append(members, "guest.service"+string(s))
	}
	for _, k := range []LightKind{LightSupplier, LightMaskinporten, LightAltinn, LightNAV, LightKey} {
		members = append(members, "light."+string(k))
	}
	for _, s := range []LightState{LightOK, LightWarning, LightDown, LightUnknown} {
		members = append(members, "light."+string(s))
	}
	members = append(members, "customer.accessAPIDelegation", "customer.accessSystemUser")
	return slices.Contains(members, key)
}

func guestStates() []GuestState {
	return []GuestState{GuestWaiting, GuestPartly, GuestReceived, GuestRefused, GuestPaused}
}

// readSources returns the templates and the code of the package without its tests.
func readSources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	files := os.DirFS(".")
	err := fs.WalkDir(files, ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".html") || strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			content, err := fs.ReadFile(files, path)
			all.Write(content)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

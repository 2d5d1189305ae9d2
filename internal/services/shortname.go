package services

import (
	"strings"
	"unicode"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// maxShortName is the length of a service's part of the names of objects.
const maxShortName = 12

// ShortName returns a service's part of the names of objects: that of the built-in service's file, or else the
// beginning of the service's name, such as net-registra of NetRegistration. Files that were added after Suppliers could
// declare services have none, so a Supplier that has declared such a name keeps the names of its objects. Different
// services may have the same short name.
func ShortName(name v1alpha1.ServiceName) string {
	if known, ok := builtIn[name]; ok && known.ShortName != "" {
		return known.ShortName
	}
	short := hyphenated(string(name))
	return strings.TrimRight(short[:min(len(short), maxShortName)], "-")
}

// hyphenated returns a name in lower case with a hyphen before each word: nav-letters of NAVLetters.
func hyphenated(name string) string {
	var b strings.Builder
	letters := []rune(name)
	for i, r := range letters {
		isStart := i > 0 && unicode.IsUpper(r) &&
			(!unicode.IsUpper(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1]))
		if isStart {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

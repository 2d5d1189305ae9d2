package torture

import (
	"os"
	"regexp"
	"strings"
)

// secret are patterns that must not match a log or a termination message.
var secret = map[string]*regexp.Regexp{
	"an identity number": regexp.MustCompile(employee),
	"a name":             regexp.MustCompile("Syntetisk|Testperson|Frida"),
	"an access token":    regexp.MustCompile(`eyJ[A-Za-z0-9_-]{10}`),
	"the HRM's token":    regexp.MustCompile("hrm-token-of"),
}

// leaks searches files for personal data and secrets. It returns the kind and the file of the first match, or "".
func leaks(paths ...string) string {
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // a killed worker writes none
		}
		for what, pattern := range secret {
			if pattern.Match(text) {
				return what + " in " + path[strings.LastIndex(path, "/")+1:]
			}
		}
	}
	return ""
}

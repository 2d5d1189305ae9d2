package torture

import (
	"os"
	"regexp"
	"strings"
)

// secret is what no log and no termination message may hold.
var secret = map[string]*regexp.Regexp{
	"an identity number": regexp.MustCompile(employee),
	"a name":             regexp.MustCompile("Syntetisk|Testperson|Frida"),
	"an access token":    regexp.MustCompile(`eyJ[A-Za-z0-9_-]{10}`),
	"the HRM's token":    regexp.MustCompile("hrm-token-of"),
}

// leaks looks for people and secrets in files, and says which it found, "" for none.
func leaks(paths ...string) string {
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // a worker that was killed leaves none
		}
		for what, pattern := range secret {
			if pattern.Match(text) {
				return what + " in " + path[strings.LastIndex(path, "/")+1:]
			}
		}
	}
	return ""
}

package version

import (
	"regexp"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestString describes builds with and without the linker's flags.
func TestString(t *testing.T) {
	build := runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH + ")"
	cases := map[string]struct {
		reason               string
		number, commit, date string
		want                 string
	}{
		"release": {
			reason: "a release has all three",
			number: "v0.1.0", commit: "eb8a62b5", date: "2026-11-29T19:02:04Z",
			want: "v0.1.0 (commit eb8a62b5, 2026-11-29T19:02:04Z, " + build,
		},
		"go build": {
			reason: "without flags only Go and platform are known",
			number: "devel",
			want:   "devel (" + build,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			defer func(n, c, d string) { number, commit, date = n, c, d }(number, commit, date)
			number, commit, date = c.number, c.commit, c.date
			if diff := cmp.Diff(c.want, String()); diff != "" {
				t.Errorf("%s, -want +got:\n%s", c.reason, diff)
			}
		})
	}
}

// TestNumberSuitsAUserAgent checks that the version without flags is a token of RFC 9110.
func TestNumberSuitsAUserAgent(t *testing.T) {
	if !regexp.MustCompile(`^[A-Za-z0-9.+-]+$`).MatchString(Number()) {
		t.Errorf("the version %q is no token", Number())
	}
}

//go:build browser

package browser

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/page"
)

// pictureSize is the most bytes that a picture of the documentation may have.
const pictureSize = 150 << 10

// TestPictures takes the pictures of the documentation, into the folder PICTURES if it is set. `make pictures` sets it.
func TestPictures(t *testing.T) {
	t.Parallel()
	p := newPortal(t, few)
	cases := map[string]struct {
		reason  string
		person  string
		address string
		screen  screen
	}{
		"portal-customers": {
			reason: "The list.", person: consultant, address: p.URL + "/?q=altetende+tiger",
			screen: screen{width: 1200, height: 760},
		},
		"portal-overview": {
			reason: "The charts.", person: consultant, address: p.URL + "/overview", screen: screen{width: 1200, height: 960},
		},
		"portal-guest": {
			reason: "The customer's own page.", address: p.GuestURL(p.tiger()), screen: screen{width: 760, height: 900},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := open(t, c.screen)
			if c.person != "" {
				p.logIn(t, v, c.person)
			}
			v.goTo(c.address)
			picture := call(v, page.CaptureScreenshot, page.CaptureScreenshotParams{}).Data
			if len(picture) > pictureSize {
				t.Errorf("the picture has %d bytes, more than %d (%s)", len(picture), pictureSize, c.reason)
			}
			if folder := os.Getenv("PICTURES"); folder != "" {
				file := filepath.Join(folder, name+".png")
				if err := os.WriteFile(file, picture, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

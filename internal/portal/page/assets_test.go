package page

import (
	"bytes"
	"strings"
	"testing"

	"github.com/4human/integration-operator/internal/chart"
)

func TestAssets(t *testing.T) {
	assets := newPages(t).Assets()
	cases := map[string]struct {
		reason      string
		name        string
		contentType string
		contains    string
	}{
		"style": {
			reason: "Charts are drawn in the pages' colors.", name: "portal.css", contentType: "text/css",
			contains: string(chart.Style),
		},
		"script": {
			reason: "Browsers run a script only with this type.", name: "portal.js", contentType: "text/javascript",
			contains: "morph",
		},
		"icon": {reason: "Browsers ask for an icon.", name: "icon.svg", contentType: "image/svg+xml", contains: "<svg"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			address, err := assets.Path(c.name)
			if err != nil {
				t.Fatal(err)
			}
			file, ok := assets.At(address)
			if !ok {
				t.Fatalf("%s is not served", address)
			}
			if !strings.HasPrefix(file.ContentType, c.contentType) || !bytes.Contains(file.Body, []byte(c.contains)) {
				t.Errorf("%s has the type %q (%s)", address, file.ContentType, c.reason)
			}
		})
	}
}

func TestUnknownAssets(t *testing.T) {
	assets := newPages(t).Assets()
	if address, err := assets.Path("other.css"); err == nil {
		t.Errorf("other.css has the path %s", address)
	}
	if _, ok := assets.At(AssetPrefix + "portal.css"); ok {
		t.Error("a path without a hash is served")
	}
}

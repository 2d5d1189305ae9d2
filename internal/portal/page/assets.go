package page

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"mime"
	"path"
	"strings"

	"github.com/4human/integration-operator/internal/chart"
)

//go:embed static
var static embed.FS

// AssetPrefix is the path below which the assets are.
const AssetPrefix = "/static/"

// styleSheet is the style of the pages, to which that of the charts is added.
const styleSheet = "portal.css"

// Assets are the files that pages refer to. Each is served at a path with a hash of its content, so that browsers keep
// it for good.
type Assets struct {
	paths map[string]string // by name
	files map[string]Asset  // by path
}

// Asset is one file.
type Asset struct {
	ContentType string
	Body        []byte
}

func newAssets() (*Assets, error) {
	entries, err := static.ReadDir("static")
	if err != nil {
		return nil, fmt.Errorf("reading the assets: %w", err)
	}
	a := &Assets{paths: map[string]string{}, files: map[string]Asset{}}
	for _, entry := range entries {
		body, err := static.ReadFile("static/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("reading the asset %s: %w", entry.Name(), err)
		}
		if entry.Name() == styleSheet {
			body = append(body, chart.Style...)
		}
		sum := sha256.Sum256(body)
		extension := path.Ext(entry.Name())
		address := AssetPrefix + strings.TrimSuffix(entry.Name(), extension) + "-" + hex.EncodeToString(sum[:8]) + extension
		a.paths[entry.Name()] = address
		a.files[address] = Asset{ContentType: mime.TypeByExtension(extension), Body: body}
	}
	return a, nil
}

// Path returns the path of a file by its name, such as "portal.css".
func (a *Assets) Path(name string) (string, error) {
	if address, ok := a.paths[name]; ok {
		return address, nil
	}
	return "", fmt.Errorf("there is no asset %q", name)
}

// At returns the file at a path.
func (a *Assets) At(address string) (Asset, bool) {
	file, ok := a.files[address]
	return file, ok
}

//go:build browser

package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	// patience is how long a condition may take to become true.
	patience = time.Minute
	// interval is how often a condition is looked at.
	interval = 25 * time.Millisecond
	// chromium is the program that hack/chromium.sh installs.
	chromium = "chromium"
	// axeFile is axe-core, as hack/chromium.sh fetches it.
	axeFile = "../../bin/axe.min.js"
)

// chrome is the browser of all tests. Each test has cookies of its own.
var chrome context.Context

// axe is the script that finds faults of accessibility.
var axe string

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// run starts the browser, runs the tests and ends the browser.
func run(m *testing.M) (int, error) {
	script, err := os.ReadFile(axeFile)
	if err != nil {
		return 0, fmt.Errorf("run hack/chromium.sh first: %w", err)
	}
	axe = string(script)
	fonts, err := filepath.Abs("testdata/fonts.conf")
	if err != nil {
		return 0, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.Env("FONTCONFIG_FILE="+fonts),
		chromedp.Flag("lang", "nb-NO"), chromedp.Flag("force-color-profile", "srgb"))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	browser, end := chromedp.NewContext(allocator)
	defer end()
	if err := chromedp.Do(browser); err != nil {
		return 0, fmt.Errorf("starting %s (hack/chromium.sh installs it): %w", chromium, err)
	}
	chrome = browser //nolint:fatcontext // The browser that all tests share.
	return m.Run(), nil
}

// waitFor waits until a condition is true.
func waitFor(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("waited %s in vain for %s", patience, what)
		}
	}
}

// screenshotFolder returns where screenshots are written.
func screenshotFolder() string {
	if folder := os.Getenv("SCREENSHOTS"); folder != "" {
		return folder
	}
	return "../../bin/screenshots"
}

// writeScreenshot writes a picture. Its name says what it shows.
func writeScreenshot(name string, picture []byte) error {
	name = strings.NewReplacer(" ", "-", ",", "").Replace(name)
	file := filepath.Join(screenshotFolder(), name+".png")
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return err
	}
	return os.WriteFile(file, picture, 0o600)
}

package documentimport

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/sickpay"
)

var update = flag.Bool("update", false, "write the golden files")

// The documents are NAV's own examples, with fields that a later version may add (navikt/sykepenger-im-lps-api,
// TestData.kt).
const (
	sickNote = `{"loepenr": 41, "sykmeldingId": "b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d", "mottattAvNav": "2026-08-14T23:00",` +
		` "sendtTilArbeidsgiver": "2026-08-15T23:00:00.123456", "sykmeldt": {"fnr": "01447842099", "navn": "Ola Nordmann"},` +
		` "kontaktMedPasient": "2026-01-14T23:00:07", "arbeidsgiver": {"navn": null, "orgnr": "315587336"}, "ofALaterVersion": [1.0, "<å>"]}`
	application = `{"loepenr":42,"soeknadId":"9e088b5a-16c8-3dcc-91fb-acdd544b8607","fnr":"05449412615","sykmeldingId":null,` +
		`"mottatTid":"2025-05-07T09:24:53.038533194","arbeidsgiver":{"navn":"Kryddermål","orgnr":"315587336"},"fravaer":[]}`
)

// conversation records the requests to NAV and to an HRM system.
type conversation struct {
	mu   sync.Mutex
	text strings.Builder
}

// serve returns the URL of a server that records its requests, and sends responses by path, one after the other.
func (c *conversation) serve(t *testing.T, who string, responses map[string][]string) string {
	t.Helper()
	return outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		_, _ = fmt.Fprintf(&c.text, "%s: %s %s\n", who, r.Method, r.URL)
		if accept := r.Header.Get("Accept"); accept != navapi.JSON {
			_, _ = fmt.Fprintf(&c.text, "Accept: %s\n", accept)
		}
		switch contentType := r.Header.Get("Content-Type"); {
		case contentType == "text/csv":
			_, _ = fmt.Fprintf(&c.text, "%s\n%q\n", contentType, body)
		case len(body) > 0:
			_, _ = fmt.Fprintf(&c.text, "%s\n%s\n", contentType, bytes.TrimSpace(body))
		}
		c.text.WriteString("\n")
		rest := responses[r.URL.Path]
		if len(rest) == 0 && who == "HRM" {
			w.Header().Set("Hrm-Contract", "1")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if len(rest) == 0 {
			rest = []string{"[]"}
		}
		responses[r.URL.Path] = rest[1:]
		w.Header().Set("Content-Type", contentTypeOf(rest[0]))
		_, _ = io.WriteString(w, rest[0])
	}).URL
}

func contentTypeOf(body string) string {
	switch {
	case strings.HasPrefix(body, "%PDF-"):
		return "application/pdf"
	case strings.HasSuffix(body, "\r\n"):
		return "text/csv"
	}
	return "application/json"
}

// TestWireFormat compares the requests of an import to NAV and to the HRM system with golden files.
func TestWireFormat(t *testing.T) {
	const id, soeknad = "b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d", "9e088b5a-16c8-3dcc-91fb-acdd544b8607"
	cases := map[string]struct {
		reason   string
		kind     sickpay.Kind
		start    string
		units    []orgnumber.Number
		nav, hrm map[string][]string
	}{
		"first_sick_notes": {
			reason: "a first import with a PDF",
			kind:   sickpay.SickNotes,
			start:  "2026-06-15",
			nav: map[string][]string{
				"/v1/sykmeldinger":              {"[" + sickNote + "]", "[]"},
				"/v1/sykmelding/" + id + "/pdf": {"%PDF-1.4"},
			},
			hrm: map[string][]string{
				"/v1/units":                                  {`{"units":["315587336"]}`},
				"/v1/units/315587336/sick-notes/cursor":      {`{"cursor":0}`, `{"cursor":41}`},
				"/v1/units/315587336/sick-notes/wanted-pdfs": {`{"ids":["` + id + `"]}`, `{"ids":[]}`},
			},
		},
		"next_applications": {
			reason: "an import on a later day",
			kind:   sickpay.Applications,
			units:  []orgnumber.Number{unit},
			nav: map[string][]string{
				"/v1/sykepengesoeknader": {"[]", "[" + application + "]", "[]"}, "/v1/sykepengesoeknad/" + soeknad +
					"/pdf": {"%PDF-1.4"},
			},
			hrm: map[string][]string{
				"/v1/units/315587336/sick-pay-applications/cursor": {`{"cursor":77,"lastOverlap":"2026-08-31"}`},
				"/v1/units/315587336/sick-pay-applications/wanted-pdfs": {
					`{"ids":["` + soeknad + `"]}`,
					`{"ids":["` + soeknad + `"]}`,
				},
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := &conversation{}
			i := importerOf(t, tc.kind, c.serve(t, "NAV", tc.nav), c.serve(t, "HRM", tc.hrm))
			i.StartDate, i.Units = tc.start, tc.units
			got, err := i.Run(t.Context())
			if err != nil {
				t.Errorf("%s: %v", tc.reason, err)
			}
			if got.Volumes.PDFsStored != 1 {
				t.Errorf("%s: %+v", tc.reason, got)
			}
			golden(t, filepath.Join("testdata", name+".golden"), c.text.String(), tc.reason)
		})
	}
}

// importerOf returns an importer with real clients.
func importerOf(t *testing.T, kind sickpay.Kind, navURL, hrmURL string) *Importer {
	t.Helper()
	i := (&others{}).importer()
	documents, err := sickpay.New(navConfig(navURL), kind)
	if err != nil {
		t.Fatal(err)
	}
	i.HRM, i.NAV, i.Kind = hrmClient(t, hrmURL), documents, kind.Name
	return i
}

func wireCaller() outbound.Caller {
	return outbound.Caller{
		Transport: outbound.NewTransport(nil), Timeout: time.Minute, Now: func() time.Time { return noon },
	}
}

func navConfig(url string) navapi.Config {
	return navapi.Config{BaseURL: url, Calls: wireCaller(), Log: slog.New(slog.DiscardHandler)}
}

func hrmClient(t *testing.T, url string) *hrm.Client {
	t.Helper()
	bearer, err := outbound.NewBearer("hush-0123456789")
	if err != nil {
		t.Fatal(err)
	}
	system, err := hrm.New(hrm.Config{
		Endpoint: url, Token: bearer, Calls: wireCaller(), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return system
}

func golden(t *testing.T, path, got, reason string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: %s: -want, +got:\n%s", reason, path, diff)
	}
}

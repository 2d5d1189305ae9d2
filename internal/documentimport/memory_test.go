package documentimport

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/sickpay"
)

const (
	// many documents are sent in pages that are larger than NAV's, and larger than what a run may hold.
	many, perPage = 100_000, 20_000
	// mayHold bounds the additional memory of a run, in bytes: a chunk, its encoding for the HRM system, and small things.
	// A page has five times as much.
	mayHold = 2 << 20
)

// TestMemory checks that the memory in use stays bounded while a run carries a hundred thousand documents.
func TestMemory(t *testing.T) {
	s := &measured{t: t, others: others{cursor: hrmapi.Cursor{LastOverlap: day("2026-09-01")}}}
	i := (&s.others).importer()
	i.HRM, i.NAV = s, endless(t)
	before := inUse()
	got, err := i.Run(t.Context())
	if err != nil || got.Volumes.DocumentsStored != many {
		t.Errorf("%+v, %v", got, err)
	}
	if s.most == 0 || s.most > before+mayHold {
		t.Errorf("%d bytes are in use, %d before the run; want at most %d more", s.most, before, mayHold)
	}
}

// inUse returns the size of reachable memory, in bytes.
func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// measured is an HRM system that measures the memory in use when it stores a page.
type measured struct {
	others

	t    *testing.T
	most uint64
}

func (m *measured) StorePage(_ context.Context, _ orgnumber.Number, _ hrmapi.Kind, p hrmapi.Page) error {
	m.stored++
	m.cursor.Cursor = p.Cursor
	if m.stored%20 == 0 {
		m.most = max(m.most, inUse())
	}
	if len(p.Documents) > chunk {
		m.t.Errorf("%d documents at once", len(p.Documents))
	}
	return nil
}

// endless returns a NAV with many documents.
func endless(t *testing.T) NAV {
	t.Helper()
	c, err := sickpay.New(navapi.Config{
		BaseURL: "http://nav.example", Log: slog.New(slog.DiscardHandler),
		Calls: outbound.Caller{Transport: roundTrip(respond), Timeout: time.Hour, Now: time.Now},
	}, sickpay.SickNotes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// roundTrip is a function that is an http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// respond returns the requested page.
func respond(r *http.Request) (*http.Response, error) {
	var wanted struct {
		After int `json:"fraLoepenr"`
	}
	if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil {
		return nil, err
	}
	body := &generated{next: wanted.After + 1, last: min(wanted.After+perPage, many), left: "["}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(body),
	}, nil
}

// generated is the body of a page, generated while it is read.
type generated struct {
	next, last int
	left       string
}

func (g *generated) Read(p []byte) (int, error) {
	if g.left == "" {
		return 0, io.EOF
	}
	n := copy(p, g.left)
	if g.left = g.left[n:]; g.left != "" || g.next > g.last+1 {
		return n, nil
	}
	g.left = "]"
	if g.next <= g.last {
		g.left = g.document()
	}
	g.next++
	return n, nil
}

// document returns a document of about half a kilobyte.
func (g *generated) document() string {
	comma := ","
	if g.next == g.last {
		comma = ""
	}
	return fmt.Sprintf(`{"loepenr":%d,"sykmeldingId":"b5f66f7a-d1a9-483c-a9d1-%012d","mottattAvNav":"2026-08-14T23:00","sendtTilArbeidsgiver":"2026-08-15T23:00",`+
		`"kontaktMedPasient":"2026-08-14T23:00","arbeidsgiver":{"navn":null,"orgnr":"315587336"},"x":%q}%s`, g.next, g.next,
		strings.Repeat("x", 300), comma)
}

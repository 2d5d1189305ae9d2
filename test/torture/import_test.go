package torture

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	simhrm "github.com/4human/integration-operator/internal/simulator/hrm"
	"github.com/4human/integration-operator/internal/simulator/navsickpay"
)

// maxImport bounds the memory of a first import, in KiB.
const maxImport = 64 << 10

// calmWorld returns a world without faults, with customers and a number of sick notes for each.
func calmWorld(t testing.TB, customers, notes int) (w *world, program string) {
	t.Helper()
	program, err := build(t.Context(), t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	w, err = newWorld(t.TempDir(), customers, func() bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	for _, c := range w.customers {
		for range notes {
			if _, err := w.sim.SickPay.Add("sick-notes", navsickpay.Row{Unit: c.unit}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return w, program
}

// watch runs a worker and returns its peak memory, in KiB. The kernel's high-water mark is gone after the process, so
// watch reads it continuously.
func (w *world) watch(t testing.TB, program string, r run, during func(*os.Process)) (peak int, err error) {
	t.Helper()
	c, err := w.command(t.Context(), program, r,
		"--termination-log="+t.TempDir()+"/termination-log", "--log-level=error")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		err = c.Wait()
		close(ended)
	}()
	for {
		if during != nil {
			during(c.Process)
		}
		if status, readErr := os.ReadFile("/proc/" + strconv.Itoa(c.Process.Pid) + "/status"); readErr == nil {
			peak = max(peak, highWater(string(status)))
		}
		if wait(2*time.Millisecond, ended) {
			return peak, err
		}
	}
}

func highWater(status string) int {
	for line := range strings.Lines(status) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			if err == nil {
				return n
			}
		}
	}
	return 0
}

// stored returns the number of a customer's documents at the HRM system.
func (w *world) stored(t testing.TB, c *customer) int {
	t.Helper()
	tenant, err := w.sim.HRM.Tenant(c.tenant)
	if err != nil {
		t.Fatal(err)
	}
	place, err := tenant.Place(c.unit, hrmapi.SickNotes)
	if err != nil {
		t.Fatal(err)
	}
	return int(place.Cursor) // numbers begin with 1, and one customer has all
}

// TestFirstImport checks that a run continues a first import that was killed, and that the memory of both is bounded.
func TestFirstImport(t *testing.T) {
	const notes = 20_000
	w, program := calmWorld(t, 1, notes)
	c := w.customers[0]
	r := run{customer: c, service: sickNotes}
	peak, err := w.watch(t, program, r, func(p *os.Process) {
		if w.stored(t, c) > notes/4 {
			_ = p.Kill()
		}
	})
	first := w.stored(t, c)
	if err == nil || first <= notes/4 || first == notes {
		t.Fatalf("killed with %d stored: %v", first, err)
	}
	again, err := w.watch(t, program, r, nil)
	if err != nil || w.stored(t, c) != notes {
		t.Errorf("resumed: %d of %d are stored: %v", w.stored(t, c), notes, err)
	}
	if peak = max(peak, again); peak > maxImport {
		t.Errorf("peak memory %d KiB, want at most %d", peak, maxImport)
	}
	t.Logf("killed after %d of %d documents, resumed; peak memory %d MiB", first, notes, peak>>10)
}

// BenchmarkFirstImport imports 100,000 sick notes with the worker, and then to another tenant with a plain loop of the
// same requests without checks.
func BenchmarkFirstImport(b *testing.B) {
	const notes = 100_000
	w, program := calmWorld(b, 1, notes)
	c := w.customers[0]
	// Runs once: a tenant has one first import.
	began := time.Now()
	peak, err := w.watch(b, program, run{customer: c, service: sickNotes}, nil)
	if err != nil || w.stored(b, c) != notes || peak > maxImport {
		b.Fatalf("%d of %d are stored, %d KiB: %v", w.stored(b, c), notes, peak, err)
	}
	b.ReportMetric(notes/time.Since(began).Seconds(), "documents/s")
	b.ReportMetric(float64(peak)/1024, "MiB-peak")
	began = time.Now()
	if err := w.plainLoop(b.Context(), c); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(notes/time.Since(began).Seconds(), "documents/s-plain")
}

// plainLoop imports the documents of a unit for another tenant as a script would. It holds pages in memory and checks
// nothing.
func (w *world) plainLoop(ctx context.Context, c *customer) error {
	other := &customer{number: c.number, unit: c.unit, tenant: "plain", token: "hrm-token-of-plain"}
	err := w.sim.HRM.RegisterTenant(simhrm.Tenant{
		Name: other.tenant, OrganizationNumber: other.number,
		Units: []string{other.unit},
	}, other.token)
	if err != nil {
		return err
	}
	token, err := w.token(ctx, c)
	if err != nil {
		return err
	}
	cursor := int64(0)
	for {
		list, err := post(ctx, w.sickPay.URL+"/v1/sykmeldinger", token,
			fmt.Sprintf(`{"orgnr":%q,"fraLoepenr":%d}`, c.unit, cursor))
		if err != nil {
			return err
		}
		var raw []json.RawMessage
		if err := json.Unmarshal(list, &raw); err != nil || len(raw) == 0 {
			return err
		}
		page := hrmapi.Page{PreviousCursor: cursor}
		for _, document := range raw {
			var known struct {
				Number int64     `json:"loepenr"`
				ID     uuid.UUID `json:"sykmeldingId"`
			}
			if err := json.Unmarshal(document, &known); err != nil {
				return err
			}
			page.Cursor = known.Number
			page.Documents = append(page.Documents,
				hrmapi.Document{ID: known.ID, SequenceNumber: known.Number, Times: map[string]time.Time{}, Document: document})
		}
		body, err := json.Marshal(page)
		if err != nil {
			return err
		}
		if _, err := post(ctx, w.hrm.URL+"/plain/v1/units/"+c.unit+"/sick-notes/pages", other.token,
			string(body)); err != nil {
			return err
		}
		cursor = page.Cursor
	}
}

func post(ctx context.Context, url, token, body string) ([]byte, error) {
	return send(ctx, http.MethodPost, url, token, body)
}

// send sends JSON and returns the body of a success.
func send(ctx context.Context, method, url, token, body string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusMultipleChoices {
		err = fmt.Errorf("%s: status %d", url, response.StatusCode)
	}
	return text, err
}

package hrmstore

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

const (
	writerVariable = "HRMSTORE_TEST_WRITER"
	roundVariable  = "HRMSTORE_TEST_ROUND"
	pageSize       = 3
)

var writers = []string{"tiger", "bear", "hare"}

// write changes the data of several tenants concurrently until it is killed, and reports each completed change.
func write(path, round string) {
	store, err := Open(path, time.Now)
	if err != nil {
		panic(err)
	}
	var said sync.Mutex
	for _, name := range writers {
		go func() {
			for i := 0; ; i++ {
				writeOnce(store.Tenant(name), fmt.Sprintf("%s-%d", round, i), func(what string, err error) {
					if err != nil {
						panic(err)
					}
					said.Lock()
					defer said.Unlock()
					_, _ = fmt.Fprintln(os.Stdout, name, what)
				})
			}
		}()
	}
	select {}
}

func writeOnce(tenant *Tenant, plan string, done func(what string, err error)) {
	done(plan+" offered", tenant.Offer(map[string]json.RawMessage{plan: json.RawMessage(`{}`)}))
	claim := uuid.New()
	p, _, err := tenant.Claim(claim, time.Hour)
	if err == nil && p == nil {
		panic("nothing is offered")
	}
	plan = p.ID // after a kill, one that was left
	done(plan+" claimed", err)
	done(plan+" sending", tenant.Announce(claim, uuid.New(), time.Hour))
	done(plan+" sent", tenant.Settle(claim, sentA))

	place, err := tenant.Place(unit, hrmapi.SickNotes)
	if err != nil {
		panic(err)
	}
	page := hrmapi.Page{PreviousCursor: place.Cursor, Cursor: place.Cursor + pageSize}
	for number := place.Cursor + 1; number <= page.Cursor; number++ {
		page.Documents = append(page.Documents,
			hrmapi.Document{ID: uuid.New(), SequenceNumber: number, Document: json.RawMessage(`{}`)})
	}
	done(fmt.Sprintf("cursor %d", page.Cursor), tenant.StorePage(unit, hrmapi.SickNotes, page))
	id := page.Documents[0].ID
	done("pdf "+id.String(), tenant.StorePDF(unit, hrmapi.SickNotes, id, []byte("%PDF-"+id.String())))
}

// TestKilled kills a writer again and again while it writes the same file. Each change that it reported must be stored,
// and no change half.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hrm.db")
	said := map[string][]string{} // by tenant
	for round := range 4 {
		killWriter(t, path, round, said)
		store, err := Open(path, time.Now)
		must(t, err)
		for _, name := range writers {
			checkSaid(t, store.Tenant(name), said[name])
		}
		must(t, store.Close())
	}
}

func killWriter(t *testing.T, path string, round int, said map[string][]string) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	c := exec.CommandContext(t.Context(), self)
	c.Env = []string{writerVariable + "=" + path, fmt.Sprintf("%s=r%d", roundVariable, round)}
	var complaints strings.Builder
	c.Stderr = &complaints
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	lines := bufio.NewReader(out)
	for read := 0; ; read++ {
		if read == 100*(round+1) {
			must(t, c.Process.Kill())
		}
		line, err := lines.ReadString('\n')
		if err != nil { // the end, and perhaps half a line before it
			break
		}
		tenant, what, _ := strings.Cut(strings.TrimSpace(line), " ")
		said[tenant] = append(said[tenant], what)
	}
	_ = c.Wait() // it was killed, says its error
	if complaints.Len() > 0 {
		t.Fatal(complaints.String())
	}
}

// checkSaid compares the changes that a tenant's writer has reported with the stored ones. The writer makes one change
// after another, so in each round one more may be stored than reported.
func checkSaid(t *testing.T, tenant *Tenant, said []string) {
	t.Helper()
	plans, err := tenant.Plans()
	must(t, err)
	there := map[string]bool{}
	for i := range plans {
		for _, h := range plans[i].History {
			there[plans[i].ID+" "+string(h.State)] = true
		}
	}
	place, err := tenant.Place(unit, hrmapi.SickNotes)
	must(t, err)
	for _, cursor := range place.Moves {
		there[fmt.Sprintf("cursor %d", cursor)] = true
	}
	documents := int64(0)
	must(t, tenant.Each(func(d Document) error {
		documents++
		if d.HasPDF {
			there["pdf "+d.ID.String()] = true
			pdf, err := tenant.PDF(d.Unit, d.Kind, d.ID)
			must(t, err)
			diff(t, "the whole PDF", "%PDF-"+d.ID.String(), string(pdf))
		}
		return nil
	}))
	diff(t, "whole pages, and the cursor with them", place.Cursor, documents)
	if len(said) == 0 {
		t.Fatal("nothing was said")
	}
	for _, what := range said {
		if !there[what] {
			t.Errorf("%q was said to be stored, and is not", what)
		}
	}
}

// TestDiskIsWaitedFor verifies that the store waits for the disk at each write. Otherwise a power failure would lose
// changes that were reported as stored.
func TestDiskIsWaitedFor(t *testing.T) {
	tenant, _ := newTenant(t)
	if db := tenant.store.db; db.NoSync || db.NoGrowSync || db.NoFreelistSync {
		t.Error("the file is written without waiting for the disk")
	}
}

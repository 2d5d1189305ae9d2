package simulator_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/navplans"
	"github.com/4human/integration-operator/internal/simulator/navsickpay"
	"github.com/4human/integration-operator/internal/simulator/simulatortest"
)

// TestSickPayDocuments compares documents of all types with NAV's form, byte for byte, in lists and one by one.
func TestSickPayDocuments(t *testing.T) {
	for kind, paths := range map[string][2]string{
		sickNotesKind:    {sickNotesPath, "/v1/sykmelding/"},
		applicationsKind: {sickApplicationsPath, "/v1/sykepengesoeknad/"},
	} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t)
			token := w.mayRead()
			for n := range 16 { // all types are among them
				fraction := []time.Duration{0, 7 * time.Second, 120 * time.Millisecond, 38533 * time.Microsecond, 1}[n%5]
				w.add(kind, 1, func(r *navsickpay.Row) {
					r.ID, r.Person, r.Sent = fixed(n), patient, w.clock.Now().Add(fraction)
				})
			}
			w.clock.Step(time.Minute) // now all of them are there
			list := w.list(paths[0], token)
			simulatortest.Golden(t, "sickpay-"+kind, json.RawMessage(list.raw))
			if compact := new(bytes.Buffer); json.Compact(compact, list.raw) != nil || !bytes.Equal(compact.Bytes(), list.raw) {
				t.Error("there is white space between the fields")
			}
			var alone [][]byte
			for _, row := range w.sim.SickPay.Rows(kind, subUnit) {
				document := w.getSickPay(paths[1]+row.ID.String(), token)
				diff(t, "one", []any{200, "application/json", string(w.sim.SickPay.Document(kind, row))},
					[]any{document.status, document.header.Get("Content-Type"), string(document.raw)})
				diff(t, "its id in capitals", string(document.raw),
					string(w.getSickPay(paths[1]+strings.ToUpper(row.ID.String()), token).raw))
				alone = append(alone, document.raw)
			}
			diff(t, "a list is made of them", "["+string(bytes.Join(alone, []byte(",")))+"]", string(list.raw))
		})
	}
}

// TestSickPayPeople verifies that people are synthetic, and the same for the same seed.
func TestSickPayPeople(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	w.addMany(sickNotesKind, 1000)
	var notes []struct {
		Sykmeldt struct{ Fnr string }
	}
	w.must(json.Unmarshal(w.list(sickNotesPath, token).raw, &notes))
	people, months := map[string]bool{}, map[byte]bool{}
	for _, note := range notes {
		number := note.Sykmeldt.Fnr
		w.must(w.sim.NAVPlans.RegisterEmployment(navplans.Employment{Employee: number, MainUnit: consumer, Unit: subUnit}))
		people[number], months[number[2]] = true, true
	}
	diff(t, "both kinds of synthetic persons, of all months", map[byte]bool{'4': true, '5': true, '8': true, '9': true},
		months)
	if len(people) < 900 {
		t.Errorf("%d people have 1000 sick notes", len(people))
	}
	found := w.list(sickNotesPath, token, `"fnr":"`+notes[7].Sykmeldt.Fnr+`"`)
	diff(t, "they are found by it", int64(8), numbers(t, found)[0])
	again := newWorld(t)
	again.addMany(sickNotesKind, 1000)
	diff(t, "the same of the same seed", w.sim.SickPay.Rows(sickNotesKind, subUnit),
		again.sim.SickPay.Rows(sickNotesKind, subUnit))
	again.addMany(sickNotesKind, 1)
	rows := again.sim.SickPay.Rows(sickNotesKind, subUnit)
	diff(t, "but not of what is there", []any{1001, 0}, []any{len(rows), rows[1000].Version})
}

// TestSickPayPDF reads a PDF as a reader does: from its end.
func TestSickPayPDF(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	for kind, name := range map[string]string{sickNotesKind: "sykmelding", applicationsKind: "sykepengesoeknad"} {
		id := w.add(kind, 1)[0].ID.String()
		got := w.getSickPay("/v1/"+name+"/"+id+"/pdf", token)
		diff(t, name, []any{200, "application/pdf", `inline; filename="` + name + "-" + id + `.pdf"`},
			[]any{got.status, got.header.Get("Content-Type"), got.header.Get("Content-Disposition")})
		file := string(got.raw)
		if !strings.HasPrefix(file, "%PDF-1.") || !strings.Contains(file, "("+name+" "+id+")") {
			t.Errorf("%s: not about it: %s", name, file)
		}
		_, end, _ := strings.Cut(file, "startxref\n")
		start, err := strconv.Atoi(strings.TrimSuffix(end, "\n%%EOF\n"))
		w.must(err)
		table := strings.Split(file[start:], "\n")
		diff(t, "the table of objects is where it should be", []string{"xref", "0 6"}, table[:2])
		for object, entry := range table[3:8] {
			offset, err := strconv.Atoi(entry[:10])
			w.must(err)
			if !strings.HasPrefix(file[offset:], fmt.Sprintf("%d 0 obj\n", object+1)) ||
				len(entry) != len("0000000000 00000 n ") {
				t.Errorf("%s: object %d is not at %d", name, object+1, offset)
			}
		}
		_, stream, _ := strings.Cut(file, "stream\n")
		text, _, _ := strings.Cut(stream, "\nendstream")
		if !strings.Contains(file, fmt.Sprintf("/Length %d ", len(text))) {
			t.Errorf("%s: the stream has %d bytes", name, len(text))
		}
	}
}

func TestSickPayRowsRefuse(t *testing.T) {
	w := newWorld(t)
	row := func(change func(*navsickpay.Row)) navsickpay.Row {
		r := navsickpay.Row{Unit: subUnit}
		change(&r)
		return r
	}
	cases := map[string]struct {
		reason, kind string
		row          navsickpay.Row
		want         string
	}{
		"Kind": {
			reason: "there are two", kind: "letters", row: row(func(*navsickpay.Row) {}), want: `kind "letters" is unknown`,
		},
		"Unit": {
			reason: "a unit has a number", kind: sickNotesKind, row: row(func(r *navsickpay.Row) { r.Unit = "1" }),
			want: "unit: ",
		},
		"Person": {
			reason: "a person who may be real", kind: sickNotesKind,
			row:  row(func(r *navsickpay.Row) { r.Person = "12345678901" }),
			want: "synthetic person",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, one := w.sim.SickPay.Add(tc.kind, tc.row)
			_, many := w.sim.SickPay.AddMany(tc.kind, tc.row, 2, 1)
			for _, err := range []error{one, many} {
				if err == nil || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("%s: got %v, want %q", tc.reason, err, tc.want)
				}
			}
			diff(t, "nothing is kept", 0, len(w.sim.SickPay.Rows(tc.kind, tc.row.Unit)))
		})
	}
	for _, change := range []func(string, uuid.UUID) (navsickpay.Row, error){w.sim.SickPay.Show, w.sim.SickPay.Renumber} {
		for kind, want := range map[string]string{
			"letters":     `kind "letters" is unknown`,
			sickNotesKind: "NAV has no sick-notes with id ",
		} {
			if _, err := change(kind, fixed(1)); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		}
	}
	diff(t, "nothing is said of an unknown kind", 0, len(w.sim.SickPay.Document("letters", navsickpay.Row{})))
	if err := w.sim.SickPay.RegisterUnit(subUnit, "1"); err == nil {
		t.Error("a main unit without a number")
	}
	diff(t, "POST of nothing", http.StatusNotFound,
		w.adminCall(http.MethodPost, "/nav/documents/sick-notes/"+fixed(1).String()+"/show").status)
	diff(t, "of no id", http.StatusBadRequest, w.adminCall(http.MethodPost, "/nav/documents/sick-notes/x/renumber").status)
	diff(t, "of no seed", http.StatusBadRequest,
		w.adminCall(http.MethodPost, "/nav/units/"+subUnit+"/sick-notes?seed=x").status)
}

func (w *world) adminCall(method, path string) reply {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.admin.URL+path, http.NoBody)
	w.must(err)
	return w.raw(request)
}

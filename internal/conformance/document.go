package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// The synthetic people in the documents.
const (
	sickPerson     = "01447842099"
	applyingPerson = "05449412615"
)

var documentsAt = time.Date(2026, time.January, 15, 9, 30, 0, 0, time.UTC)

// document makes a document as NAV writes it (navikt/sykepenger-im-lps-api: Sykmelding, Sykepengesoeknad), of a
// synthetic person, with more fields if there are some.
func document(unit string, kind hrmapi.Kind, id uuid.UUID, number int64, more map[string]any) hrmapi.Document {
	fields := sickNote(unit, id, number)
	times := map[string]time.Time{
		"mottattAvNav": documentsAt, "sendtTilArbeidsgiver": documentsAt,
		"kontaktMedPasient": documentsAt,
	}
	if kind == hrmapi.SickPayApplications {
		fields = sickPayApplication(unit, id, number)
		times = map[string]time.Time{"mottatTid": documentsAt}
	}
	maps.Copy(fields, more)
	return hrmapi.Document{ID: id, SequenceNumber: number, Times: times, Document: mustEncode(fields)}
}

func mustEncode(fields map[string]any) json.RawMessage {
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err) // maps of texts and numbers
	}
	return text
}

func sickNote(unit string, id uuid.UUID, number int64) map[string]any {
	return map[string]any{
		"loepenr": number, "sykmeldingId": id, "mottattAvNav": "2026-01-15T09:30", "sendtTilArbeidsgiver": "2026-01-15T10:30",
		"sykmeldt":          map[string]any{"fnr": sickPerson, "navn": "Syntetisk Person"},
		"egenmeldingsdager": []any{}, "sykefravaerFom": "2026-01-12",
		"sykmeldingPerioder": []any{map[string]any{
			"fom": "2026-01-12", "tom": "2026-01-31",
			"aktivitet": map[string]any{
				"avventendeSykmelding": nil, "gradertSykmelding": nil,
				"aktivitetIkkeMulig":        map[string]any{"manglendeTilretteleggingPaaArbeidsplassen": false, "beskrivelse": nil},
				"antallBehandlingsdagerUke": nil, "harReisetilskudd": false,
			},
		}},
		"oppfoelging":       map[string]any{"prognose": nil, "meldingTilArbeidsgiver": nil, "tiltakArbeidsplassen": nil},
		"kontaktMedPasient": "2026-01-15T09:30", "behandler": map[string]any{"navn": "Syntetisk Behandler", "tlf": ""},
		"arbeidsgiver": map[string]any{"navn": "Syntetisk Bedrift", "orgnr": unit},
	}
}

func sickPayApplication(unit string, id uuid.UUID, number int64) map[string]any {
	return map[string]any{
		"loepenr": number, "soeknadId": id, "fnr": applyingPerson, "sykmeldingId": nil, "type": "ARBEIDSTAKERE",
		"fom": "2026-01-12", "tom": "2026-01-31", "arbeidGjenopptattDato": nil, "mottatTid": "2026-01-15T10:30",
		"arbeidsgiver":          map[string]any{"navn": "Syntetisk Bedrift", "orgnr": unit},
		"soektUtenlandsopphold": false, "korrigerer": nil,
		"soeknadsperioder": []any{map[string]any{
			"fom": "2026-01-12", "tom": "2026-01-31", "sykmeldingsgrad": 100, "faktiskGrad": nil, "avtaltTimer": nil,
			"faktiskTimer": nil, "sykmeldingstype": "AKTIVITET_IKKE_MULIG",
		}},
		"behandlingsdager": []any{}, "fravaer": []any{},
	}
}

// smallPDF is a PDF with one empty page.
var smallPDF = []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count " +
	"1>>endobj\n" +
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")

// shelf is one kind of documents of one unit: what has a cursor of its own.
type shelf struct {
	unit string
	kind hrmapi.Kind
}

func (s shelf) path() string {
	return fmt.Sprintf("/v1/units/%s/%s", s.unit, s.kind)
}

func (p *probe) newDocument(s shelf, number int64) hrmapi.Document {
	return document(s.unit, s.kind, p.suite.newID(), number, nil)
}

// shelf returns the sick notes of the first unit. Without a unit, nothing can be checked.
func (p *probe) shelf(ctx context.Context) shelf {
	return shelf{p.someUnits(ctx, 1)[0], hrmapi.SickNotes}
}

// someUnits returns at least n units. If there are fewer, it skips the check.
func (p *probe) someUnits(ctx context.Context, n int) []string {
	s := p.suite
	if len(s.units) == 0 {
		for _, unit := range s.config.Units {
			s.units = append(s.units, unit.String())
		}
	}
	if len(s.units) == 0 {
		s.units = p.listUnits(ctx)
	}
	if len(s.units) < n {
		p.skip("there are too few units", "Let the test tenant have two units, so that GET /v1/units names them.")
	}
	return s.units
}

// describe returns a page in words, without its documents.
func describe(page hrmapi.Page) string {
	text := fmt.Sprintf("previousCursor %d, cursor %d, %d documents", page.PreviousCursor, page.Cursor,
		len(page.Documents))
	if page.LastOverlap != nil {
		text += ", lastOverlap " + page.LastOverlap.String()
	}
	return text
}

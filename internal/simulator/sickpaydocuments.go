package simulator

import (
	"fmt"
	"time"
)

// sickPayKind is a kind of documents.
type sickPayKind struct {
	// title is the HRM solutions' word for it, name NAV's.
	title, name, listPath, resource string

	badID, badIDMessage, notFound, notFoundMessage string

	render func(SickPayRow) []byte
}

var sickPayKinds = []*sickPayKind{
	{
		title: "sick-notes", name: "sykmelding", listPath: "/v1/sykmeldinger", resource: "nav_sykepenger_sykmelding",
		badID: "UGYLDIG_SYKMELDING_ID", badIDMessage: "Ugyldig sykmeldingId",
		notFound: "SYKMELDING_IKKE_FUNNET", notFoundMessage: "Sykmelding med oppgitt sykmeldingId ikke funnet, se vedlagt referanseId",
		render: SickPayRow.sickNote,
	},
	{
		title: "sick-pay-applications", name: "sykepengesoeknad", listPath: "/v1/sykepengesoeknader", resource: "nav_sykepenger_soeknad",
		badID: "UGYLDIG_SOEKNAD_ID", badIDMessage: "Ugyldig soeknadId",
		notFound: "SOEKNAD_IKKE_FUNNET", notFoundMessage: "Søknad med oppgitt soeknadId ikke funnet, se vedlagt referanseId",
		render: SickPayRow.application,
	},
}

func sickPayKindOf(title string) *sickPayKind {
	for _, kind := range sickPayKinds {
		if kind.title == title {
			return kind
		}
	}
	return nil
}

// localTime writes a time as Java's LocalDateTime does: without a zone, and without seconds if they are zero.
func localTime(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	switch {
	case t.Nanosecond() != 0:
		return t.Format("2006-01-02T15:04:05.000000")
	case t.Second() != 0:
		return t.Format("2006-01-02T15:04:05")
	default:
		return t.Format("2006-01-02T15:04")
	}
}

// person is the synthetic identity number of the one whom a row is about: of somebody born in a month of which 80 are
// too many, as Skatteetaten's test persons are.
func (r SickPayRow) person() string {
	seed := int(r.ID[0])<<8 | int(r.ID[1])
	for individual := seed % 1000; ; individual = (individual + 1) % 1000 {
		nine := fmt.Sprintf("%02d%02d%02d%03d", 1+seed%28, 81+seed%12, 50+seed%50, individual)
		if checked, ok := withControlDigits(nine); ok {
			return checked
		}
	}
}

// withControlDigits adds the two control digits of an identity number, if there are some for it.
func withControlDigits(nine string) (string, bool) {
	number := nine
	for _, weights := range [][]int{{3, 7, 6, 1, 8, 9, 4, 5, 2}, {5, 4, 3, 2, 7, 6, 5, 4, 3, 2}} {
		sum := 0
		for i, weight := range weights {
			sum += weight * int(number[i]-'0')
		}
		digit := (11 - sum%11) % 11
		if digit == 10 {
			return "", false
		}
		number += fmt.Sprint(digit)
	}
	return number, true
}

// sickNote is a sykmelding (navikt/sykepenger-im-lps-api, TestData.kt): every field, and null where there is nothing.
func (r SickPayRow) sickNote() []byte {
	day := r.Sent.In(oslo()).Format(time.DateOnly)
	until := r.Sent.In(oslo()).AddDate(0, 0, 14).Format(time.DateOnly)
	received := localTime(r.Sent.Add(-time.Hour), time.UTC)
	return fmt.Appendf(nil, `{"loepenr":%d,"sykmeldingId":"%s","mottattAvNav":"%s","sendtTilArbeidsgiver":"%s",`+
		`"sykmeldt":{"fnr":"%s","navn":"Syntetisk Testperson"},"egenmeldingsdager":[],"sykefravaerFom":"%s",`+
		`"sykmeldingPerioder":[{"fom":"%s","tom":"%s","aktivitet":{"avventendeSykmelding":null,"gradertSykmelding":null,`+
		`"aktivitetIkkeMulig":{"manglendeTilretteleggingPaaArbeidsplassen":false,"beskrivelse":null},"antallBehandlingsdagerUke":null,"harReisetilskudd":false}}],`+
		`"oppfoelging":{"prognose":{"erArbeidsfoerEtterEndtPeriode":true,"beskrivHensynArbeidsplassen":null},"meldingTilArbeidsgiver":null,"tiltakArbeidsplassen":"Versjon %d"},`+
		`"kontaktMedPasient":"%s","behandler":{"navn":"Frida Perma Frost","tlf":"1234678"},"arbeidsgiver":{"navn":"TESTBEDRIFT","orgnr":"%s"}}`,
		r.Number, r.ID, received, localTime(r.Sent, oslo()), r.person(), day, day, until, r.Version, received, r.Unit)
}

// application is a sykepengesøknad.
func (r SickPayRow) application() []byte {
	day := r.Sent.In(oslo()).Format(time.DateOnly)
	until := r.Sent.In(oslo()).AddDate(0, 0, 14).Format(time.DateOnly)
	return fmt.Appendf(nil, `{"loepenr":%d,"soeknadId":"%s","fnr":"%s","sykmeldingId":null,"type":"ARBEIDSTAKERE","fom":"%s","tom":"%s",`+
		`"arbeidGjenopptattDato":null,"mottatTid":"%s","arbeidsgiver":{"navn":"TESTBEDRIFT","orgnr":"%s"},"soektUtenlandsopphold":false,`+
		`"korrigerer":null,"soeknadsperioder":[{"fom":"%s","tom":"%s","sykmeldingsgrad":100,"faktiskGrad":null,"avtaltTimer":null,"faktiskTimer":null,`+
		`"sykmeldingstype":"AKTIVITET_IKKE_MULIG"}],"behandlingsdager":[],"fravaer":[]}`,
		r.Number, r.ID, r.person(), day, until, localTime(r.Sent, oslo()), r.Unit, day, until)
}

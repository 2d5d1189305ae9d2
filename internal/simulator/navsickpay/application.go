package navsickpay

import (
	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// applicationDocument is a sykepengesøknad (navikt/sykepenger-im-lps-api, Sykepengesoeknad.kt). The t of mottatTid is
// one.
type applicationDocument struct {
	Number         int64               `json:"loepenr"`
	ID             string              `json:"soeknadId"`
	IdentityNumber string              `json:"fnr"`
	SickNote       *string             `json:"sykmeldingId"`
	Type           string              `json:"type"`
	From           *string             `json:"fom"`
	To             *string             `json:"tom"`
	WorkResumed    *string             `json:"arbeidGjenopptattDato"`
	Received       string              `json:"mottatTid"` // wall clock of Oslo
	Employer       employer            `json:"arbeidsgiver"`
	StayAbroad     *bool               `json:"soektUtenlandsopphold"`
	Corrects       *string             `json:"korrigerer"`
	Periods        []applicationPeriod `json:"soeknadsperioder"`
	TreatmentDays  []string            `json:"behandlingsdager"`
	Absences       []absence           `json:"fravaer"`
}

type applicationPeriod struct {
	period

	Percent     int           `json:"sykmeldingsgrad"`
	RealPercent *int          `json:"faktiskGrad"`
	AgreedHours *kotlinDouble `json:"avtaltTimer"`
	RealHours   *kotlinDouble `json:"faktiskTimer"`
	Type        *string       `json:"sykmeldingstype"`
}

// absence is a period of absence, perhaps without an end.
type absence struct {
	From string  `json:"fom"`
	To   *string `json:"tom"`
	Type string  `json:"type"`
}

func (r *Row) application() applicationDocument {
	style, days := r.seed(1), r.days(-21, 18)
	a := applicationDocument{
		Number: r.Number, ID: r.ID.String(), IdentityNumber: r.person(), Received: r.localTime(r.Sent, wire.Oslo()),
		SickNote: of(style>>3, r.relative("sykmelding"), nil), Corrects: of(style>>4, nil, nil, r.relative("korrigerer")),
		Type: "ARBEIDSTAKERE", From: &days.From, To: &days.To,
		WorkResumed:   of(style>>6, nil, &days.To),
		Employer:      employer{of(style>>8, new("LOMMEN BARNEHAVE"), new("Jordisk Kunst Katt Kryddermål")), r.Unit},
		StayAbroad:    of(style>>9, new(false), nil, new(true)),
		Periods:       []applicationPeriod{{period: days, Percent: 100, Type: new("AKTIVITET_IKKE_MULIG")}},
		TreatmentDays: []string{},
		Absences: of(style>>12, []absence{}, []absence{{days.From, &days.To, "FERIE"}, {days.From, nil, "PERMISJON"}},
			[]absence{{days.To, nil, "UTLANDSOPPHOLD"}}),
	}
	r.applyType(&a)
	return a
}

// applyType sets the type of the application, by the row's id. Few have none.
func (r *Row) applyType(a *applicationDocument) {
	only := &a.Periods[0]
	switch r.seed(1) % (sickNoteTypes + 1) {
	case 1:
		only.Percent, only.RealPercent, only.Type = 60, new(45), new("GRADERT")
		only.AgreedHours, only.RealHours = new(kotlinDouble(37.5)), new(kotlinDouble(20))
	case 2:
		a.Type, only.Type = "BEHANDLINGSDAGER", new("BEHANDLINGSDAGER")
		a.TreatmentDays = []string{only.From, only.To}
	case 3:
		a.Type, only.Percent, only.Type = "GRADERT_REISETILSKUDD", 50, new("REISETILSKUDD")
	case 4:
		only.Type = new("AVVENTENDE")
	case 5:
		only.Type = nil
	}
}

// relative returns the id of another document, the same each time.
func (r *Row) relative(of string) *string {
	return new(uuid.NewSHA1(r.ID, []byte(of)).String())
}

package navsickpay

import (
	"time"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// sickNoteDocument is a sykmelding (navikt/sykepenger-im-lps-api, Sykmelding.kt and TestData.kt). Every field exists,
// perhaps null. It has no diagnosis.
type sickNoteDocument struct {
	Number         int64            `json:"loepenr"`
	ID             string           `json:"sykmeldingId"`
	Received       string           `json:"mottattAvNav"`         // wall clock of UTC
	Sent           string           `json:"sendtTilArbeidsgiver"` // wall clock of Oslo
	Employee       sickNoteEmployee `json:"sykmeldt"`
	SelfCertified  []period         `json:"egenmeldingsdager"`
	AbsentSince    *string          `json:"sykefravaerFom"`
	Periods        []sickNotePeriod `json:"sykmeldingPerioder"`
	FollowUp       sickNoteFollowUp `json:"oppfoelging"`
	PatientContact string           `json:"kontaktMedPasient"` // wall clock of UTC
	Practitioner   *practitioner    `json:"behandler"`
	Employer       employer         `json:"arbeidsgiver"`
}

type sickNoteEmployee struct {
	IdentityNumber string `json:"fnr"`
	Name           string `json:"navn"`
}

type sickNotePeriod struct {
	period

	Activity activity `json:"aktivitet"`
}

// activity has one of the first four, or only a grant for travel.
type activity struct {
	Pending       *string     `json:"avventendeSykmelding"`
	Graded        *graded     `json:"gradertSykmelding"`
	Impossible    *impossible `json:"aktivitetIkkeMulig"`
	TreatmentDays *int        `json:"antallBehandlingsdagerUke"`
	TravelGrant   bool        `json:"harReisetilskudd"`
}

type graded struct {
	Percent     int  `json:"sykmeldingsgrad"`
	TravelGrant bool `json:"harReisetilskudd"`
}

type impossible struct {
	WorkplaceNotAdapted bool    `json:"manglendeTilretteleggingPaaArbeidsplassen"`
	Description         *string `json:"beskrivelse"`
}

type sickNoteFollowUp struct {
	Prognosis *prognosis `json:"prognose"`
	Message   *string    `json:"meldingTilArbeidsgiver"`
	Measures  *string    `json:"tiltakArbeidsplassen"`
}

type prognosis struct {
	FitAfterwards bool    `json:"erArbeidsfoerEtterEndtPeriode"`
	Consideration *string `json:"beskrivHensynArbeidsplassen"`
}

// practitioner has two spaces in a name without a middle name, and an empty number without a telephone.
type practitioner struct {
	Name      string `json:"navn"`
	Telephone string `json:"tlf"`
}

// contact and receipt are how long before a sick note was sent to the employer it was written and received.
const (
	contact = 26 * time.Hour
	receipt = 25*time.Hour + 7*time.Minute + 3*time.Second
)

func (r *Row) sickNote() sickNoteDocument {
	style := r.seed(1)
	note := sickNoteDocument{
		Number: r.Number, ID: r.ID.String(), Sent: localTime(r.Sent, wire.Oslo()),
		Received: r.localTime(r.Sent.Add(-receipt),
			time.UTC), PatientContact: localTime(r.Sent.Truncate(time.Minute).Add(-contact), time.UTC),
		Employee: sickNoteEmployee{r.person(), r.name()}, SelfCertified: []period{},
		FollowUp: sickNoteFollowUp{
			Prognosis: of(style>>3, nil, &prognosis{}, &prognosis{true, new("Må ta det pent")}),
			Message:   of(style>>5, nil, new("Ring <meg> om \"tilrettelegging\" & arbeidstid")),
			Measures:  of(style>>6, nil, new("Fortsett som sist.\nHev bordet.")),
		},
		Practitioner: of(style>>8, &practitioner{"Frida Perma Frost", "1234678"}, &practitioner{"Kari  Lege", ""}, nil),
		Employer:     employer{of(style>>10, new("LOMMEN BARNEHAVE"), new("Jordisk Kunst Katt Kryddermål"), nil), r.Unit},
	}
	note.Periods = []sickNotePeriod{{r.days(0, 14), r.activity()}}
	if style>>12%3 == 0 {
		note.Periods = append(note.Periods, sickNotePeriod{r.days(15, 7), activity{Graded: &graded{Percent: 40}}})
	}
	if style>>14%2 == 0 {
		note.SelfCertified = append(note.SelfCertified, r.days(-4, 2))
	}
	note.AbsentSince = of(style>>16, &note.Periods[0].From, nil)
	return note
}

// days returns a period that begins so many days after the row was sent.
func (r *Row) days(after, long int) period {
	first := r.Sent.In(wire.Oslo()).AddDate(0, 0, after)
	return period{first.Format(time.DateOnly), first.AddDate(0, 0, long).Format(time.DateOnly)}
}

// sickNoteTypes is the number of types of a period.
const sickNoteTypes = 5

// activity returns a type of a period, by the row's id. The usual one comes twice.
func (r *Row) activity() activity {
	return []activity{
		{Impossible: &impossible{}},
		{Impossible: &impossible{true, new("Trappene er for bratte")}},
		{Graded: &graded{60, r.seed(1)>>20%2 == 0}},
		{Pending: new("Kan arbeide med hvilepauser")},
		{TreatmentDays: new(2)},
		{TravelGrant: true},
	}[r.seed(1)%(sickNoteTypes+1)]
}

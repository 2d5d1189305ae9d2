package sickpay

import (
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// Kind is a kind of documents of NAV's.
type Kind struct {
	// Name is what the HRM solutions' contract calls it.
	Name hrmapi.Kind
	// list and one are the paths of NAV's API; the id of a document follows one.
	list, one string
	// id is the field that holds the document's id.
	id string
	// times are the fields that hold times without a zone, with the zone that they are of.
	times map[string]*time.Location
	// sent is the one of them that says when the employer was given the document, "" if there is none.
	sent string
}

// oslo is the zone of the server's local times. The program has the zones in itself.
var oslo = mustLoad("Europe/Oslo")

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// The kinds. Which time has which zone is not in the documents: mottattAvNav and kontaktMedPasient are instants whose Z was
// cut off, the others the server's local time (navikt/sykepenger-im-lps-api, sykmelding and soeknad).
var (
	// SickNotes are sykmeldinger.
	SickNotes = Kind{
		Name: hrmapi.SickNotes, list: "v1/sykmeldinger", one: "v1/sykmelding", id: "sykmeldingId",
		times: map[string]*time.Location{"mottattAvNav": time.UTC, "kontaktMedPasient": time.UTC, "sendtTilArbeidsgiver": oslo},
		sent:  "sendtTilArbeidsgiver",
	}
	// Applications are applications for sick pay, sykepengesøknader.
	Applications = Kind{
		Name: hrmapi.SickPayApplications, list: "v1/sykepengesoeknader", one: "v1/sykepengesoeknad", id: "soeknadId",
		times: map[string]*time.Location{"mottatTid": oslo},
	}
)

// Today gives the date that it is for NAV.
func Today(now time.Time) string { return now.In(oslo).Format(time.DateOnly) }

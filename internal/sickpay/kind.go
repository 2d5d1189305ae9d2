package sickpay

import (
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/navapi"
)

// Kind is a kind of NAV's documents.
type Kind struct {
	// Name is the kind's name in the HRM contract.
	Name hrmapi.Kind
	// list and one are paths of NAV's API. The id of a document follows one.
	list, one string
	// id is the field of the document's id.
	id string
	// times are the fields of times without zone, and the zones that they are in.
	times map[string]*time.Location
	// sent is the one of them at which the employer received the document, "" if the kind has none.
	sent string
}

// The kinds. mottattAvNav and kontaktMedPasient are in UTC, without their Z. The other times are the server's local
// time (navikt/sykepenger-im-lps-api, sykmelding and soeknad).
var (
	// SickNotes are sykmeldinger.
	SickNotes = Kind{
		Name: hrmapi.SickNotes, list: "v1/sykmeldinger", one: "v1/sykmelding", id: "sykmeldingId",
		times: map[string]*time.Location{
			"mottattAvNav": time.UTC, "kontaktMedPasient": time.UTC,
			"sendtTilArbeidsgiver": navapi.Oslo,
		},
		sent: "sendtTilArbeidsgiver",
	}
	// Applications are applications for sick pay, sykepengesøknader.
	Applications = Kind{
		Name: hrmapi.SickPayApplications, list: "v1/sykepengesoeknader", one: "v1/sykepengesoeknad", id: "soeknadId",
		times: map[string]*time.Location{"mottatTid": navapi.Oslo},
	}
)

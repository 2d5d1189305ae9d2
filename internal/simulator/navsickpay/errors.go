package navsickpay

import (
	"net/http"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// sickPayProblem is the body of NAV's errors (navikt/sykepenger-im-lps-api, ErrorResponse.kt).
type sickPayProblem struct {
	Code      string  `json:"feilkode"`
	Message   string  `json:"feilmelding"`
	Reference *string `json:"referanseId"`
}

func sickPayError(status int, code, message string) wire.Answer {
	return wire.JSON(status, code, sickPayProblem{Code: code, Message: message})
}

func noRightAnswer() wire.Answer {
	return sickPayError(http.StatusUnauthorized, "IKKE_TILGANG_TIL_RESSURS", "Ikke tilgang til ressurs")
}

// badTokenAnswer is for a token that is refused.
func badTokenAnswer(refused string, readings Readings) wire.Answer {
	if readings.TokenRefusalHasCode {
		return wire.JSON(http.StatusUnauthorized, refused, sickPayProblem{Code: "UAUTORISERT", Message: "Uautorisert tilgang"})
	}
	return wire.Answer{Status: http.StatusUnauthorized, Outcome: refused}
}

func wrongContentTypeAnswer() wire.Answer {
	return sickPayError(http.StatusBadRequest, "UGYLDIG_REQUEST_BODY", "Ugyldig content type")
}

// badFilterAnswer tells what is wrong with a filter.
func badFilterAnswer(problem error) wire.Answer {
	return sickPayError(http.StatusBadRequest, "SERIALISERINGSFEIL", "Illegal input: "+problem.Error())
}

// badIDAnswer is for an id that is no UUID.
func (k *sickPayKind) badIDAnswer() wire.Answer {
	return sickPayError(http.StatusBadRequest, "UGYLDIG_"+k.errorName+"_ID", "Ugyldig "+k.idField)
}

// notFoundAnswer repeats the id that was asked for.
func (k *sickPayKind) notFoundAnswer(id string) wire.Answer {
	return wire.JSON(http.StatusNotFound, k.errorName+"_IKKE_FUNNET", sickPayProblem{
		Code: k.errorName + "_IKKE_FUNNET", Reference: &id,
		Message: k.errorTitle + " med oppgitt " + k.idField + " ikke funnet, se vedlagt referanseId",
	})
}

// failed is NAV's own error, of which there is one for each thing that can be asked.
func (k *sickPayKind) failed(operation sickPayOperation) wire.Answer {
	switch operation {
	case sickPayList:
		return sickPayError(http.StatusInternalServerError, "FEIL_VED_HENTING_"+k.listErrorName, "Feil ved henting av "+k.listTitle)
	case sickPayPDF:
		return sickPayError(http.StatusInternalServerError, "FEIL_VED_PDF_GENERERING", "Feil ved generering av pdf")
	default:
		return sickPayError(http.StatusInternalServerError, "FEIL_VED_HENTING_"+k.oneErrorName, "Feil ved henting av "+k.oneTitle)
	}
}

// movedAnswer is for the path of PDFs of before.
func movedAnswer() wire.Answer {
	return wire.Answer{
		Status: http.StatusGone, ContentType: wire.ContentTypeText, Outcome: "Gone",
		Body: []byte("Endepunktet har blitt flyttet. Bruk v1/sykmelding/{SYKMELDING_ID}/pdf i stedet."),
	}
}

package navsickpay

import (
	"net/http"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// problemBody is the body of NAV's errors (navikt/sykepenger-im-lps-api, ErrorResponse.kt).
type problemBody struct {
	Code      string  `json:"feilkode"`
	Message   string  `json:"feilmelding"`
	Reference *string `json:"referanseId"`
}

func problemAnswer(status int, code, message string) wire.Answer {
	return wire.JSON(status, code, problemBody{Code: code, Message: message})
}

func noRightAnswer() wire.Answer {
	return problemAnswer(http.StatusUnauthorized, "IKKE_TILGANG_TIL_RESSURS", "Ikke tilgang til ressurs")
}

// badTokenAnswer returns the answer to a refused token.
func badTokenAnswer(refused string, readings Readings) wire.Answer {
	if readings.TokenRefusalHasCode {
		return wire.JSON(http.StatusUnauthorized, refused, problemBody{Code: "UAUTORISERT", Message: "Uautorisert tilgang"})
	}
	return wire.Answer{Status: http.StatusUnauthorized, Outcome: refused}
}

func wrongContentTypeAnswer() wire.Answer {
	return problemAnswer(http.StatusBadRequest, "UGYLDIG_REQUEST_BODY", "Ugyldig content type")
}

// badFilterAnswer returns the answer to an invalid filter.
func badFilterAnswer(problem error) wire.Answer {
	return problemAnswer(http.StatusBadRequest, "SERIALISERINGSFEIL", "Illegal input: "+problem.Error())
}

// badIDAnswer returns the answer to an id that is no UUID.
func (k *documentKind) badIDAnswer() wire.Answer {
	return problemAnswer(http.StatusBadRequest, "UGYLDIG_"+k.errorName+"_ID", "Ugyldig "+k.idField)
}

// notFoundAnswer returns the answer to an unknown id, which it repeats.
func (k *documentKind) notFoundAnswer(id string) wire.Answer {
	return wire.JSON(http.StatusNotFound, k.errorName+"_IKKE_FUNNET", problemBody{
		Code: k.errorName + "_IKKE_FUNNET", Reference: &id,
		Message: k.errorTitle + " med oppgitt " + k.idField + " ikke funnet, se vedlagt referanseId",
	})
}

// failed returns NAV's own error for an operation.
func (k *documentKind) failed(operation operation) wire.Answer {
	switch operation {
	case opList:
		return problemAnswer(http.StatusInternalServerError, "FEIL_VED_HENTING_"+k.listErrorName,
			"Feil ved henting av "+k.listTitle)
	case opPDF:
		return problemAnswer(http.StatusInternalServerError, "FEIL_VED_PDF_GENERERING", "Feil ved generering av pdf")
	default:
		return problemAnswer(http.StatusInternalServerError, "FEIL_VED_HENTING_"+k.oneErrorName,
			"Feil ved henting av "+k.oneTitle)
	}
}

// movedAnswer returns the answer at the old path of PDFs.
func movedAnswer() wire.Answer {
	return wire.Answer{
		Status: http.StatusGone, ContentType: wire.ContentTypeText, Outcome: "Gone",
		Body: []byte("Endepunktet har blitt flyttet. Bruk v1/sykmelding/{SYKMELDING_ID}/pdf i stedet."),
	}
}

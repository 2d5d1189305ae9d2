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

func problemResponse(status int, code, message string) wire.Response {
	return wire.JSON(status, code, problemBody{Code: code, Message: message})
}

func noRightResponse() wire.Response {
	return problemResponse(http.StatusUnauthorized, "IKKE_TILGANG_TIL_RESSURS", "Ikke tilgang til ressurs")
}

// badTokenResponse returns the response to a refused token.
func badTokenResponse(refused string, readings Readings) wire.Response {
	if readings.TokenRefusalHasCode {
		return wire.JSON(http.StatusUnauthorized, refused, problemBody{Code: "UAUTORISERT", Message: "Uautorisert tilgang"})
	}
	return wire.Response{Status: http.StatusUnauthorized, Outcome: refused}
}

func wrongContentTypeResponse() wire.Response {
	return problemResponse(http.StatusBadRequest, "UGYLDIG_REQUEST_BODY", "Ugyldig content type")
}

// badFilterResponse returns the response to an invalid filter.
func badFilterResponse(problem error) wire.Response {
	return problemResponse(http.StatusBadRequest, "SERIALISERINGSFEIL", "Illegal input: "+problem.Error())
}

// badIDResponse returns the response to an id that is no UUID.
func (k *documentKind) badIDResponse() wire.Response {
	return problemResponse(http.StatusBadRequest, "UGYLDIG_"+k.errorName+"_ID", "Ugyldig "+k.idField)
}

// notFoundResponse returns the response to an unknown id, which it repeats.
func (k *documentKind) notFoundResponse(id string) wire.Response {
	return wire.JSON(http.StatusNotFound, k.errorName+"_IKKE_FUNNET", problemBody{
		Code: k.errorName + "_IKKE_FUNNET", Reference: &id,
		Message: k.errorTitle + " med oppgitt " + k.idField + " ikke funnet, se vedlagt referanseId",
	})
}

// failed returns NAV's own error for an operation.
func (k *documentKind) failed(operation operation) wire.Response {
	switch operation {
	case opList:
		return problemResponse(http.StatusInternalServerError, "FEIL_VED_HENTING_"+k.listErrorName,
			"Feil ved henting av "+k.listTitle)
	case opPDF:
		return problemResponse(http.StatusInternalServerError, "FEIL_VED_PDF_GENERERING", "Feil ved generering av pdf")
	default:
		return problemResponse(http.StatusInternalServerError, "FEIL_VED_HENTING_"+k.oneErrorName,
			"Feil ved henting av "+k.oneTitle)
	}
}

// movedResponse returns the response at the old path of PDFs.
func movedResponse() wire.Response {
	return wire.Response{
		Status: http.StatusGone, ContentType: wire.ContentTypeText, Outcome: "Gone",
		Body: []byte("Endepunktet har blitt flyttet. Bruk v1/sykmelding/{SYKMELDING_ID}/pdf i stedet."),
	}
}

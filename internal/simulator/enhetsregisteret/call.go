package enhetsregisteret

import (
	"net/http"
	"time"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// basePath is the path of the API at data.brreg.no.
const basePath = "/enhetsregisteret/api/"

// The API's collections.
const (
	mainUnits = "enheter"
	subUnits  = "underenheter"
)

type call struct {
	register           *Service
	method, path       string
	collection, number string
}

// Operation is the collection, or empty.
func (c *call) Operation() string {
	if c.collection == mainUnits || c.collection == subUnits {
		return c.collection
	}
	return ""
}

func (c *call) Organization() string { return c.number }

func (c *call) Respond(now time.Time) wire.Response {
	if c.method != http.MethodGet && c.method != http.MethodHead {
		return c.problem(now, http.StatusMethodNotAllowed, "Method Not Allowed")
	}
	c.register.mu.Lock()
	unit, ok := c.register.units[c.number]
	c.register.mu.Unlock()
	readings := c.register.readings.Load()
	switch {
	case !ok || c.collection != unit.collection():
		if readings.NotFoundIsEmpty {
			return wire.Response{Status: http.StatusNotFound, Outcome: "NotFound"}
		}
		return c.problem(now, http.StatusNotFound, "Not Found")
	case unit.Removed || unit.DeletedOn != "" && readings.DeletedIsGone:
		return wire.JSON(http.StatusGone, "Gone", map[string]string{
			"organisasjonsnummer": unit.Number, "slettedato": unit.DeletedOn,
		})
	default:
		return wire.JSON(http.StatusOK, "OK", unit.document())
	}
}

// problem is the form of the errors of the framework that the register is built with.
func (c *call) problem(now time.Time, status int, title string) wire.Response {
	return wire.JSON(status, title, map[string]any{
		"timestamp": now.UTC().Format(time.RFC3339), "status": status, "error": title, "path": c.path,
	})
}

// collection is the collection in which a unit is.
func (u Unit) collection() string {
	if u.MainUnit != "" {
		return subUnits
	}
	return mainUnits
}

// document is a unit on the wire. Fields that no client needs are left out.
func (u Unit) document() map[string]any {
	d := map[string]any{
		"organisasjonsnummer": u.Number,
		"navn":                u.Name,
		"organisasjonsform":   map[string]string{"kode": "AS", "beskrivelse": "Aksjeselskap"},
		"_links": map[string]any{
			"self": map[string]string{"href": "https://data.brreg.no" + basePath + u.collection() + "/" + u.Number},
		},
	}
	if u.DeletedOn != "" {
		d["respons_klasse"], d["slettedato"] = "SlettetEnhet", u.DeletedOn
		return d
	}
	d["respons_klasse"] = "Enhet"
	if u.MainUnit != "" {
		d["respons_klasse"], d["overordnetEnhet"] = "Underenhet", u.MainUnit
		d["organisasjonsform"] = map[string]string{
			"kode":        "BEDR",
			"beskrivelse": "Underenhet til næringsdrivende og offentlig forvaltning",
		}
		return d
	}
	d["konkurs"], d["underAvvikling"] = u.Bankrupt, u.Dissolving
	d["underTvangsavviklingEllerTvangsopplosning"] = u.CompulsoryDissolution
	d["registreringsdatoEnhetsregisteret"], d["harRegistrertAntallAnsatte"] = "1995-02-19", false
	return d
}

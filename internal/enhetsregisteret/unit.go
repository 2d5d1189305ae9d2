package enhetsregisteret

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/4human/integration-operator/internal/orgnumber"
)

// Kind is whether an organization is a main unit or a sub-unit.
type Kind string

// The kinds. A deleted organization that the register no longer describes has the kind of its collection.
const (
	// MainUnit is a legal person (hovedenhet), which can delegate in Altinn.
	MainUnit Kind = "MainUnit"
	// SubUnit is a place of business (underenhet) of a main unit.
	SubUnit Kind = "SubUnit"
)

// Unit is what the register says about an organization.
type Unit struct {
	// Number is the organization number.
	Number orgnumber.Number
	// Name is the registered name, on one line and at most maxName characters long. It is empty if the register withholds
	// it (410). The name of a sole proprietorship is usually a person's name.
	Name string
	// Kind is whether it is a main unit or a sub-unit.
	Kind Kind
	// MainUnit is the unit above a sub-unit, and the zero Number if there is none.
	MainUnit orgnumber.Number
	// DeletedOn is the date on which it was deleted, and zero if it was not.
	DeletedOn time.Time
	// Bankrupt reports that it is bankrupt.
	Bankrupt bool
	// Dissolving reports that it is being wound up, by its own decision or by force.
	Dissolving bool
}

// maxName bounds a name. The register's own limit is 175 characters.
const maxName = 200

// document is a unit on the wire. A deleted one has only number, name and date (respons_klasse SlettetEnhet), one that
// was removed for legal reasons only number and date.
type document struct {
	Number     string `json:"organisasjonsnummer"`
	Name       string `json:"navn"`
	DeletedOn  string `json:"slettedato"`
	MainUnit   string `json:"overordnetEnhet"`
	Bankrupt   bool   `json:"konkurs"`
	WindingUp  bool   `json:"underAvvikling"`
	Compulsory bool   `json:"underTvangsavviklingEllerTvangsopplosning"`
}

// parse parses a document about a number. Its errors do not quote it.
func parse(body []byte, number orgnumber.Number, kind Kind) (*Unit, error) {
	var d document
	if err := json.Unmarshal(body, &d); err != nil {
		return nil, errors.New("the body is not the expected JSON")
	}
	if d.Number != number.String() {
		return nil, errors.New("the body is about another organization")
	}
	u := &Unit{
		Number: number, Name: line(d.Name), Kind: kind,
		Bankrupt: d.Bankrupt, Dissolving: d.WindingUp || d.Compulsory,
	}
	if d.DeletedOn != "" {
		var err error
		if u.DeletedOn, err = time.Parse(time.DateOnly, d.DeletedOn); err != nil {
			return nil, errors.New("slettedato is not a date")
		}
	}
	if kind == SubUnit && d.MainUnit != "" {
		var err error
		if u.MainUnit, err = orgnumber.Parse(d.MainUnit); err != nil {
			return nil, fmt.Errorf("overordnetEnhet is not an organization number: %w", err)
		}
	}
	return u, nil
}

// line returns a name on one line, without control characters, and not too long.
func line(name string) string {
	name = strings.Join(strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }),
		" ")
	if runes := []rune(name); len(runes) > maxName {
		return string(runes[:maxName-1]) + "…"
	}
	return name
}

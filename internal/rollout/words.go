package rollout

import (
	"embed"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/services"
)

//go:embed words
var files embed.FS

// words are the texts of this package.
var words = language.MustLoad(files, "words")

// Title returns a state's name, such as "Venter".
func (s State) Title(lang language.Language) string { return words.Text(lang, "state."+string(s)) }

// Title returns the service's name for people, such as "Sykmeldinger". It is the API's name if no Supplier is known
// that declares the service.
func (s Service) Title(lang language.Language) string { return s.definition().Words(lang).Title }

// definition returns what the Supplier offers by the service's name.
func (s Service) definition() services.Service {
	service, _ := services.Declared(s.Name, s.Custom)
	return service
}

// ActorTitle returns the name of who has to act, such as "Kunden". It is "Ingen" if no person has to.
func ActorTitle(actor v1alpha1.Actor, lang language.Language) string {
	if actor == "" {
		actor = "None"
	}
	return words.Text(lang, "actor."+string(actor))
}

// Organization returns an organization number for people, such as "310 330 701".
func Organization(number string) string {
	if len(number) != 9 {
		return number
	}
	return number[:3] + "\u00a0" + number[3:6] + "\u00a0" + number[6:]
}

package onboarding

import "github.com/4human/integration-operator/internal/language"

// norwegian are the messages of the CustomResourceDefinition of CustomerIntegrations in Norwegian bokmål. Those about
// organization numbers and names are missing: the checks report these first.
var norwegian = map[string]string{
	"at least one service is required, such as {name: FollowUpPlans}": "minst én tjeneste er påkrevd, for eksempel " +
		"{name: FollowUpPlans}",
	"endpoint must be a URL without user, query and fragment, such as https://tiger.hrm.4human.example/integration": "" +
		"adressen må være en URL uten bruker, spørring og fragment, for eksempel https://tiger.hrm.4human.example/integration",
	"the port must be a number from 1 to 65535, such as https://tiger.hrm.4human.example:8443": "" +
		"porten må være et tall fra 1 til 65535, for eksempel https://tiger.hrm.4human.example:8443",
	"through is the organization number of an agent, such as an accountant; remove spec.access if the customer grants " +
		"access itself": "through er organisasjonsnummeret til en agent, for eksempel en regnskapsfører; fjern spec.access " +
		"om kunden gir tilgang selv",
	"an agent's token opens the data of all its clients; with access.through, write units for each service except " +
		"FollowUpPlans, such as {name: SickNotes, units: [\"315587336\"]}": "tokenet til en agent åpner dataene til alle " +
		"klientene dens. Med access.through må du skrive units for hver tjeneste unntatt FollowUpPlans, for eksempel " +
		"{name: SickNotes, units: [\"315587336\"]}",
	"hrm is required for built-in services unless sync is Disabled": "hrm er påkrevd for innebygde tjenester, med mindre " +
		"sync er Disabled",
	"startDate must be a date in quotes, such as \"2026-06-15\"": "" +
		"startDate må være en dato i anførselstegn, for eksempel \"2026-06-15\"",
	"startDate is not allowed for FollowUpPlans, which fetches nothing": "" +
		"startDate er ikke tillatt for FollowUpPlans, som ikke henter noe",
	"units is not allowed for FollowUpPlans, which fetches nothing": "" +
		"units er ikke tillatt for FollowUpPlans, som ikke henter noe",
	"write the name of a service: a capital letter, then letters and digits, at most 40 characters, such as " +
		"FollowUpPlans": "skriv navnet på en tjeneste: stor forbokstav, så bokstaver og sifre, høyst 40 tegn, for " +
		"eksempel FollowUpPlans",
	"write the name of a Secret without its namespace: lower-case letters, digits, hyphens and dots, such as tiger-hrm": "" +
		"skriv navnet på en Secret uten navnerom: små bokstaver, sifre, bindestreker og punktum, for eksempel tiger-hrm",
	"write the name of a Supplier: lower-case letters, digits and hyphens, such as default": "" +
		"skriv navnet på en Supplier: små bokstaver, sifre og bindestreker, for eksempel default",
	"write five cron fields in quotes: minute, hour, day, month and weekday, such as \"H * * * *\"; macros and time zones " +
		"are not supported": "skriv fem cron-felt i anførselstegn: minutt, time, dag, måned og ukedag, for eksempel " +
		"\"H * * * *\". Makroer og tidssoner støttes ikke",
	"the schedule never runs, because its months have no such day; write one that they have, such as \"H H 28 2 *\"": "" +
		"kjøreplanen kjører aldri, fordi månedene ikke har en slik dag. Skriv en dag de har, for eksempel \"H H 28 2 *\"",
}

// translated returns a message of the API server's checks in the language, if it is known.
func (f *findings) translated(message string) string {
	if text, ok := norwegian[message]; ok && f.lang == language.Norwegian {
		return text
	}
	return message
}

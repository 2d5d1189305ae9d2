package api

import (
	"fmt"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// ownServices are the Supplier's own services.
const ownServices = `  - name: NetRegistration
    custom:
      title: Innrapportering til NRL
      titleEn: Reporting to NRL
      access:
        apiDelegation:
          scope: kartverk:nrl.rapportering
      schedule: H 6 * * *
      job:
        image: registry.example/nrl-sync:1.4.2
        args:
        - --verbose
        env:
        - name: NRL_BASE_URL
          value: https://nrl.example
        resources:
          requests:
            memory: 64Mi
        secret: PerCustomer
  - name: Settlements
    custom:
      title: oppgjørsrapporter
      access:
        systemUser:
          scope: nav:utbetaling/oppgjorsrapporter
          resources:
          - nav_utbetaling_oppgjorsrapport-refusjon-arbeidsgiver
          accessPackages:
          - urn:altinn:accesspackage:a-ordning
      schedule: H 7 * * *
      job:
        image: registry.example/settlements-sync:2.0.0
        secret: None
`

// own is a Supplier with a mistake in its own services.
func own(reason, was, is string, want ...string) mistake {
	return mistake{reason: reason, file: supplierFull, edits: []edit{{was: was, is: is}}, want: want}
}

const (
	delegationAt = "spec.services[2].custom.access.apiDelegation"
	systemUserAt = "spec.services[3].custom.access.systemUser"
	jobAt        = "spec.services[2].custom.job"
)

// ownServiceMistakes are mistakes in services that a Supplier declares.
func ownServiceMistakes() map[string]mistake {
	return map[string]mistake{
		"not built in": own("the message lists the built-in ones", ownServices, "  - name: Payroll\n",
			`spec.services[2].name: Invalid value: no such service is built in: write DialogueMeetingLetters, FollowUpPlans, NAVFollowUpPlans, SettlementReports, SickNotes or SickPayApplications, or declare a service of your own in custom`),
		"built in": own("a name means one thing", "name: NetRegistration", "name: SickPayApplications",
			`spec.services[2].custom: Invalid value: DialogueMeetingLetters, FollowUpPlans, NAVFollowUpPlans, SettlementReports, SickNotes and SickPayApplications are built in, so custom is not allowed for them; rename your service`),
		"two schedules": own("one would win",
			"  - name: NetRegistration\n", "  - name: NetRegistration\n    schedule: \"H 5 * * *\"\n",
			`spec.services[2].schedule: Invalid value: write the schedule of a service of your own in custom.schedule only`),
		"no schedule": own("nothing says how often", "      schedule: H 6 * * *\n", "", notChecked,
			"spec.services[2].custom.schedule: Required value"),
		"name of a label": own("names have one form", "name: NetRegistration", "name: net-registration",
			`spec.services[2].name: Invalid value: "net-registration": write the name of a service: a capital letter, then letters and digits, at most 40 characters, such as FollowUpPlans`),
		"name too long": own("names of objects have a limit", "name: NetRegistration", "name: N"+strings.Repeat("e", 40),
			`spec.services[2].name: Invalid value: "N`+strings.Repeat("e", 40)+`": write the name of a service: a capital letter, then letters and digits, at most 40 characters, such as FollowUpPlans`),
		"title of two lines": own("titles are in messages",
			"title: Innrapportering til NRL", `title: "Innrapportering\ntil NRL"`,
			`spec.services[2].custom.title: Invalid value: "Innrapportering\ntil NRL": write the title on one line, without spaces around it`),
		"no access": own("what would be verified?",
			"        apiDelegation:\n          scope: kartverk:nrl.rapportering\n", "        {}\n",
			`spec.services[2].custom.access: Invalid value: 0: spec.services[2].custom.access in body should have at least 1 properties`,
			`spec.services[2].custom.access: Invalid value: write apiDelegation or systemUser, and only one of them, such as apiDelegation: {scope: "kartverk:nrl.rapportering"}`),
		"both accesses": own("a service has one kind",
			"        apiDelegation:\n", "        systemUser: {scope: \"a:b\", resources: [abcd]}\n        apiDelegation:\n",
			`spec.services[2].custom.access: Invalid value: write apiDelegation or systemUser, and only one of them, such as apiDelegation: {scope: "kartverk:nrl.rapportering"}`),
		"scope without owner": own("scopes have an owner", "kartverk:nrl.rapportering", "rapportering",
			delegationAt+`.scope: Invalid value: "rapportering": write one scope: its owner, a colon and its name, such as kartverk:nrl.rapportering`),
		"two scopes": own("a token has one", "kartverk:nrl.rapportering", "kartverk:a kartverk:b",
			delegationAt+`.scope: Invalid value: "kartverk:a kartverk:b": write one scope: its owner, a colon and its name, such as kartverk:nrl.rapportering`),
		"the operator's scope": own("a job could request system users",
			"nav:utbetaling/oppgjorsrapporter", "altinn:authentication/systemuser.request.write",
			systemUserAt+`.scope: Invalid value: "altinn:authentication/systemuser.request.write": scopes of altinn:authentication are for the operator alone; write the scope of the API that the job uses`),
		"the scope of the list of clients": own("a job could read whom an agent acts for",
			"nav:utbetaling/oppgjorsrapporter", "altinn:accessmanagement/authorizedparties",
			systemUserAt+`.scope: Invalid value: "altinn:accessmanagement/authorizedparties": scopes of altinn:accessmanagement are for the operator alone; write the scope of the API that the job uses`),
		"no rights": own("a system user needs a right",
			"          resources:\n          - nav_utbetaling_oppgjorsrapport-refusjon-arbeidsgiver\n"+
				"          accessPackages:\n          - urn:altinn:accesspackage:a-ordning\n", "",
			systemUserAt+`: Invalid value: write the resources or accessPackages that the system user needs, such as resources: [nav_utbetaling_oppgjorsrapport-refusjon-arbeidsgiver]`),
		"resource's URN": own("ids have no prefix here",
			"- nav_utbetaling_oppgjorsrapport-refusjon-arbeidsgiver", "- urn:altinn:resource:nav_x",
			systemUserAt+`.resources[0]: Invalid value: "urn:altinn:resource:nav_x": write a resource's id in Altinn, without urn:altinn:resource:, such as nav_sykepenger_sykmelding`),
		"package's name": own("packages are URNs", "- urn:altinn:accesspackage:a-ordning", "- a-ordning",
			systemUserAt+`.accessPackages[0]: Invalid value: "a-ordning": write an access package's URN, such as urn:altinn:accesspackage:lonn-personopplysninger-saerlig-kategori`),
		"no image": own("nothing would run",
			"        image: registry.example/nrl-sync:1.4.2\n", "", notChecked, jobAt+".image: Required value"),
		"image with spaces": own("images have names", "registry.example/nrl-sync:1.4.2", "nrl sync",
			jobAt+`.image: Invalid value: "nrl sync": write an image's name, such as registry.example/integration-operator-sync:1`),
		"contract's variable": own("the operator sets them", "name: NRL_BASE_URL", "name: INTEGRATION_SERVICE",
			jobAt+`.env[0].name: Invalid value: "INTEGRATION_SERVICE": names that begin with INTEGRATION_ are reserved for the operator; use another name`),
		"variable with a hyphen": own("shells cannot read it", "name: NRL_BASE_URL", "name: nrl-base-url",
			jobAt+`.env[0].name: Invalid value: "nrl-base-url": write the name of an environment variable: letters, digits and underscores, such as NRL_BASE_URL`),
		"secret": own("the values are listed", "secret: PerCustomer", "secret: tiger-hrm", notChecked,
			jobAt+`.secret: Unsupported value: "tiger-hrm": supported values: "PerCustomer", "None"`),
	}
}

func TestOwnServiceMistakes(t *testing.T) {
	for name, m := range ownServiceMistakes() {
		t.Run(name, func(t *testing.T) { m.check(t) })
	}
}

// TestBuiltInServices verifies that the CRD's rules know exactly the built-in services: the rules do not read them.
func TestBuiltInServices(t *testing.T) {
	for _, name := range services.Names() {
		for custom, want := range map[string]bool{"": true, strings.SplitAfterN(ownServices, "\n", 2)[1]: false} {
			accepted := accepts(t, fmt.Sprintf("  - name: %s\n%s", name, strings.SplitAfter(custom, "secret: PerCustomer\n")[0]))
			if accepted != want {
				t.Errorf("%s, custom: %t: accepted: %t, want %t", name, custom != "", accepted, want)
			}
		}
	}
}

// TestHRMOfServices verifies that the CRD requires an HRM system for built-in services, and for no other: whether those
// use one is in the Supplier.
func TestHRMOfServices(t *testing.T) {
	for name, want := range map[v1alpha1.ServiceName]bool{"NetRegistration": true, "SickNote": true} {
		requireHRM(t, name, want)
	}
	for _, name := range services.Names() {
		requireHRM(t, name, false)
	}
}

// requireHRM verifies whether the API server accepts a customer of a service without an HRM system.
func requireHRM(t *testing.T, name v1alpha1.ServiceName, want bool) {
	t.Helper()
	u := object(t, manifest(t, customerMinimal, edit{was: customerHRM}, edit{was: "FollowUpPlans", is: string(name)}))
	if err := strict().Create(t.Context(), u, client.DryRunAll); (err == nil) != want {
		t.Errorf("%s: %v, want accepted: %t", name, err, want)
	}
}

// accepts reports whether the API server accepts a Supplier with a service.
func accepts(t *testing.T, service string) bool {
	t.Helper()
	u := object(t, manifest(t, supplierFull, edit{was: supplierServices, is: "  services:\n" + service}))
	return strict().Create(t.Context(), u, client.DryRunAll) == nil
}

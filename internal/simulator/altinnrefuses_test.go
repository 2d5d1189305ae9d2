package simulator_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
)

func refuses(r simaltinn.Refuses) simulator.Faults { return simulator.Faults{AltinnRefuses: r} }

// altinnAsked are requests to Altinn's endpoints, by their names in the faults.
func (w *world) altinnAsked() map[string]func() altinnReply {
	created, deleted := w.created(), w.created(map[string]any{"partyOrgNo": "313876144"})
	user := w.createUser(func(u *simaltinn.SystemUser) { u.OrganizationNumber = "314240979" })
	return map[string]func() altinnReply{
		"byQuery": func() altinnReply { return w.byQuery("system-id=" + systemID + "&orgno=314240979") },
		"users": func() altinnReply {
			return w.sendAltinn(w.altinnRequest(http.MethodGet, "/systemuser/vendor/bysystem/"+systemID, "",
				w.vendorToken(registerWrite)))
		},
		"request": func() altinnReply { return w.read(altinnRequests + "/" + created) },
		"byReference": func() altinnReply {
			return w.read(altinnRequests + "/byexternalref/" + systemID + "/" + consumer + "/" + consumer)
		},
		"requests":     func() altinnReply { return w.read(altinnRequests + "/bysystem/" + systemID) },
		"create":       func() altinnReply { return w.post(altinnRequests, requestBody()) },
		"createChange": func() altinnReply { return w.post(changePath(correlation, user.ID), changeBody()) },
		"change":       func() altinnReply { return w.read(altinnChanges + "/" + correlation) },
		"delete": func() altinnReply {
			return w.sendAltinn(w.altinnRequest(http.MethodDelete, altinnRequests+"/"+deleted, "", w.vendorToken(requestWrite)))
		},
	}
}

// altinnRefusalRows has a row for each endpoint: it is refused, and no other.
func altinnRefusalRows() map[string]faultRow {
	const code = "AUTH-00011"
	row := func(r simaltinn.Refuses, names ...string) faultRow {
		return faultRow{
			faults: refuses(r),
			observe: func(t *testing.T, w *world) {
				w.setFaults(simulator.Faults{})
				w.withSystem()
				asked := w.altinnAsked()
				asked["createChange"]()
				w.setFaults(refuses(r))
				for name, ask := range asked {
					want := ""
					if slices.Contains(names, name) {
						want = code
					}
					diff(t, name, want, ask().Code)
				}
			},
		}
	}
	return map[string]faultRow{
		"altinnRefuses.byQuery":      row(simaltinn.Refuses{ByQuery: code}, "byQuery"),
		"altinnRefuses.users":        row(simaltinn.Refuses{Users: code}, "users"),
		"altinnRefuses.request":      row(simaltinn.Refuses{Request: code}, "request", "byReference"),
		"altinnRefuses.requests":     row(simaltinn.Refuses{Requests: code}, "requests"),
		"altinnRefuses.create":       row(simaltinn.Refuses{Create: code}, "create"),
		"altinnRefuses.createChange": row(simaltinn.Refuses{CreateChange: code}, "createChange"),
		"altinnRefuses.change":       row(simaltinn.Refuses{Change: code}, "change"),
		"altinnRefuses.delete":       row(simaltinn.Refuses{Delete: code}, "delete"),
	}
}

// TestAltinnRefusals verifies every refusal over HTTP. A token that is not good is refused first.
func TestAltinnRefusals(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	for _, refusal := range simaltinn.Refusals() {
		w.setFaults(refuses(simaltinn.Refuses{ByQuery: refusal}))
		got := w.byQuery("system-id=" + systemID + "&orgno=" + consumer)
		name := string(refusal)
		switch {
		case strings.HasPrefix(name, "Empty"):
			diff(t, name, []any{name, 0}, []any{"Empty" + itoa(got.status), len(got.raw)})
		case strings.HasPrefix(name, "Bare"):
			diff(t, name, name, "Bare"+itoa(got.status))
			checkAltinnProblem(t, name, got.status, "", got)
		case name == "AUTH.VLD":
			checkAltinnProblem(t, name, http.StatusBadRequest, "STD-00000", got)
		default:
			checkAltinnProblem(t, name, got.status, name, got)
		}
		diff(t, name+": a bad token comes first", http.StatusUnauthorized,
			w.sendAltinn(w.altinnRequest(http.MethodGet, "/systemuser/vendor/byquery", "", "nonsense")).status)
	}
}

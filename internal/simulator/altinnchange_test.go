package simulator_test

import (
	"net/http"
	"testing"

	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
)

func TestAskForChangeRefuses(t *testing.T) {
	w := newWorld(t)
	const unknown = "7f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10"
	cases := map[string]struct {
		reason      string
		correlation string // "user" for the user's id
		user        string // default: the user
		vendor      string
		body        string // default: one more right
		arrange     func(w *world, user simaltinn.SystemUser)
		status      int
		code        string
		text        string
	}{
		"NoCorrelation": {
			reason: "the vendor chooses the id", correlation: "-", status: 400,
			text: "Missing or invalid correlation-id. Generate a unique UUID (RFC 4122) for this Change Request.",
		},
		"NotACorrelator": {reason: "an id is a UUID", correlation: "x", status: 400},
		"NotAUser":       {reason: "an id is a UUID", user: "x", status: 400},
		"SameIDs": {
			reason: "an id of its own", correlation: "user", status: 400,
			text: "The correlation-id should not be the same as the system-user-id. Generate a unique id.",
		},
		"NoSuchUser": {reason: "there is none", user: unknown, status: 404, code: "AUTH-00015"},
		"WithdrawnUser": {reason: "it is gone", arrange: func(w *world, user simaltinn.SystemUser) {
			_, err := w.sim.Altinn.WithdrawSystemUser(user.ID)
			w.must(err)
		}, status: 404, code: "AUTH-00015"},
		"OtherVendor": {reason: "not its system", vendor: otherVendor, status: 401},
		"TakenID": {reason: "another vendor has chosen the same", arrange: func(w *world, _ simaltinn.SystemUser) {
			theirs := w.createUser(func(u *simaltinn.SystemUser) {
				u.SystemID, u.OrganizationNumber = otherSystemID, "314240979"
			})
			w.post(changePath(correlation, theirs.ID), changeBody(map[string]any{"requiredRights": rightsTo(sickNotes)}),
				otherVendor)
		}, status: 404, code: "AUTH-00012"},
		"OtherRight": {
			reason: "not registered on the system",
			body:   changeBody(map[string]any{"requiredRights": rightsTo("nav_other")}), status: 400, code: "AUTH-00001",
		},
		"OtherPackage": {
			reason: "not registered on the system",
			body:   changeBody(map[string]any{"requiredAccessPackages": packages("urn:altinn:accesspackage:skatt")}),
			status: 400,
			code:   "AUTH-00063",
		},
		"OtherRedirect": {
			reason: "not registered", body: changeBody(map[string]any{"redirectUrl": "https://x.example/"}),
			status: 400, code: "AUTH-00021",
		},
		"NotJSON": {reason: "it is JSON", body: "[", status: 400},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.reset(t)
			w.withSystem()
			user := w.createUser()
			if tc.arrange != nil {
				tc.arrange(w, user)
			}
			id := map[string]string{"": correlation, "-": "", "user": user.ID, "x": "x"}[tc.correlation]
			body := tc.body
			if body == "" {
				body = changeBody()
			}
			before := len(w.sim.Altinn.SystemUserRequests())
			got := w.post(changePath(id, firstOf(tc.user, user.ID)), body, nonEmpty(tc.vendor)...)
			diff(t, tc.reason, tc.status, got.status)
			if tc.text != "" {
				diff(t, "plain text", []string{tc.text, "text/plain; charset=utf-8"},
					[]string{string(got.raw), got.header.Get("Content-Type")})
			} else {
				checkAltinnProblem(t, tc.reason, tc.status, tc.code, got)
			}
			diff(t, "nothing is kept", before, len(w.sim.Altinn.SystemUserRequests()))
		})
	}
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func TestChange(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	user := w.createUser(func(u *simaltinn.SystemUser) {
		u.Rights, u.AccessPackages = []string{sickNotes}, []string{payrollPackage}
	})
	nothing := w.post(changePath(correlation, user.ID), "{}")
	diff(t, "an empty change", []any{200, "NoChangeNeeded", ""},
		[]any{nothing.status, rawJSON(t, nothing.raw)["status"], rawJSON(t, nothing.raw)["confirmUrl"]})
	diff(t, "nothing is kept", 0, len(w.sim.Altinn.SystemUserRequests()))

	body := changeBody(map[string]any{
		"unwantedRights":         rightsTo(sickNotes),
		"unwantedAccessPackages": packages(payrollPackage), "redirectUrl": redirect,
	})
	first := w.post(changePath(correlation, user.ID), body)
	diff(t, "the correlation id is the id", []any{201, correlation}, []any{first.status, first.ID})
	diff(t, "Location", "https://platform.altinn.example/authentication/api/v1/systemuser/changerequest/"+correlation,
		first.header.Get("Location"))
	again := w.post(changePath(correlation, user.ID), changeBody(map[string]any{"requiredRights": rightsTo(sickNotes)}))
	diff(t, "the same id is the same request, whatever its body", []string{"200", string(first.raw)},
		[]string{itoa(again.status), string(again.raw)})
	diff(t, "one request", 1, len(w.sim.Altinn.SystemUserRequests()))
	diff(t, "an open request changes nothing", []string{sickNotes}, w.sim.Altinn.SystemUsers()[0].Rights)

	_, err := w.sim.Altinn.ApproveRequest(consumer)
	w.must(err)
	changed := w.sim.Altinn.SystemUsers()[0]
	diff(t, "rights", []string{applications}, changed.Rights)
	diff(t, "packages", []string{}, changed.AccessPackages)
	diff(t, "the same user", user.ID, changed.ID)
	diff(t, "status", any("Accepted"), rawJSON(t, w.read(altinnChanges+"/"+correlation).raw)["status"])
	nobodys := w.forge(claims{"scope": requestRead, "consumer": nil})
	diff(t, "whose token is it?", 401,
		w.sendAltinn(w.altinnRequest(http.MethodGet, altinnChanges+"/"+correlation, "", nobodys)).status)
	nobodys = w.forge(claims{"scope": requestWrite, "consumer": nil})
	diff(t, "whose token is it?", 401,
		w.sendAltinn(w.altinnRequest(http.MethodPost, changePath(correlation, user.ID), body, nobodys)).status)
}

package altinn

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

const listBody = `{"links":{"next":"http://internal.altinn.svc/x?token=y"},"data":[{"id":"` + testID + `","systemId":"` + testSystem + `"}]}`

// TestSystemUser goes through what Altinn's register, or what stands before it, may say of a system user. A no counts only
// if Altinn knows our system as ours: it says the same, code and all, of a system that is another vendor's.
func TestSystemUser(t *testing.T) {
	says := outboundtest.Says
	unused := says(599, "not to be asked")
	cases := map[string]struct {
		reason string
		query  http.HandlerFunc // answers byquery
		list   http.HandlerFunc // answers what shows that Altinn is there
		want   Class
		asked  string
	}{
		"there":             {"it is", says(200, userBody("")), unused, "", "query"},
		"no ref":            {"without a reference, it is the organization number", says(200, userBody(`,"externalRef":""`)), unused, "", "query"},
		"deleted":           {"it was", says(200, userBody(`,"isDeleted":true`)), unused, ClassSystemUserNotFound, "query"},
		"code":              {"Altinn's word, with its code", says(404, refusal(404, "AUTH-00015", "x")), says(200, listBody), ClassSystemUserNotFound, "query list"},
		"code, no system":   {"the same word, and our system is another vendor's", says(404, refusal(404, "AUTH-00015", "x")), says(404, refusal(404, "AUTH-00011", "x")), ClassSystemNotFound, "query list"},
		"code, 503":         {"the same word, and nothing is known of our system", says(404, refusal(404, "AUTH-00015", "x")), says(503, ""), ClassServerError, "query list"},
		"code, HTML":        {"the same word, and a proxy is there", says(404, refusal(404, "AUTH-00015", "x")), says(200, html), ClassBadResponse, "query list"},
		"code, 403":         {"the same word, and we may not look", says(404, refusal(404, "AUTH-00015", "x")), says(403, ""), ClassForbidden, "query list"},
		"old":               {"or in its words", says(404, oldRefusal(404, "The SystemUser was not found.")), says(200, listBody), ClassSystemUserNotFound, "query list"},
		"plain":             {"or as its framework writes it, and our system is there", says(404, plain404), says(200, listBody), ClassSystemUserNotFound, "query list"},
		"plain, no system":  {"as it writes too if our system is gone: nothing of the customer", says(404, plain404), says(404, refusal(404, "AUTH-00011", "x")), ClassSystemNotFound, "query list"},
		"plain, 503":        {"and Altinn does not answer which", says(404, plain404), says(503, ""), ClassServerError, "query list"},
		"empty":             {"or with an empty body, and Altinn is there", says(404, ""), says(200, listBody), ClassSystemUserNotFound, "query list"},
		"empty, none":       {"also if our system has no requests", says(404, ""), says(200, `{"links":{},"data":[]}`), ClassSystemUserNotFound, "query list"},
		"empty, 404":        {"an empty body, and nothing is there: a proxy's", says(404, ""), says(404, ""), ClassBlocked, "query list"},
		"empty, 503":        {"an empty body, and Altinn is not there", says(404, ""), says(503, ""), ClassBlocked, "query list"},
		"empty, HTML":       {"an empty body, and a proxy is there", says(404, ""), says(200, html), ClassBlocked, "query list"},
		"empty, JSON":       {"or a page of another kind", says(404, ""), says(200, `{"data":{}}`), ClassBlocked, "query list"},
		"empty, no list":    {"or none", says(404, ""), says(200, `{}`), ClassBlocked, "query list"},
		"empty, half list":  {"or one without its links", says(404, ""), says(200, `{"data":[]}`), ClassBlocked, "query list"},
		"empty, no system":  {"an empty body, because our system is gone", says(404, ""), says(404, refusal(404, "AUTH-00011", "x")), ClassSystemNotFound, "query list"},
		"empty, other":      {"an empty body, and the list is another's", says(404, ""), says(200, strings.Replace(listBody, "4human_hrm", "x", 1)), ClassBlocked, "query list"},
		"empty, forbidden":  {"an empty body, and we may not ask", says(404, ""), says(403, ""), ClassBlocked, "query list"},
		"space":             {"a blank is a body", says(404, " "), unused, ClassBlocked, "query"},
		"HTML":              {"a proxy's page", says(404, html), unused, ClassBlocked, "query"},
		"JSON":              {"a gateway's JSON", says(404, foreign), unused, ClassBlocked, "query"},
		"JSON title":        {"whatever it says", says(404, `{"title":"The SystemUser was not found.","status":404}`), unused, ClassBlocked, "query"},
		"cut off":           {"half a body", outboundtest.CutOff(404, plain404), unused, ClassBadResponse, "query"},
		"request not found": {"a refusal about something else", says(404, refusal(404, "AUTH-00010", "x")), unused, ClassRequestNotFound, "query"},
		"no system":         {"our system is gone: nothing of the customer", says(404, refusal(404, "AUTH-00011", "x")), unused, ClassSystemNotFound, "query"},
		"unknown code":      {"an unknown code", says(404, refusal(404, "AUTH-00099", "x")), unused, ClassRefused, "query"},
		"410":               {"the same with another status", says(410, refusal(410, "AUTH-00015", "x")), unused, ClassBadResponse, "query"},
		"401":               {"our token is not taken: nothing of the customer", says(401, ""), unused, ClassUnauthorized, "query"},
		"403":               {"or does not open this", says(403, ""), unused, ClassForbidden, "query"},
		"503":               {"an outage", says(503, refusal(503, "AUTH-00015", "x")), unused, ClassServerError, "query"},
		"system":            {"another system's", says(200, userBody(`,"systemId":"897757222_x"`)), unused, ClassMismatch, "query"},
		"owner":             {"another customer's", says(200, userBody(`,"reporteeOrgNo":"310330701"`)), unused, ClassMismatch, "query"},
		"owner deleted":     {"another customer's that is deleted", says(200, userBody(`,"isDeleted":true,"reporteeOrgNo":"310330701"`)), unused, ClassMismatch, "query"},
		"ref":               {"another of the customer's", says(200, userBody(`,"externalRef":"x"`)), unused, ClassMismatch, "query"},
		"no id":             {"a user without an id", says(200, userBody(`,"id":""`)), unused, ClassBadResponse, "query"},
		"nothing":           {"empty JSON", says(200, `{}`), unused, ClassBadResponse, "query"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var asked []string
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "/bysystem/") {
					asked = append(asked, "list")
					tc.list(w, r)
					return
				}
				asked = append(asked, "query")
				tc.query(w, r)
			})
			got, err := c.SystemUser(t.Context(), testOwner, testRef)
			if ClassOf(err) != tc.want {
				t.Errorf("%s: %v, want %s", tc.reason, err, tc.want)
			}
			if diff := cmp.Diff(tc.asked, strings.Join(asked, " ")); diff != "" {
				t.Errorf("%s: asked: -want, +got:\n%s", tc.reason, diff)
			}
			got.Created = time.Time{} // see TestSystemUserCreated
			if want := (SystemUser{ID: testUser, Owner: testOwner, ExternalRef: testRef}); err == nil && got != want {
				t.Errorf("%s: %+v", tc.reason, got)
			}
			checkHides(t, err)
		})
	}
}

// TestSystemUserCreated reads the time at which a system user was created, in the forms that .NET writes.
func TestSystemUserCreated(t *testing.T) {
	for wire, want := range map[string]time.Time{
		"2026-08-21T10:00:00Z":              time.Date(2026, 8, 21, 10, 0, 0, 0, time.UTC),
		"2026-08-21T10:00:00.1234567Z":      time.Date(2026, 8, 21, 10, 0, 0, 123456700, time.UTC),
		"2026-08-21T12:00:00.1234567+02:00": time.Date(2026, 8, 21, 10, 0, 0, 123456700, time.UTC),
		"2026-08-21T10:00:00.1234567":       time.Date(2026, 8, 21, 10, 0, 0, 123456700, time.UTC),
		"":                                  {},
		"yesterday":                         {},
	} {
		t.Run(wire, func(t *testing.T) {
			got, err := serve(t, outboundtest.Says(200, userBody(`,"created":"`+wire+`"`))).SystemUser(t.Context(), testOwner, testRef)
			if err != nil || !got.Created.Equal(want) {
				t.Errorf("%s, %v, want %s", got.Created, err, want)
			}
		})
	}
}

// TestCheckSystem sees that no next page is requested, least of all from the host that the link names.
func TestCheckSystem(t *testing.T) {
	calls := 0
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		outboundtest.Says(200, listBody)(w, r)
	})
	if err := c.CheckSystem(t.Context()); err != nil || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
	_, err := serve(t, outboundtest.Says(404, refusal(404, "AUTH-00011", "x"))).Request(t.Context(), testID)
	if ClassOf(err) != ClassSystemNotFound {
		t.Errorf("got %v", err)
	}
}

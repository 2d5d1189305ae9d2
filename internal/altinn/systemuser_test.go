package altinn

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

const listBody = `{"links":{"next":"http://internal.altinn.svc/x?token=y"},"data":[{"id":"` + testID +
	`","systemId":"` + testSystem + `"}]}`

// TestSystemUser sends the responses of Altinn's register, or of a proxy before it, to a look-up. "Not found" counts
// only if Altinn knows our system as ours: for another vendor's system it responds in the same way.
func TestSystemUser(t *testing.T) {
	says := outboundtest.Says
	unused := says(599, "not to be requested")
	cases := map[string]struct {
		reason string
		query  http.HandlerFunc // serves byquery
		list   http.HandlerFunc // serves the list, which shows that the register works
		want   Class
		asked  string
	}{
		"there": {reason: "it is", query: says(200, userBody("")), list: unused, asked: "query"},
		"no ref": {
			reason: "without a reference, it is the organization number",
			query:  says(200, userBody(`,"externalRef":""`)), list: unused, asked: "query",
		},
		"deleted": {
			reason: "it was", query: says(200, userBody(`,"isDeleted":true`)), list: unused,
			want: ClassSystemUserNotFound, asked: "query",
		},
		"code": {
			reason: "Altinn's word, with its code", query: says(404, refusal(404, "AUTH-00015", "x")),
			list: says(200, listBody), want: ClassSystemUserNotFound, asked: "query list",
		},
		"code, no system": {
			reason: "the same word, and our system is another vendor's",
			query:  says(404, refusal(404, "AUTH-00015", "x")), list: says(404,
				refusal(404, "AUTH-00011", "x")), want: ClassSystemNotFound, asked: "query list",
		},
		"code, 503": {
			reason: "the same word, and nothing is known of our system",
			query:  says(404, refusal(404, "AUTH-00015", "x")), list: says(503, ""), want: ClassServerError, asked: "query list",
		},
		"code, HTML": {
			reason: "the same word, and a proxy is there",
			query:  says(404, refusal(404, "AUTH-00015", "x")), list: says(200,
				html), want: ClassBadResponse, asked: "query list",
		},
		"code, 403": {
			reason: "the same word, and we may not look", query: says(404, refusal(404, "AUTH-00015", "x")),
			list: says(403, ""), want: ClassForbidden, asked: "query list",
		},
		"old": {
			reason: "or in its words", query: says(404, oldRefusal(404, "The SystemUser was not found.")),
			list: says(200, listBody), want: ClassSystemUserNotFound, asked: "query list",
		},
		"plain": {
			reason: "or as its framework writes it, and our system is there", query: says(404, plain404),
			list: says(200, listBody), want: ClassSystemUserNotFound, asked: "query list",
		},
		"plain, no system": {
			reason: "as it writes too if our system is gone: nothing of the customer",
			query:  says(404, plain404), list: says(404,
				refusal(404, "AUTH-00011", "x")), want: ClassSystemNotFound, asked: "query list",
		},
		"plain, 503": {
			reason: "and Altinn does not answer which", query: says(404, plain404), list: says(503, ""),
			want: ClassServerError, asked: "query list",
		},
		"empty": {
			reason: "or with an empty body, and Altinn is there", query: says(404, ""),
			list: says(200, listBody), want: ClassSystemUserNotFound, asked: "query list",
		},
		"empty, none": {
			reason: "also if our system has no requests", query: says(404, ""),
			list: says(200, `{"links":{},"data":[]}`), want: ClassSystemUserNotFound, asked: "query list",
		},
		"empty, 404": {
			reason: "an empty body, and nothing is there: a proxy's", query: says(404, ""),
			list: says(404, ""), want: ClassBlocked, asked: "query list",
		},
		"empty, 503": {
			reason: "an empty body, and Altinn is not there", query: says(404, ""), list: says(503, ""),
			want: ClassBlocked, asked: "query list",
		},
		"empty, HTML": {
			reason: "an empty body, and a proxy is there", query: says(404, ""), list: says(200, html),
			want: ClassBlocked, asked: "query list",
		},
		"empty, JSON": {
			reason: "or a page of another kind", query: says(404, ""), list: says(200, `{"data":{}}`),
			want: ClassBlocked, asked: "query list",
		},
		"empty, no list": {
			reason: "or none", query: says(404, ""), list: says(200, `{}`), want: ClassBlocked,
			asked: "query list",
		},
		"empty, half list": {
			reason: "or one without its links", query: says(404, ""), list: says(200, `{"data":[]}`),
			want: ClassBlocked, asked: "query list",
		},
		"empty, no system": {
			reason: "an empty body, because our system is gone", query: says(404, ""),
			list: says(404, refusal(404, "AUTH-00011", "x")), want: ClassSystemNotFound, asked: "query list",
		},
		"empty, other": {
			reason: "an empty body, and the list is another's", query: says(404, ""),
			list: says(200, strings.Replace(listBody, "4human_hrm", "x", 1)), want: ClassBlocked, asked: "query list",
		},
		"empty, forbidden": {
			reason: "an empty body, and we may not ask", query: says(404, ""), list: says(403, ""),
			want: ClassBlocked, asked: "query list",
		},
		"space": {
			reason: "a blank is a body", query: says(404, " "), list: unused, want: ClassBlocked,
			asked: "query",
		},
		"HTML": {
			reason: "a proxy's page", query: says(404, html), list: unused, want: ClassBlocked,
			asked: "query",
		},
		"JSON": {
			reason: "a gateway's JSON", query: says(404, foreign), list: unused, want: ClassBlocked,
			asked: "query",
		},
		"JSON title": {
			reason: "whatever it says",
			query:  says(404, `{"title":"The SystemUser was not found.","status":404}`), list: unused, want: ClassBlocked,
			asked: "query",
		},
		"cut off": {
			reason: "half a body", query: outboundtest.CutOff(404, plain404), list: unused,
			want: ClassBadResponse, asked: "query",
		},
		"request not found": {
			reason: "a refusal about something else", query: says(404, refusal(404, "AUTH-00010", "x")),
			list: unused, want: ClassRequestNotFound, asked: "query",
		},
		"no system": {
			reason: "our system is gone: nothing of the customer",
			query:  says(404, refusal(404, "AUTH-00011", "x")), list: unused, want: ClassSystemNotFound, asked: "query",
		},
		"unknown code": {
			reason: "an unknown code", query: says(404, refusal(404, "AUTH-00099", "x")), list: unused,
			want: ClassRefused, asked: "query",
		},
		"410": {
			reason: "the same with another status", query: says(410, refusal(410, "AUTH-00015", "x")),
			list: unused, want: ClassBadResponse, asked: "query",
		},
		"401": {
			reason: "our token is not taken: nothing of the customer", query: says(401, ""), list: unused,
			want: ClassUnauthorized, asked: "query",
		},
		"403": {
			reason: "or does not open this", query: says(403, ""), list: unused, want: ClassForbidden,
			asked: "query",
		},
		"503": {
			reason: "an outage", query: says(503, refusal(503, "AUTH-00015", "x")), list: unused,
			want: ClassServerError, asked: "query",
		},
		"system": {
			reason: "another system's", query: says(200, userBody(`,"systemId":"897757222_x"`)),
			list: unused, want: ClassMismatch, asked: "query",
		},
		"owner": {
			reason: "another customer's", query: says(200, userBody(`,"reporteeOrgNo":"310330701"`)),
			list: unused, want: ClassMismatch, asked: "query",
		},
		"owner deleted": {
			reason: "another customer's that is deleted",
			query:  says(200, userBody(`,"isDeleted":true,"reporteeOrgNo":"310330701"`)), list: unused, want: ClassMismatch,
			asked: "query",
		},
		"ref": {
			reason: "another of the customer's", query: says(200, userBody(`,"externalRef":"x"`)),
			list: unused, want: ClassMismatch, asked: "query",
		},
		"no id": {
			reason: "a user without an id", query: says(200, userBody(`,"id":""`)), list: unused,
			want: ClassBadResponse, asked: "query",
		},
		"nothing": {
			reason: "empty JSON", query: says(200, `{}`), list: unused, want: ClassBadResponse,
			asked: "query",
		},
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
			got, err := serve(t, outboundtest.Says(200, userBody(`,"created":"`+wire+`"`))).
				SystemUser(t.Context(), testOwner, testRef)
			if err != nil || !got.Created.Equal(want) {
				t.Errorf("%s, %v, want %s", got.Created, err, want)
			}
		})
	}
}

// TestCheckSystem verifies that no further page is requested, whatever host its link names.
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

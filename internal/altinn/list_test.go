package altinn

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

// usersPage is a page of the list of system users.
func usersPage(links string, users ...string) string {
	return fmt.Sprintf(`{"links":{%s},"data":[%s]}`, links, strings.Join(users, ","))
}

const internalNext = `"next":"http://platform-authentication.internal/authentication/api/v1/systemuser/vendor/bysystem/x?token=Mg"`

// TestSystemUsers reads pages of the list of system users. If a page were taken for the last one, all customers after
// it would look as if they had left.
func TestSystemUsers(t *testing.T) {
	there := SystemUser{
		ID: testUser, Owner: testOwner, ExternalRef: testRef, Created: time.Date(2026, 8, 21, 10, 0, 0, 0, time.UTC),
	}
	agent := there
	agent.Agent = true
	cases := map[string]struct {
		reason string
		status int
		body   string
		want   Page[SystemUser]
		class  Class
	}{
		"last": {
			reason: "no link to another one", status: 200, body: usersPage(`"next":null`, userBody("")),
			want: Page[SystemUser]{Items: []SystemUser{there}},
		},
		"only": {
			reason: "links without any", status: 200, body: usersPage(``, userBody("")),
			want: Page[SystemUser]{Items: []SystemUser{there}},
		},
		"empty": {reason: "a system without users", status: 200, body: usersPage(``), want: Page[SystemUser]{}},
		"more": {
			reason: "the token alone is taken from the link, whose host is Altinn's own", status: 200,
			body: usersPage(internalNext, userBody("")), want: Page[SystemUser]{Items: []SystemUser{there}, Next: "Mg"},
		},
		"agent": {
			reason: "for the owner's clients", status: 200, body: usersPage(``, userBody(`,"userType":"Agent"`)),
			want: Page[SystemUser]{Items: []SystemUser{agent}},
		},
		"type of another kind": {
			reason: "a type that is no text fails no list", status: 200, body: usersPage(``, userBody(`,"userType":0`)),
			want: Page[SystemUser]{Items: []SystemUser{there}},
		},
		"deleted": {
			reason: "what is deleted is not there", status: 200,
			body: usersPage(``, userBody(`,"isDeleted":true`)), want: Page[SystemUser]{},
		},
		"person": {
			reason: "an owner that is no organization", status: 200,
			body: usersPage(``, userBody(`,"reporteeOrgNo":""`)), want: Page[SystemUser]{},
		},
		"no ref": {
			reason: "without a reference, it is the organization number", status: 200,
			body: usersPage(``, userBody(`,"externalRef":""`)), want: Page[SystemUser]{Items: []SystemUser{there}},
		},
		"no links": {
			reason: "nothing says that the list ends here", status: 200, body: `{"data":[` + userBody("") + `]}`,
			want: Page[SystemUser]{}, class: ClassBadResponse,
		},
		"null links": {
			reason: "nor here", status: 200, body: `{"links":null,"data":[]}`, want: Page[SystemUser]{},
			class: ClassBadResponse,
		},
		"no data": {
			reason: "no list", status: 200, body: `{"links":{}}`, want: Page[SystemUser]{},
			class: ClassBadResponse,
		},
		"null data": {
			reason: "no list", status: 200, body: `{"links":{},"data":null}`, want: Page[SystemUser]{},
			class: ClassBadResponse,
		},
		"no token": {
			reason: "a link that leads nowhere", status: 200,
			body: usersPage(`"next":"http://internal/x"`, userBody("")), want: Page[SystemUser]{}, class: ClassBadResponse,
		},
		"no link": {
			reason: "a link that is none", status: 200, body: usersPage(`"next":"http://[x"`, userBody("")),
			want: Page[SystemUser]{}, class: ClassBadResponse,
		},
		"nothing yet": {
			reason: "a list that goes on after nothing", status: 200, body: usersPage(internalNext),
			want: Page[SystemUser]{}, class: ClassBadResponse,
		},
		"long token": {
			reason: "a token that is none", status: 200,
			body: usersPage(`"next":"http://x/y?token=`+strings.Repeat("a", 513)+`"`,
				userBody("")), want: Page[SystemUser]{}, class: ClassBadResponse,
		},
		"other": {
			reason: "another system's", status: 200, body: usersPage(``, userBody(`,"systemId":"897757222_x"`)),
			want: Page[SystemUser]{}, class: ClassMismatch,
		},
		"no owner": {
			reason: "a number that is none", status: 200, body: usersPage(``, userBody(`,"reporteeOrgNo":"123"`)),
			want: Page[SystemUser]{}, class: ClassBadResponse,
		},
		"no id": {
			reason: "a user that is none", status: 200, body: usersPage(``, userBody(`,"id":"x"`)),
			want: Page[SystemUser]{}, class: ClassBadResponse,
		},
		"HTML": {reason: "a proxy's page", status: 200, body: html, want: Page[SystemUser]{}, class: ClassBadResponse},
		"a list": {
			reason: "JSON of another kind", status: 200, body: `[]`, want: Page[SystemUser]{},
			class: ClassBadResponse,
		},
		"not ours": {
			reason: "the system is another vendor's", status: 404, body: refusal(404, "AUTH-00011", "x"),
			want: Page[SystemUser]{}, class: ClassSystemNotFound,
		},
		"no party": {
			reason: "a list names no customer that could be unknown", status: 400,
			body: refusal(400, "AUTH-00000", "x"), want: Page[SystemUser]{}, class: ClassBadResponse,
		},
		"no user": {
			reason: "nor one that has no system user", status: 404, body: refusal(404, "AUTH-00015", "x"),
			want: Page[SystemUser]{}, class: ClassBadResponse,
		},
		"bare 404": {
			reason: "nothing follows from it", status: 404, body: plain404, want: Page[SystemUser]{},
			class: ClassBlocked,
		},
		"empty 404": {reason: "nor from this", status: 404, want: Page[SystemUser]{}, class: ClassBlocked},
		"401":       {reason: "our token is not taken", status: 401, want: Page[SystemUser]{}, class: ClassUnauthorized},
		"403":       {reason: "or does not open this", status: 403, want: Page[SystemUser]{}, class: ClassForbidden},
		"503":       {reason: "an outage", status: 503, want: Page[SystemUser]{}, class: ClassServerError},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := serve(t, outboundtest.Says(tc.status, tc.body)).SystemUsers(t.Context(), "")
			if ClassOf(err) != tc.class {
				t.Errorf("%s: %v, want %s", tc.reason, err, tc.class)
			}
			if diff := cmp.Diff(tc.want, got, compareNumbers); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
			checkHides(t, err)
		})
	}
}

// TestPagesAreAskedForAtOurAddress follows a link that names a host within Altinn.
func TestPagesAreAskedForAtOurAddress(t *testing.T) {
	var asked []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Query().Get("token"))
		outboundtest.Says(200, usersPage(internalNext, userBody("")))(w, r)
	})
	list, err := c.SystemUsers(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.SystemUsers(t.Context(), list.Next); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"", "Mg"}, asked); diff != "" {
		t.Errorf("tokens: -want, +got:\n%s", diff)
	}
}

// TestEscalatedRequests reads the ids of requests that were forwarded to an access manager.
func TestEscalatedRequests(t *testing.T) {
	const other = `"8f0d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10"`
	body := usersPage(internalNext, requestBody("New", `,"escalated":true`), requestBody("New", `,"id":`+other))
	got, err := serve(t, outboundtest.Says(200, body)).EscalatedRequests(t.Context(), "")
	if diff := cmp.Diff(Page[string]{Items: []string{testID}, Next: "Mg"}, got); diff != "" || err != nil {
		t.Errorf("%v, -want, +got:\n%s", err, diff)
	}
}

// TestDeleteRequest sends the responses of Altinn, or of a proxy before it, to a DELETE. A page of status 200 has
// deleted nothing.
func TestDeleteRequest(t *testing.T) {
	cases := map[string]struct {
		reason string
		status int
		body   string
		want   Class
	}{
		"deleted":  {reason: "accepted", status: 202},
		"200":      {reason: "a page, not Altinn's", status: 200, body: html, want: ClassBadResponse},
		"204":      {reason: "a success of another kind", status: 204, want: ClassBadResponse},
		"gone":     {reason: "there is none", status: 404, body: refusal(404, "AUTH-00010", "x"), want: ClassRequestNotFound},
		"bare 404": {reason: "a gateway's, for Altinn has a code for it", status: 404, body: plain404, want: ClassBlocked},
		"not ours": {
			reason: "the system is another vendor's", status: 404, body: refusal(404, "AUTH-00011", "x"),
			want: ClassSystemNotFound,
		},
		"answered": {
			reason: "a refusal that is no answer", status: 409, body: refusal(409, "AUTH-00013", "x"),
			want: ClassRefused,
		},
		"503": {reason: "an outage", status: 503, want: ClassServerError},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			err := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodDelete {
					t.Errorf("method %s", r.Method)
				}
				outboundtest.Says(tc.status, tc.body)(w, r)
			}).DeleteRequest(t.Context(), testID)
			if ClassOf(err) != tc.want {
				t.Errorf("%s: %v, want %s", tc.reason, err, tc.want)
			}
		})
	}
}

// TestOpenRequests reads a page of the list of requests. It returns those that wait for the customer, also if others
// are unreadable.
func TestOpenRequests(t *testing.T) {
	body := usersPage(internalNext, requestBody("New", ""), requestBody("Accepted", ""),
		requestBody("New", `,"timedOut":true`), requestBody("New", `,"id":"x"`), requestBody("New", `,"partyOrgNo":""`))
	got, err := serve(t, outboundtest.Says(200, body)).OpenRequests(t.Context(), "")
	if err != nil || len(got.Items) != 1 || got.Next != "Mg" || got.Items[0].ID != testID {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = serve(t, outboundtest.Says(503, "")).OpenRequests(t.Context(), "")
	if ClassOf(err) != ClassServerError {
		t.Errorf("an outage: %v", err)
	}
}

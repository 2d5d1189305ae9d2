package altinn

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

// usersPage is a page of the list of system users.
func usersPage(links string, users ...string) string {
	return fmt.Sprintf(`{"links":{%s},"data":[%s]}`, links, strings.Join(users, ","))
}

const internalNext = `"next":"http://platform-authentication.internal/authentication/api/v1/systemuser/vendor/bysystem/x?token=Mg"`

// TestSystemUsers reads pages of the list of system users. The trap: a page that is the last one only by mistake makes all
// customers after it look gone.
func TestSystemUsers(t *testing.T) {
	there := SystemUser{ID: testUser, Owner: testOwner, ExternalRef: testRef}
	cases := map[string]struct {
		reason string
		status int
		body   string
		want   Page[SystemUser]
		class  Class
	}{
		"last":        {"no link to another one", 200, usersPage(`"next":null`, userBody("")), Page[SystemUser]{Items: []SystemUser{there}}, ""},
		"only":        {"links without any", 200, usersPage(``, userBody("")), Page[SystemUser]{Items: []SystemUser{there}}, ""},
		"empty":       {"a system without users", 200, usersPage(``), Page[SystemUser]{}, ""},
		"more":        {"the token alone is taken from the link, whose host is Altinn's own", 200, usersPage(internalNext, userBody("")), Page[SystemUser]{Items: []SystemUser{there}, Next: "Mg"}, ""},
		"deleted":     {"what is deleted is not there", 200, usersPage(``, userBody(`,"isDeleted":true`)), Page[SystemUser]{}, ""},
		"person":      {"an owner that is no organization", 200, usersPage(``, userBody(`,"reporteeOrgNo":""`)), Page[SystemUser]{}, ""},
		"no ref":      {"without a reference, it is the organization number", 200, usersPage(``, userBody(`,"externalRef":""`)), Page[SystemUser]{Items: []SystemUser{there}}, ""},
		"no links":    {"nothing says that the list ends here", 200, `{"data":[` + userBody("") + `]}`, Page[SystemUser]{}, ClassBadResponse},
		"null links":  {"nor here", 200, `{"links":null,"data":[]}`, Page[SystemUser]{}, ClassBadResponse},
		"no data":     {"no list", 200, `{"links":{}}`, Page[SystemUser]{}, ClassBadResponse},
		"null data":   {"no list", 200, `{"links":{},"data":null}`, Page[SystemUser]{}, ClassBadResponse},
		"no token":    {"a link that leads nowhere", 200, usersPage(`"next":"http://internal/x"`, userBody("")), Page[SystemUser]{}, ClassBadResponse},
		"no link":     {"a link that is none", 200, usersPage(`"next":"http://[x"`, userBody("")), Page[SystemUser]{}, ClassBadResponse},
		"nothing yet": {"a list that goes on after nothing", 200, usersPage(internalNext), Page[SystemUser]{}, ClassBadResponse},
		"long token":  {"a token that is none", 200, usersPage(`"next":"http://x/y?token=`+strings.Repeat("a", 513)+`"`, userBody("")), Page[SystemUser]{}, ClassBadResponse},
		"other":       {"another system's", 200, usersPage(``, userBody(`,"systemId":"897757222_x"`)), Page[SystemUser]{}, ClassMismatch},
		"no owner":    {"a number that is none", 200, usersPage(``, userBody(`,"reporteeOrgNo":"123"`)), Page[SystemUser]{}, ClassBadResponse},
		"no id":       {"a user that is none", 200, usersPage(``, userBody(`,"id":"x"`)), Page[SystemUser]{}, ClassBadResponse},
		"HTML":        {"a proxy's page", 200, html, Page[SystemUser]{}, ClassBadResponse},
		"a list":      {"JSON of another kind", 200, `[]`, Page[SystemUser]{}, ClassBadResponse},
		"not ours":    {"the system is another vendor's", 404, refusal(404, "AUTH-00011", "x"), Page[SystemUser]{}, ClassSystemNotFound},
		"no party":    {"a list names no customer that could be unknown", 400, refusal(400, "AUTH-00000", "x"), Page[SystemUser]{}, ClassBadResponse},
		"no user":     {"nor one that has no system user", 404, refusal(404, "AUTH-00015", "x"), Page[SystemUser]{}, ClassBadResponse},
		"bare 404":    {"nothing follows from it", 404, plain404, Page[SystemUser]{}, ClassBlocked},
		"empty 404":   {"nor from this", 404, "", Page[SystemUser]{}, ClassBlocked},
		"401":         {"our token is not taken", 401, "", Page[SystemUser]{}, ClassUnauthorized},
		"403":         {"or does not open this", 403, "", Page[SystemUser]{}, ClassForbidden},
		"503":         {"an outage", 503, "", Page[SystemUser]{}, ClassServerError},
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

// TestPagesAreAskedForAtOurAddress follows a link whose host is within Altinn.
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

// TestEscalatedRequests reads which requests were forwarded to an access manager.
func TestEscalatedRequests(t *testing.T) {
	const other = `"8f0d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10"`
	body := usersPage(internalNext, requestBody("New", `,"escalated":true`), requestBody("New", `,"id":`+other))
	got, err := serve(t, outboundtest.Says(200, body)).EscalatedRequests(t.Context(), "")
	if diff := cmp.Diff(Page[string]{Items: []string{testID}, Next: "Mg"}, got); diff != "" || err != nil {
		t.Errorf("%v, -want, +got:\n%s", err, diff)
	}
}

// TestDeleteRequest has what Altinn, or what stands before it, may say to a DELETE. The trap: a page of status 200 has
// deleted nothing.
func TestDeleteRequest(t *testing.T) {
	cases := map[string]struct {
		reason string
		status int
		body   string
		want   Class
	}{
		"deleted":  {"accepted", 202, "", ""},
		"200":      {"a page, not Altinn's", 200, html, ClassBadResponse},
		"204":      {"a success of another kind", 204, "", ClassBadResponse},
		"gone":     {"there is none", 404, refusal(404, "AUTH-00010", "x"), ClassRequestNotFound},
		"bare 404": {"a gateway's, for Altinn has a code for it", 404, plain404, ClassBlocked},
		"not ours": {"the system is another vendor's", 404, refusal(404, "AUTH-00011", "x"), ClassSystemNotFound},
		"answered": {"a refusal that is no answer", 409, refusal(409, "AUTH-00013", "x"), ClassRefused},
		"503":      {"an outage", 503, "", ClassServerError},
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

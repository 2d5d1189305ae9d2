package altinn

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/outbound"
)

var (
	shownText = regexp.MustCompile(`^[[:print:]]*$`)
	secretish = regexp.MustCompile(`[0-9]{6}|[A-Za-z0-9]{33}`)
)

// FuzzProblem reads any status and body as a refusal. Only a 4xx in Altinn's form is an answer, and only a 404 means
// that a system user is missing. Shown text is short, printable and no secret.
func FuzzProblem(f *testing.F) {
	for _, body := range []string{
		refusal(404, "AUTH-00015", "x"), oldRefusal(404,
			"The SystemUser was not found."), plain404, html, foreign, "", "null", "[]",
		`{"status":404,"code":"AUTH-00015"}`, `{"status":404,"type":"urn:altinn:error:AUTH-00010","title":"\u202e"}`,
	} {
		for _, status := range []int{400, 404, 503} {
			f.Add(status, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		e := classify(&outbound.Response{Status: status, Body: body}, ClassSystemUserNotFound)
		if _, known := kinds[e.Class]; !known {
			t.Fatalf("class %q", e.Class)
		}
		if e.Class == ClassSystemUserNotFound && status != 404 {
			t.Fatalf("status %d takes access away: %s", status, body)
		}
		if e.Class.Kind() == conclusion.Answer && (status < 400 || status >= 500 || status == 429 || !json.Valid(body)) {
			t.Fatalf("status %d is no answer: %v", status, e)
		}
		if shown := e.Title + e.Code; len(shown) > 220 || !shownText.MatchString(shown) || secretish.MatchString(shown) {
			t.Fatalf("shown: %q", shown)
		}
	})
}

// FuzzRequest reads any body as a request. Client accepts none about another request, and no link to another site.
func FuzzRequest(f *testing.F) {
	for _, body := range []string{
		requestBody("New", ""), changeBody("New", ""),
		requestBody("Accepted", `,"confirmUrl":"https://evil.example"`), "null",
	} {
		f.Add([]byte(body))
	}
	c := client(f, "https://platform.altinn.no", time.Minute)
	f.Fuzz(func(t *testing.T, body []byte) {
		var wire requestResponse
		if json.Unmarshal(body, &wire) != nil {
			return
		}
		got, err := c.parseRequest(wire, subject{owner: testOwner, ref: testRef})
		if err != nil {
			if got.ID != "" || len(err.Error()) > 120 {
				t.Fatalf("%+v, %v", got, err)
			}
			return
		}
		if got.Owner != testOwner || got.ExternalRef != testRef || !statuses[got.Status] || !isUUID(got.ID) {
			t.Fatalf("got %+v", got)
		}
		if got.ConfirmURL != "" && (got.Status != StatusNew || !c.mayConfirmAt(got.ConfirmURL)) {
			t.Fatalf("customers are sent to %q", got.ConfirmURL)
		}
	})
}

package systemuser

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

const testSystem = "897757222_4human_hrm"

// wired is an Authority of Altinn's client, and a Maskinporten that finds every system user but the customer's.
type wired struct {
	*altinn.Client
}

func (wired) Token(context.Context, string) error   { return errMissing }
func (wired) PeerToken(context.Context, Peer) error { return nil }
func (wired) Clients(context.Context, string, string) ([]orgnumber.Number, error) {
	return nil, nil
}
func (wired) IsEscalated(context.Context, string) (bool, error)        { return false, nil }
func (wired) Listed(context.Context, orgnumber.Number) (Listed, error) { return Listed{}, nil }

// wireResponse is a response of Altinn, or of a proxy before it.
type wireResponse struct {
	name   string
	answer http.HandlerFunc
	no     bool // the look-up's word that it finds no system user
}

// wireResponses has every code in each form with each status that it could have, every bare status, pages, JSON of
// gateways, responses to other requests, and connections without a response.
func wireResponses() []wireResponse {
	var all []wireResponse
	add := func(name string, answer http.HandlerFunc, no bool) {
		all = append(all, wireResponse{name: name, answer: answer, no: no})
	}
	says := outboundtest.Says
	for code := range 90 {
		for _, status := range []int{400, 401, 403, 404, 409, 500} {
			body := fmt.Sprintf(`{"type":"urn:altinn:error:AUTH-%05d","title":"x","status":%d,"code":"AUTH-%05d","traceId":"00-a-b-00"}`, code, status, code)
			add(fmt.Sprintf("AUTH-%05d %d", code, status), says(status, body), code == 15 && status == 404)
		}
	}
	validation := `{"type":"urn:altinn:error:STD-00000","title":"x","status":400,"code":"STD-00000","validationErrors":[{"code":"AUTH.VLD-00004"}]}`
	add("AUTH.VLD-00004", says(400, validation), false)
	for _, status := range []int{
		200, 201, 202, 204, 400, 401, 403, 404, 405, 408, 409, 410, 415, 418, 425, 429, 451, 500,
		501, 502, 503, 504,
	} {
		bare := fmt.Sprintf(`{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.5","title":%q,"status":%d,"traceId":"00-a-b-00"}`, http.StatusText(status), status)
		add(fmt.Sprint("empty ", status), says(status, ""), status == 404)
		if status == http.StatusNoContent { // which can have no body
			continue
		}
		add(fmt.Sprint("bare ", status), says(status, bare), status == 404)
		add(fmt.Sprint("HTML ", status), says(status, "<html>log in</html>"), false)
		add(fmt.Sprint("gateway ", status),
			says(status, fmt.Sprintf(`{"statusCode":%d,"message":"Resource not found"}`, status)), false)
		add(fmt.Sprint("cut off ", status), outboundtest.CutOff(status, bare), false)
	}
	for name, body := range map[string]string{
		"null": "null", "a list": "[]", "nothing": "{}", "text": `"x"`, "a number": "0", "empty page": `{"data":[]}`,
		"no page":      `{"links":{}}`,
		"another page": `{"links":{"next":"http://x/y?token=z"},"data":[]}`,
		"another's":    `{"links":{},"data":[{"systemId":"897757222_x"}]}`,
	} {
		add("200 "+name, says(200, body), false)
	}
	add("redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) },
		false)
	add("reset", outboundtest.Reset(404), false)
	add("abort", outboundtest.Abort, false)
	add("silent", outboundtest.Silent, false)
	return all
}

// wire is an Altinn with a response to each kind of request.
type wire struct{ query, requests, users http.HandlerFunc }

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasSuffix(r.URL.Path, "/vendor/byquery"):
		w.query(rw, r)
	case strings.Contains(r.URL.Path, "/request/vendor/bysystem/"):
		w.requests(rw, r)
	default:
		w.users(rw, r)
	}
}

// usersOn returns a page with the system users of these owners.
func usersOn(next string, owners ...string) http.HandlerFunc {
	users := make([]string, 0, len(owners))
	for _, owner := range owners {
		users = append(users, fmt.Sprintf(`{"id":%q,"systemId":%q,"reporteeOrgNo":%q,"externalRef":%q,"isDeleted":false}`,
			testUser, testSystem, owner, owner))
	}
	return outboundtest.Says(200, `{"links":{`+next+`},"data":[`+strings.Join(users, ",")+`]}`)
}

// TestNoAnswerOfAltinnsTakesAccessAway puts every response in the place of the look-up, of the list of requests, and of
// the first and second page of the list of users, while Maskinporten refuses this customer alone. Access ends only if
// the look-up denies the system user in Altinn's own form, and all other responses are those to a system that is ours.
func TestNoAnswerOfAltinnsTakesAccessAway(t *testing.T) {
	at := &wire{}
	server := outboundtest.Serve(t, at.ServeHTTP)
	clientWith := func(timeout time.Duration) *altinn.Client {
		client, err := altinn.New(altinn.Config{
			BaseURL: server.URL, SystemID: testSystem, Calls: outbound.Caller{
				Transport: server.Client().Transport,
				Timeout:   timeout, Now: time.Now,
			},
			Tokens: altinn.TokenSource(func(context.Context, string) (outbound.Bearer,
				error,
			) {
				return outbound.NewBearer("a.b.c")
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		return client
	}
	patient, hurried := clientWith(time.Minute), clientWith(50*time.Millisecond)
	known := has
	known.Peers = peers(firstPeer)
	no, ours, rest := outboundtest.Says(404, ""), usersOn(""), usersOn("", firstPeer.Owner.String())
	pages := func(second http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("token") == "" {
				usersOn(`"next":"http://internal/x?token=Mg"`, firstPeer.Owner.String())(w, r)
				return
			}
			second(w, r)
		}
	}
	places := map[string]func(a wireResponse) (w wire, proves bool){
		"look-up":  func(a wireResponse) (wire, bool) { return wire{query: a.answer, requests: ours, users: rest}, a.no },
		"requests": func(a wireResponse) (wire, bool) { return wire{query: no, requests: a.answer, users: rest}, false },
		"users":    func(a wireResponse) (wire, bool) { return wire{query: no, requests: ours, users: a.answer}, false },
		"second page": func(a wireResponse) (wire, bool) {
			return wire{query: no, requests: ours, users: pages(a.answer)},
				false
		},
	}
	proved := 0
	for place, put := range places {
		t.Run(place, func(t *testing.T) {
			for _, answer := range wireResponses() {
				w, proves := put(answer)
				*at = w
				client := patient
				if answer.name == "silent" {
					client = hurried
				}
				f := Negotiate(t.Context(), wired{Client: client}, known, wanted(""))
				want := granted
				if proves {
					want, proved = withdrawn, proved+1
				}
				if f.State != want || f.IsConclusive() != proves {
					t.Errorf("%s says %s: %+v", place, answer.name, f)
				}
			}
		})
	}
	if proved != 3 {
		t.Errorf("%d answers of the look-up take access away, want a code, a bare 404 and an empty one", proved)
	}
}

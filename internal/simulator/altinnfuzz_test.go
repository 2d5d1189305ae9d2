package simulator_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzAltinn sends arbitrary requests with a good token. Altinn must never fail, and its errors must be readable.
func FuzzAltinn(f *testing.F) {
	w, sim := fuzzed(f)
	w.withSystem()
	user := w.createUser()
	every := w.vendorToken(requestWrite + " " + requestRead + " " + registerWrite)
	f.Add("POST", altinnRequests, "", requestBody())
	f.Add("POST", altinnRequests, "",
		`{"systemId":"`+systemID+`","partyOrgNo":"314240979","rights":[null],"accessPackages":[{}]}`)
	f.Add("POST", altinnChanges, "correlation-id="+correlation+"&system-user-id="+user.ID, changeBody())
	f.Add("POST", altinnChanges, "correlation-id=%zz;", "{}")
	f.Add("GET", altinnRequests+"/"+correlation, "", "")
	f.Add("GET", "/systemuser/request/vendor/byexternalref/a/b/%2f", "", "")
	f.Add("GET", "/systemuser/request/vendor/bysystem/"+systemID, "token=AAAA", "")
	f.Add("GET", "/systemuser/vendor/byquery", "system-id="+systemID+"&orgno="+consumer, "")
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		w.t = t
		w.sim.Altinn.RemoveSystem(systemID) // so that each execution is like the first
		w.withSystem()
		request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		request.Method, request.URL.Path, request.URL.RawQuery = method, "/authentication/api/v1"+path, query
		request.Header.Set("Authorization", "Bearer "+every)
		request.Header.Set("Content-Type", "application/json")
		recorder := serveWith(sim.Altinn.Handler(), request)
		if recorder.Code >= 500 {
			t.Errorf("answered %d %s", recorder.Code, recorder.Body)
		}
		if strings.Contains(recorder.Header().Get("Content-Type"), "json") && !json.Valid(recorder.Body.Bytes()) {
			t.Errorf("answered %q, which is not JSON", recorder.Body)
		}
	})
}

// FuzzCertificateHeader signs with a client without keys, and sends arbitrary certificates. None may be trusted.
func FuzzCertificateHeader(f *testing.F) {
	w, sim := fuzzed(f)
	for _, seed := range []string{`"MIIB"`, `[]`, `["MIIB"]`, `[1]`, `null`, `[""]`, `{}`} {
		f.Add([]byte(seed))
	}
	keyless := client()
	keyless.JWKS.Keys = nil
	w.must(sim.Maskinporten.RegisterClient(keyless))
	f.Fuzz(func(t *testing.T, x5c []byte) {
		if !json.Valid(x5c) {
			t.Skip("a header is JSON")
		}
		w.t = t
		w.forgetGrants(t)
		assertion := replacePart(w.sign(w.claims(), signing{}), 0,
			encode(claims{"alg": "RS256", "x5c": json.RawMessage(x5c)}))
		recorder := serveWith(sim.Maskinporten.Handler(), w.formOf(assertion))
		checkResponse(t, recorder)
		if recorder.Code == http.StatusOK {
			t.Error("a token for a certificate without issuer")
		}
	})
}

// formOf returns a token request to call the handler with, without a server.
func (w *world) formOf(assertion string) *http.Request {
	form := "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + assertion
	request := httptest.NewRequest(http.MethodPost, "/token", strings.NewReader(form))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return request
}

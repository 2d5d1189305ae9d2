package simulator_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

// goodBodies are requests that change something, each with a body as the contract has it. They follow one another.
func goodBodies() []hrmStep {
	return []hrmStep{
		put(claimPath(1), leaseOf60),
		put(claimPath(1)+"/sending", sendingOf60),
		put(claimPath(1)+"/settlement", settledSent),
		{Method: http.MethodPost, Path: notesPath + "/pages", Body: pageOf(documentOf(""))},
		put(notesPath+"/b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d/pdf", "%PDF-1.7"),
	}
}

func pageOf(documents ...string) string {
	return `{"previousCursor":0,"cursor":1,"documents":[` + strings.Join(documents, ",") + `]}`
}

// documentOf is a document with a field changed: "name":value, or without it: "name".
func documentOf(change string) string {
	fields := map[string]json.RawMessage{
		"id": json.RawMessage(`"b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d"`), "sequenceNumber": json.RawMessage(`1`),
		"times": json.RawMessage(`{"a":"2026-09-01T08:00:00Z"}`), "document": json.RawMessage(`{"a":1}`),
	}
	name, value, changed := strings.Cut(change, ":")
	delete(fields, name)
	if changed {
		fields[name] = json.RawMessage(value)
	}
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// TestHRMRefusesBodies: what the contract does not allow is refused, and changes nothing.
func TestHRMRefusesBodies(t *testing.T) {
	w := newHRMWorld(t)
	w.offer("plan")
	diff(t, "claimed", 200, w.put(claimPath(1), leaseOf60).status)
	claim, sending, settlement, pages := claimPath(2), claimPath(1)+"/sending", claimPath(1)+"/settlement", notesPath+
		"/pages"
	for name, tc := range map[string]struct {
		reason     string
		path, body string
		want       int
	}{
		"NoLease":        {"a lease has an end", claim, `{}`, 400},
		"LeaseOfNothing": {"at least a second", claim, `{"leaseSeconds":0}`, 400},
		"LongLease":      {"at most an hour", claim, `{"leaseSeconds":3601}`, 400},
		"LeaseAsText":    {"a number", claim, `{"leaseSeconds":"60"}`, 400},
		"Empty":          {"an object", claim, ``, 400},
		"Null":           {"an object", claim, `null`, 400},
		"Two":            {"one value", claim, leaseOf60 + leaseOf60, 400},
		"OtherCase":      {"names have a case", claim, `{"LeaseSeconds":60}`, 400},
		"NoUUID":         {"a claim is named by a UUID", "/v1/claims/first", leaseOf60, 400},
		"Large": {
			"more than any claim", claim, `{"leaseSeconds":60,"a":"` + strings.Repeat("a", 64<<10) + `"}`,
			413,
		},
		"NoCallID":     {"NAV's support asks for it", sending, `{"deadlineSeconds":60}`, 400},
		"CallIDNoUUID": {"a UUID", sending, `{"navCallID":"x","deadlineSeconds":60}`, 400},
		"NoDeadline":   {"a deadline is needed", sending, `{"navCallID":"9f3f6b7e-0d0a-4c7e-8a55-0d4b6f1f7a01"}`, 400},
		"LongDeadline": {
			"at most an hour", sending,
			`{"navCallID":"9f3f6b7e-0d0a-4c7e-8a55-0d4b6f1f7a01","deadlineSeconds":3601}`, 400,
		},
		"NoState":         {"what has become of it", settlement, `{}`, 400},
		"OtherState":      {"one of four", settlement, `{"state":"Lost"}`, 400},
		"SentWithoutPart": {"with what belongs to it", settlement, `{"state":"Sent"}`, 400},
		"NotSentWithPart": {"and nothing else", settlement, `{"state":"NotSent","unknown":{"cause":"NoAnswer"}}`, 400},
		"TwoParts": {
			"one of them", settlement,
			`{"state":"Unknown","unknown":{"cause":"NoAnswer"},"rejected":{"by":"NAV","type":"","message":""}}`, 400,
		},
		"NullPart": {"a part is an object", settlement, `{"state":"Sent","sent":null}`, 400},
		"SentWithoutUUID": {
			"NAV's name for it", settlement,
			`{"state":"Sent","sent":{"sentToNAV":true,"generalPractitioner":"NotAsked"}}`, 400,
		},
		"SentWithoutNAV": {
			"false must be said", settlement,
			`{"state":"Sent","sent":{"navUUID":"c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10","generalPractitioner":"NotAsked"}}`, 400,
		},
		"SentPractitioner": {
			"one of three", settlement,
			`{"state":"Sent","sent":{"navUUID":"c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10","sentToNAV":true,"generalPractitioner":"Ill"}}`, 400,
		},
		"RejectedByOther": {
			"NAV or worker", settlement,
			`{"state":"Rejected","rejected":{"by":"Chance","type":"X","message":""}}`, 400,
		},
		"RejectedLongType": {
			"64 characters", settlement,
			`{"state":"Rejected","rejected":{"by":"Worker","type":"` + strings.Repeat("å", 65) + `","message":""}}`, 400,
		},
		"RejectedLong": {
			"1024 characters", settlement,
			`{"state":"Rejected","rejected":{"by":"Worker","type":"X","message":"` + strings.Repeat("å", 1025) + `"}}`, 400,
		},
		"UnknownCause":      {"one of three", settlement, `{"state":"Unknown","unknown":{"cause":"Weather"}}`, 400},
		"NoPrevious":        {"0 must be said", pages, `{"cursor":1,"documents":[]}`, 400},
		"NoCursor":          {"0 must be said", pages, `{"previousCursor":0,"documents":[]}`, 400},
		"NoDocuments":       {"none must be said", pages, `{"previousCursor":0,"cursor":1}`, 400},
		"NullDocuments":     {"a list", pages, `{"previousCursor":0,"cursor":1,"documents":null}`, 400},
		"DocumentsNoList":   {"a list", pages, `{"previousCursor":0,"cursor":1,"documents":{}}`, 400},
		"Backwards":         {"a cursor goes forwards", pages, `{"previousCursor":0,"cursor":-1,"documents":[]}`, 400},
		"OverlapNoDate":     {"a day", pages, `{"previousCursor":0,"cursor":1,"lastOverlap":"2026-9-1","documents":[]}`, 400},
		"DocumentWithoutID": {"it has a name", pages, pageOf(documentOf("id")), 400},
		"DocumentOddID":     {"a UUID", pages, pageOf(documentOf(`id:"x"`)), 400},
		"DocumentNumber":    {"and a number", pages, pageOf(documentOf("sequenceNumber")), 400},
		"DocumentNegative":  {"0 or more", pages, pageOf(documentOf("sequenceNumber:-1")), 400},
		"DocumentTimes":     {"and times, perhaps none", pages, pageOf(documentOf("times")), 400},
		"DocumentNoTime":    {"with their zones", pages, pageOf(documentOf(`times:{"a":"2026-09-01T08:00:00"}`)), 400},
		"DocumentMissing":   {"itself", pages, pageOf(documentOf("document")), 400},
		"DocumentNull":      {"an object", pages, pageOf(documentOf("document:null")), 400},
		"DocumentNoObject":  {"an object", pages, pageOf(documentOf(`document:"x"`)), 400},
		"SecondIsBad":       {"all or nothing", pages, pageOf(documentOf(""), documentOf("id")), 400},
		"TooMany": {
			"at most 1000", pages,
			pageOf(strings.Split(strings.TrimSuffix(strings.Repeat(documentOf("")+"|", 1001), "|"), "|")...), 400,
		},
		"LargePage": {
			"at most 16 MiB", pages,
			pageOf(documentOf(`document:{"a":"` + strings.Repeat("a", 16<<20) + `"}`)), 413,
		},
		"LargePDF": {
			"at most 16 MiB", notesPath + "/b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d/pdf",
			strings.Repeat("a", 16<<20+1), 413,
		},
		"PDFOfNoUUID": {"a document's name", notesPath + "/x/pdf", "%PDF-", 400},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			method := http.MethodPut
			if tc.path == pages {
				method = http.MethodPost
			}
			checkProblem(t, tc.reason, tc.want, w.hrmSend(method, tc.path, tc.body))
		})
	}
	w.t = t
	plans, err := w.hrmTenant().Plans()
	w.must(err)
	diff(t, "nothing has changed", hrmstore.Claimed, plans[0].State)
	places, err := w.hrmTenant().Places()
	w.must(err)
	diff(t, "no cursor has moved", 0, len(places))
}

// TestHRMBoundsAreIncluded: what is just allowed is taken.
func TestHRMBoundsAreIncluded(t *testing.T) {
	w := newHRMWorld(t)
	w.offer("plan")
	page := strings.Split(strings.TrimSuffix(strings.Repeat(documentOf("")+"|", 1000), "|"), "|")
	for _, s := range []struct {
		reason string
		hrmStep
		want int
	}{
		{"an hour", put(claimPath(1), `{"leaseSeconds":3600}`), 200},
		{
			"an hour, and a field of a newer worker",
			put(claimPath(1)+"/sending", strings.Replace(sendingOf60, "60}", `3600,"new":1}`, 1)), 204,
		},
		{"characters, not bytes", put(claimPath(1)+"/settlement", `{"state":"Rejected","rejected":{"by":"NAV","type":"`+
			strings.Repeat("å", 64)+`","message":"`+strings.Repeat("å", 1024)+`"}}`), 204},
		{"a thousand", hrmStep{Method: http.MethodPost, Path: notesPath + "/pages", Body: pageOf(page...)}, 204},
		{"16 MiB", put(notesPath+"/b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d/pdf", strings.Repeat("a", 16<<20)), 204},
	} {
		diff(t, s.reason, s.want, w.hrmSend(s.Method, s.Path, s.Body).status)
	}
}

func TestHRMContentTypes(t *testing.T) {
	w := newHRMWorld(t)
	w.offer("plan")
	for _, s := range goodBodies() {
		for name, tc := range map[string]string{"none": "", "other": "text/plain", "unreadable": ";"} {
			request := w.hrmDo(s.Method, s.Path, s.Body)
			request.Header.Set("Content-Type", tc)
			checkProblem(t, s.Path+": "+name, 415, w.raw(request))
		}
		request := w.hrmDo(s.Method, s.Path, s.Body)
		request.Header.Set("Content-Type", request.Header.Get("Content-Type")+"; charset=utf-8")
		got := w.raw(request)
		diff(t, s.Path+" with a parameter", true, got.status == 200 || got.status == 204)
	}
}

// brokenBody ends before it should.
type brokenBody struct{ *strings.Reader }

func (b brokenBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil {
		return n, errors.New("broken")
	}
	return n, nil
}

// TestHRMBodyThatBreaksOff must not be taken for a whole one.
func TestHRMBodyThatBreaksOff(t *testing.T) {
	w := newHRMWorld(t)
	w.offer("plan")
	for _, s := range goodBodies() {
		request := httptest.NewRequest(s.Method, "/"+tenant+s.Path, brokenBody{strings.NewReader(s.Body)})
		request.Header = w.hrmDo(s.Method, s.Path, "").Header
		recorder := httptest.NewRecorder()
		w.sim.HRM.Handler().ServeHTTP(recorder, request)
		diff(t, s.Path, 400, recorder.Code)
	}
	plans, err := w.hrmTenant().Plans()
	w.must(err)
	diff(t, "nothing has happened", 1, len(plans[0].History))
}

// FuzzHRMBody sends any body to any path: it is taken, or refused with a problem, and never breaks the HRM system.
func FuzzHRMBody(f *testing.F) {
	good := goodBodies()
	for i, s := range good {
		f.Add(uint8(i), s.Body)
	}
	f.Add(uint8(3), pageOf(documentOf("document:null")))
	f.Add(uint8(2), `{"state":"Sent","sent":{"navUUID":0}}`)
	w := newHRMWorld(f)
	w.offer("plan")
	handler := w.sim.HRM.Handler()
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		w.t = t
		s := good[int(which)%len(good)]
		request := httptest.NewRequest(s.Method, "/"+tenant+s.Path, strings.NewReader(body))
		request.Header = w.hrmDo(s.Method, s.Path, "").Header
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		switch recorder.Code {
		case http.StatusOK, http.StatusNoContent:
		case http.StatusBadRequest, http.StatusConflict, http.StatusNotFound, http.StatusRequestEntityTooLarge:
			var problem struct{ Detail string }
			if err := json.Unmarshal(recorder.Body.Bytes(), &problem); err != nil || problem.Detail == "" {
				t.Fatalf("%s: %v", recorder.Body, err)
			}
		default:
			t.Fatal(fmt.Sprint(recorder.Code, recorder.Body))
		}
	})
}

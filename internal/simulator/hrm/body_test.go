package hrm_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/4human/integration-operator/internal/simulator/hrmstore"
	"github.com/4human/integration-operator/internal/simulator/simulatortest"
)

// goodBodies are requests that change something, each with a body that the contract allows. Each depends on those
// before it.
func goodBodies() []step {
	return []step{
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

// documentOf returns a document with a field changed ("name":value) or removed ("name").
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

// TestRefusesBodies verifies that a body that the contract does not allow is refused and changes nothing.
func TestRefusesBodies(t *testing.T) {
	w := newTenantWorld(t)
	w.offer("plan")
	simulatortest.Diff(t, "claimed", 200, w.put(claimPath(1), leaseOf60).Status)
	claim, sending, settlement, pages := claimPath(2), claimPath(1)+"/sending", claimPath(1)+"/settlement", notesPath+
		"/pages"
	for name, tc := range map[string]struct {
		reason     string
		path, body string
		want       int
	}{
		"NoLease":        {reason: "a lease has an end", path: claim, body: `{}`, want: 400},
		"LeaseOfNothing": {reason: "at least a second", path: claim, body: `{"leaseSeconds":0}`, want: 400},
		"LongLease":      {reason: "at most an hour", path: claim, body: `{"leaseSeconds":3601}`, want: 400},
		"LeaseAsText":    {reason: "a number", path: claim, body: `{"leaseSeconds":"60"}`, want: 400},
		"Empty":          {reason: "an object", path: claim, body: ``, want: 400},
		"Null":           {reason: "an object", path: claim, body: `null`, want: 400},
		"Two":            {reason: "one value", path: claim, body: leaseOf60 + leaseOf60, want: 400},
		"OtherCase":      {reason: "names have a case", path: claim, body: `{"LeaseSeconds":60}`, want: 400},
		"NoUUID":         {reason: "a claim is named by a UUID", path: "/v1/claims/first", body: leaseOf60, want: 400},
		"Large": {
			reason: "more than any claim", path: claim,
			body: `{"leaseSeconds":60,"a":"` + strings.Repeat("a", 64<<10) + `"}`,
			want: 413,
		},
		"NoCallID":     {reason: "NAV's support asks for it", path: sending, body: `{"deadlineSeconds":60}`, want: 400},
		"CallIDNoUUID": {reason: "a UUID", path: sending, body: `{"navCallID":"x","deadlineSeconds":60}`, want: 400},
		"NoDeadline": {
			reason: "a deadline is needed", path: sending, body: `{"navCallID":"9f3f6b7e-0d0a-4c7e-8a55-0d4b6f1f7a01"}`,
			want: 400,
		},
		"LongDeadline": {
			reason: "at most an hour", path: sending,
			body: `{"navCallID":"9f3f6b7e-0d0a-4c7e-8a55-0d4b6f1f7a01","deadlineSeconds":3601}`, want: 400,
		},
		"NoState":         {reason: "what has become of it", path: settlement, body: `{}`, want: 400},
		"OtherState":      {reason: "one of four", path: settlement, body: `{"state":"Lost"}`, want: 400},
		"SentWithoutPart": {reason: "with what belongs to it", path: settlement, body: `{"state":"Sent"}`, want: 400},
		"NotSentWithPart": {
			reason: "and nothing else", path: settlement, body: `{"state":"NotSent","unknown":{"cause":"NoAnswer"}}`,
			want: 400,
		},
		"TwoParts": {
			reason: "one of them", path: settlement,
			body: `{"state":"Unknown","unknown":{"cause":"NoAnswer"},"rejected":{"by":"NAV","type":"","message":""}}`,
			want: 400,
		},
		"NullPart": {reason: "a part is an object", path: settlement, body: `{"state":"Sent","sent":null}`, want: 400},
		"SentWithoutUUID": {
			reason: "NAV's name for it", path: settlement,
			body: `{"state":"Sent","sent":{"sentToNAV":true,"generalPractitioner":"NotAsked"}}`, want: 400,
		},
		"SentWithoutNAV": {
			reason: "false must be said", path: settlement,
			body: `{"state":"Sent","sent":{"navUUID":"c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10","generalPractitioner":"NotAsked"}}`,
			want: 400,
		},
		"SentPractitioner": {
			reason: "one of three", path: settlement,
			body: `{"state":"Sent","sent":{"navUUID":"c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10","sentToNAV":true,` +
				`"generalPractitioner":"Ill"}}`,
			want: 400,
		},
		"RejectedByOther": {
			reason: "NAV or worker", path: settlement,
			body: `{"state":"Rejected","rejected":{"by":"Chance","type":"X","message":""}}`, want: 400,
		},
		"RejectedLongType": {
			reason: "64 characters", path: settlement,
			body: `{"state":"Rejected","rejected":{"by":"Worker","type":"` + strings.Repeat("å", 65) + `","message":""}}`,
			want: 400,
		},
		"RejectedLong": {
			reason: "1024 characters", path: settlement,
			body: `{"state":"Rejected","rejected":{"by":"Worker","type":"X","message":"` + strings.Repeat("å", 1025) + `"}}`,
			want: 400,
		},
		"UnknownCause": {
			reason: "one of three", path: settlement, body: `{"state":"Unknown","unknown":{"cause":"Weather"}}`, want: 400,
		},
		"NoPrevious": {reason: "0 must be said", path: pages, body: `{"cursor":1,"documents":[]}`, want: 400},
		"NoCursor": {
			reason: "0 must be said", path: pages, body: `{"previousCursor":0,"documents":[]}`, want: 400,
		},
		"NoDocuments": {
			reason: "none must be said", path: pages, body: `{"previousCursor":0,"cursor":1}`, want: 400,
		},
		"NullDocuments": {
			reason: "a list", path: pages, body: `{"previousCursor":0,"cursor":1,"documents":null}`, want: 400,
		},
		"DocumentsNoList": {
			reason: "a list", path: pages, body: `{"previousCursor":0,"cursor":1,"documents":{}}`, want: 400,
		},
		"Backwards": {
			reason: "a cursor goes forwards", path: pages, body: `{"previousCursor":0,"cursor":-1,"documents":[]}`,
			want: 400,
		},
		"OverlapNoDate": {
			reason: "a day", path: pages, body: `{"previousCursor":0,"cursor":1,"lastOverlap":"2026-9-1","documents":[]}`,
			want: 400,
		},
		"DocumentWithoutID": {reason: "it has a name", path: pages, body: pageOf(documentOf("id")), want: 400},
		"DocumentOddID":     {reason: "a UUID", path: pages, body: pageOf(documentOf(`id:"x"`)), want: 400},
		"DocumentNumber":    {reason: "and a number", path: pages, body: pageOf(documentOf("sequenceNumber")), want: 400},
		"DocumentNegative":  {reason: "0 or more", path: pages, body: pageOf(documentOf("sequenceNumber:-1")), want: 400},
		"DocumentTimes": {
			reason: "and times, perhaps none", path: pages, body: pageOf(documentOf("times")), want: 400,
		},
		"DocumentNoTime": {
			reason: "with their zones", path: pages, body: pageOf(documentOf(`times:{"a":"2026-09-01T08:00:00"}`)),
			want: 400,
		},
		"DocumentMissing":  {reason: "itself", path: pages, body: pageOf(documentOf("document")), want: 400},
		"DocumentNull":     {reason: "an object", path: pages, body: pageOf(documentOf("document:null")), want: 400},
		"DocumentNoObject": {reason: "an object", path: pages, body: pageOf(documentOf(`document:"x"`)), want: 400},
		"SecondIsBad": {
			reason: "all or nothing", path: pages, body: pageOf(documentOf(""), documentOf("id")), want: 400,
		},
		"TooMany": {
			reason: "at most 1000", path: pages,
			body: pageOf(strings.Split(strings.TrimSuffix(strings.Repeat(documentOf("")+"|", 1001), "|"), "|")...),
			want: 400,
		},
		"LargePage": {
			reason: "at most 16 MiB", path: pages,
			body: pageOf(documentOf(`document:{"a":"` + strings.Repeat("a", 16<<20) + `"}`)), want: 413,
		},
		"LargePDF": {
			reason: "at most 16 MiB", path: notesPath + "/b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d/pdf",
			body: strings.Repeat("a", 16<<20+1), want: 413,
		},
		"PDFOfNoUUID": {reason: "a document's name", path: notesPath + "/x/pdf", body: "%PDF-", want: 400},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			method := http.MethodPut
			if tc.path == pages {
				method = http.MethodPost
			}
			checkProblem(t, tc.reason, tc.want, w.sendTo(method, tc.path, tc.body))
		})
	}
	w.t = t
	plans, err := w.data().Plans()
	w.must(err)
	simulatortest.Diff(t, "nothing has changed", hrmstore.Claimed, plans[0].State)
	places, err := w.data().Places()
	w.must(err)
	simulatortest.Diff(t, "no cursor has moved", 0, len(places))
}

// TestBoundsAreIncluded verifies that values at the bounds are accepted.
func TestBoundsAreIncluded(t *testing.T) {
	w := newTenantWorld(t)
	w.offer("plan")
	page := strings.Split(strings.TrimSuffix(strings.Repeat(documentOf("")+"|", 1000), "|"), "|")
	for _, s := range []struct {
		reason string
		step
		want int
	}{
		{reason: "an hour", step: put(claimPath(1), `{"leaseSeconds":3600}`), want: 200},
		{
			reason: "an hour, and a field of a newer worker",
			step:   put(claimPath(1)+"/sending", strings.Replace(sendingOf60, "60}", `3600,"new":1}`, 1)), want: 204,
		},
		{
			reason: "characters, not bytes",
			step: put(claimPath(1)+"/settlement", `{"state":"Rejected","rejected":{"by":"NAV","type":"`+
				strings.Repeat("å", 64)+`","message":"`+strings.Repeat("å", 1024)+`"}}`), want: 204,
		},
		{
			reason: "a thousand",
			step:   step{Method: http.MethodPost, Path: notesPath + "/pages", Body: pageOf(page...)}, want: 204,
		},
		{
			reason: "16 MiB",
			step:   put(notesPath+"/b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d/pdf", strings.Repeat("a", 16<<20)), want: 204,
		},
	} {
		simulatortest.Diff(t, s.reason, s.want, w.sendTo(s.Method, s.Path, s.Body).Status)
	}
}

func TestContentTypes(t *testing.T) {
	w := newTenantWorld(t)
	w.offer("plan")
	for _, s := range goodBodies() {
		for name, tc := range map[string]string{"none": "", "other": "text/plain", "unreadable": ";"} {
			request := w.requestTo(s.Method, s.Path, s.Body)
			request.Header.Set("Content-Type", tc)
			checkProblem(t, s.Path+": "+name, 415, w.send(request))
		}
		request := w.requestTo(s.Method, s.Path, s.Body)
		request.Header.Set("Content-Type", request.Header.Get("Content-Type")+"; charset=utf-8")
		got := w.send(request)
		simulatortest.Diff(t, s.Path+" with a parameter", true, got.Status == 200 || got.Status == 204)
	}
}

// brokenBody ends too early.
type brokenBody struct{ *strings.Reader }

func (b brokenBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil {
		return n, errors.New("broken")
	}
	return n, nil
}

// TestBodyThatBreaksOff verifies that the beginning of a body is not accepted in its place.
func TestBodyThatBreaksOff(t *testing.T) {
	w := newTenantWorld(t)
	w.offer("plan")
	for _, s := range goodBodies() {
		request := httptest.NewRequest(s.Method, "/"+tenant+s.Path, brokenBody{strings.NewReader(s.Body)})
		request.Header = w.requestTo(s.Method, s.Path, "").Header
		recorder := httptest.NewRecorder()
		w.hrm.Handler().ServeHTTP(recorder, request)
		simulatortest.Diff(t, s.Path, 400, recorder.Code)
	}
	plans, err := w.data().Plans()
	w.must(err)
	simulatortest.Diff(t, "nothing has happened", 1, len(plans[0].History))
}

// FuzzBody sends arbitrary bodies to arbitrary paths. The HRM system must accept them or refuse them with a problem.
func FuzzBody(f *testing.F) {
	good := goodBodies()
	for i, s := range good {
		f.Add(uint8(i), s.Body)
	}
	f.Add(uint8(3), pageOf(documentOf("document:null")))
	f.Add(uint8(2), `{"state":"Sent","sent":{"navUUID":0}}`)
	w := newTenantWorld(f)
	w.offer("plan")
	handler := w.hrm.Handler()
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		w.t = t
		s := good[int(which)%len(good)]
		request := httptest.NewRequest(s.Method, "/"+tenant+s.Path, strings.NewReader(body))
		request.Header = w.requestTo(s.Method, s.Path, "").Header
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

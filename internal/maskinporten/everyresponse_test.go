package maskinporten

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/conclusion"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// responseRow is a response to a token request.
type responseRow struct {
	reason string

	// How Maskinporten is set. If the simulator cannot send a response, instead is the handler of the token endpoint.
	faults  setting
	client  func(*simmaskinporten.Client)
	world   func(*responseWorld)
	instead http.HandlerFunc
	// The request: the zero value is testRequest.
	config  func(*Config)
	before  func(*Client)
	request Request

	want       Class
	kind       conclusion.Kind
	retryAfter time.Duration
	code       string // the Error's Code
	refusal    string // the simulator's name of the refusal, if it is one
	grants     int32  // how many are sent; 0 means one, and -1 none
}

// TestEveryResponse verifies the class of every response to a token request, over real HTTP.
func TestEveryResponse(t *testing.T) {
	w := newResponseWorld(t)
	rows := map[string]responseRow{}
	for _, part := range []map[string]responseRow{refusedResponses(t), outageResponses(), tokenResponses(t)} {
		for name, row := range part {
			if _, twice := rows[name]; twice {
				t.Fatalf("two rows have the name %q", name)
			}
			rows[name] = row
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		t.Run(name, func(t *testing.T) { w.check(t, rows[name]) })
	}
	checkCoverage(t, slices.Collect(maps.Values(rows)))
	t.Logf("%d rows", len(rows))
}

// check requests a token once, and compares the result with the row.
func (w *responseWorld) check(t *testing.T, row responseRow) {
	t.Helper()
	w.arrange(t, row)
	c := w.connect(t, row.config)
	if row.before != nil {
		row.before(c)
	}
	request := row.request
	if request == (Request{}) {
		request = testRequest
	}
	token, err := c.Token(t.Context(), request)
	if (token == nil) == (err == nil) {
		t.Fatalf("%s: token %v and error %v, want exactly one of them", row.reason, token, err)
	}
	checkError(t, err)
	if class := ClassOf(err); class != row.want || class.Kind() != row.kind {
		t.Errorf("%s: %q of kind %q, want %q of kind %q: %v", row.reason, class, class.Kind(), row.want, row.kind, err)
	}
	told := &Error{}
	if errors.As(err, &told) && strings.Contains(told.Description, "(") && strings.Contains(told.Description, " id: ") {
		t.Errorf("%s: the description has a trace id: %s", row.reason, told.Description)
	}
	if told.RetryAfter != row.retryAfter || told.Code != row.code {
		t.Errorf("%s: wait %s, code %q, want %s and %q", row.reason, told.RetryAfter, told.Code, row.retryAfter, row.code)
	}
	want := max(row.grants, 0)
	if row.grants == 0 {
		want = 1
	}
	if sent := w.grants.Load(); sent != want {
		t.Errorf("%s: %d grants were sent, want %d", row.reason, sent, want)
	}
}

// checkCoverage checks that each class, each documented code, and each refusal and outage of the simulator has a row.
func checkCoverage(t *testing.T, rows []responseRow) {
	t.Helper()
	has := func(is func(responseRow) bool) bool { return slices.ContainsFunc(rows, is) }
	for _, class := range Classes() {
		if !has(func(r responseRow) bool { return r.want == class }) {
			t.Errorf("no row meets the class %s", class)
		}
	}
	for code := range classOfCode {
		if !has(func(r responseRow) bool { return r.code == code }) {
			t.Errorf("no row meets the code %s", code)
		}
	}
	for _, refusal := range simmaskinporten.Refusals() {
		if !has(func(r responseRow) bool { return r.refusal == refusal }) {
			t.Errorf("no row meets the refusal %s", refusal)
		}
	}
	for _, outage := range simwire.Outages() {
		if !has(func(r responseRow) bool { return r.faults.Outage == outage }) {
			t.Errorf("no row meets the outage %s", outage)
		}
	}
	for kind := range map[conclusion.Kind]bool{
		conclusion.Answer: true, conclusion.CustomerFault: true,
		conclusion.OwnFault: true, conclusion.Outage: true, conclusion.Violation: true, "": true,
	} {
		if !has(func(r responseRow) bool { return r.kind == kind }) {
			t.Errorf("no row meets the kind %q", kind)
		}
	}
}

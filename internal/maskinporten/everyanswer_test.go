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

// answerRow is a response to a token request.
type answerRow struct {
	reason string

	// How Maskinporten is set. Where the simulator cannot bring an answer about, instead is what the token endpoint says.
	faults  setting
	client  func(*simmaskinporten.Client)
	world   func(*answerWorld)
	instead http.HandlerFunc
	// The request: the zero value is testRequest.
	config  func(*Config)
	before  func(*Client)
	request Request

	want       Class
	kind       conclusion.Kind
	retryAfter time.Duration
	code       string // what the Error tells of it
	refusal    string // the simulator's name of the refusal that is met, if it is one
	grants     int32  // how many were sent; the zero value is one, and -1 none
}

// TestEveryAnswer has all responses to a token request, over real HTTP, with the class of each.
func TestEveryAnswer(t *testing.T) {
	w := newAnswerWorld(t)
	rows := map[string]answerRow{}
	for _, part := range []map[string]answerRow{refusedAnswers(t), outageAnswers(), tokenAnswers(t)} {
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

// check asks once, and looks at all that came of it.
func (w *answerWorld) check(t *testing.T, row answerRow) {
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
func checkCoverage(t *testing.T, rows []answerRow) {
	t.Helper()
	has := func(is func(answerRow) bool) bool { return slices.ContainsFunc(rows, is) }
	for _, class := range Classes() {
		if !has(func(r answerRow) bool { return r.want == class }) {
			t.Errorf("no row meets the class %s", class)
		}
	}
	for code := range classOfCode {
		if !has(func(r answerRow) bool { return r.code == code }) {
			t.Errorf("no row meets the code %s", code)
		}
	}
	for _, refusal := range simmaskinporten.Refusals() {
		if !has(func(r answerRow) bool { return r.refusal == refusal }) {
			t.Errorf("no row meets the refusal %s", refusal)
		}
	}
	for _, outage := range simwire.Outages() {
		if !has(func(r answerRow) bool { return r.faults.Outage == outage }) {
			t.Errorf("no row meets the outage %s", outage)
		}
	}
	for kind := range map[conclusion.Kind]bool{
		conclusion.Answer: true, conclusion.CustomerFault: true,
		conclusion.OwnFault: true, conclusion.Outage: true, conclusion.Violation: true, "": true,
	} {
		if !has(func(r answerRow) bool { return r.kind == kind }) {
			t.Errorf("no row meets the kind %q", kind)
		}
	}
}

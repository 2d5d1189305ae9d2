package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/outbound"
)

const (
	// grain is how late a lease or a deadline may end, because some clocks have whole seconds.
	grain = time.Second
	// soon bounds what an HRM system does by itself, such as offering a plan again whose lease has ended.
	soon = 10 * time.Second
	// between is the pause between two attempts.
	between = 100 * time.Millisecond
)

// probe is a running check. Its verdict ends the check's goroutine, as in a test, so that a check reads from top to
// bottom.
type probe struct {
	suite *suite

	mu       sync.Mutex
	verdict  Verdict
	requests []string
	found    string
	do       string
	look     []string
	claims   []*claim // that the check has made
	// undecided is the number of undecided plans in the last response to a claim.
	undecided int
}

// response is the response to a request.
type response struct {
	line   string
	status int
	kind   string // media type
	body   []byte
	// foreign reports that it is a success without the mark of an HRM system.
	foreign bool
}

// conclude sets the verdict, if there is none, and ends the goroutine.
func (p *probe) conclude(v Verdict, found, do string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.verdict == "" {
		p.verdict, p.found, p.do = v, found, do
	}
	runtime.Goexit()
}

func (p *probe) fail(found, do string) { p.conclude(Broken, found, do) }

func (p *probe) skip(why, prepare string) { p.conclude(NotChecked, why, prepare) }

// notef adds a line to the requests, unless it repeats the last one.
func (p *probe) notef(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := fmt.Sprintf(format, args...)
	if n := len(p.requests); n == 0 || p.requests[n-1] != line {
		p.requests = append(p.requests, line)
	}
}

// lookAtf adds what to verify by hand.
func (p *probe) lookAtf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.look = append(p.look, fmt.Sprintf(format, args...))
}

// send sends a request with the token, and notes it.
func (p *probe) send(what string, do call) response {
	got := p.sendQuietly(what, do)
	p.noteResponse(got)
	return got
}

func (p *probe) noteResponse(got response) {
	p.notef("%s: %d", got.line, got.status)
}

// sendQuietly sends a request with the token.
func (p *probe) sendQuietly(what string, do call) response {
	return p.sendAs(p.suite.api, what, do)
}

func (p *probe) sendAs(as hrmapi.ClientInterface, what string, do call) response {
	resp, err := do(as) //nolint:bodyclose // read closes it.
	return p.read(what, resp, err)
}

// read reads a response, also for the checks of all responses.
func (p *probe) read(what string, resp *http.Response, err error) response {
	if err != nil {
		p.failIncomplete(what, err)
	}
	defer func() { _ = resp.Body.Close() }()
	got := response{line: what, status: resp.StatusCode, foreign: hrmapi.IsForeign(resp.StatusCode, resp.Header)}
	got.kind, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
	got.body, err = io.ReadAll(resp.Body)
	if err != nil {
		p.failIncomplete(fmt.Sprintf("%s: %d", what, resp.StatusCode), err)
	}
	p.suite.seen.add(got)
	return got
}

// failIncomplete concludes the check after a request without a complete response.
func (p *probe) failIncomplete(line string, err error) {
	p.notef("%s: no complete response", line)
	switch outbound.KindOf(err) {
	case outbound.TooLarge:
		p.suite.seen.tooLarge(line)
		p.fail("a response of more than 1 MiB", "Respond only with what was requested.")
	case outbound.Truncated:
		p.fail("a response that ends before its announced length",
			"Check what is in front of the HRM system, such as a proxy.")
	default:
		p.skip(reasonOf(err), "Check that the HRM system is reachable and responds within the timeout.")
	}
}

// reasonOf returns the text of an error of the suite's client, and a fixed text for any other.
func reasonOf(err error) string {
	if text := err.Error(); strings.HasPrefix(text, "no complete response: ") {
		return text
	}
	return "no complete response"
}

// want verifies that a response has one of the statuses.
func (p *probe) want(got response, do string, statuses ...int) {
	if slices.Contains(statuses, got.status) {
		return
	}
	if got.status >= http.StatusInternalServerError {
		do = "Find the error in the HRM system's log. " + do
	}
	p.fail(fmt.Sprintf("status %d instead of %s", got.status, joinStatuses(statuses)), do)
}

func joinStatuses(statuses []int) string {
	texts := make([]string, 0, len(statuses))
	for _, s := range statuses {
		texts = append(texts, fmt.Sprint(s))
	}
	return strings.Join(texts, " or ")
}

// decode reads the JSON of a response that must be 200.
func decode[T any](p *probe, got response, do string) T {
	var into T
	p.want(got, do, http.StatusOK)
	if got.kind != "application/json" {
		p.fail("a response that is not application/json", "Set the response's Content-Type to application/json.")
	}
	if err := json.Unmarshal(got.body, &into); err != nil {
		p.fail("a body that is not the JSON of the contract", "Compare the response with its schema in the contract.")
	}
	return into
}

// waitUntil waits until a condition holds or the time is over, and reports whether it holds.
func (p *probe) waitUntil(ctx context.Context, within time.Duration, holds func() bool) bool {
	now := p.suite.config.Calls.Now
	for end := now().Add(within); !holds(); p.wait(ctx) {
		if now().After(end) {
			return false
		}
	}
	return true
}

// awaitLeaseEnd waits until a lease or deadline of a moment has ended.
func (p *probe) awaitLeaseEnd(ctx context.Context) {
	now := p.suite.config.Calls.Now
	for end := now().Add(lease); now().Before(end); {
		p.wait(ctx)
	}
}

func (p *probe) wait(ctx context.Context) {
	if err := p.suite.config.Pause(ctx, between); err != nil {
		p.skip("the checks were interrupted", "Let them run to their end.")
	}
}

// sendAtOnce sends atOnce requests at the same time and notes the number of responses by status.
func (p *probe) sendAtOnce(what string, send func(i int) response) []response {
	responses := make([]response, atOnce)
	var all sync.WaitGroup
	for i := range atOnce {
		all.Go(func() { responses[i] = send(i) })
	}
	all.Wait()
	if p.verdict != "" {
		runtime.Goexit()
	}
	counts := map[int]int{}
	for _, a := range responses {
		counts[a.status]++
	}
	texts := make([]string, 0, len(counts))
	for _, status := range slices.Sorted(maps.Keys(counts)) {
		texts = append(texts, fmt.Sprintf("%d of them %d", counts[status], status))
	}
	p.notef("%d at once of %s: %s", atOnce, what, strings.Join(texts, ", "))
	return responses
}

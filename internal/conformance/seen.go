package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"sync"

	"github.com/4human/integration-operator/internal/outbound"
)

// seen has the first fault of each kind in all responses of a run.
type seen struct {
	mu       sync.Mutex
	problem  slip // an error that is no problem details
	leaks    slip // an error that contains what it must not
	redirect slip
	foreign  slip // a success that is not marked as the HRM system's
	large    slip
	errors   int
}

// slip is a faulty response.
type slip struct {
	request, found string
}

var (
	elevenDigits = regexp.MustCompile(`(^|[^0-9])[0-9]{11}([^0-9]|$)`)
	uuidForm     = regexp.MustCompile(`(?i)\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`)
)

// hasElevenDigits reports whether a text has eleven digits in a row, as an identity number has. One UUID in two hundred
// has them by chance.
func hasElevenDigits(text []byte) bool {
	return elevenDigits.Match(uuidForm.ReplaceAll(text, []byte(" ")))
}

func (s *seen) add(got response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	line := fmt.Sprintf("%s: %d", got.line, got.status)
	switch {
	case got.foreign:
		s.foreign.set(line, "a 204 without the header HRM-Contract: 1")
	case outbound.IsRedirect(got.status):
		s.redirect.set(line, fmt.Sprintf("status %d", got.status))
	case got.status >= http.StatusBadRequest:
		s.errors++
		if fault := problemFault(got); fault != "" {
			s.problem.set(line, fault)
		}
		if hasElevenDigits(got.body) || bytes.Contains(got.body, []byte(strangeToken)) {
			s.leaks.set(line, "eleven digits, as an identity number has, or the token that was sent")
		}
	}
}

func (s *seen) tooLarge(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.large.set(line, "more than 1 MiB")
}

func (s *slip) set(request, found string) {
	if s.found == "" {
		s.request, s.found = request, found
	}
}

// problemFault returns what an error lacks to be problem details, or "".
func problemFault(got response) string {
	if got.kind != "application/problem+json" {
		return "an error that is not application/problem+json"
	}
	var problem struct {
		Type, Title, Detail *string
		Status              *int
	}
	if err := json.Unmarshal(got.body, &problem); err != nil {
		return "an error whose body is not the JSON of problem details"
	}
	if problem.Status != nil && *problem.Status != got.status {
		return "a problem whose member status is not the response's status"
	}
	return ""
}

// errorChecks check all responses, so they come last.
func errorChecks() []check {
	return []check{
		errorCheck("problem-details", "**Errors** are problem details (RFC 9457).",
			func(s *seen) *slip { return &s.problem },
			"Return every error, also those of your framework and proxy, as application/problem+json."),
		errorCheck("problems-tell-nothing",
			"Title and detail are for people, and must not contain identity numbers, names or tokens.",
			func(s *seen) *slip { return &s.leaks }, "Quote nothing of the request or of stored data in errors."),
		errorCheck("no-redirects", "The worker does not follow redirects.",
			func(s *seen) *slip { return &s.redirect },
			"Respond at the base URL itself; use the URL that needs no redirect."),
		errorCheck("recognizable", "A 204 has the header `HRM-Contract: 1`.",
			func(s *seen) *slip { return &s.foreign },
			"Set the header on every 204: without it the worker takes the success for a proxy's."),
		errorCheck("answers-bounded", "A response has at most 1 MiB.",
			func(s *seen) *slip { return &s.large }, "Respond only with what was requested."),
	}
}

// errorCheck is a check for a fault in all responses.
func errorCheck(name, promise string, found func(*seen) *slip, do string) check {
	return newCheck(groupErrors, name, placeInfo, promise, func(ctx context.Context, p *probe) {
		p.send(p.unknownUnitCursor(ctx))
		p.failOnSlip(found(&p.suite.seen), do)
	})
}

// failOnSlip concludes from the faults of all responses.
func (p *probe) failOnSlip(found *slip, do string) {
	p.suite.seen.mu.Lock()
	fault, request := found.found, found.request
	p.suite.seen.mu.Unlock()
	if fault != "" {
		p.notef("%s", request)
		p.fail(fault, do)
	}
}

package conformance

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
)

// Config configures a run of the suite.
type Config struct {
	// Endpoint is the base URL of the customer's HRM system.
	Endpoint string
	Token    outbound.Bearer
	// Calls makes the calls, and has the clock.
	Calls outbound.Caller
	// Customer is the expected organization.
	Customer orgnumber.Number
	// Units are sub-units to use for documents; none means those of the HRM system.
	Units []orgnumber.Number
	// DocumentsURL is where the test tenant shows its stored documents, as GET {DocumentsURL}/{unit}/{kind}/{documentID}:
	// a Document of the contract, or 404. The contract has no such thing; "" means that there is none.
	DocumentsURL string
	// RefusalHour is the duration of an hour of the waits for refused plans in the test tenant. 0 means an hour, for which
	// no check waits.
	RefusalHour time.Duration
	// Only names checks to make; none means all.
	Only []string
	// Pause waits between two attempts; nil waits by a timer.
	Pause func(context.Context, time.Duration) error
	// Random is the source of UUIDs; nil is the system's.
	Random io.Reader
}

// maxResponse bounds a response's body, in bytes: the contract's.
const maxResponse = 1 << 20

// strangeToken is a token that no HRM system has issued.
const strangeToken = "conformance-this-token-was-never-given-to-anybody"

type suite struct {
	config Config
	// api sends the token, stranger another one, and anonymous none.
	api, stranger, anonymous hrmapi.ClientInterface
	documents                *outbound.Doer
	units                    []string
	seen                     seen
	offered                  int
}

// Checks lists the checks in their order.
func Checks() []Check {
	all := checks()
	list := make([]Check, 0, len(all))
	for _, c := range all {
		list = append(list, c.Check)
	}
	return list
}

// PlansNeeded is how many offered plans all checks need.
func PlansNeeded() int {
	n := 0
	for _, c := range Checks() {
		n += c.Plans
	}
	return n
}

// Run makes the checks, one after the other. It fails if it cannot begin or is interrupted.
func Run(ctx context.Context, config Config) (Report, error) {
	s, err := newSuite(config)
	if err != nil {
		return Report{}, err
	}
	report := Report{PlansNeeded: PlansNeeded()}
	stopped := ""
	for _, c := range checks() {
		if !s.includes(c) {
			continue
		}
		result := Result{Check: c.Check, Verdict: NotChecked, Do: stopped}
		if stopped == "" {
			result = s.check(ctx, c)
		} else {
			result.Found = "no request was sent"
		}
		if err := ctx.Err(); err != nil {
			return report, fmt.Errorf("the checks were interrupted: %w", err)
		}
		report.Results = append(report.Results, result)
		if c.Name == nameOrganization && result.Verdict != Holds {
			stopped = "fix the check " + nameOrganization + " first"
		}
	}
	report.PlansOffered, report.Units = s.offered, len(s.units)
	return report, nil
}

// includes reports whether a check is made. The organization is always checked.
func (s *suite) includes(c check) bool {
	return len(s.config.Only) == 0 || c.Name == nameOrganization || slices.Contains(s.config.Only, c.Name)
}

func newSuite(config Config) (*suite, error) {
	endpoint, err := outbound.ParseBase(config.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("the HRM system's URL cannot be used: %w", err)
	}
	if config.DocumentsURL != "" {
		if _, err := outbound.ParseBase(config.DocumentsURL); err != nil {
			return nil, fmt.Errorf("the URL of stored documents cannot be used: %w", err)
		}
	}
	if config.Token.IsZero() {
		return nil, errors.New("the token for the HRM system is missing")
	}
	for _, name := range config.Only {
		if !slices.ContainsFunc(Checks(), func(c Check) bool { return c.Name == name }) {
			return nil, fmt.Errorf("there is no check %q", name)
		}
	}
	if config.Pause == nil {
		config.Pause = clock.Pause
	}
	if config.Random == nil {
		config.Random = rand.Reader
	}
	s := &suite{config: config, documents: outbound.NewDoer(config.Calls, config.Token, maxResponse+maxPage)}
	if err := s.connect(endpoint.String()); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *suite) connect(endpoint string) error {
	strange, err := outbound.NewBearer(strangeToken)
	if err != nil {
		return err
	}
	for bearer, client := range map[*outbound.Bearer]*hrmapi.ClientInterface{
		&s.config.Token: &s.api, &strange: &s.stranger, {}: &s.anonymous,
	} {
		doer := outbound.NewDoer(s.config.Calls, *bearer, maxResponse)
		if *client, err = hrmapi.NewClient(endpoint, hrmapi.WithHTTPClient(doer)); err != nil {
			return errors.New("the HRM system's URL cannot be used")
		}
	}
	return nil
}

// check makes one check and releases its claims.
func (s *suite) check(ctx context.Context, c check) Result {
	p := &probe{suite: s}
	var running sync.WaitGroup
	running.Go(func() { c.run(ctx, p) })
	running.Wait()
	p.giveBack(ctx)
	return Result{
		Check: c.Check, Verdict: cmp.Or(p.verdict, Holds), Requests: p.requests, Found: p.found, Do: p.do, Look: p.look,
	}
}

func (s *suite) newID() uuid.UUID {
	id, err := uuid.NewRandomFromReader(s.config.Random)
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return id
}

// accept is the media type of a stored document.
const accept = "application/json"

// document requests a stored document from the test tenant.
func (s *suite) document(ctx context.Context, path string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.config.DocumentsURL+path, http.NoBody)
	if err != nil {
		return nil, errors.New("the URL of stored documents cannot be used")
	}
	r.Header.Set("Accept", accept)
	return s.documents.Do(r)
}

package wire

import (
	"net/http"
	"sync/atomic"
	"time"
)

// Request is a parsed request to a service.
type Request interface {
	// Operation names the operation of an endpoint that has several; otherwise it is empty.
	Operation() string
	// Organization is the organization number that the request is about, unverified, or empty.
	Organization() string
	// Respond returns the response to the request at a time.
	Respond(now time.Time) Response
}

// CallInfo describes a call before the service responds.
type CallInfo struct {
	// Endpoint is nav, sickpay, letters, reports, altinn, hrm, register or registrations.
	Endpoint string
	// Organization is the organization number that the call is about.
	Organization string
	// Reference identifies the call: the Nav-Call-Id of a call to NAV with a plan, method and path of one to the
	// HRM system, unit or link of one for letters or reports; "" for the others.
	Reference string
}

// CallFault decides what happens to a call in place of the endpoint's own faults. It returns false to leave it at
// these.
type CallFault func(CallInfo) (Faults, bool)

// Endpoint is the part that all simulated services share: it breaks responses, delays them and records the calls. It is
// safe for concurrent use.
type Endpoint struct {
	name     string
	now      func() time.Time
	recorder *Recorder
	outage   atomic.Pointer[Faults]
	perCall  atomic.Pointer[CallFault]
}

// NewEndpoint returns an endpoint that works. Its calls are recorded under the name; without a recorder it gets its
// own.
func NewEndpoint(name string, now func() time.Time, recorder *Recorder) *Endpoint {
	if recorder == nil {
		recorder = NewRecorder(nil)
	}
	e := &Endpoint{name: name, now: now, recorder: recorder}
	e.outage.Store(&Faults{})
	return e
}

// SetOutage replaces the faults of every call. It fails on an unknown outage.
func (e *Endpoint) SetOutage(faults Faults) error {
	if err := faults.Check(); err != nil {
		return err
	}
	e.outage.Store(&faults)
	return nil
}

// SetCallOutage sets a function that decides the faults of each call; nil removes it.
func (e *Endpoint) SetCallOutage(decide CallFault) { e.perCall.Store(&decide) }

// Serve responds to the requests that read parses. It uses the real clock: the one that a fault puts wrong is
// Maskinporten's.
func (e *Endpoint) Serve(read func(*http.Request) Request) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := read(r)
		broken, now := e.faultsFor(request), e.now()
		prepared, waiting := Prepare(r.Context(), broken, now, func() Response {
			now = e.now() // latency has passed since
			return request.Respond(now)
		})
		e.recorder.RecordCall(r.Context(), Call{
			Time:         now.UTC(),
			Endpoint:     e.name,
			Operation:    request.Operation(),
			Organization: request.Organization(),
			Status:       prepared.Status,
			Outcome:      prepared.Outcome,
		})
		if waiting && wait(r.Context(), time.Duration(broken.LatencyAfter)) {
			Send(w, r, broken.Outage, prepared, now)
		}
	})
}

// faultsFor returns the faults of one call.
func (e *Endpoint) faultsFor(request Request) Faults {
	faults := *e.outage.Load()
	decide := e.perCall.Load()
	if decide == nil || *decide == nil {
		return faults
	}
	info := CallInfo{Endpoint: e.name, Organization: request.Organization()}
	if named, ok := request.(interface{ Reference() string }); ok {
		info.Reference = named.Reference()
	}
	if decided, ok := (*decide)(info); ok {
		return decided
	}
	return faults
}

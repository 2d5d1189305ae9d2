// Package conformancetest breaks the simulated HRM system, for the tests of the suite that checks HRM systems. The
// simulated one keeps the contract, api/hrm/openapi.yaml. A [Fault] breaks one of its promises on the wire.
package conformancetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	simhrm "github.com/4human/integration-operator/internal/simulator/hrm"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

const (
	tenantName = "tenant"
	person     = "05908399546"
)

// HRM is one customer's HRM system. Set its fields before it is used.
type HRM struct {
	Organization string
	Units        []string
	Token        string
	// WantsPDFs reports whether PDFs are wanted, of all documents, and CSV files of settlement reports.
	WantsPDFs bool
	// RefusalHour is the duration of an hour of the waits for plans that NAV refuses; 0 is an hour.
	RefusalHour time.Duration
	// Broken is the broken promise; "" is none.
	Broken Fault
	Now    func() time.Time

	service *simhrm.Service
	tenant  *hrmstore.Tenant
	next    http.Handler

	mu sync.Mutex
	memory
}

// Start registers the tenant. Close ends it.
func (h *HRM) Start() error {
	service, err := simhrm.New(simhrm.Options{Now: h.Now, RefusalHour: h.RefusalHour})
	if err != nil {
		return err
	}
	h.service, h.next, h.memory = service, service.Handler(), newMemory()
	if err := service.RegisterTenant(simhrm.Tenant{Name: tenantName, OrganizationNumber: h.Organization, Units: h.Units},
		h.Token); err != nil {
		return err
	}
	if h.tenant, err = service.Tenant(tenantName); err != nil {
		return err
	}
	return errors.Join(h.tenant.WantPDFs(h.WantsPDFs), h.tenant.WantCSVs(h.WantsPDFs))
}

// Close removes the data.
func (h *HRM) Close() error { return h.service.Close() }

// Offer offers so many plans.
func (h *HRM) Offer(n int) error {
	fields := map[string]any{
		"employeeIdentificationNumber": person, "evaluationDate": "2026-03-01",
		"sendPlanToNav": true, "sendPlanToGeneralPractitioner": false, "employeeHasContributedToPlan": true,
	}
	for _, name := range []string{
		"typicalWorkday", "tasksThatCanStillBeDone", "tasksThatCanNotBeDone", "previousFacilitation", "plannedFacilitation",
		"followUp", "contactPersonFullName", "contactPersonPhoneNumber", "contactPersonEmail",
	} {
		fields[name] = "Syntetisk"
	}
	plan, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	plans := map[string]json.RawMessage{}
	for range n {
		plans[uuid.NewString()] = plan
	}
	return h.tenant.Offer(plans)
}

// ServeHTTP serves the contract, with the broken promise, and stored documents below /stored. It serves one request at
// a time.
func (h *HRM) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tick()
	request := &request{
		context: context.WithoutCancel(r.Context()), method: r.Method, path: r.URL.Path, query: r.URL.Query(),
		header: r.Header.Clone(), body: body,
	}
	breaks, isBroken := faults[h.Broken]
	if !isBroken {
		breaks = (*HRM).pass
	}
	breaks(h, request).write(w)
}

// pass forwards a request to the simulated HRM system.
func (h *HRM) pass(r *request) *response {
	if r.op() == opStored {
		return h.stored(r)
	}
	path := r.path
	if name, is := h.names[r.claimID()]; is {
		path = r.pathOf(name)
	}
	forwarded := httptest.NewRequestWithContext(r.context, r.method, "/"+tenantName+path, bytes.NewReader(r.body))
	forwarded.URL.RawQuery = r.query.Encode()
	forwarded.Header = r.header.Clone()
	recorder := httptest.NewRecorder()
	h.next.ServeHTTP(recorder, forwarded)
	answer := &response{status: recorder.Code, header: recorder.Header(), body: recorder.Body.Bytes()}
	h.remember(r, answer)
	return answer
}

// stored returns a stored document.
func (h *HRM) stored(r *request) *response {
	unit, kind, id := r.part(2), hrmapi.Kind(r.part(3)), r.part(4)
	parsed, err := uuid.Parse(id)
	if err != nil {
		return problem(http.StatusNotFound)
	}
	d, err := h.tenant.Document(unit, kind, parsed)
	if err != nil {
		return problem(http.StatusNotFound)
	}
	return jsonOf(http.StatusOK, hrmapi.Document{
		ID: d.ID, SequenceNumber: d.SequenceNumber, Times: d.Times,
		Document: d.Content,
	})
}

func problem(status int) *response {
	answer := jsonOf(status, hrmapi.Problem{Status: &status})
	answer.header.Set("Content-Type", "application/problem+json")
	return answer
}

func done() *response {
	answer := &response{status: http.StatusNoContent, header: http.Header{}}
	answer.header.Set(hrmapi.ContractHeader, hrmapi.ContractVersion)
	return answer
}

func jsonOf(status int, document any) *response {
	body, err := json.Marshal(document)
	if err != nil {
		panic(fmt.Sprintf("conformancetest: %v", err)) // structs of texts and numbers
	}
	answer := &response{status: status, header: http.Header{}, body: body}
	answer.header.Set("Content-Type", "application/json")
	answer.header.Set(hrmapi.ContractHeader, hrmapi.ContractVersion)
	return answer
}

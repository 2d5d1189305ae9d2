// Package navreports is NAV's simulated API for settlement reports: refunds of sick pay (K27), and deductions (T12,
// T14). Source: navikt/sokos-oppgjorsrapporter on GitHub.
package navreports

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/identity"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// The types of reports, and their Altinn resources (navikt/sokos-oppgjorsrapporter, RapportModell.kt).
const (
	TypeRefund     = "ref-arbg"
	TypeDeduction  = "trekk-hend"
	TypeSettlement = "trekk-kred"
)

var resources = map[string]string{
	TypeRefund:     "nav_utbetaling_oppgjorsrapport-refusjon-arbeidsgiver",
	TypeDeduction:  "nav_utbetaling_oppgjorsrapport-trekkhendelser",
	TypeSettlement: "nav_utbetaling_oppgjorsrapport-trekkoppgjor",
}

// Account is the bank account of all reports. It is synthetic: its check digit is wrong.
const Account = "12345678900"

// Report is a report at NAV. Its content follows from its ID.
type Report struct {
	// ID is one count for all employers.
	ID int64 `json:"id"`
	// Organization is the organization number that the report is for: the main unit, as a rule.
	Organization string `json:"organization"`
	Type         string `json:"type"`
	// ValueDate is when NAV pays, such as 2026-01-15, and Created is when NAV made the report.
	ValueDate string    `json:"valueDate"`
	Created   time.Time `json:"created"`
	// Archived hides it from lists, for everybody.
	Archived bool `json:"archived,omitempty"`
	// Fetched counts how often the API returned its content.
	Fetched int `json:"fetched"`
}

// Options configure NAV's API for settlement reports.
type Options struct {
	// Now returns the time. Required.
	Now func() time.Time
	// Access verifies tokens and rights. Required.
	accesstoken.Access
	// Recorder records the calls. Default: one of its own.
	Recorder *wire.Recorder
}

// Service is NAV's API for settlement reports, with its reports. It is safe for concurrent use.
type Service struct {
	*wire.Endpoint

	options  Options
	faults   atomic.Pointer[Faults]
	readings atomic.Pointer[Readings]

	mu sync.RWMutex
	// reports are in the order of their ids.
	reports []*Report
}

// New returns an API without reports.
func New(options Options) *Service {
	s := &Service{Endpoint: wire.NewEndpoint(endpointName, options.Now, options.Recorder), options: options}
	s.SetFaults(Faults{})
	s.SetReadings(Readings{})
	return s
}

// SetFaults replaces the faults.
func (s *Service) SetFaults(faults Faults) { s.faults.Store(&faults) }

// SetReadings replaces the readings.
func (s *Service) SetReadings(readings Readings) { s.readings.Store(&readings) }

// Add adds a report with the next id. It sets the type, value date and time that are zero: a refund, of today. It fails
// on an unknown type, on an invalid organization number, and on a value date that is none.
func (s *Service) Add(report Report) (Report, error) {
	now := s.options.Now()
	if report.Type == "" {
		report.Type = TypeRefund
	}
	if report.Created.IsZero() {
		report.Created = now.UTC().Truncate(time.Microsecond)
	}
	if report.ValueDate == "" {
		report.ValueDate = report.Created.Format(time.DateOnly)
	}
	if resources[report.Type] == "" {
		return Report{}, fmt.Errorf("type %q is unknown, use %s, %s or %s", report.Type, TypeRefund, TypeDeduction,
			TypeSettlement)
	}
	if err := identity.CheckOrganization(report.Organization); err != nil {
		return Report{}, fmt.Errorf("organization: %w", err)
	}
	if _, err := time.Parse(time.DateOnly, report.ValueDate); err != nil {
		return Report{}, fmt.Errorf("value date %q must look like 2026-01-15", report.ValueDate)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	report.ID = int64(len(s.reports) + 1)
	s.reports = append(s.reports, &report)
	return report, nil
}

// Archive archives a report, as a person does on NAV's pages. It fails on an unknown id.
func (s *Service) Archive(id int64) (Report, error) {
	return s.change(id, func(r *Report) { r.Archived = true })
}

func (s *Service) change(id int64, change func(*Report)) (Report, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id < 1 || id > int64(len(s.reports)) {
		return Report{}, fmt.Errorf("NAV has no report with id %d", id)
	}
	report := s.reports[id-1]
	change(report)
	return *report, nil
}

// Reports lists the reports of an organization by id, also those that are archived.
func (s *Service) Reports(organization string) []Report {
	return s.find(func(r *Report) bool { return r.Organization == organization })
}

func (s *Service) find(takes func(*Report) bool) []Report {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found := []Report{}
	for _, r := range s.reports {
		if takes(r) {
			found = append(found, *r)
		}
	}
	return found
}

// PDF returns the PDF of a report.
func PDF(id int64) []byte { return wire.PDF("Syntetisk oppgjorsrapport " + strconv.FormatInt(id, 10)) }

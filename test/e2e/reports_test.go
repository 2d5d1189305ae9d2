//go:build e2e

package e2e

import (
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	simhrm "github.com/4human/integration-operator/internal/simulator/hrm"
	"github.com/4human/integration-operator/internal/simulator/navreports"
)

// addReports has NAV make settlement reports for the hare: of last year and of this one, for the main unit and for the
// sub-unit. The HRM system wants their contents.
func (s *story) addReports(t *testing.T) {
	t.Helper()
	s.maskinporten.call(t, http.MethodPut, "/hrm/tenants/hare/pdfs", nil, nil)
	for _, path := range []string{
		hare.number + "?value-date=2025-12-30", hare.number + "?type=" + navreports.TypeDeduction, haresUnit,
	} {
		s.maskinporten.call(t, http.MethodPost, "/nav/reports/"+path, nil, nil)
	}
}

// reportsArrived verifies that the hare's HRM system has each report once, for its unit, with PDF and CSV file, and
// that NAV has sent each of these once and has not archived a report.
func (s *story) reportsArrived(t *testing.T) {
	t.Helper()
	var want, got []string
	for _, unit := range []string{hare.number, haresUnit} {
		var atNAV []navreports.Report
		s.maskinporten.call(t, http.MethodGet, "/nav/reports/"+unit, nil, &atNAV)
		for _, r := range atNAV {
			want = append(want, unit+" "+strconv.FormatInt(r.ID, 10))
			if r.Fetched != 2 || r.Archived {
				t.Errorf("report %d was fetched %d times, archived: %t", r.ID, r.Fetched, r.Archived)
			}
		}
	}
	for _, d := range s.haresDocuments(t, hrmapi.SettlementReports) {
		got = append(got, d.Unit+" "+strconv.FormatInt(d.SequenceNumber, 10))
		if !d.PDF || !d.CSV {
			t.Errorf("report %d is stored with its PDF: %t, with its CSV file: %t", d.SequenceNumber, d.PDF, d.CSV)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" || len(want) != 3 {
		t.Errorf("settlement reports (-NAV +HRM system):\n%s", diff)
	}
}

// haresDocuments returns the documents of a kind at the hare's HRM system.
func (s *story) haresDocuments(t *testing.T, kind hrmapi.Kind) []simhrm.DocumentView {
	t.Helper()
	var all []simhrm.DocumentView
	s.maskinporten.call(t, http.MethodGet, "/hrm/tenants/hare/documents", nil, &all)
	return slices.DeleteFunc(all, func(d simhrm.DocumentView) bool { return d.Kind != string(kind) })
}

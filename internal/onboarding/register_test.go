package onboarding

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/outbound"
	simregister "github.com/4human/integration-operator/internal/simulator/enhetsregisteret"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// simulated is a simulated register.
type simulated struct {
	*simregister.Service

	recorder *wire.Recorder
	url      string
}

func newSimulated(t *testing.T, units ...simregister.Unit) *simulated {
	t.Helper()
	s := &simulated{recorder: wire.NewRecorder(nil)}
	s.Service = simregister.New(simregister.Options{Now: time.Now, Recorder: s.recorder})
	for _, unit := range append(units, simregister.Unit{Number: "897757222", Name: "4HUMAN HRM AS"}) {
		if err := s.Register(unit); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	s.url = server.URL + "/enhetsregisteret/api"
	return s
}

// register returns the register for checks, without a limit that would make tests slow.
func (s *simulated) register() *Register {
	return &Register{URL: s.url, PerSecond: 10_000, Calls: outbound.Caller{
		Transport: outbound.NewTransport(nil), Timeout: 5 * time.Second, Now: time.Now,
	}}
}

// calls returns the number of requests.
func (s *simulated) calls() int { return len(s.recorder.Report().RecentCalls) }

// TestRegister checks what the register says about each kind of organization.
func TestRegister(t *testing.T) {
	cases := map[string]struct {
		reason string
		unit   simregister.Unit
		name   string
		want   []string
	}{
		"registered": {
			reason: "nothing is wrong", name: "Tiger", unit: simregister.Unit{Name: "TIGER AS"}, want: []string{},
		},
		"sub-unit": {
			reason: "it can never delegate for its main unit", name: "Tiger",
			unit: simregister.Unit{Name: "TIGER AVD BERGEN", MainUnit: "315587336"},
			want: []string{`a.csv, row 2: error: Tiger: orgnr: 310330701 is the sub-unit TIGER AVD BERGEN. Write its main unit, ` +
				`which gives access: 315587336. [OrganizationIsSubUnit]`},
		},
		"deleted": {
			reason: "with its date", name: "Tiger", unit: simregister.Unit{Name: "TIGER AS", DeletedOn: "2025-03-01"},
			want: []string{`a.csv, row 2: error: Tiger: orgnr: 310330701 TIGER AS was deleted from Enhetsregisteret on ` +
				`2025-03-01. Ask the customer which organization replaces it, or remove it. [OrganizationDeleted]`},
		},
		"removed": {
			reason: "the register withholds its name", name: "Tiger",
			unit: simregister.Unit{DeletedOn: "2025-03-01", Removed: true},
			want: []string{`a.csv, row 2: error: Tiger: orgnr: 310330701 was deleted from Enhetsregisteret on ` +
				`2025-03-01. Ask the customer which organization replaces it, or remove it. [OrganizationDeleted]`},
		},
		"bankrupt": {
			reason: "a person decides", name: "Tiger", unit: simregister.Unit{Name: "TIGER AS", Bankrupt: true},
			want: []string{`a.csv, row 2: warning: Tiger: orgnr: 310330701 TIGER AS is bankrupt. Ask the customer before you ` +
				`take it on. [OrganizationBankrupt]`},
		},
		"being wound up": {
			reason: "a person decides", name: "Tiger", unit: simregister.Unit{Name: "TIGER AS", CompulsoryDissolution: true},
			want: []string{`a.csv, row 2: warning: Tiger: orgnr: 310330701 TIGER AS is being wound up. Ask the customer before ` +
				`you take it on. [OrganizationDissolving]`},
		},
		"another name": {
			reason: "the number may be another company's", name: "Kreativ Ulv", unit: simregister.Unit{Name: "TIGER AS"},
			want: []string{`a.csv, row 2: warning: Kreativ Ulv: navn: 310330701 is registered as "TIGER AS", and the spreadsheet ` +
				`says "Kreativ Ulv". Check that the number is this customer's. [NameDiffers]`},
		},
		"not found": {
			reason: "the check digit is right, the number is not", name: "Tiger",
			want: []string{`a.csv, row 2: error: Tiger: orgnr: Enhetsregisteret does not have 310330701. Look the customer up at ` +
				`https://www.brreg.no. [OrganizationNotFound]`},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var units []simregister.Unit
			if tc.unit != (simregister.Unit{}) {
				tc.unit.Number = "310330701"
				units = append(units, tc.unit)
			}
			s := newSimulated(t, units...)
			source := Source{Name: "a.csv", Content: []byte("navn;orgnr\n" + tc.name + ";310330701\n")}
			report := checked(t, []Source{source}, Options{
				Language: language.English, Register: s.register(), Suppliers: supplierFile(t),
			})
			got := []string{}
			for i := range report.Findings {
				got = append(got, report.Findings[i].line(language.English))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestRegisterOutage verifies that no way to fail makes a finding about a customer, and that look-ups end soon.
func TestRegisterOutage(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	rows.WriteString("navn;orgnr\n")
	for _, number := range numbers(100) {
		rows.WriteString("Elg;" + number + "\n")
	}
	source := Source{Name: "a.csv", Content: []byte(rows.String())}
	for _, outage := range wire.Outages() {
		if outage == wire.OutageSlowDrip { // A response that takes minutes is cut off by the time-out of each call.
			continue
		}
		t.Run(string(outage), func(t *testing.T) {
			t.Parallel()
			s := newSimulated(t)
			if err := s.SetOutage(wire.Faults{Outage: outage}); err != nil {
				t.Fatal(err)
			}
			report := checked(t, []Source{source}, Options{
				Language: language.English, Register: s.register(), Suppliers: supplierFile(t),
			})
			if diff := cmp.Diff([]string{"a.csv RegisterUnavailable"}, codesAt(report)); diff != "" {
				t.Fatalf("-want +got:\n%s", diff)
			}
			if text := report.Findings[0].Message; !strings.Contains(text, "100 of 100 customers, the first of them row 2") {
				t.Error(text)
			}
			if calls := s.calls(); calls > 4*(mostFailures+lookupsAtOnce) {
				t.Errorf("%d calls", calls)
			}
		})
	}
}

// TestOneLookupPerOrganization verifies the requests for organizations that several customers share.
func TestOneLookupPerOrganization(t *testing.T) {
	s := newSimulated(t, simregister.Unit{Number: "310330701", Name: "TIGER AS"})
	source := Source{Name: "a.csv", Content: []byte("navn;orgnr\nTiger;310330701\nTiger;310330701\nElg;1\n")}
	checked(t, []Source{source}, Options{Language: language.English, Register: s.register()})
	if calls := s.calls(); calls != 1 {
		t.Errorf("%d requests, want 1", calls)
	}
}

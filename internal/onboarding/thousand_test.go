package onboarding

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/orgnumber"
	simregister "github.com/4human/integration-operator/internal/simulator/enhetsregisteret"
)

// numbers returns synthetic organization numbers.
func numbers(n int) []string { return numbersFrom(31_100_000, n) }

// numbersFrom returns valid numbers from one with the given first eight digits on.
func numbersFrom(first, n int) []string {
	var all []string
	for digits := first; len(all) < n; digits++ {
		for check := range 10 {
			number := fmt.Sprintf("%08d%d", digits, check)
			if _, err := orgnumber.Parse(number); err == nil {
				all = append(all, number)
			}
		}
	}
	return all
}

// rowFault is a fault of a row.
type rowFault struct {
	Row  int
	Code Code
}

// salesList is a generated spreadsheet, with the faults that are in it and the register that it is checked with.
type salesList struct {
	csv    strings.Builder
	faults []rowFault
	units  []simregister.Unit
	rows   int
}

// add adds a row with a fault, "" for none.
func (l *salesList) add(name, number string, fault Code) {
	l.rows++
	if fault != "" {
		l.faults = append(l.faults, rowFault{Row: l.rows + 1, Code: fault})
	}
	if l.rows%40 == 0 { // as typed with Alt+Enter
		name = "\"" + name + "\n(kontakt: \"\"Kari\"\"\nfra mandag)\""
	}
	fmt.Fprintf(&l.csv, "%s;%s;Oppfølgingsplaner;Selger %d\r\n", name, number, l.rows%7)
}

// newSalesList generates 1,200 rows, as Norwegian Excel writes them. 3 % have a fault.
func newSalesList() *salesList {
	l := &salesList{}
	l.csv.WriteString("\uFEFFKunde;Org.nr;Tjenester;Selger\r\n")
	withZero := numbersFrom(1_230_000, 6)
	for i, number := range numbers(1200) {
		name := fmt.Sprintf("Blåbærøya %d AS", i)
		unit := simregister.Unit{Number: number, Name: strings.ToUpper(name)}
		fault := Code("")
		if i%33 == 7 && len(l.faults) < 36 {
			number, fault = l.spoil(i, number, withZero, &unit)
		}
		if fault != WrongCheckDigit && fault != LeadingZeroLost {
			l.units = append(l.units, unit)
		}
		written := number
		if i%5 == 1 && fault == "" {
			written = "NO " + number[:3] + " " + number[3:6] + "\u00a0" + number[6:] + " MVA"
		}
		l.add(name, written, fault)
	}
	l.csv.WriteString(strings.Repeat(";;;\r\n", 20))
	return l
}

// spoil makes the next kind of fault.
func (l *salesList) spoil(i int, number string, withZero []string, unit *simregister.Unit) (string, Code) {
	n := len(l.faults)
	switch n % 6 {
	case 0:
		wrong := (number[8]-'0'+1)%10 + '0'
		return number[:8] + string(wrong), WrongCheckDigit
	case 1:
		return numbers(i)[i-3], DuplicateOrganization
	case 2:
		unit.MainUnit = "310330701"
		return number, OrganizationIsSubUnit
	case 3:
		unit.DeletedOn = "2026-03-01"
		return number, OrganizationDeleted
	case 4:
		return "897757222", OrganizationIsSupplier
	default:
		return strings.TrimLeft(withZero[n/6], "0"), LeadingZeroLost
	}
}

// TestThousandCustomers checks and imports a sales team's spreadsheet of 1,200 rows, of which 3 % have faults. Each
// fault is named with its row, and nothing else is.
func TestThousandCustomers(t *testing.T) {
	list := newSalesList()
	if list.rows != 1200 || len(list.faults) != 36 {
		t.Fatalf("generated %d rows with %d faults", list.rows, len(list.faults))
	}
	register := newSimulated(t, list.units...)
	directory := t.TempDir()
	file := filepath.Join(directory, "kunder.csv")
	if err := os.WriteFile(file, []byte(list.csv.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	o := Options{
		Language: language.Norwegian, Suppliers: supplierFile(t), Register: register.register(),
		Defaults: Defaults{Endpoint: "https://{name}.hrm.4human.example/integration"},
	}
	t.Run("check", func(t *testing.T) {
		began := time.Now()
		report := checked(t, sources(t, file), o)
		t.Logf("checked %d customers in %s", report.Customers, time.Since(began))
		compareFaults(t, list, report)
	})
	t.Run("import", func(t *testing.T) { importList(t, list, file, filepath.Join(directory, "customers"), o) })
	if calls := len(list.units); calls < 1100 {
		t.Errorf("only %d organizations in the register", calls)
	}
}

// compareFaults compares the errors of a report with the faults that were generated.
func compareFaults(t *testing.T, list *salesList, report *Report) {
	t.Helper()
	var found []rowFault
	for i := range report.Findings {
		f := &report.Findings[i]
		if f.Severity == SeverityNote && f.Code == ColumnsIgnored {
			continue // the salesperson
		}
		found = append(found, rowFault{Row: f.Row, Code: f.Code})
	}
	if diff := cmp.Diff(list.faults, found); diff != "" {
		t.Errorf("-generated +found:\n%s", diff)
	}
}

func importList(t *testing.T, list *salesList, file, directory string, o Options) {
	t.Helper()
	began := time.Now()
	plan := planned(t, sources(t, file)[0], directory, ImportOptions{Options: o, Kustomization: true})
	if !plan.Blocked(false) || plan.Blocked(true) {
		t.Errorf("blocked: %t, with --skip-bad %t", plan.Blocked(false), plan.Blocked(true))
	}
	if err := plan.Write(); err != nil {
		t.Fatal(err)
	}
	t.Logf("imported in %s", time.Since(began))
	compareFaults(t, list, &plan.Report)
	if plan.RejectedRows != 36 || strings.Count(string(plan.Rejected), "Oppfølgingsplaner") != 36 {
		t.Errorf("%d rejected rows:\n%s", plan.RejectedRows, plan.Rejected)
	}
	o.Language = language.English
	written := checked(t, sources(t, directory), o)
	if len(written.Findings) > 0 || written.Customers != 1164 {
		t.Errorf("%d customers with %v", written.Customers, codesAt(written))
	}
}

func planned(t *testing.T, source Source, directory string, o ImportOptions) *Import {
	t.Helper()
	if o.Defaults.Services == nil {
		o.Defaults.Services = []v1alpha1.ServiceName{v1alpha1.ServiceFollowUpPlans}
	}
	plan, err := Plan(t.Context(), source, directory, o)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

package navreports

import (
	"fmt"
	"strings"
)

// The synthetic person and the amount of all CSV files. NAV writes an amount in øre, without a decimal point.
const (
	csvPerson = "01447842099"
	csvName   = "Åse Synnøve Ødegård"
	csvAmount = "1234550"
)

// CSV returns the CSV file of a report as NAV writes it: in ISO 8859-1, with semicolons and CRLF. Only files of
// deductions have a header. Source: navikt/sokos-oppgjorsrapporter, RefusjonsRapportGenerator.kt,
// TrekkHendRapportGenerering.kt, TrekkKredCsvMapper.kt.
func CSV(report Report) []byte {
	date := strings.ReplaceAll(report.ValueDate, "-", "")
	var lines []string
	switch report.Type {
	case TypeRefund:
		lines = []string{fmt.Sprintf("8020;%s;%s;H;%s;%s;%s;%-25s;%s;000%s ;0000000000 ;00000000",
			report.Organization, report.Organization, csvPerson, date, Account, csvName, date, csvAmount)}
	case TypeDeduction:
		lines = []string{
			fmt.Sprintf("H;kreditor;%s;%s;SYNTETISK BEDRIFT AS;Postboks 1;;;0001;OSLO;", norwegian(date), report.Organization),
			fmt.Sprintf("T;897757222;NAMSFOGDEN I TEST;%025d;%s;%s;Opphør ytelse;", report.ID, csvPerson, csvName),
		}
	case TypeSettlement:
		lines = []string{
			fmt.Sprintf("H;%s;SYNTETISK BEDRIFT AS;%s;%s; ;%s;80000000001;%s;%s;",
				date, date, report.Organization, Account, date, date),
			fmt.Sprintf("E;%d;8020;NAV TEST;%025d;%s;%s;%s;%s;%s;%s;GYLDIG",
				report.ID, report.ID, report.Organization, csvPerson, csvName, report.ValueDate, report.ValueDate, csvAmount),
			"D;" + csvAmount, "A;" + csvAmount, "T;" + csvAmount, "",
		}
	}
	return []byte(latin1.Replace(strings.Join(lines, "\r\n") + "\r\n"))
}

// norwegian returns a date such as 20260115 as 15.01.2026.
func norwegian(date string) string { return date[6:] + "." + date[4:6] + "." + date[:4] }

// latin1 encodes the letters of the texts in ISO 8859-1.
var latin1 = strings.NewReplacer("Å", "\xc5", "å", "\xe5", "Ø", "\xd8", "ø", "\xf8")

package navsickpay

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// localTime writes a time as Java's LocalDateTime does: without a zone, without seconds if they are zero, and with a
// fraction of three, six or nine digits.
func localTime(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	nanos := t.Nanosecond()
	switch {
	case nanos%1000 != 0:
		return t.Format("2006-01-02T15:04:05.000000000")
	case nanos%1_000_000 != 0:
		return t.Format("2006-01-02T15:04:05.000000")
	case nanos != 0:
		return t.Format("2006-01-02T15:04:05.000")
	case t.Second() != 0:
		return t.Format("2006-01-02T15:04:05")
	default:
		return t.Format("2006-01-02T15:04")
	}
}

// localTime writes a time of a row. The times of an unreadable row have a zone.
func (r *Row) localTime(t time.Time, zone *time.Location) string {
	if r.Unreadable {
		return t.In(zone).Format(time.RFC3339)
	}
	return localTime(t, zone)
}

// javaDate is a java.time.LocalDate.
type javaDate struct{ year, month, day int }

// start returns when the day begins in Oslo, that many days later.
func (d javaDate) start(later int) time.Time {
	return time.Date(d.year, time.Month(d.month), d.day+later, 0, 0, 0, 0, wire.Oslo())
}

// javaYear: four digits without a sign, or up to ten of which a plus says that they are more than four.
var javaYear = regexp.MustCompile(`^(\d{4}|-\d{4,10}|\+\d{5,10})(\D|$)`)

// parseJavaDate reads what LocalDate.parse reads, with its errors.
func parseJavaDate(text string) (javaDate, error) {
	year := javaYear.FindStringSubmatch(text)
	if year == nil || year[1] == "-0000" {
		return javaDate{}, notParsed(text, 0)
	}
	fields, at := [3]int{}, len(year[1])
	fields[0], _ = strconv.Atoi(year[1]) // the pattern has at most ten digits
	for i := 1; i < len(fields); i++ {
		if !strings.HasPrefix(text[at:], "-") {
			return javaDate{}, notParsed(text, at)
		}
		at++
		if len(text) < at+2 || !isDigit(text[at]) || !isDigit(text[at+1]) {
			return javaDate{}, notParsed(text, at)
		}
		fields[i] = int(text[at]-'0')*10 + int(text[at+1]-'0')
		at += 2
	}
	if at < len(text) {
		return javaDate{}, fmt.Errorf("Text '%s' could not be parsed, unparsed text found at index %d", text, at) //nolint:staticcheck // Java's words
	}
	date := javaDate{fields[0], fields[1], fields[2]}
	if problem := date.problem(); problem != "" {
		return javaDate{}, fmt.Errorf("Text '%s' could not be parsed: %s", text, problem) //nolint:staticcheck // Java's words
	}
	return date, nil
}

func notParsed(text string, index int) error {
	return fmt.Errorf("Text '%s' could not be parsed at index %d", text, index) //nolint:staticcheck // Java's words
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// problem returns Java's message for an impossible day, or "".
func (d javaDate) problem() string {
	const lastYear = 999_999_999
	switch {
	case d.year > lastYear || d.year < -lastYear:
		return fmt.Sprintf("Invalid value for Year (valid values -%d - %d): %d", lastYear, lastYear, d.year)
	case d.month < 1 || d.month > 12:
		return fmt.Sprintf("Invalid value for MonthOfYear (valid values 1 - 12): %d", d.month)
	case d.day < 1 || d.day > 31:
		return fmt.Sprintf("Invalid value for DayOfMonth (valid values 1 - 28/31): %d", d.day)
	}
	if time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC).Day() == d.day {
		return ""
	}
	if d.day == 29 {
		return fmt.Sprintf("Invalid date 'February 29' as '%d' is not a leap year", d.year)
	}
	return fmt.Sprintf("Invalid date '%s %d'", strings.ToUpper(time.Month(d.month).String()), d.day)
}

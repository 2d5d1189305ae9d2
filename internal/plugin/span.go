package plugin

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// span is a flag's time span: a number of days or weeks such as 14d or 2w, or a duration of Go such as 36h.
type span time.Duration

// longestSpan is the longest span, so that its time is representable.
const longestSpan = 100 * 365

// days maps the units that time.ParseDuration does not have to their number of days.
var days = map[string]int{"d": 1, "w": 7}

// Set parses a span.
func (s *span) Set(text string) error {
	for unit, length := range days {
		number, isUnit := strings.CutSuffix(text, unit)
		if !isUnit {
			continue
		}
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || n*length > longestSpan {
			break
		}
		*s = span(time.Duration(n*length) * 24 * time.Hour)
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return errors.New("write days or hours, such as 14d or 36h")
	}
	*s = span(d)
	return nil
}

// String returns the span, "" if it is zero.
func (s *span) String() string {
	switch d := time.Duration(*s); {
	case d == 0:
		return ""
	case d%(24*time.Hour) == 0:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	default:
		return d.String()
	}
}

// Type returns the placeholder in the help.
func (*span) Type() string { return "days" }

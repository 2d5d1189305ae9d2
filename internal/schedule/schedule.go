// Package schedule parses the schedules of sync jobs: standard cron expressions, in which a stable hash replaces H, so
// that thousands of customers with the same schedule do not run in the same minute. A CronJob accepts what Parse
// accepts, because both use the same parser.
package schedule

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/robfig/cron/v3"
)

// Schedule is when a sync job runs, to the minute. The zero Schedule never runs. Schedules can be compared with ==.
type Schedule struct {
	text string
	spec cron.SpecSchedule
}

// Parse parses a cron expression of five fields: minute, hour, day, month and weekday. In minute and hour, H is one
// value, and H/n every n-th one from an offset below n. Both come from a hash of the seed: the same for the same seed,
// spread evenly over many seeds, and independent for minute and hour. A step that does not divide the field's range
// makes one pause of another length, as in every cron. H avoids the hour from 02:00 to 03:00, which is skipped in March
// and comes twice in October.
//
// Parse is stricter than cron. It refuses what a CronJob refuses, what never runs, and what is misleading. Its errors
// have an example and show at most 64 characters of the text.
func Parse(text, seed string) (Schedule, error) {
	words := strings.Fields(text)
	s, err := parse(words, seed)
	if err != nil {
		return Schedule{}, fmt.Errorf("schedule %s %w", quote(strings.Join(words, " ")), err)
	}
	return s, nil
}

// String returns the standard expression, without H, for a CronJob. For the zero Schedule it is "".
func (s Schedule) String() string {
	return s.text
}

// Next returns the first run after at, in at's location: the caller converts at to the CronJob's time zone. It returns
// the zero time for the zero Schedule only.
func (s Schedule) Next(at time.Time) time.Time {
	if s == (Schedule{}) {
		return time.Time{}
	}
	if next := s.spec.Next(at); !next.IsZero() {
		return next
	}
	// The parser looks five years ahead, and 29 February can be eight years away, because 2100 is no leap year.
	return s.spec.Next(time.Date(at.Year()+parserYears, time.January, 1, 0, 0, 0, 0, at.Location()))
}

// PerHour returns how many runs there are in an hour that has any. It is 0 for the zero Schedule.
func (s Schedule) PerHour() int { return bits.OnesCount64(s.spec.Minute &^ star) }

// parserYears is how many years ahead the parser looks for a run.
const parserYears = 5

// parse parses the words of an expression. Its errors continue `schedule "…"`, and quote nothing of the text.
func parse(words []string, seed string) (Schedule, error) {
	if err := checkForm(words); err != nil {
		return Schedule{}, err
	}
	standard := make([]string, len(fields))
	for i, f := range &fields {
		var err error
		if standard[i], err = f.resolve(words[i], seed); err != nil {
			return Schedule{}, err
		}
	}
	text := strings.Join(standard, " ")
	parsed, err := cron.ParseStandard(text)
	spec, ok := parsed.(*cron.SpecSchedule)
	if err != nil || !ok { // The parser's error would quote the text in full length.
		return Schedule{}, fmt.Errorf("is no cron expression: write %s", fiveFields)
	}
	if spec.Next(leapYear()).IsZero() {
		return Schedule{}, errors.New(`never runs, for no month in it has such a day: write one that comes, such as "H H 28 2 *"`)
	}
	return Schedule{text: text, spec: *spec}, nil
}

// leapYear returns the beginning of a leap year, which has every day that any year has. A schedule that has no run
// after it never has one, so Parse needs no clock.
func leapYear() time.Time {
	return time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)
}

const fiveFields = `minute, hour, day, month and weekday, such as "H * * * *"`

// checkForm returns an error if there are not five fields, for the likeliest mistakes first.
func checkForm(words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("is empty: write %s", fiveFields)
	}
	if strings.HasPrefix(words[0], "@") {
		return fmt.Errorf("is a macro: write %s", fiveFields)
	}
	if strings.HasPrefix(words[0], "TZ=") || strings.HasPrefix(words[0], "CRON_TZ=") {
		return fmt.Errorf("names a time zone, which is not its own to choose: write %s", fiveFields)
	}
	if len(words) != len(fields) {
		return fmt.Errorf("has %d fields and not five: write %s", len(words), fiveFields)
	}
	return nil
}

// quote returns at most 64 characters of a text, printable, for an error.
func quote(s string) string {
	const most = 64
	shown := []rune(s[:min(len(s), 4*most)])
	ellipsis := ""
	if len(shown) > most {
		shown, ellipsis = shown[:most], "…"
	}
	for i, r := range shown {
		if !unicode.IsPrint(r) {
			shown[i] = unicode.ReplacementChar
		}
	}
	return strconv.Quote(string(shown)) + ellipsis
}

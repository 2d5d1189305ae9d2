package schedule

import (
	"iter"
	"math/bits"
	"time"
)

const (
	day = 24 * time.Hour

	// window is how far ahead Period looks. It exceeds a year, so that a schedule that names months shows its pause from
	// any day of the year, even from within the pause.
	window = 400 * day

	// horizon limits the search, in days. The next 29 February can be eight years away, and the one after that four more.
	horizon = 13 * 366

	// star is the parser's mark of a field that is *, or has * in its list.
	star = 1 << 63
)

// Period returns the longest time between two consecutive runs within 400 days from at, in at's location. If the first
// pause is longer than that, Period returns the pause. A sync that is much older than its Period has stopped. The
// result can be off by an hour when the clocks change. The CronJob controller omits runs in the hour that spring skips,
// and so does Period. The zero Schedule has a Period of 0.
//
// Half a million runs are possible, so Period does not visit each. All days with runs have the same times. So the
// longest pause is within such a day, or between the last run of one and the first run of the next.
func (s Schedule) Period(at time.Time) time.Duration {
	longest := s.longestInDay()
	var previous time.Time
	for first, last := range s.days(at) {
		if !previous.IsZero() {
			longest = max(longest, first.Sub(previous))
			if first.Sub(at) > window || at.Location() == time.UTC && s.isDaily() {
				break
			}
		}
		previous = last
	}
	return longest
}

// isDaily reports whether the schedule has runs every day. In UTC, the pauses between days are then equally long.
func (s Schedule) isDaily() bool { return s.spec.Month&s.spec.Dom&s.spec.Dow&star != 0 }

// days returns the first and the last run of each day with runs, starting with the day of at.
func (s Schedule) days(at time.Time) iter.Seq2[time.Time, time.Time] {
	return func(yield func(time.Time, time.Time) bool) {
		y, m, d := at.Date()
		for i := range horizon {
			date := time.Date(y, m, d+i, 0, 0, 0, 0, time.UTC)
			if !s.matches(date) {
				continue
			}
			first, isFirst := clock(date, bits.TrailingZeros64(s.spec.Hour), bits.TrailingZeros64(s.spec.Minute), at.Location())
			last, isLast := clock(date, maxOf(s.spec.Hour), maxOf(s.spec.Minute), at.Location())
			if (isFirst || isLast) && !yield(first, last) {
				return
			}
		}
	}
}

// matches reports whether the schedule has runs on a date. If day or weekday is *, both must match; otherwise one is
// enough. That is cron's rule.
func (s Schedule) matches(date time.Time) bool {
	if !contains(s.spec.Month, int(date.Month())) {
		return false
	}
	inMonth, inWeek := contains(s.spec.Dom, date.Day()), contains(s.spec.Dow, int(date.Weekday()))
	if (s.spec.Dom|s.spec.Dow)&star != 0 {
		return inMonth && inWeek
	}
	return inMonth || inWeek
}

// longestInDay returns the longest time between two runs of a day, or 0 for a single run.
func (s Schedule) longestInDay() time.Duration {
	longest, previous := 0, -1
	for minute := range 24 * 60 {
		if !contains(s.spec.Hour, minute/60) || !contains(s.spec.Minute, minute%60) {
			continue
		}
		if previous >= 0 {
			longest = max(longest, minute-previous)
		}
		previous = minute
	}
	return time.Duration(longest) * time.Minute
}

// clock returns the time of an hour and a minute on a date, and whether the date has them.
func clock(date time.Time, hour, minute int, in *time.Location) (time.Time, bool) {
	y, m, d := date.Date()
	t := time.Date(y, m, d, hour, minute, 0, 0, in)
	return t, t.Hour() == hour && t.Minute() == minute
}

func contains(set uint64, value int) bool {
	return set>>value&1 != 0
}

// maxOf returns the largest value of a parsed field, without the mark of *.
func maxOf(set uint64) int {
	return bits.Len64(set&^star) - 1
}

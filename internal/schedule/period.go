package schedule

import (
	"iter"
	"math/bits"
	"time"
)

const (
	day = 24 * time.Hour

	// window is how far ahead Period looks. It is more than a year, so that Period sees the pause of a schedule that names
	// months from every day of the year, also from within the pause.
	window = 400 * day

	// horizon bounds the search in days. 29 February can be eight years away, and the one after it four more.
	horizon = 13 * 366

	// star is how the parser marks a field that is * (or has it in its list).
	star = 1 << 63
)

// Period returns the longest time between two runs in a row within 400 days from at, or until the first pause if that
// is longer: a sync that is much older than its Period has stopped. It is computed in at's location. A change of the
// clocks makes it wrong by an hour at most. It takes into account that the CronJob controller omits a run in the hour
// that is skipped in spring. It is 0 for the zero Schedule.
//
// Period does not visit every run, of which there may be half a million. Every day that has runs has the same ones, so
// the longest pause is within such a day, or from the last run of one to the first of the next.
func (s Schedule) Period(at time.Time) time.Duration {
	longest := s.longestInDay()
	var previous time.Time
	for first, last := range s.days(at) {
		if !previous.IsZero() {
			longest = max(longest, first.Sub(previous))
			if first.Sub(at) > window {
				break
			}
		}
		previous = last
	}
	return longest
}

// days returns the first and the last run of every day that has runs, from the day of at on.
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

// matches reports whether the schedule has runs on a date. As in every cron, day and weekday must both match if one of
// them is *, and otherwise one is enough.
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

// longestInDay returns the longest time between two runs of one day, or 0 if there is one run.
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

// maxOf returns the largest value of a set of the parser, without its mark for *.
func maxOf(set uint64) int {
	return bits.Len64(set&^star) - 1
}

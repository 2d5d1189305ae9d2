package rollout

import (
	"fmt"
	"time"
	_ "time/tzdata" // a consultant's machine may have no time zones

	"github.com/4human/integration-operator/internal/language"
)

// oslo is the time zone of all dates and times for people.
var oslo = mustLocation("Europe/Oslo")

func mustLocation(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

const day = 24 * time.Hour

// Date returns a date in Oslo, such as "3. november 2026". It is "" for the zero time.
func Date(t time.Time, lang language.Language) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(oslo)
	return words.Text(lang, "date.full", "day", fmt.Sprint(t.Day()), "month", month(t, lang), "year", fmt.Sprint(t.Year()))
}

// ShortDate returns a date in Oslo, such as "3. nov.", with its year if that is not now's. It is "" for the zero time.
func ShortDate(t time.Time, lang language.Language, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	t, now = t.In(oslo), now.In(oslo)
	key := "date.short"
	if t.Year() != now.Year() {
		key = "date.shortWithYear"
	}
	return words.Text(lang, key, "day", fmt.Sprint(t.Day()),
		"month", words.Text(lang, fmt.Sprintf("monthShort.%02d", t.Month())), "year", fmt.Sprint(t.Year()))
}

// DateTime returns a date and time in Oslo, such as "3. november 2026 kl. 10.42". It is "" for the zero time.
func DateTime(t time.Time, lang language.Language) string {
	if t.IsZero() {
		return ""
	}
	return words.Text(lang, "date.withTime", "date", Date(t, lang), "time", Clock(t, lang))
}

// When returns a date and time in Oslo as a person says it: "i dag kl. 10.42", "i går kl. 10.42", "3. november kl.
// 10.42", and with the year if that is not now's. It is "" for the zero time.
func When(t time.Time, lang language.Language, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	clock := Clock(t, lang)
	switch today := startOfDay(now); {
	case startOfDay(t).Equal(today):
		return words.Text(lang, "date.today", "time", clock)
	case startOfDay(t).Equal(startOfDay(today.AddDate(0, 0, -1))):
		return words.Text(lang, "date.yesterday", "time", clock)
	case t.In(oslo).Year() == now.In(oslo).Year():
		return words.Text(lang, "date.withTime", "date", DayAndMonth(t, lang), "time", clock)
	default:
		return DateTime(t, lang)
	}
}

// DayAndMonth returns a day in Oslo without its year, such as "3. november". It is "" for the zero time.
func DayAndMonth(t time.Time, lang language.Language) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(oslo)
	return words.Text(lang, "date.dayAndMonth", "day", fmt.Sprint(t.Day()), "month", month(t, lang))
}

// Clock returns a time of day in Oslo, such as "10.42". It is "" for the zero time.
func Clock(t time.Time, lang language.Language) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(oslo)
	return words.Text(lang, "date.clock", "hour", fmt.Sprintf("%02d", t.Hour()), "minute", fmt.Sprintf("%02d", t.Minute()))
}

func month(t time.Time, lang language.Language) string {
	return words.Text(lang, fmt.Sprintf("month.%02d", t.Month()))
}

// Ago returns a time span that ends now, such as "for 16 dager siden".
func Ago(d time.Duration, lang language.Language) string {
	if d < time.Minute {
		return words.Text(lang, "span.now")
	}
	return words.Text(lang, "span.ago", "span", Span(d, lang))
}

// Span returns the length of a time span in its largest unit, rounded down, such as "16 dager" or "under et
// minutt".
func Span(d time.Duration, lang language.Language) string {
	switch {
	case d < time.Minute:
		return words.Text(lang, "span.short")
	case d < time.Hour:
		return words.Count(lang, "span.minutes", int(d/time.Minute))
	case d < day:
		return words.Count(lang, "span.hours", int(d/time.Hour))
	default:
		return words.Count(lang, "span.days", int(d/day))
	}
}

// Month returns a month in Oslo, such as "november 2026". It is "" for the zero time.
func Month(t time.Time, lang language.Language) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(oslo)
	return words.Text(lang, "date.month", "month", month(t, lang), "year", fmt.Sprint(t.Year()))
}

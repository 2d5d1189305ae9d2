package navapi

import "time"

// Oslo is the zone of the local times of NAV's servers. The program embeds the time zone database.
var Oslo = mustLoad("Europe/Oslo")

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// StartOf returns the time at which a date begins in Oslo. It fails on a date that is not like 2006-01-02.
func StartOf(date string) (time.Time, error) { return time.ParseInLocation(time.DateOnly, date, Oslo) }

// Today returns NAV's date at a time.
func Today(now time.Time) string { return now.In(Oslo).Format(time.DateOnly) }

package wire

import (
	"sync"
	"time"
)

// Oslo returns the time zone in which NAV's days begin.
var Oslo = sync.OnceValue(func() *time.Location {
	zone, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic("simulator: no time zones: " + err.Error())
	}
	return zone
})

// Package controllers holds the reconcilers of the two kinds. Each reads as a list of steps: load, ask if it is
// due, judge, write the status once if it differs. What a status says is decided by pure functions over what was
// read (…_verdict.go, …_status.go, …_schedule.go); they know no clock, no API server and no Maskinporten.
package controllers

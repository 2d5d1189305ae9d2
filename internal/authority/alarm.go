package authority

import "sync"

// Alarm reports that the Supplier must be reconciled before its time.
type Alarm struct {
	mu       sync.Mutex
	suspect  bool // a request met a fault since the last proof
	reported bool // by Take, since then
	over     bool // what the Supplier reports is over
}

// Suspect reports whether a request has met a fault since the last proof.
func (a *Alarm) Suspect() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.suspect
}

// Take reports, once each, whether a request has met a fault since the last proof, and whether what the Supplier
// reports is over: a response that was watched for has come, or the last complaint is disproved.
func (a *Alarm) Take() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	alarm := a.suspect && !a.reported || a.over
	a.reported, a.over = a.suspect, false
	return alarm
}

// raise raises the alarm because a request met a fault.
func (a *Alarm) raise() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.suspect = true
}

// raiseForRecovery raises the alarm because what the Supplier reports is over.
func (a *Alarm) raiseForRecovery() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
}

// reset forgets what was met before a proof.
func (a *Alarm) reset() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.suspect, a.reported = false, false
}

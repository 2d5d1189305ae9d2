package pacing

import (
	"slices"
	"sync"
	"time"
)

// placePatience is how long a reconcile that waits for an outside service keeps its place. Maskinporten usually
// responds sooner. If it were longer, requests without a response would slow others down; if it were zero, hundreds of
// customers would be verified ahead while the API server is slow, and a new one would wait behind them.
const placePatience = 100 * time.Millisecond

// Places bound how many reconciles of a controller work at a time. A reconcile that waits for an outside service loses
// its place after a moment, so that requests without a response hold up no other customer. A nil *Places bounds
// nothing.
type Places struct {
	mu        sync.Mutex
	free      int
	returning []chan struct{} // reconciles that have lost their place and want one again, first come first served
	beginning []chan struct{} // reconciles that want their first one: they come after those
}

// NewPlaces returns n places.
func NewPlaces(n int) *Places { return &Places{free: n} }

// BeginWait records that a reconcile begins to wait for an outside service. The reconcile calls end after the response.
// end waits for a place if the reconcile has lost its own.
func (p *Places) BeginWait() (end func()) {
	if p == nil {
		return func() {}
	}
	timer := time.AfterFunc(placePatience, p.passOn)
	return func() {
		if !timer.Stop() {
			<-p.claim(&p.returning)
		}
	}
}

// begin waits for a place. It returns false if done is closed.
func (p *Places) begin(done <-chan struct{}) bool {
	claim := p.claim(&p.beginning)
	select {
	case <-claim:
		return true
	case <-done:
		p.abandon(claim)
		return false
	}
}

// abandon takes a claim of begin out of its line, or passes on the place that it has got meanwhile.
func (p *Places) abandon(claim chan struct{}) {
	p.mu.Lock()
	waiting := len(p.beginning)
	p.beginning = slices.DeleteFunc(p.beginning, func(c chan struct{}) bool { return c == claim })
	gone := len(p.beginning) == waiting
	p.mu.Unlock()
	if gone {
		p.passOn()
	}
}

// claim returns a channel that is closed when the caller has a place. Until then the claim is in a line.
func (p *Places) claim(line *[]chan struct{}) chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	claim := make(chan struct{})
	if p.free > 0 {
		p.free--
		close(claim)
		return claim
	}
	*line = append(*line, claim)
	return claim
}

// passOn passes a place on to the next in line, or frees it.
func (p *Places) passOn() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range []*[]chan struct{}{&p.returning, &p.beginning} {
		if len(*line) > 0 {
			close((*line)[0])
			*line = (*line)[1:]
			return
		}
	}
	p.free++
}

package pacing

import "testing"

// TestPlacesAbandoned ends the wait for a place before and after the place is free: it is not lost.
func TestPlacesAbandoned(t *testing.T) {
	cases := map[string]struct {
		reason string
		given  bool
	}{
		"waiting": {reason: "the claim leaves the line"},
		"given":   {reason: "the place goes on to the next one", given: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := NewPlaces(1)
			never := make(chan struct{})
			if !p.begin(never) {
				t.Fatal("there is no place")
			}
			claim := p.claim(&p.beginning)
			if c.given {
				p.passOn()
			}
			p.abandon(claim)
			if !c.given {
				p.passOn()
			}
			if p.free != 1 || len(p.beginning) != 0 {
				t.Errorf("%s: %d places are free, %d wait", c.reason, p.free, len(p.beginning))
			}
		})
	}
}

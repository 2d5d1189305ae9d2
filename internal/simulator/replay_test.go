package simulator_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
)

func TestReplay(t *testing.T) {
	w := newWorld(t)
	onlyGood := simulator.Faults{
		Readings: simulator.Readings{MaskinportenReadings: simmaskinporten.Readings{JTIUsedOnlyByGoodGrants: true}},
	}
	cases := map[string]struct {
		reason    string
		faults    simulator.Faults
		delegated bool
		first     claims
		again     claims // what the second grant changes; nil sends the first again
		want      string
	}{
		"GoodGrant":    {reason: "a grant is good for one token", delegated: true, want: "MP-012"},
		"RefusedGrant": {reason: "a grant is used up at once, even if refused", want: "MP-012"},
		"RefusedUnused": {
			reason: "under the other reading, only good grants are used up", faults: onlyGood,
			want: "MP-251",
		},
		"GoodGrantUsed": {
			reason: "under both readings a good grant is used up", faults: onlyGood, delegated: true,
			want: "MP-012",
		},
		"SameJTI": {
			reason: "the jti counts, not the text of the grant", delegated: true, first: claims{"jti": "a"},
			again: claims{"jti": "a"}, want: "MP-012",
		},
		"WithoutJTI": {
			reason: "without a jti the grant as a whole counts", delegated: true, first: claims{"jti": nil},
			want: "MP-012",
		},
		"OtherJTI": {
			reason: "a fresh grant is good", delegated: true, first: claims{"jti": "b"},
			again: claims{"jti": "c"},
		},
		"SignatureChecked": {
			reason: "only the client's key uses up a grant", delegated: true,
			first: claims{"jti": "d", "aud": "x"}, again: claims{"jti": "d"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.reset(t)
			w.setFaults(tc.faults)
			if tc.delegated {
				w.delegate(consumer)
			}
			assertion := w.sign(w.claims(tc.first), signing{})
			w.mustSend(w.request(assertion))
			if tc.again != nil {
				assertion = w.sign(w.claims(tc.again), signing{})
			}
			diff(t, tc.reason, tc.want, w.mustSend(w.request(assertion)).code())
		})
	}
}

func TestReplayIsPerClient(t *testing.T) {
	w := newWorld(t)
	w.must(w.sim.Maskinporten.RegisterClient(client(func(c *simmaskinporten.Client) { c.ClientID = "another" })))
	w.delegate(consumer)
	w.token(w.ask(claims{"jti": "same"}))
	w.token(w.ask(claims{"jti": "same", "iss": "another"}))
}

func TestUsedGrantsAreForgotten(t *testing.T) {
	w := newWorld(t)
	w.delegate(consumer)
	w.token(w.ask(claims{"jti": "once"}))
	w.clock.Step(130 * time.Second)
	diff(t, "remembered for as long as a grant can be good", "MP-012", w.ask(claims{"jti": "once"}).code())
	w.clock.Step(time.Hour)
	w.token(w.ask(claims{"jti": "once"}))
}

func TestOneGrantAtTheSameTime(t *testing.T) {
	for name, readings := range map[string]simulator.Readings{
		"AtOnce":   {},
		"OnlyGood": {MaskinportenReadings: simmaskinporten.Readings{JTIUsedOnlyByGoodGrants: true}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.setFaults(simulator.Faults{Readings: readings})
			w.delegate(consumer)
			assertion := w.sign(w.claims(), signing{})
			var good atomic.Int32
			var all sync.WaitGroup
			for range 8 {
				request := w.request(assertion)
				all.Go(func() {
					if got, err := w.send(request); err == nil && got.status == http.StatusOK {
						good.Add(1)
					}
				})
			}
			all.Wait()
			diff(t, "of many equal grants one is good", int32(1), good.Load())
		})
	}
}

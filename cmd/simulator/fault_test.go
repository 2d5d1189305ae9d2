package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

func TestFaults(t *testing.T) {
	h := newHarness(t)
	limited := func(faults simmaskinporten.AnswerFaults, consumers ...string) simmaskinporten.LimitedFaults {
		return simmaskinporten.LimitedFaults{Consumers: consumers, AnswerFaults: faults}
	}
	steps := []struct {
		args []string
		says string
		want simulator.Faults
	}{
		{
			args: []string{"outage", "TooManyRequests", "--retry-after", "HTTPDate", "--every-endpoint"},
			says: "Broken:\n  everyEndpoint=true\n  outage=TooManyRequests\n  retryAfter=HTTPDate\n",
			want: simulator.Faults{
				Faults: simmaskinporten.Faults{
					EveryEndpoint: true,
					AnswerFaults: simmaskinporten.AnswerFaults{
						Outage:     simwire.OutageTooManyRequests,
						RetryAfter: simwire.RetryAfterHTTPDate,
					},
				},
			},
		},
		{
			args: []string{
				"set", "outage=", "retryAfter=", "everyEndpoint=false", "clockOffset=-1m",
				"readings.clientOrgnoClaim", "keysExpired=true",
			},
			says: "Broken:\n  clockOffset=-1m0s\n  keysExpired=true\n  readings.clientOrgnoClaim=true\n",
			want: simulator.Faults{
				Faults:   simmaskinporten.Faults{ClockOffset: simwire.Duration(-time.Minute), KeysExpired: true},
				Readings: simulator.Readings{MaskinportenReadings: simmaskinporten.Readings{ClientOrgnoClaim: true}},
			},
		},
		{args: []string{"clear"}, says: "Nothing is broken\n"},
		{
			args: []string{"set", "latency=2s", "--consumer", "310330701,314240979"},
			says: "Broken:\n  latency=2s for 310330701, 314240979\n",
			want: simulator.Faults{Faults: simmaskinporten.Faults{Limited: []simmaskinporten.LimitedFaults{
				limited(simmaskinporten.AnswerFaults{Latency: simwire.Duration(2 * time.Second)}, "310330701", "314240979"),
			}}},
		},
		{
			args: []string{"set", "wrongConsumer", "latency=", "--consumer", "314240979", "--consumer", "310330701"},
			says: "Broken:\n  wrongConsumer=true for 310330701, 314240979\n",
			want: simulator.Faults{Faults: simmaskinporten.Faults{Limited: []simmaskinporten.LimitedFaults{
				limited(simmaskinporten.AnswerFaults{WrongConsumer: true}, "310330701", "314240979"),
			}}},
		},
		{
			args: []string{"set", "wrongConsumer=false", "--consumer", "314240979,310330701"},
			says: "Broken:\n  nothing for 310330701, 314240979\n",
			want: simulator.Faults{Faults: simmaskinporten.Faults{
				Limited: []simmaskinporten.LimitedFaults{limited(simmaskinporten.AnswerFaults{}, "310330701", "314240979")},
			}},
		},
		{
			args: []string{"outage", "Truncated", "--consumer", "310702641"},
			says: "Broken:\n  nothing for 310330701, 314240979\n  outage=Truncated for 310702641\n",
			want: simulator.Faults{Faults: simmaskinporten.Faults{Limited: []simmaskinporten.LimitedFaults{
				limited(simmaskinporten.AnswerFaults{}, "310330701", "314240979"),
				limited(simmaskinporten.AnswerFaults{Outage: simwire.OutageTruncated}, "310702641"),
			}}},
		},
		{args: []string{"clear"}, says: "Nothing is broken\n"},
		{
			args: []string{"set", "nav.outage=ServiceUnavailable", "nav.retryAfter=Seconds", "hrm.latency=2s"},
			says: "Broken:\n  hrm.latency=2s\n  nav.outage=ServiceUnavailable\n  nav.retryAfter=Seconds\n",
			want: simulator.Faults{
				NAV: simwire.Faults{Outage: simwire.OutageServiceUnavailable, RetryAfter: simwire.RetryAfterSeconds},
				HRM: simwire.Faults{Latency: simwire.Duration(2 * time.Second)},
			},
		},
		{
			args: []string{"set", "nav.outage=", "hrm.latency=", "hrm.outage=SlowDrip"},
			says: "Broken:\n  hrm.outage=SlowDrip\n  nav.retryAfter=Seconds\n",
			want: simulator.Faults{
				NAV: simwire.Faults{RetryAfter: simwire.RetryAfterSeconds},
				HRM: simwire.Faults{Outage: simwire.OutageSlowDrip},
			},
		},
	}
	for _, step := range steps {
		diff(t, strings.Join(step.args, " "), step.says, h.mustRun(append([]string{"fault"}, step.args...)...))
		if d := cmp.Diff(step.want, h.sim.Faults()); d != "" {
			t.Errorf("%v: -want, +got:\n%s", step.args, d)
		}
		diff(t, "fault show", step.says, h.mustRun("fault", "show"))
	}
}

func TestFaultsRefuse(t *testing.T) {
	h := newHarness(t)
	cases := map[string]struct {
		args []string
		want string
	}{
		"UnknownName": {args: []string{"set", "fire"}, want: `there is no fault "fire", see: simulator fault list`},
		"UnknownOutage": {
			args: []string{"outage", "Fire"},
			want: `cannot set faults: outage "Fire" is unknown, use one of [ServiceUnavailable`,
		},
		"SwitchValue": {args: []string{"set", "twoScopes=maybe"}, want: "fault twoScopes is a switch, true or false"},
		"NoValue":     {args: []string{"set", "latency"}, want: "fault latency needs a value: latency=DURATION"},
		"NoValueOfList": {
			args: []string{"set", "retryAfter"}, want: "fault retryAfter needs a value: retryAfter=Seconds|HTTPDate",
		},
		"BadValue": {args: []string{"set", "latency=soon"}, want: `"soon" is not a duration`},
		"NotLimitable": {
			args: []string{"set", "keysExpired", "--consumer", "310330701"},
			want: "fault keysExpired cannot be limited to consumers",
		},
		"NAVOutage": {
			args: []string{"set", "nav.outage=Fire"},
			want: `cannot set faults: nav: outage "Fire" is unknown, use one of [ServiceUnavailable`,
		},
		"NAVWhat": {args: []string{"set", "nav"}, want: `there is no fault "nav", see: simulator fault list`},
		"NAVNotLimited": {
			args: []string{"set", "nav.latency=1s", "--consumer", "310330701"},
			want: "fault nav.latency cannot be limited to consumers",
		},
		"NothingToSet": {args: []string{"set"}, want: "requires at least 1 arg(s)"},
		"OverlapRefused": {
			args: []string{"set", "twoScopes", "--consumer", "310330701,310330701"},
			want: "consumer 310330701 is named twice",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := h.run(append([]string{"fault"}, tc.args...)...)
			wantError(t, err, tc.want)
			if d := cmp.Diff(simulator.Faults{}, h.sim.Faults()); d != "" {
				t.Errorf("a refused fault changed something: %s", d)
			}
		})
	}
}

func TestFaultListIsComplete(t *testing.T) {
	out, err := runCommand(t, "fault", "list")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range simulator.FaultSwitches() {
		if !strings.Contains(out, s.Name) || !strings.Contains(out, s.Help) {
			t.Errorf("%s is not explained", s.Name)
		}
	}
	help, err := runCommand(t, "fault", "outage", "--help")
	if err != nil {
		t.Fatal(err)
	}
	for _, outage := range simwire.Outages() {
		if !strings.Contains(help, "\n  "+string(outage)+" ") {
			t.Errorf("outage %s is not explained", outage)
		}
	}
}

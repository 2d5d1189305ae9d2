package simulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/internal/simulator/simulatortest"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// faultRow verifies that a fault does what its help says. The consumer has delegated.
type faultRow struct {
	faults  simulator.Faults
	observe func(t *testing.T, w *world)
}

func answerFaults(f simmaskinporten.AnswerFaults) simulator.Faults {
	return simulator.Faults{Faults: simmaskinporten.Faults{AnswerFaults: f}}
}

func readings(r simulator.Readings) simulator.Faults { return simulator.Faults{Readings: r} }

func readingsOfMaskinporten(r simmaskinporten.Readings) simulator.Faults {
	return readings(simulator.Readings{MaskinportenReadings: r})
}

// faultRows has a row for every field of Faults, by its path in JSON.
func faultRows() map[string]faultRow {
	rows := map[string]faultRow{
		"outage": {
			faults: answerFaults(simmaskinporten.AnswerFaults{Outage: simwire.OutageBadGateway}),
			observe: func(t *testing.T, w *world) {
				diff(t, "tokens fail", http.StatusBadGateway, w.ask().status)
				diff(t, "metadata does not", http.StatusOK, w.get("/.well-known/oauth-authorization-server").status)
			},
		},
		"retryAfter": {faults: answerFaults(simmaskinporten.AnswerFaults{
			Outage:     simwire.OutageTooManyRequests,
			RetryAfter: simwire.RetryAfterSeconds,
		}), observe: func(t *testing.T, w *world) {
			diff(t, "Retry-After", "30", w.ask().header.Get("Retry-After"))
		}},
		"latency": {
			faults: answerFaults(simmaskinporten.AnswerFaults{Latency: simwire.Duration(time.Hour)}),
			observe: func(t *testing.T, w *world) {
				if err := w.sendAndLeave(w.request(w.sign(w.claims(), signing{}))); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want to have left before the response", err)
				}
				eventually(t, "the simulator to notice that its caller has gone", func() bool {
					return w.sim.Recorder.Report().Counts["token"]["CallerGone"] == 1
				})
			},
		},
		"refuseWith": {
			faults: answerFaults(simmaskinporten.AnswerFaults{RefuseWith: "MP-122"}),
			observe: func(t *testing.T, w *world) {
				diff(t, "the code that was chosen", "MP-122", w.ask().code())
			},
		},
		"refuseAllWith": {
			faults: answerFaults(simmaskinporten.AnswerFaults{RefuseAllWith: "MP-303"}),
			observe: func(t *testing.T, w *world) {
				diff(t, "a good request", "MP-303", w.ask().code())
				diff(t, "one that is refused anyway", "MP-303", w.ask(claims{"consumer_org": "314240979"}).code())
			},
		},
		"limited": {faults: simulator.Faults{Faults: simmaskinporten.Faults{Limited: []simmaskinporten.LimitedFaults{{
			Consumers: []string{consumer}, AnswerFaults: simmaskinporten.AnswerFaults{Outage: simwire.OutageBadGateway},
		}}}}, observe: func(t *testing.T, w *world) {
			w.delegate("314240979")
			diff(t, "the named consumer has the outage", http.StatusBadGateway, w.ask().status)
			w.token(w.ask(claims{"consumer_org": "314240979"}))
		}},
		"everyEndpoint": {faults: simulator.Faults{Faults: simmaskinporten.Faults{
			EveryEndpoint: true,
			AnswerFaults:  simmaskinporten.AnswerFaults{Outage: simwire.OutageServiceUnavailable},
		}}, observe: func(t *testing.T, w *world) {
			for _, path := range []string{"/.well-known/oauth-authorization-server", "/jwk", "/health"} {
				diff(t, path, http.StatusServiceUnavailable, w.get(path).status)
			}
			diff(t, "/token", http.StatusServiceUnavailable, w.ask().status)
		}},
		"clockOffset": {
			faults: simulator.Faults{Faults: simmaskinporten.Faults{ClockOffset: simwire.Duration(-time.Minute)}},
			observe: func(t *testing.T, w *world) {
				got := w.ask()
				diff(t, "the caller's clock is ahead", "invalid_grant", got.Error)
				if !strings.Contains(got.Description, "Issue time is after now") {
					t.Errorf("got %q", got.Description)
				}
				diff(t, "the Date header shows it", w.clock.Now().Add(-time.Minute).Format(http.TimeFormat), got.header.Get("Date"))
				w.setFaults(simulator.Faults{Faults: simmaskinporten.Faults{ClockOffset: simwire.Duration(time.Minute)}})
				diff(t, "the caller's clock is behind", "MP-130", w.ask().code())
			},
		},
		"keysExpired": {
			faults: simulator.Faults{Faults: simmaskinporten.Faults{KeysExpired: true}},
			observe: func(t *testing.T, w *world) {
				diff(t, "expired keys", "MP-121", w.ask().code())
			},
		},
		"metadataIssuer": {
			faults: simulator.Faults{Faults: simmaskinporten.Faults{MetadataIssuer: "https://other.example/"}},
			observe: func(t *testing.T, w *world) {
				diff(t, "issuer", any("https://other.example/"),
					rawJSON(t, w.get("/.well-known/oauth-authorization-server").raw)["issuer"])
			},
		},
		"tokenEndpoint": {
			faults: simulator.Faults{Faults: simmaskinporten.Faults{TokenEndpoint: "https://other.example/token"}},
			observe: func(t *testing.T, w *world) {
				diff(t, "token endpoint", any("https://other.example/token"),
					rawJSON(t, w.get("/.well-known/oauth-authorization-server").raw)["token_endpoint"])
			},
		},
		"withoutErrorURI": {
			faults: simulator.Faults{Faults: simmaskinporten.Faults{WithoutErrorURI: true}},
			observe: func(t *testing.T, w *world) {
				got := w.ask(claims{"consumer_org": "314240979"})
				diff(t, "the code is gone", "", got.URI)
				diff(t, "the text is not", true, tracePattern.MatchString(got.Description))
				diff(t, "the simulator still knows", "MP-251", w.sim.Recorder.Report().Recent[0].Code)
			},
		},
		"legacyCorrelationID": {
			faults: simulator.Faults{Faults: simmaskinporten.Faults{LegacyCorrelationID: true}},
			observe: func(t *testing.T, w *world) {
				got := w.ask(claims{"consumer_org": "314240979"})
				diff(t, "no code in the old form", "", got.URI)
				old := regexp.MustCompile(` \(correlation id: [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\)$`)
				diff(t, "the old suffix", true, old.MatchString(got.Description))
			},
		},
	}
	maps.Copy(rows, tokenFaultRows())
	maps.Copy(rows, readingRows())
	maps.Copy(rows, serviceFaultRows())
	maps.Copy(rows, navPlanFaultRows())
	maps.Copy(rows, sickPayFaultRows())
	maps.Copy(rows, letterFaultRows())
	maps.Copy(rows, reportFaultRows())
	maps.Copy(rows, registerFaultRows())
	maps.Copy(rows, registrationFaultRows())
	maps.Copy(rows, altinnFaultRows())
	maps.Copy(rows, altinnDataFaultRows())
	maps.Copy(rows, altinnRefusalRows())
	maps.Copy(rows, systemUserFaultRows())
	maps.Copy(rows, systemUserReadingRows())
	maps.Copy(rows, agentFaultRows())
	return rows
}

func tokenFaultRows() map[string]faultRow {
	return map[string]faultRow{
		"ignoreConsumerOrg": {
			faults: answerFaults(simmaskinporten.AnswerFaults{IgnoreConsumerOrg: true}),
			observe: func(t *testing.T, w *world) {
				token := w.token(w.ask(claims{"consumer_org": "314240979"})) // who has not even delegated
				diff(t, "the consumer is the supplier", "0192:"+supplier, organization(token, "consumer"))
				diff(t, "there is no supplier", nil, token["supplier"])
			},
		},
		"omitSupplier": {
			faults: answerFaults(simmaskinporten.AnswerFaults{OmitSupplier: true}),
			observe: func(t *testing.T, w *world) {
				token := w.token(w.ask())
				diff(t, "the consumer is right", "0192:"+consumer, organization(token, "consumer"))
				diff(t, "there is no supplier", nil, token["supplier"])
			},
		},
		"wrongConsumer": {
			faults: answerFaults(simmaskinporten.AnswerFaults{WrongConsumer: true}),
			observe: func(t *testing.T, w *world) {
				diff(t, "another consumer", "0192:310702641", organization(w.token(w.ask()), "consumer"))
				w.delegate("310702641")
				token := w.token(w.ask(claims{"consumer_org": "310702641"}))
				diff(t, "another one than that, too", "0192:313876144", organization(token, "consumer"))
			},
		},
		"twoScopes": {
			faults: answerFaults(simmaskinporten.AnswerFaults{TwoScopes: true}),
			observe: func(t *testing.T, w *world) {
				got := w.ask()
				diff(t, "in the token", any(scope+" nav:helseytelser/sykepenger"), w.token(got)["scope"])
				diff(t, "in the response", scope+" nav:helseytelser/sykepenger", got.Scope)
			},
		},
		"expiredTokens": {
			faults: answerFaults(simmaskinporten.AnswerFaults{ExpiredTokens: true}),
			observe: func(t *testing.T, w *world) {
				got := w.ask()
				token := w.token(got)
				diff(t, "exp", any(float64(w.clock.Now().Add(-time.Minute).Unix())), token["exp"])
				diff(t, "iat", any(float64(w.clock.Now().Add(-90*time.Second).Unix())), token["iat"])
				diff(t, "expires_in still promises", 29, got.ExpiresIn)
			},
		},
		"wrongIssuer": {
			faults: answerFaults(simmaskinporten.AnswerFaults{WrongIssuer: true}),
			observe: func(t *testing.T, w *world) {
				diff(t, "iss", any("https://another-issuer.example/"), w.token(w.ask())["iss"])
			},
		},
		"unknownSigningKey": {
			faults: answerFaults(simmaskinporten.AnswerFaults{UnknownSigningKey: true}),
			observe: func(t *testing.T, w *world) {
				if _, err := w.verify(w.ask().AccessToken); err == nil || !strings.Contains(err.Error(), "no key with kid") {
					t.Errorf("got %v, want a key that is not published", err)
				}
			},
		},
	}
}

func readingRows() map[string]faultRow {
	return map[string]faultRow{
		"readings.malformedGrantIsInvalidGrant": {
			faults: readingsOfMaskinporten(simmaskinporten.Readings{MalformedGrantIsInvalidGrant: true}),
			observe: func(t *testing.T, w *world) {
				got := w.mustSend(w.request("broken"))
				diff(t, "error", "invalid_grant", got.Error)
				diff(t, "code", "MP-011", got.code())
				diff(t, "undocumented claims", "invalid_grant", w.ask(claims{"sub": "x"}).Error)
			},
		},
		"readings.delegationSourceWithoutSlash": {
			faults: readingsOfMaskinporten(simmaskinporten.Readings{DelegationSourceWithoutSlash: true}),
			observe: func(t *testing.T, w *world) {
				diff(t, "delegation_source", any("https://tt02.altinn.no"), w.token(w.ask())["delegation_source"])
			},
		},
		"readings.clientOrgnoClaim": {
			faults: readingsOfMaskinporten(simmaskinporten.Readings{ClientOrgnoClaim: true}),
			observe: func(t *testing.T, w *world) {
				diff(t, "client_orgno", any(supplier), w.token(w.ask())["client_orgno"])
			},
		},
		"readings.jtiUsedOnlyByGoodGrants": {
			faults: readingsOfMaskinporten(simmaskinporten.Readings{JTIUsedOnlyByGoodGrants: true}),
			observe: func(_ *testing.T, w *world) {
				refused := w.sign(w.claims(claims{"consumer_org": "314240979"}), signing{})
				w.mustSend(w.request(refused))
				w.delegate("314240979")
				w.token(w.mustSend(w.request(refused)))
			},
		},
		"readings.ownConsumerOrgIsInvalidGrant": {
			faults: readingsOfMaskinporten(simmaskinporten.Readings{OwnConsumerOrgIsInvalidGrant: true}),
			observe: func(t *testing.T, w *world) {
				diff(t, "error", "invalid_grant", w.ask(claims{"consumer_org": supplier}).Error)
			},
		},
		"readings.futureIssueTimeIsInvalidRequest": {
			faults: readingsOfMaskinporten(simmaskinporten.Readings{FutureIssueTimeIsInvalidRequest: true}),
			observe: func(t *testing.T, w *world) {
				diff(t, "error", "invalid_request",
					w.ask(claims{"iat": w.clock.Now().Unix() + 60, "exp": w.clock.Now().Unix() + 90}).Error)
			},
		},
		"readings.unspecifiedAudience": {
			faults: readingsOfMaskinporten(simmaskinporten.Readings{UnspecifiedAudience: true}),
			observe: func(t *testing.T, w *world) {
				diff(t, "aud", any("unspecified"), w.token(w.ask())["aud"])
				diff(t, "aud of a resource", any("https://nav.example"),
					w.token(w.ask(claims{"resource": "https://nav.example"}))["aud"])
			},
		},
		"readings.unknownConsumerIsInvalidRequest": {
			faults: readingsOfMaskinporten(simmaskinporten.Readings{UnknownConsumerIsInvalidRequest: true}),
			observe: func(t *testing.T, w *world) {
				diff(t, "a known one has not delegated", "MP-251", w.ask(claims{"consumer_org": "314240979"}).code())
				w.must(w.sim.Altinn.SetUnknownOrganization("314240979", true))
				got := w.ask(claims{"consumer_org": "314240979"})
				diff(t, "code", "MP-011", got.code())
				diff(t, "status", http.StatusBadRequest, got.status)
			},
		},
		"readings.unknownKeyIDIsClientUnknown": {
			faults: readingsOfMaskinporten(simmaskinporten.Readings{UnknownKeyIDIsClientUnknown: true}),
			observe: func(t *testing.T, w *world) {
				got := w.mustSend(w.request(w.sign(w.claims(), signing{kid: "unknown"})))
				diff(t, "code", "MP-100", got.code())
			},
		},
		"readings.timesAsInCode": {
			faults: readingsOfMaskinporten(simmaskinporten.Readings{TimesAsInCode: true}),
			observe: func(t *testing.T, w *world) {
				times := func(issued, expires int64) claims {
					now := w.clock.Now().Unix()
					return claims{"iat": now + issued, "exp": now + expires}
				}
				w.token(w.ask(times(0, 180)))
				w.token(w.ask(times(10, 60)))
				w.token(w.ask(times(-100, -10))) // an old one, and just not expired
				for text, wrong := range map[string]claims{
					"JWT has too long lifetime.":   times(0, 181),
					"Issue time is in the future.": times(11, 60),
					"JWT has expired.":             times(-100, -11),
				} {
					if got := w.ask(wrong); got.status != http.StatusBadRequest || !strings.Contains(got.Description, text) {
						t.Errorf("got %d %q, want 400 %q", got.status, got.Description, text)
					}
				}
			},
		},
	}
}

func TestFaults(t *testing.T) {
	w := newWorld(t)
	rows := faultRows()
	for path, row := range rows {
		t.Run(path, func(t *testing.T) {
			w.reset(t)
			w.delegate(consumer)
			before := w.ask()
			w.token(before) // nothing is wrong before the fault
			w.sim.Recorder.Reset()
			w.setFaults(row.faults)
			row.observe(t, w)
			w.setFaults(simulator.Faults{})
			w.token(w.ask()) // nor after it
		})
	}
	for _, path := range faultPaths(reflect.TypeFor[simulator.Faults](), "") {
		if _, has := rows[path]; !has {
			t.Errorf("no row shows what fault %s does", path)
		}
		delete(rows, path)
	}
	if len(rows) > 0 {
		t.Errorf("rows of no field: %v", slices.Collect(maps.Keys(rows)))
	}
}

func faultPaths(structType reflect.Type, prefix string) []string {
	var paths []string
	for field := range structType.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous:
			paths = append(paths, faultPaths(field.Type, prefix)...)
		case field.Type.Kind() == reflect.Struct:
			paths = append(paths, faultPaths(field.Type, prefix+name+".")...)
		default:
			paths = append(paths, prefix+name)
		}
	}
	return paths
}

func TestFaultSwitchesDescribeEveryFault(t *testing.T) {
	var described []string
	for _, s := range simulator.FaultSwitches() {
		described = append(described, s.Name)
		if s.Help == "" || len(s.Values) == 0 {
			t.Errorf("%s has no help", s.Name)
		}
	}
	paths := faultPaths(reflect.TypeFor[simulator.Faults](), "")
	diff(t, "all but the list of limited faults", slices.DeleteFunc(paths, func(p string) bool { return p == "limited" }),
		described)
}

func TestFaultsAsJSON(t *testing.T) {
	simulatortest.Golden(t, "no-faults", simulator.Faults{})
	for path, row := range faultRows() {
		text, err := json.Marshal(row.faults)
		if err != nil {
			t.Fatal(err)
		}
		var again simulator.Faults
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatalf("%s: %s: %v", path, text, err)
		}
		diff(t, "faults survive JSON", row.faults, again)
	}
}

func TestForcedRefusals(t *testing.T) {
	w := newWorld(t)
	for _, name := range simmaskinporten.Refusals() {
		w.reset(t)
		w.delegate(consumer)
		w.setFaults(answerFaults(simmaskinporten.AnswerFaults{RefuseWith: name}))
		got := w.ask()
		if got.status < 400 || got.status > 403 || got.Error == "" || strings.Contains(got.Description, "{") {
			t.Errorf("%s: got %d %s", name, got.status, got.raw)
		}
		want := name
		if !strings.HasPrefix(name, "MP-") {
			want = ""
		}
		diff(t, name, want, got.code())
	}
}

func TestSetFaultsRefuses(t *testing.T) {
	w := newWorld(t)
	broken := simmaskinporten.AnswerFaults{Outage: simwire.OutageBadGateway}
	cases := map[string]struct {
		faults simulator.Faults
		want   string
	}{
		"Outage": {
			faults: answerFaults(simmaskinporten.AnswerFaults{Outage: "Fire"}),
			want:   `outage "Fire" is unknown, use one of [ServiceUnavailable`,
		},
		"RetryAfter": {
			faults: answerFaults(simmaskinporten.AnswerFaults{RetryAfter: "Soon"}),
			want:   `retryAfter "Soon" is unknown, use one of [Seconds HTTPDate]`,
		},
		"RefuseWith": {
			faults: answerFaults(simmaskinporten.AnswerFaults{RefuseWith: "MP-999"}),
			want:   `refuseWith "MP-999" is unknown`,
		},
		"RefuseAll": {
			faults: answerFaults(simmaskinporten.AnswerFaults{RefuseAllWith: "MP-999"}),
			want:   `refuseAllWith "MP-999" is unknown`,
		},
		"AltinnNo": {
			faults: simulator.Faults{AltinnRefuses: simaltinn.Refuses{ByQuery: "AUTH-99999"}},
			want:   `altinnRefuses: refusal "AUTH-99999" is unknown`,
		},
		"Latency": {faults: answerFaults(simmaskinporten.AnswerFaults{Latency: -1}), want: "latency -1ns is negative"},
		"NoConsumer": {faults: simulator.Faults{
			Faults: simmaskinporten.Faults{
				Limited: []simmaskinporten.LimitedFaults{{AnswerFaults: broken}},
			},
		}, want: "name at least one consumer"},
		"NotANumber": {faults: simulator.Faults{
			Faults: simmaskinporten.Faults{
				Limited: []simmaskinporten.LimitedFaults{
					{Consumers: []string{"12"}, AnswerFaults: broken},
				},
			},
		}, want: `"12" is not an organization number: it must have nine digits`},
		"Twice": {faults: simulator.Faults{
			Faults: simmaskinporten.Faults{
				Limited: []simmaskinporten.LimitedFaults{
					{Consumers: []string{consumer, consumer}},
				},
			},
		}, want: "consumer 310330701 is named twice"},
		"NAVOutage":  {faults: navFaults(simwire.Faults{Outage: "Fire"}), want: `nav: outage "Fire" is unknown`},
		"NAVLatency": {faults: navFaults(simwire.Faults{Latency: -1}), want: "nav: latency -1ns is negative"},
		"AltinnOut":  {faults: altinnFaults(simwire.Faults{Outage: "Fire"}), want: `altinn: outage "Fire" is unknown`},
		"HRMRetry":   {faults: hrmFaults(simwire.Faults{RetryAfter: "Soon"}), want: `hrm: retryAfter "Soon" is unknown`},
		"WithinLimit": {faults: simulator.Faults{
			Faults: simmaskinporten.Faults{
				Limited: []simmaskinporten.LimitedFaults{
					{
						Consumers:    []string{consumer},
						AnswerFaults: simmaskinporten.AnswerFaults{Outage: "Fire"},
					},
				},
			},
		}, want: `limited faults: outage "Fire" is unknown`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			err := w.sim.SetFaults(tc.faults)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			diff(t, "refused faults change nothing", simulator.Faults{}, w.sim.Faults())
		})
	}
}

func TestFaultsAreCopied(t *testing.T) {
	w := newWorld(t)
	faults := simulator.Faults{
		Faults: simmaskinporten.Faults{Limited: []simmaskinporten.LimitedFaults{{Consumers: []string{consumer}}}},
	}
	w.setFaults(faults)
	faults.Limited[0].Consumers[0] = "changed"
	w.sim.Faults().Limited[0].Consumers[0] = "changed"
	diff(t, "the result is a copy", consumer, w.sim.Faults().Limited[0].Consumers[0])
}

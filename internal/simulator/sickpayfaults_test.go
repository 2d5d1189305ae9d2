package simulator_test

import (
	"errors"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	"github.com/4human/integration-operator/internal/simulator/navsickpay"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

func sickPayFaults(f simwire.Faults) simulator.Faults { return simulator.Faults{SickPay: f} }

func sickPayData(f navsickpay.Faults) simulator.Faults { return simulator.Faults{SickPayData: f} }

func sickPayFaultRows() map[string]faultRow {
	row := func(f simulator.Faults, observe func(*testing.T, *world, *http.Request)) faultRow {
		return faultRow{
			faults: f,
			observe: func(t *testing.T, w *world) {
				token := w.mayRead()
				w.add(sickNotesKind, 3)
				observe(t, w, w.sickPayRequest(http.MethodPost, sickNotesPath, token, `{"orgnr":"`+subUnit+`"}`))
			},
		}
	}
	hour := simwire.Duration(time.Hour)
	later := simwire.Faults{Outage: simwire.OutageTooManyRequests, RetryAfter: simwire.RetryAfterSeconds}
	return map[string]faultRow{
		"sickPay.outage": row(sickPayFaults(simwire.Faults{Outage: simwire.OutageBadGateway}),
			func(t *testing.T, w *world, r *http.Request) {
				diff(t, "fails", 502, w.mustSend(r).status)
				diff(t, "its probes, too", 502, w.getSickPay("/health/is-ready", "").status)
				call := w.sim.Recorder.Report().RecentCalls[0]
				diff(t, "what it hit", []any{"POST /v1/sykmeldinger", consumer, "BadGateway"},
					[]any{call.Operation, call.Organization, call.Outcome})
			}),
		"sickPay.retryAfter": row(sickPayFaults(later), func(t *testing.T, w *world, r *http.Request) {
			diff(t, "Retry-After", "30", w.mustSend(r).header.Get("Retry-After"))
		}),
		"sickPay.latency": row(sickPayFaults(simwire.Faults{Latency: hour}), func(t *testing.T, w *world, r *http.Request) {
			w.leave(t, "sickpay", r)
		}),
		"sickPay.worksOn": row(sickPayFaults(simwire.Faults{Latency: hour, WorksOn: true}),
			func(t *testing.T, w *world, r *http.Request) {
				w.leaveWith(t, "sickpay", "OK,CallerGone", r)
			}),
		"sickPay.latencyAfter": row(sickPayFaults(simwire.Faults{LatencyAfter: simwire.Duration(50 * time.Millisecond)}),
			func(t *testing.T, w *world, r *http.Request) {
				began := time.Now()
				diff(t, "it comes late", true, w.raw(r).status == 200 && time.Since(began) >= 50*time.Millisecond)
			}),
		"sickPayData.noRights": row(sickPayData(navsickpay.Faults{NoRights: true}),
			func(t *testing.T, w *world, r *http.Request) {
				checkNoRight(t, "no rights", w.raw(r))
				diff(t, "counted as", 1, w.sim.Recorder.Report().Counts["sickpay"]["IKKE_TILGANG_TIL_RESSURS,NoRights"])
			}),
		"sickPayData.cachedRights": {
			faults: sickPayData(navsickpay.Faults{CachedRights: true}),
			observe: func(t *testing.T, w *world) {
				token := w.mayRead()
				diff(t, "it may read", 200, w.list(sickNotesPath, token).status)
				_, err := w.sim.Altinn.WithdrawSystemUser(consumer)
				w.must(err)
				defer w.clock.Step(-5 * time.Minute) // other rows have their times
				w.clock.Step(5*time.Minute - time.Second)
				diff(t, "and still may while Altinn's decision is cached", 200, w.list(sickNotesPath, token).status)
				w.clock.Step(time.Second)
				checkNoRight(t, "until it is five minutes old", w.list(sickNotesPath, token))
			},
		},
		"sickPayData.failing": row(sickPayData(navsickpay.Faults{Failing: true}),
			func(t *testing.T, w *world, r *http.Request) {
				got := w.raw(r)
				diff(t, "in NAV's words", []any{500, "FEIL_VED_HENTING_SYKMELDINGER"},
					[]any{got.status, rawJSON(t, got.raw)["feilkode"]})
			}),
		"sickPayData.pageRows": row(sickPayData(navsickpay.Faults{PageRows: 2}),
			func(t *testing.T, w *world, r *http.Request) {
				got := w.raw(r)
				diff(t, "two, without a word", []any{2, ""}, []any{len(numbers(t, got)), got.header.Get("X-Warning-Limit-Reached")})
				diff(t, "counted as", 1, w.sim.Recorder.Report().Counts["sickpay"]["OK,PageRows"])
			}),
		"readings.sickPayPackageGivesNothing": {
			faults: readings(simulator.Readings{SickPayReadings: navsickpay.Readings{PackageGivesNothing: true}}),
			observe: func(t *testing.T,
				w *world,
			) {
				w.withSystem()
				w.createUser(func(u *simaltinn.SystemUser) { u.AccessPackages = []string{payrollPackage} })
				w.must(w.sim.SickPay.RegisterUnit(subUnit, consumer))
				token := w.askForSystemUser().AccessToken
				checkNoRight(t, "the package is no right", w.list(sickNotesPath, token))
				w.setFaults(simulator.Faults{})
				diff(t, "and else it is", 200, w.list(sickNotesPath, token).status)
			},
		},
		"readings.sickPayNoRightIsForbidden": {
			faults: readings(simulator.Readings{SickPayReadings: navsickpay.Readings{NoRightIsForbidden: true}}),
			observe: func(t *testing.T,
				w *world,
			) {
				token := w.mayRead()
				strangers := func() reply {
					return w.raw(w.sickPayRequest(http.MethodPost, sickNotesPath, token, `{"orgnr":"315339138"}`))
				}
				got := strangers()
				diff(t, "as the OpenAPI document lists", []any{403, noRightBody}, []any{got.status, string(got.raw)})
				w.setFaults(simulator.Faults{})
				checkNoRight(t, "and else as the code does", strangers())
			},
		},
		"readings.sickPayTokenRefusalHasCode": {
			faults: readings(simulator.Readings{SickPayReadings: navsickpay.Readings{TokenRefusalHasCode: true}}),
			observe: func(t *testing.T,
				w *world,
			) {
				const body = `{"feilkode":"UAUTORISERT","feilmelding":"Uautorisert tilgang","referanseId":null}`
				got := w.list(sickNotesPath, "x")
				diff(t, "as NAV's table has it", []any{401, body}, []any{got.status, string(got.raw)})
				w.setFaults(simulator.Faults{})
				got = w.list(sickNotesPath, "x")
				diff(t, "and else without a body", []any{401, ""}, []any{got.status, string(got.raw)})
			},
		},
		"readings.sickPayReplacedKeepsTime": {
			faults: readings(simulator.Readings{SickPayReadings: navsickpay.Readings{ReplacedKeepsTime: true}}),
			observe: func(t *testing.T,
				w *world,
			) {
				token := w.mayRead()
				old := func(r *navsickpay.Row) { r.ID, r.Sent = fixed(1), w.clock.Now().AddDate(0, 0, -3) }
				w.add(applicationsKind, 1, old)
				w.add(applicationsKind, 1, func(r *navsickpay.Row) { r.ID = fixed(1) })
				diff(t, "of three days ago", []int64{}, numbers(t, w.list(sickApplicationsPath, token, `"fom":"2026-09-01"`)))
				w.setFaults(simulator.Faults{})
				diff(t, "and else of today", 1, len(numbers(t, w.list(sickApplicationsPath, token, `"fom":"2026-09-01"`))))
			},
		},
	}
}

// TestSickPayBreaksOff breaks a list off during its transfer: what arrives is not valid JSON.
func TestSickPayBreaksOff(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	w.addMany(sickNotesKind, 1000)
	for outage, want := range map[simwire.Outage]error{
		simwire.OutageResetMidBody: syscall.ECONNRESET,
		simwire.OutageTruncated:    io.ErrUnexpectedEOF,
	} {
		w.setFaults(sickPayFaults(simwire.Faults{Outage: outage}))
		got, err := w.send(w.sickPayRequest(http.MethodPost, sickNotesPath, token, `{"orgnr":"`+subUnit+`"}`))
		if !errors.Is(err, want) || got.status != http.StatusOK {
			t.Errorf("%s: got %d and %v, want 200 and %v", outage, got.status, err, want)
		}
	}
	w.setFaults(sickPayFaults(simwire.Faults{Outage: simwire.OutageSlowDrip}))
	got, err := w.sendAndTaste(w.sickPayRequest(http.MethodPost, sickNotesPath, token, `{"orgnr":"`+subUnit+`"}`))
	diff(t, "drop by drop", []any{200, `[{`, true}, []any{got.status, string(got.raw), err != nil})
}

// TestSickPayCallFaults decides faults by a function per call, which also changes NAV's data.
func TestSickPayCallFaults(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	notes := w.add(sickNotesKind, 3)
	var calls []navsickpay.CallInfo
	w.setFaults(sickPayData(navsickpay.Faults{NoRights: true}))
	w.sim.SickPay.SetCallFaults(func(call navsickpay.CallInfo) (navsickpay.Faults, bool) {
		calls = append(calls, call)
		if len(calls) == 2 {
			_, err := w.sim.SickPay.Renumber(sickNotesKind, notes[0].ID)
			w.must(err)
		}
		return navsickpay.Faults{PageRows: 2}, len(calls) < 4
	})
	diff(t, "two of three", []int64{1, 2}, numbers(t, w.list(sickNotesPath, token)))
	diff(t, "one came again meanwhile", []int64{3, 4}, numbers(t, w.list(sickNotesPath, token, `"fraLoepenr":2`)))
	diff(t, "one alone", 200, w.getSickPay("/v1/sykmelding/"+notes[1].ID.String(), token).status)
	checkNoRight(t, "undecided, the faults for all count", w.list(sickNotesPath, token))
	list := navsickpay.CallInfo{Operation: "POST /v1/sykmeldinger", Organization: consumer, Unit: subUnit}
	second := list
	second.After = 2
	want := []navsickpay.CallInfo{list, second, {Operation: "GET /v1/sykmelding/{id}", Organization: consumer}}
	if d := cmp.Diff(want, calls[:3]); d != "" {
		t.Errorf("who decides knows: -want, +got:\n%s", d)
	}
	w.sim.SickPay.SetCallFaults(nil)
	w.setFaults(simulator.Faults{})
	diff(t, "as usual", []int64{2, 3, 4}, numbers(t, w.list(sickNotesPath, token)))
}

package enhetsregisteret_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/enhetsregisteret"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	simregister "github.com/4human/integration-operator/internal/simulator/enhetsregisteret"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// Synthetic organizations.
var (
	supplier = orgnumber.MustParse("897757222")
	tiger    = orgnumber.MustParse("310330701")
	branch   = orgnumber.MustParse("315587336")
	elk      = orgnumber.MustParse("314240979")
	stranger = orgnumber.MustParse("311006819")
)

// register is a simulated register with a client of it.
type register struct {
	*simregister.Service

	client   *enhetsregisteret.Client
	recorder *wire.Recorder
}

func newRegister(t *testing.T, units ...simregister.Unit) *register {
	t.Helper()
	r := &register{recorder: wire.NewRecorder(nil)}
	r.Service = simregister.New(simregister.Options{Now: time.Now, Recorder: r.recorder})
	for _, u := range append(units, simregister.Unit{Number: supplier.String(), Name: "4HUMAN HRM AS"}) {
		if err := r.Register(u); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(r.Handler())
	t.Cleanup(server.Close)
	r.client = newClient(t, server.URL+"/enhetsregisteret/api")
	return r
}

func newClient(t *testing.T, url string) *enhetsregisteret.Client {
	t.Helper()
	c, err := enhetsregisteret.New(url, supplier, outbound.Caller{
		Transport: outbound.NewTransport(nil), Timeout: 5 * time.Second, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// TestLookup looks up organizations of every kind, under both readings of the register's documentation.
func TestLookup(t *testing.T) {
	cases := map[string]struct {
		unit     simregister.Unit
		want     enhetsregisteret.Unit
		requests int
	}{
		"main unit": {
			unit: simregister.Unit{Number: tiger.String(), Name: "DYNAMISK ALTETENDE TIGER AS"},
			want: enhetsregisteret.Unit{
				Number: tiger, Name: "DYNAMISK ALTETENDE TIGER AS", Kind: enhetsregisteret.MainUnit,
			},
			requests: 1,
		},
		"sub-unit": {
			unit: simregister.Unit{Number: branch.String(), Name: "TIGER AVD OSLO", MainUnit: tiger.String()},
			want: enhetsregisteret.Unit{
				Number: branch, Name: "TIGER AVD OSLO", Kind: enhetsregisteret.SubUnit, MainUnit: tiger,
			},
			requests: 2,
		},
		"bankrupt": {
			unit:     simregister.Unit{Number: elk.String(), Name: "ELG AS", Bankrupt: true},
			want:     enhetsregisteret.Unit{Number: elk, Name: "ELG AS", Kind: enhetsregisteret.MainUnit, Bankrupt: true},
			requests: 1,
		},
		"wound up by force": {
			unit:     simregister.Unit{Number: elk.String(), Name: "ELG AS", CompulsoryDissolution: true},
			want:     enhetsregisteret.Unit{Number: elk, Name: "ELG AS", Kind: enhetsregisteret.MainUnit, Dissolving: true},
			requests: 1,
		},
		"removed": {
			unit: simregister.Unit{Number: elk.String(), DeletedOn: "2024-05-31", Removed: true},
			want: enhetsregisteret.Unit{
				Number: elk, Kind: enhetsregisteret.MainUnit, DeletedOn: date(2024, time.May, 31),
			},
			requests: 1,
		},
		"name on lines": {
			unit: simregister.Unit{Number: tiger.String(), Name: "TIGER\n\x00 AS " + strings.Repeat("Å", 300)},
			want: enhetsregisteret.Unit{
				Number: tiger, Name: "TIGER AS " + strings.Repeat("Å", 190) + "…",
				Kind: enhetsregisteret.MainUnit,
			},
			requests: 1,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			r := newRegister(t, tc.unit)
			for _, readings := range []simregister.Readings{{}, {NotFoundIsEmpty: true, DeletedIsGone: true}} {
				r.SetReadings(readings)
				r.recorder.Reset()
				got, err := r.client.Lookup(t.Context(), tc.want.Number)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(&tc.want, got, cmp.AllowUnexported(orgnumber.Number{})); diff != "" {
					t.Errorf("%+v (-want +got):\n%s", readings, diff)
				}
				if n := len(r.recorder.Report().RecentCalls); n != tc.requests {
					t.Errorf("%d requests, want %d", n, tc.requests)
				}
			}
		})
	}
}

// TestDeleted reads both forms of a deleted unit: with few fields, and as gone.
func TestDeleted(t *testing.T) {
	r := newRegister(t, simregister.Unit{Number: elk.String(), Name: "NEDLAGT ELG AS", DeletedOn: "2026-05-31"})
	for _, gone := range []bool{false, true} {
		r.SetReadings(simregister.Readings{DeletedIsGone: gone})
		got, err := r.client.Lookup(t.Context(), elk)
		if err != nil || !got.DeletedOn.Equal(date(2026, time.May, 31)) || (got.Name == "") != gone {
			t.Errorf("gone %t: %+v, %v", gone, got, err)
		}
	}
}

// TestNotFound verifies that a number counts as missing only if the register finds the supplier's own number.
func TestNotFound(t *testing.T) {
	r := newRegister(t)
	for _, readings := range []simregister.Readings{{}, {NotFoundIsEmpty: true}} {
		r.SetReadings(readings)
		if got, err := r.client.Lookup(t.Context(), stranger); !errors.Is(err, enhetsregisteret.ErrNotFound) {
			t.Errorf("%+v: %+v, %v", readings, got, err)
		}
	}
	r.Forget(supplier.String())
	_, err := r.client.Lookup(t.Context(), stranger)
	if _, ok := errors.AsType[*enhetsregisteret.Error](err); !ok {
		t.Errorf("a register without the supplier: %v", err)
	}
	wrongBase := newClient(t, strings.TrimSuffix(serveNotFound(t), "/"))
	_, err = wrongBase.Lookup(t.Context(), tiger)
	if _, ok := errors.AsType[*enhetsregisteret.Error](err); !ok {
		t.Errorf("a server without the register: %v", err)
	}
}

func serveNotFound(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	return server.URL
}

// TestOutage verifies that every outage is an error, for organizations that exist and for one that does not.
func TestOutage(t *testing.T) {
	r := newRegister(t, simregister.Unit{Number: tiger.String(), Name: "TIGER AS"},
		simregister.Unit{Number: branch.String(), Name: "TIGER AVD OSLO", MainUnit: tiger.String()})
	for _, outage := range wire.Outages() {
		t.Run(string(outage), func(t *testing.T) {
			if err := r.SetOutage(wire.Faults{Outage: outage, RetryAfter: wire.RetryAfterSeconds}); err != nil {
				t.Fatal(err)
			}
			for _, number := range []orgnumber.Number{tiger, branch, stranger} {
				ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
				got, err := r.client.Lookup(ctx, number)
				cancel()
				if _, ok := errors.AsType[*enhetsregisteret.Error](err); !ok {
					t.Errorf("%s: %+v, %v", number, got, err)
				}
			}
		})
	}
}

// TestForeignResponses verifies that only the register's response about the requested organization is accepted.
func TestForeignResponses(t *testing.T) {
	cases := map[string]struct {
		status            int
		contentType, body string
	}{
		"page": {status: 200, contentType: "text/html", body: `<html>`},
		"other number": {
			status: 200, contentType: "application/json",
			body: `{"organisasjonsnummer":"314240979","navn":"ELG AS"}`,
		},
		"no number": {status: 200, contentType: "application/json", body: `{}`},
		"no JSON":   {status: 200, contentType: "application/json", body: `OK`},
		"not a date": {
			status: 200, contentType: "application/json",
			body: `{"organisasjonsnummer":"310330701","slettedato":"i fjor"}`,
		},
		"gone, no date": {status: 410, contentType: "application/json", body: `{"organisasjonsnummer":"310330701"}`},
		"gone, a page":  {status: 410, contentType: "text/html", body: `gone`},
		"redirect":      {status: 302, contentType: "text/html"},
		"refused":       {status: 403, contentType: "application/json", body: `{}`},
		"too many":      {status: 429, contentType: "application/json", body: `{}`},
		"created": {
			status: 201, contentType: "application/json",
			body: `{"organisasjonsnummer":"310330701","navn":"TIGER AS"}`,
		},
		"too large a body": {
			status: 200, contentType: "application/json",
			body: `{"organisasjonsnummer":"310330701","navn":"` + strings.Repeat("x", 300<<10) + `"}`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tc.contentType)
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.body))
			}))
			defer server.Close()
			got, err := newClient(t, server.URL).Lookup(t.Context(), tiger)
			e, ok := errors.AsType[*enhetsregisteret.Error](err)
			if !ok || e.Status != tc.status {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// TestMainUnitIsChecked verifies that a sub-unit is refused if its main unit is not an organization number.
func TestMainUnitIsChecked(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/enheter/") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/vnd.brreg.enhetsregisteret.underenhet.v2+json;charset=UTF-8")
		_, _ = w.Write([]byte(`{"organisasjonsnummer":"315587336","navn":"X","overordnetEnhet":"310330702"}`))
	}))
	defer server.Close()
	if got, err := newClient(t, server.URL).Lookup(t.Context(), branch); err == nil {
		t.Errorf("got %+v", got)
	}
}

// FuzzLookup reads arbitrary bodies. It must not return another organization or a name of several lines.
func FuzzLookup(f *testing.F) {
	f.Add(200, []byte(`{"organisasjonsnummer":"310330701","navn":"TIGER AS","konkurs":true}`))
	f.Add(410, []byte(`{"organisasjonsnummer":"310330701","slettedato":"2024-05-31"}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		transport := roundTrip(func(*http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(100 + (status%500+500)%500)
			_, _ = w.Write(body)
			return w.Result(), nil
		})
		c, err := enhetsregisteret.New("https://register.example", supplier, outbound.Caller{
			Transport: transport, Timeout: time.Second, Now: time.Now,
		})
		if err != nil {
			t.Fatal(err)
		}
		if u, err := c.Lookup(t.Context(), tiger); err == nil && (u.Number != tiger || strings.ContainsAny(u.Name, "\r\n")) {
			t.Errorf("got %+v", u)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

package enhetsregisteret_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/4human/integration-operator/internal/simulator/enhetsregisteret"
	"github.com/4human/integration-operator/internal/simulator/simulatortest"
)

const (
	consumer  = "310330701"
	subUnit   = "315587336"
	unitsPath = "/enhetsregisteret/api/enheter/"
)

// TestRegister compares the register's responses with the known ones of the real register.
func TestRegister(t *testing.T) {
	service := enhetsregisteret.New(enhetsregisteret.Options{Now: simulatortest.NewClock().Now})
	server := simulatortest.Serve(t, service.Handler())
	get := func(t *testing.T, path string) simulatortest.Reply {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		return simulatortest.Send(t, server.Client(), r)
	}
	admin := func(want int, method, path, body string) {
		t.Helper()
		if status, got := simulatortest.Admin(t, service.AddAdmin, method, path, body); status != want {
			t.Errorf("%s %s: got %d %s, want %d", method, path, status, got, want)
		}
	}
	for _, unit := range []enhetsregisteret.Unit{
		{Number: consumer, Name: "DYNAMISK ALTETENDE TIGER AS", Bankrupt: true},
		{Number: subUnit, Name: "TIGER AVD OSLO", MainUnit: consumer},
		{Number: "314240979", Name: "NEDLAGT ELG AS", DeletedOn: "2024-05-31"},
		{Number: "311006819", DeletedOn: "2024-05-31", Removed: true},
	} {
		text, err := json.Marshal(unit)
		if err != nil {
			t.Fatal(err)
		}
		admin(http.StatusNoContent, http.MethodPut, "/register/units/"+unit.Number, string(text))
	}
	const subUnitsPath = "/enhetsregisteret/api/underenheter/"
	cases := map[string]struct {
		path   string
		status int
		fields map[string]any // of the body
	}{
		"main unit": {path: unitsPath + consumer, status: 200, fields: map[string]any{
			"respons_klasse": "Enhet", "organisasjonsnummer": consumer, "konkurs": true,
		}},
		"sub-unit": {path: subUnitsPath + subUnit, status: 200, fields: map[string]any{
			"respons_klasse": "Underenhet", "overordnetEnhet": consumer,
		}},
		"sub-unit as main unit": {path: unitsPath + subUnit, status: 404},
		"main unit as sub-unit": {path: subUnitsPath + consumer, status: 404},
		"deleted": {path: unitsPath + "314240979", status: 200, fields: map[string]any{
			"respons_klasse": "SlettetEnhet", "slettedato": "2024-05-31", "navn": "NEDLAGT ELG AS", "konkurs": nil,
		}},
		"removed": {path: unitsPath + "311006819", status: 410, fields: map[string]any{
			"slettedato": "2024-05-31", "navn": nil, "organisasjonsnummer": "311006819",
		}},
		"unknown": {path: unitsPath + "974760673", status: 404},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := get(t, tc.path)
			simulatortest.Diff(t, "status", tc.status, got.Status)
			var body map[string]any
			if err := json.Unmarshal(got.Raw, &body); err != nil {
				t.Fatal(err)
			}
			for field, want := range tc.fields {
				simulatortest.Diff(t, field, want, body[field])
			}
		})
	}
	admin(http.StatusBadRequest, http.MethodPut, "/register/units/310330702", `{"name":"X"}`)
	admin(http.StatusBadRequest, http.MethodPut, "/register/units/"+consumer, `{"number":"974760673","name":"X"}`)
	admin(http.StatusNoContent, http.MethodDelete, "/register/units/"+consumer, "")
	simulatortest.Diff(t, "forgotten", 404, get(t, unitsPath+consumer).Status)
}

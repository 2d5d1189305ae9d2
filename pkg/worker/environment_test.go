package worker

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// makeEnvironment returns the environment of a run, with every field set.
func makeEnvironment() Environment {
	return Environment{
		Service: "NetRegistration", OrganizationNumber: "310330701", Units: []string{"315339138", "315587336"},
		StartDate: "2026-06-15", HRMURL: "https://tiger.hrm.example",
		TokenBroker: TokenBroker{URL: "https://token-broker.system.svc/token", CA: "-----BEGIN CERTIFICATE-----\n"},
		Settings:    makeSettings(),
	}
}

// variablesOf returns the variables of an environment, by name.
func variablesOf(t *testing.T, e *Environment) map[string]string {
	t.Helper()
	variables, err := e.Variables()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, v := range variables {
		all[v.Name] = v.Value
	}
	return all
}

// TestEnvironment verifies that variables are read as they were written.
func TestEnvironment(t *testing.T) {
	full, least := makeEnvironment(), Environment{Service: "A", OrganizationNumber: "310330701"}
	for name, e := range map[string]*Environment{"full": &full, "least": &least} {
		t.Run(name, func(t *testing.T) {
			all := variablesOf(t, e)
			got, err := ReadEnvironment(func(name string) string { return all[name] })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(*e, got); diff != "" {
				t.Errorf("-written +read:\n%s", diff)
			}
			for name, value := range all {
				if value == "" || !strings.HasPrefix(name, "INTEGRATION_") {
					t.Errorf("%s=%q", name, value)
				}
			}
		})
	}
}

// TestReadEnvironment verifies which variables are refused, and that unknown ones are ignored.
func TestReadEnvironment(t *testing.T) {
	cases := map[string]struct {
		reason      string
		name, value string
		fails       string
	}{
		"more": {reason: "an operator that is newer has more to say", name: "INTEGRATION_LATER", value: "x"},
		"no contract": {
			reason: "the pod is not the operator's", name: VariableContract, fails: `INTEGRATION_CONTRACT is "", must be 1`,
		},
		"next contract": {reason: "something went away", name: VariableContract, value: "2", fails: `is "2", must be 1`},
		"no service":    {reason: "it is required", name: VariableService, fails: "INTEGRATION_SERVICE is missing"},
		"no customer": {
			reason: "it is required", name: VariableOrganizationNumber, fails: "INTEGRATION_ORGANIZATION_NUMBER: ",
		},
		"person": {
			reason: "the number of a person is not shown", name: VariableOrganizationNumber, value: "05908399546",
			fails: "(not shown)",
		},
		"unit": {
			reason: "the check digit is wrong", name: VariableUnits, value: "315587337", fails: "INTEGRATION_UNITS: ",
		},
		"date":     {reason: "the layout is another", name: VariableStartDate, value: "15.6.2026", fails: "must be a date"},
		"settings": {reason: "they are required", name: VariableSettings, fails: "INTEGRATION_SETTINGS: decoding"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			e := makeEnvironment()
			all := variablesOf(t, &e)
			all[c.name] = c.value
			_, err := ReadEnvironment(func(name string) string { return all[name] })
			if c.fails == "" {
				if err != nil {
					t.Errorf("%s: %v", c.reason, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.fails) {
				t.Errorf("%s: error %v, want %q", c.reason, err, c.fails)
			}
		})
	}
}

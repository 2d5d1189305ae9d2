package worker

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/orgnumber"
)

// Contract is the version of docs/worker-contract.md that this package implements.
const Contract = 1

// The environment variables of the contract.
const (
	VariableContract           = "INTEGRATION_CONTRACT"
	VariableService            = "INTEGRATION_SERVICE"
	VariableOrganizationNumber = "INTEGRATION_ORGANIZATION_NUMBER"
	VariableUnits              = "INTEGRATION_UNITS"
	VariableStartDate          = "INTEGRATION_START_DATE"
	VariableHRMURL             = "INTEGRATION_HRM_URL"
	VariableTokenBrokerURL     = "INTEGRATION_TOKEN_BROKER_URL"
	VariableTokenBrokerCA      = "INTEGRATION_TOKEN_BROKER_CA"
	VariableSettings           = "INTEGRATION_SETTINGS"
)

// The files of the contract. The HRM system's files are absent if the Secret lacks the key, or if the service does not
// mount it.
const (
	// FileToken has the pod's own token for the token broker. The kubelet renews it, so read it before each request.
	FileToken = "/var/run/secrets/token-broker/token" //nolint:gosec // A path.
	// FileHRMToken has the bearer token for the customer's HRM system.
	FileHRMToken = "/var/run/secrets/hrm/token" //nolint:gosec // A path.
	// FileHRMCA has the HRM system's own certificate authority, in PEM.
	FileHRMCA = "/var/run/secrets/hrm/ca.crt"
	// FileHRMOwner has the organization number of the one customer who may use the Secret.
	FileHRMOwner = "/var/run/secrets/hrm/organization-number"
	// FileReport receives the report of the run.
	FileReport = "/dev/termination-log"
)

// Environment is what a pod finds in its environment variables.
type Environment struct {
	// Service is the name of the service, as in the Supplier.
	Service string
	// OrganizationNumber is the customer's, nine digits.
	OrganizationNumber string
	// Units are the sub-units to which the customer limits the service, empty for all.
	Units []string
	// StartDate is the first date of the data that the customer wants, such as 2026-01-31, "" for all.
	StartDate string
	// HRMURL is the base URL of the customer's HRM system, "" if the service does not use it.
	HRMURL      string
	TokenBroker TokenBroker
	Settings    Settings
}

// TokenBroker says how a run reaches the token broker.
type TokenBroker struct {
	// URL is where tokens are requested. It begins with https://.
	URL string
	// CA is the certificate of the authority that signs the broker's certificate, in PEM. No other authority is trusted.
	CA string
}

// Variable is an environment variable.
type Variable struct{ Name, Value string }

// Variables returns the variables that ReadEnvironment reads. The operator writes them into pods; tests of a worker may
// use them, too. Empty Units and StartDate have no variable.
func (e *Environment) Variables() ([]Variable, error) {
	settings, err := e.Settings.encode()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc([]Variable{
		{VariableContract, strconv.Itoa(Contract)},
		{VariableService, e.Service},
		{VariableOrganizationNumber, e.OrganizationNumber},
		{VariableUnits, strings.Join(e.Units, ",")},
		{VariableStartDate, e.StartDate},
		{VariableHRMURL, e.HRMURL},
		{VariableTokenBrokerURL, e.TokenBroker.URL},
		{VariableTokenBrokerCA, e.TokenBroker.CA},
		{VariableSettings, settings},
	}, func(v Variable) bool { return v.Value == "" }), nil
}

// ReadEnvironment reads the environment by a function such as os.Getenv. Its errors name the variable and quote no
// number that may be a person's. URLs and the certificate are checked when they are used.
func ReadEnvironment(getenv func(name string) string) (Environment, error) {
	if version := getenv(VariableContract); version != strconv.Itoa(Contract) {
		return Environment{}, fmt.Errorf("%s is %q, must be %d: the operator runs workers of another version of the contract",
			VariableContract, version, Contract)
	}
	e := Environment{
		Service: getenv(VariableService), OrganizationNumber: getenv(VariableOrganizationNumber),
		StartDate: getenv(VariableStartDate), HRMURL: getenv(VariableHRMURL),
		TokenBroker: TokenBroker{URL: getenv(VariableTokenBrokerURL), CA: getenv(VariableTokenBrokerCA)},
	}
	if units := getenv(VariableUnits); units != "" {
		e.Units = strings.Split(units, ",")
	}
	if err := e.check(); err != nil {
		return Environment{}, err
	}
	var err error
	if e.Settings, err = decodeSettings(getenv(VariableSettings)); err != nil {
		return Environment{}, fmt.Errorf("%s: %w", VariableSettings, err)
	}
	return e, nil
}

func (e *Environment) check() error {
	if e.Service == "" {
		return errors.New(VariableService + " is missing")
	}
	if _, err := orgnumber.Parse(e.OrganizationNumber); err != nil {
		return fmt.Errorf("%s: %w", VariableOrganizationNumber, err)
	}
	for _, unit := range e.Units {
		if _, err := orgnumber.Parse(unit); err != nil {
			return fmt.Errorf("%s: %w", VariableUnits, err)
		}
	}
	if _, err := time.Parse(time.DateOnly, e.StartDate); err != nil && e.StartDate != "" {
		return fmt.Errorf("%s is %q, must be a date such as 2006-01-02", VariableStartDate, e.StartDate)
	}
	return nil
}

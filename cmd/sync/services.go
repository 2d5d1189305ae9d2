package main

import (
	"context"
	"maps"
	"slices"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/documentimport"
	"github.com/4human/integration-operator/internal/followupplan"
	"github.com/4human/integration-operator/internal/letters"
	"github.com/4human/integration-operator/internal/nav"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/settlement"
	"github.com/4human/integration-operator/internal/sickpay"
)

// The services that this version runs, by their names in the API.
const (
	serviceDialogueMeetingLetters = "DialogueMeetingLetters"
	serviceFollowUpPlans          = "FollowUpPlans"
	serviceNAVFollowUpPlans       = "NAVFollowUpPlans"
	serviceSettlementReports      = "SettlementReports"
	serviceSickNotes              = "SickNotes"
	serviceSickPayApplications    = "SickPayApplications"
)

// transfer transfers the data of a service between NAV and the HRM system. The report has counts only, which are valid
// with an error too.
type transfer interface {
	Run(ctx context.Context) (runreport.Report, error)
}

// navService is a service that this version runs.
type navService struct {
	// step is the name of the step that transfers the data.
	step string
	// timeout bounds a call to NAV.
	timeout time.Duration
	// ownConnections makes a new connection for each call.
	ownConnections bool
	// connect creates the client of NAV's API. It returns a function that creates the transfer, for when the run has the
	// client of the HRM system.
	connect func(*run, navapi.Config) (func() transfer, error)
}

var navServices = map[string]navService{
	serviceDialogueMeetingLetters: {step: "Letters", timeout: pageTimeout, connect: connectLetters(letters.DialogueMeetings)},
	// Each plan has its own connection. NAV may close an idle connection while the plan is being written, which would make
	// the plan unknown.
	serviceFollowUpPlans:       {step: "Plans", timeout: planTimeout, ownConnections: true, connect: connectPlans},
	serviceNAVFollowUpPlans:    {step: "Letters", timeout: pageTimeout, connect: connectLetters(letters.NAVFollowUpPlans)},
	serviceSettlementReports:   {step: "Documents", timeout: pageTimeout, connect: connectSettlements},
	serviceSickNotes:           {step: "Documents", timeout: pageTimeout, connect: connectSickPay(sickpay.SickNotes)},
	serviceSickPayApplications: {step: "Documents", timeout: pageTimeout, connect: connectSickPay(sickpay.Applications)},
}

// serviceNames returns the names of the services, sorted.
func serviceNames() []string { return slices.Sorted(maps.Keys(navServices)) }

// connectPlans connects the service that sends the plans that the HRM system offers.
func connectPlans(r *run, cfg navapi.Config) (func() transfer, error) {
	client, err := nav.New(cfg)
	return func() transfer {
		return &followupplan.Sender{
			HRM: r.hrm, NAV: client, Tokens: r.tokens, SystemName: r.supplier,
			Limits: followupplan.Limits{Lease: r.options.planLease, Deadline: r.options.planDeadline, InFlight: inFlight},
			Now:    r.now, Pause: r.pause, Log: r.callLogger(),
		}
	}, err
}

// connectSickPay connects a service that fetches the documents that the HRM system does not have.
func connectSickPay(kind sickpay.Kind) func(*run, navapi.Config) (func() transfer, error) {
	return func(r *run, cfg navapi.Config) (func() transfer, error) {
		client, err := sickpay.New(cfg, kind)
		return r.importer(kind.Name, client, sickpay.PageRows), err
	}
}

// connectSettlements connects the service that fetches settlement reports. NAV sends most of them to the main unit. If
// Altinn does not respond to NAV, NAV's list lacks reports (navikt/sokos-oppgjorsrapporter, PdpService.kt).
func connectSettlements(r *run, cfg navapi.Config) (func() transfer, error) {
	client, err := settlement.New(cfg)
	return func() transfer {
		return &documentimport.Importer{
			Customer: r.customer(), HRM: r.hrm, NAV: client, Kind: settlement.Kind, MainUnit: r.options.customer,
			LeavesOut: true,
			More: []documentimport.Form{
				{Name: "CSV", Wanted: r.hrm.WantedCSVs, Fetch: client.CSV, Store: r.hrm.StoreCSV},
			},
		}
	}, err
}

// importer returns a function that creates an importer of documents that NAV numbers.
func (r *run) importer(kind hrmapi.Kind, client documentimport.NAV, pageRows int64) func() transfer {
	return func() transfer {
		return &documentimport.Importer{
			Customer: r.customer(), HRM: r.hrm, NAV: client, Kind: kind, PageRows: pageRows,
		}
	}
}

// connectLetters connects a service that fetches the letters that the HRM system does not have, and deletes there those
// that NAV has withdrawn.
func connectLetters(kind letters.Kind) func(*run, navapi.Config) (func() transfer, error) {
	return func(r *run, cfg navapi.Config) (func() transfer, error) {
		client, err := letters.New(cfg)
		return func() transfer {
			return &documentimport.LetterImporter{Customer: r.customer(), HRM: r.hrm, NAV: client, Kind: kind}
		}, err
	}
}

// customer returns what each import of documents needs.
func (r *run) customer() documentimport.Customer {
	return documentimport.Customer{
		Tokens: r.tokens, Units: r.options.unitNumbers, StartDate: r.options.environment.StartDate,
		Now: r.now, Pause: r.pause, Log: r.callLogger(),
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/documentimport"
	"github.com/4human/integration-operator/internal/followupplan"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/nav"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/sickpay"
	"github.com/4human/integration-operator/internal/runsettings"
)

const (
	// hrmTimeout bounds a call to the HRM solution, which may have to look for a while.
	hrmTimeout = 30 * time.Second
	// planTimeout bounds sending a plan: NAV makes a PDF of it, and sends and archives it, before it answers.
	planTimeout = 60 * time.Second
	// pageTimeout bounds fetching a page of documents, while which the HRM solution stores them.
	pageTimeout = 3 * time.Minute
	// inFlight bounds what is done for a plan after the run was told to end. Kubernetes waits for 180 s.
	inFlight = 170 * time.Second
	// brokerTimeout bounds a call to the token broker, which is near.
	brokerTimeout = 10 * time.Second
)

// readSettings reads settings and files, and makes the clients. The customer's part, what its HRM system needs, comes last:
// a fault in the operator's part is not the customer's.
func (r *run) readSettings(context.Context) error {
	settings, err := runsettings.Decode(r.options.settings)
	if err == nil {
		err = r.configure(settings)
	}
	if err != nil {
		return runreport.Errorf(runreport.ConfigurationInvalid, "reading the settings: %w", err)
	}
	return r.configureHRM()
}

// configure makes the clients of the operator's part of the settings.
func (r *run) configure(settings runsettings.Settings) (err error) {
	// A plan gets a connection of its own: one that was kept may be closed by the other side just as the plan is written,
	// and then nobody knows whether it arrived.
	plans := outbound.NewTransport(nil)
	plans.DisableKeepAlives = true
	r.nav, err = nav.New(nav.Config{
		BaseURL: settings.NAV.FollowUpPlans, Calls: outbound.Caller{Transport: plans, Timeout: planTimeout, Now: r.now}, Log: r.calls(),
	})
	if err != nil {
		return err
	}
	r.sickPay, err = sickpay.New(sickpay.Config{
		BaseURL: settings.NAV.SickPay, Calls: outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: pageTimeout, Now: r.now}, Log: r.calls(),
	})
	if err != nil {
		return err
	}
	if r.supplier = settings.Supplier.Name; r.supplier == "" {
		return errors.New("the supplier has no name, which NAV needs of each plan")
	}
	if r.networks, err = parseNetworks(settings.HRM.AllowedAddresses); err != nil {
		return err
	}
	return r.configureBroker(settings.TokenBroker)
}

func (r *run) configureBroker(settings runsettings.TokenBroker) error {
	roots, err := outbound.ParseRoots([]byte(settings.CA))
	if err != nil {
		return fmt.Errorf("reading the token broker's authority: %w", err)
	}
	broker, err := brokerclient.New(brokerclient.Config{
		URL:       settings.URL,
		TokenFile: r.options.brokerToken,
		Calls:     outbound.Caller{Transport: outbound.NewTransport(roots), Timeout: brokerTimeout, Now: r.now},
		Pause:     r.pause,
		Log:       r.calls(),
	})
	if err != nil {
		return err
	}
	r.tokens = brokerclient.NewSource(broker)
	return nil
}

// configureHRM makes the client of the customer's HRM system from the customer's own Secret.
func (r *run) configureHRM() error {
	token, err := outbound.ReadBearer(r.options.hrmToken)
	if err != nil {
		return runreport.Errorf(runreport.HRMCredentialsMissing, "reading the token for the HRM solution: %w", err)
	}
	if token.OfServiceAccount() {
		return runreport.Errorf(runreport.HRMCredentialsMissing,
			"the Secret in spec.hrm.credentialsSecretRef holds a token of a Kubernetes service account: it was not sent; name the Secret with the HRM system's token")
	}
	roots, err := outbound.ReadRoots(r.options.hrmCA)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return runreport.Errorf(runreport.HRMCredentialsMissing, "reading the HRM solution's authority: %w", err)
	}
	calls := outbound.Caller{Transport: outbound.NewGuardedTransport(roots, r.networks), Timeout: hrmTimeout, Now: r.now}
	r.hrm, err = hrm.New(hrm.Config{Endpoint: r.options.hrmURL, Token: token, Calls: calls, Log: r.calls()})
	if err != nil {
		return runreport.Errorf(runreport.ConfigurationInvalid, "--hrm-url: %w", err)
	}
	return nil
}

// recognize asks the HRM solution whose it is. A customer's data must not come to another, so nothing is asked for on
// the customer's behalf before it has said that it is the customer's.
func (r *run) recognize(ctx context.Context) error {
	said, err := r.hrm.Organization(ctx)
	if err != nil {
		return err
	}
	if said != r.options.customer {
		return runreport.Errorf(runreport.HRMOrganizationMismatch, "the HRM solution is that of %s", said)
	}
	return nil
}

// sendPlans sends the plans that the HRM solution offers.
func (r *run) sendPlans(ctx context.Context) (err error) {
	sender := &followupplan.Sender{
		HRM: r.hrm, NAV: r.nav, Tokens: r.tokens, SystemName: r.supplier,
		Limits: followupplan.Limits{Lease: r.options.planLease, Deadline: r.options.planDeadline, InFlight: inFlight},
		Now:    r.now, Pause: r.wait, Log: r.calls(),
	}
	r.plans, err = sender.Run(ctx)
	return err
}

// importDocuments fetches the documents that the HRM solution does not have yet.
func (r *run) importDocuments(ctx context.Context) (err error) {
	kind := sickpay.SickNotes
	if r.options.service == serviceSickPayApplications {
		kind = sickpay.Applications
	}
	importer := &documentimport.Importer{
		HRM: r.hrm, NAV: r.sickPay, Tokens: r.tokens, Kind: kind, Units: r.options.unitNumbers, StartDate: r.options.startDate,
		Now: r.now, Pause: r.wait, Log: r.calls(),
	}
	r.documents, err = importer.Run(ctx)
	return err
}

// wait pauses between attempts.
func (r *run) wait(ctx context.Context, d time.Duration) error {
	if r.pause != nil {
		return r.pause(ctx, d)
	}
	return brokerclient.Pause(ctx, d)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/documentimport"
	"github.com/4human/integration-operator/internal/followupplan"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/nav"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/runsettings"
	"github.com/4human/integration-operator/internal/sickpay"
)

const (
	// hrmTimeout bounds a call to the HRM system.
	hrmTimeout = 30 * time.Second
	// planTimeout bounds a call to NAV with a plan. NAV responds after it has rendered, sent and archived the plan.
	planTimeout = 60 * time.Second
	// pageTimeout bounds a call to NAV for documents, including the time in which the HRM system stores them.
	pageTimeout = 3 * time.Minute
	// inFlight bounds the work on a claimed plan, also if SIGTERM comes meanwhile. Kubernetes sends SIGKILL 180 s after
	// it.
	inFlight = 170 * time.Second
	// brokerTimeout bounds a call to the broker.
	brokerTimeout = 10 * time.Second
)

// readSettings reads settings and files, and creates the clients. It reads the customer's part last, so that a fault in
// the operator's part is reported first.
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

// configure creates the clients of NAV and of the broker.
func (r *run) configure(settings runsettings.Settings) (err error) {
	if err := r.configureEgress(settings); err != nil {
		return err
	}
	// Each plan has its own connection. NAV may close an idle connection while the plan is being written, which would make
	// the plan unknown.
	plans := r.proxy.Apply(outbound.NewTransport(r.roots))
	plans.DisableKeepAlives = true
	r.nav, err = nav.New(nav.Config{
		BaseURL: settings.NAV.FollowUpPlans, Calls: outbound.Caller{
			Transport: plans, Timeout: planTimeout,
			Now: r.now,
		}, Log: r.callLogger(),
	})
	if err != nil {
		return err
	}
	r.sickPay, err = sickpay.New(sickpay.Config{
		BaseURL: settings.NAV.SickPay, Calls: outbound.Caller{
			Transport: r.proxy.Apply(outbound.NewTransport(r.roots)), Timeout: pageTimeout,
			Now: r.now,
		}, Log: r.callLogger(),
	})
	if err != nil {
		return err
	}
	if r.supplier = settings.Supplier.Name; r.supplier == "" {
		return errors.New("the supplier's name is missing")
	}
	return r.configureBroker(settings.TokenBroker)
}

// configureEgress reads how NAV and the HRM system are connected to.
func (r *run) configureEgress(settings runsettings.Settings) (err error) {
	if r.networks, err = parseNetworks(settings.HRM); err != nil {
		return err
	}
	if r.proxy, err = outbound.NewProxy(settings.Proxy.URL, settings.Proxy.Except); err != nil {
		return err
	}
	if r.roots, err = outbound.ReadMoreRoots(settings.CAFile); err != nil {
		return fmt.Errorf("%w: reading the ConfigMap of spec.sync.caConfigMapRef of the Supplier: %w",
			runreport.CAConfigMapUnreadable, err)
	}
	return nil
}

func (r *run) configureBroker(settings runsettings.TokenBroker) error {
	roots, err := outbound.ParseRoots([]byte(settings.CA))
	if err != nil {
		return fmt.Errorf("parsing the broker's certificate authority: %w", err)
	}
	broker, err := brokerclient.New(brokerclient.Config{
		URL:       settings.URL,
		TokenFile: r.options.brokerToken,
		Calls: outbound.Caller{
			Transport: outbound.WithoutProxy(outbound.NewTransport(roots)), Timeout: brokerTimeout, Now: r.now,
		},
		Pause: r.pause,
		Log:   r.callLogger(),
	})
	if err != nil {
		return err
	}
	r.tokens = brokerclient.NewSource(broker)
	return nil
}

// configureHRM creates the client of the HRM system from the customer's Secret.
func (r *run) configureHRM() error {
	token, err := outbound.ReadBearer(r.options.hrmToken)
	if err != nil {
		return runreport.Errorf(runreport.HRMCredentialsMissing, "reading the token for the HRM system: %w", err)
	}
	if token.IsServiceAccountToken() {
		return runreport.Errorf(runreport.HRMCredentialsMissing,
			"%w: the Secret in spec.hrm.credentialsSecretRef has the token of a Kubernetes service account, which was not sent",
			runreport.TokenOfServiceAccount)
	}
	if err := r.checkOwner(); err != nil {
		return err
	}
	roots, err := outbound.ReadRoots(r.options.hrmCA)
	if errors.Is(err, fs.ErrNotExist) {
		roots, err = r.roots, nil
	}
	if err != nil {
		return runreport.Errorf(runreport.HRMCredentialsMissing, "%w: reading the HRM system's certificate authority: %w",
			runreport.CAUnreadable, err)
	}
	guarded := r.proxy.ApplyGuarded(outbound.NewGuardedTransport(roots, r.networks), r.networks)
	calls := outbound.Caller{Transport: guarded, Timeout: hrmTimeout, Now: r.now}
	r.hrm, err = hrm.New(hrm.Config{Endpoint: r.options.hrmURL, Token: token, Calls: calls, Log: r.callLogger()})
	if err != nil {
		return runreport.Errorf(runreport.ConfigurationInvalid, "--hrm-url: %w", err)
	}
	return nil
}

// checkOwner verifies that the Secret is the customer's, if the Secret names a customer.
func (r *run) checkOwner() error {
	owner, err := os.ReadFile(r.options.hrmOwner)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return runreport.Errorf(runreport.HRMCredentialsMissing, "reading the owner of the Secret: %w", err)
	case strings.TrimSpace(string(owner)) != r.options.customer.String():
		return runreport.Errorf(runreport.HRMCredentialsMissing, "%w: its key organizationNumber names another customer",
			runreport.SecretOfAnother)
	}
	return nil
}

// recognize verifies that the HRM system belongs to the customer, before the run requests a token or data.
func (r *run) recognize(ctx context.Context) error {
	owner, err := r.hrm.Organization(ctx)
	if err != nil {
		return err
	}
	if owner != r.options.customer {
		return runreport.Errorf(runreport.HRMOrganizationMismatch, "the HRM system belongs to %s", owner)
	}
	return nil
}

// sendPlans sends the plans that the HRM system offers.
func (r *run) sendPlans(ctx context.Context) (err error) {
	sender := &followupplan.Sender{
		HRM: r.hrm, NAV: r.nav, Tokens: r.tokens, SystemName: r.supplier,
		Limits: followupplan.Limits{Lease: r.options.planLease, Deadline: r.options.planDeadline, InFlight: inFlight},
		Now:    r.now, Pause: r.pause, Log: r.callLogger(),
	}
	r.counts, err = sender.Run(ctx)
	return err
}

// importDocuments fetches the documents that the HRM system does not have.
func (r *run) importDocuments(ctx context.Context) (err error) {
	kind := sickpay.SickNotes
	if r.options.service == serviceSickPayApplications {
		kind = sickpay.Applications
	}
	importer := &documentimport.Importer{
		HRM: r.hrm, NAV: r.sickPay, Tokens: r.tokens, Kind: kind, Units: r.options.unitNumbers,
		StartDate: r.options.startDate,
		Now:       r.now, Pause: r.pause, Log: r.callLogger(),
	}
	r.counts, err = importer.Run(ctx)
	return err
}

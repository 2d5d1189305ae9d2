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
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/pkg/worker"
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
)

// readSettings reads settings and files, and creates the clients. It reads the customer's part last, so that a fault in
// the operator's part is reported first.
func (r *run) readSettings(context.Context) error {
	if err := r.configure(&r.options.environment); err != nil {
		return runreport.Errorf(runreport.ConfigurationInvalid, "reading the settings: %w", err)
	}
	return r.configureHRM()
}

// configure creates the clients of NAV and of the broker.
func (r *run) configure(e *worker.Environment) (err error) {
	if err := r.configureEgress(e.Settings); err != nil {
		return err
	}
	if err := r.configureNAV(e.Settings.APIURL); err != nil {
		return err
	}
	if r.supplier = e.Settings.Supplier.Name; r.supplier == "" {
		return errors.New("the supplier's name is missing")
	}
	r.tokens, err = brokerclient.Connect(brokerclient.Connection{
		URL: e.TokenBroker.URL, CA: e.TokenBroker.CA, TokenFile: r.options.brokerToken,
		Now: r.now, Pause: r.pause, Log: r.callLogger(),
	})
	return err
}

// configureNAV creates the client of the service's API.
func (r *run) configureNAV(url string) (err error) {
	service := navServices[r.options.environment.Service]
	transport := r.proxy.Apply(outbound.NewTransport(r.roots))
	transport.DisableKeepAlives = service.ownConnections
	r.carrier, err = service.connect(r, navapi.Config{
		BaseURL: url, Calls: outbound.Caller{Transport: transport, Timeout: service.timeout, Now: r.now}, Log: r.callLogger(),
	})
	return err
}

// configureEgress reads how NAV and the HRM system are connected to.
func (r *run) configureEgress(settings worker.Settings) (err error) {
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
	r.hrm, err = hrm.New(hrm.Config{
		Endpoint: r.options.environment.HRMURL, Token: token, Calls: calls, Log: r.callLogger(),
	})
	if err != nil {
		return runreport.Errorf(runreport.ConfigurationInvalid, "%s: %w", worker.VariableHRMURL, err)
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

// carry carries the service's data.
func (r *run) carry(ctx context.Context) (err error) {
	r.counts, err = r.carrier().Run(ctx)
	return err
}

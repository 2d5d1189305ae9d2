package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/hrmconnection"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/pkg/worker"
)

const (
	// planTimeout bounds a call to NAV with a plan. NAV responds after it has rendered, sent and archived the plan.
	planTimeout = 60 * time.Second
	// pageTimeout bounds a call to NAV for documents, including the time in which the HRM system stores them.
	pageTimeout = 3 * time.Minute
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
	r.newTransfer, err = service.connect(r, navapi.Config{
		BaseURL: url, Calls: outbound.Caller{Transport: transport, Timeout: service.timeout, Now: r.now}, Log: r.callLogger(),
	})
	return err
}

// configureEgress reads how NAV and the HRM system are connected to.
func (r *run) configureEgress(settings worker.Settings) (err error) {
	r.networks, err = hrmconnection.ParseNetworks(settings.HRM.AllowedAddresses, settings.HRM.NAT64Prefixes)
	if err != nil {
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
	connection, err := hrmconnection.Connect(hrmconnection.Config{
		URL: r.options.environment.HRMURL, OrganizationNumber: r.options.environment.OrganizationNumber,
		Files:    hrmconnection.Files{Token: r.options.hrmToken, CA: r.options.hrmCA, Owner: r.options.hrmOwner},
		Networks: r.networks, Proxy: r.proxy, Roots: r.roots, Now: r.now,
	})
	if err != nil {
		return err
	}
	r.hrm, err = hrm.New(hrm.Config{
		Endpoint: connection.Base.String(), Token: connection.Token, Calls: connection.Calls, Log: r.callLogger(),
	})
	return err
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

// transferData transfers the data of the service.
func (r *run) transferData(ctx context.Context) (err error) {
	r.counts, err = r.newTransfer().Run(ctx)
	return err
}

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/nav"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	// serviceTimeout bounds a call to the HRM solution or to NAV. Both may have to look for a while.
	serviceTimeout = 30 * time.Second
	// brokerTimeout bounds a call to the token broker, which is near.
	brokerTimeout = 10 * time.Second
)

// readSettings reads the files and makes the clients of them. The customer's part, the token for its HRM solution,
// comes last: what is wrong with ours is ours to mend.
func (r *run) readSettings(context.Context) error {
	calls := outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: serviceTimeout, Now: r.now}
	if err := r.configure(calls); err != nil {
		return runreport.Errorf(runreport.ConfigurationInvalid, "reading the settings: %w", err)
	}
	token, err := outbound.ReadBearer(r.options.hrmToken)
	if err != nil {
		return runreport.Errorf(runreport.HRMCredentialsMissing, "reading the token for the HRM solution: %w", err)
	}
	r.hrm, err = hrm.New(hrm.Config{Endpoint: r.options.hrmURL, Token: token, Calls: calls, Log: r.log})
	if err != nil {
		return runreport.Errorf(runreport.ConfigurationInvalid, "--hrm-url: %w", err)
	}
	return nil
}

// configure reads the operator's part of the settings.
func (r *run) configure(calls outbound.Caller) error {
	config, err := readConfig(r.options.config)
	if err != nil {
		return err
	}
	r.nav, err = nav.New(nav.Config{BaseURL: config.NAV.FollowUpPlans, Calls: calls, Log: r.log})
	if err != nil {
		return err
	}
	pem, err := readBounded(r.options.brokerCA, maxRoots)
	if err != nil {
		return fmt.Errorf("reading the token broker's authority: %w", err)
	}
	roots, err := outbound.ParseRoots(pem)
	if err != nil {
		return fmt.Errorf("reading the token broker's authority in %s: %w", r.options.brokerCA, err)
	}
	r.broker, err = brokerclient.New(brokerclient.Config{
		URL:       config.TokenBroker.URL,
		TokenFile: r.options.brokerToken,
		Calls:     outbound.Caller{Transport: outbound.NewTransport(roots), Timeout: brokerTimeout, Now: r.now},
		Pause:     r.pause,
		Log:       r.log,
	})
	return err
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

// getToken asks the token broker for the access token.
func (r *run) getToken(ctx context.Context) error {
	var err error
	r.token, err = r.broker.Token(ctx)
	return err
}

// verify asks NAV whether the access token is good.
func (r *run) verify(ctx context.Context) error {
	return r.nav.VerifyIntegration(ctx, r.token.AccessToken)
}

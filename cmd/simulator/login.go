package main

import (
	"fmt"
	"strings"
	"time"

	simlogin "github.com/4human/integration-operator/internal/simulator/login"
)

// portalClient is the client id of the portal at the login provider.
const portalClient = "portal"

// newLogin returns the login provider of the portal.
func newLogin(options serveOptions) (*simlogin.Service, error) {
	portal := strings.TrimSuffix(options.portalURL, "/")
	service, err := simlogin.New(simlogin.Options{
		Issuer: options.loginIssuer, Now: time.Now, Client: simlogin.Client{
			ID: portalClient, RedirectURIs: []string{portal + "/callback"}, LogoutURIs: []string{portal + "/signed-out"},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("cannot make the login provider: %w", err)
	}
	return service, nil
}

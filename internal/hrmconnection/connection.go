// Package hrmconnection connects a run to its customer's HRM system: with the customer's credentials, to allowed
// addresses only, within time and size. The worker for built-in services and package worker use it.
package hrmconnection

import (
	"crypto/x509"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	// Timeout bounds a call to the HRM system, with the body of its response.
	Timeout = 30 * time.Second
	// MaxBody bounds the body of a response, in bytes. It is the bound of api/hrm/openapi.yaml.
	MaxBody = 1 << 20
)

// Files are the files of the customer's Secret in the pod.
type Files struct {
	// Token has the bearer token.
	Token string
	// CA has the HRM system's own certificate authority in PEM. The file may be missing.
	CA string
	// Owner has the organization number of the one customer who may use the Secret. The file may be missing.
	Owner string
}

// Config configures a Connection.
type Config struct {
	// URL is the base URL of the HRM system. The operator has checked its host.
	URL string
	// OrganizationNumber is the customer's.
	OrganizationNumber string
	Files              Files
	// Networks are those in which HRM systems may be, besides the internet: see ParseNetworks.
	Networks outbound.Networks
	// Proxy is nil for none.
	Proxy *outbound.Proxy
	// Roots are the authorities to trust if the Secret has none, nil for the system's.
	Roots *x509.CertPool
	Now   func() time.Time
}

// Connection calls an HRM system.
type Connection struct {
	// Base is the base URL.
	Base *url.URL
	// Token authorizes calls to it. It must be sent to no other host.
	Token outbound.Bearer
	Calls outbound.Caller
}

// Connect reads the Secret. It sends nothing. Its errors are *runreport.Error: HRMCredentialsMissing or
// ConfigurationInvalid.
func Connect(cfg Config) (*Connection, error) {
	token, err := readToken(cfg.Files.Token)
	if err != nil {
		return nil, err
	}
	if err := checkOwner(cfg.Files.Owner, cfg.OrganizationNumber); err != nil {
		return nil, err
	}
	roots, err := outbound.ReadRoots(cfg.Files.CA)
	if errors.Is(err, fs.ErrNotExist) {
		roots, err = cfg.Roots, nil
	}
	if err != nil {
		return nil, runreport.Errorf(runreport.HRMCredentialsMissing,
			"%w: reading the HRM system's certificate authority: %w", runreport.CAUnreadable, err)
	}
	base, err := outbound.ParseBase(cfg.URL)
	if err != nil {
		return nil, runreport.Errorf(runreport.ConfigurationInvalid, "parsing the HRM system's endpoint: %w", err)
	}
	guarded := cfg.Proxy.ApplyGuarded(outbound.NewGuardedTransport(roots, cfg.Networks), cfg.Networks)
	return &Connection{
		Base: base, Token: token, Calls: outbound.Caller{Transport: guarded, Timeout: Timeout, Now: cfg.Now},
	}, nil
}

// Doer returns a Doer that sends requests to the HRM system with the token.
func (c *Connection) Doer() *outbound.Doer { return outbound.NewDoer(c.Calls, c.Token, MaxBody) }

// readToken reads the token. It returns an error for a token of the cluster itself, which must not be sent.
func readToken(path string) (outbound.Bearer, error) {
	token, err := outbound.ReadBearer(path)
	if err != nil {
		return outbound.Bearer{}, runreport.Errorf(runreport.HRMCredentialsMissing,
			"reading the token for the HRM system: %w", err)
	}
	if token.IsServiceAccountToken() {
		return outbound.Bearer{}, runreport.Errorf(runreport.HRMCredentialsMissing,
			"%w: the Secret in spec.hrm.credentialsSecretRef has the token of a Kubernetes service account, which was not sent",
			runreport.TokenOfServiceAccount)
	}
	return token, nil
}

// checkOwner verifies that the Secret is the customer's, if the Secret names a customer.
func checkOwner(path, customer string) error {
	owner, err := os.ReadFile(path) //nolint:gosec // The path is the caller's own setting.
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return runreport.Errorf(runreport.HRMCredentialsMissing, "reading the owner of the Secret: %w", err)
	case strings.TrimSpace(string(owner)) != customer:
		return runreport.Errorf(runreport.HRMCredentialsMissing, "%w: its key organizationNumber names another customer",
			runreport.SecretOfAnother)
	}
	return nil
}

// ReasonOf returns the reason of a call without a readable response.
func ReasonOf(failed *outbound.Error) runreport.Reason {
	switch failed.Kind {
	case outbound.AddressNotAllowed:
		return runreport.HRMAddressNotAllowed
	case outbound.Unreachable:
		return runreport.HRMUnreachable
	default:
		return runreport.HRMBadResponse
	}
}

package worker

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/4human/integration-operator/internal/hrmconnection"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// HRMFiles are the files of the customer's Secret of HRM credentials.
type HRMFiles = hrmconnection.Files

// HRMClient calls the customer's HRM system with the token of the customer's Secret. It connects to public addresses
// and those of Settings.HRM only, also behind NAT64 gateways. A call may take 30 s, and the body of a response may have
// 1 MiB. It is safe for concurrent use.
type HRMClient struct {
	base *url.URL
	doer *outbound.Doer
}

// HRM returns a client of the customer's HRM system, with the token that the Secret has now. It sends nothing.
// [ReasonOf] returns the reason of its errors: HRMCredentialsMissing, also if the Secret is another customer's, or
// ConfigurationInvalid, also if the service has no HRM system (job.secret is None).
func (r *Run) HRM() (*HRMClient, error) {
	if r.HRMURL == "" {
		return nil, Errorf(ConfigurationInvalid,
			"the service has no HRM system: set custom.job.secret to PerCustomer in the Supplier")
	}
	proxy, roots, err := egress(&r.Settings)
	if err != nil {
		return nil, Errorf(ConfigurationInvalid, "%w", err)
	}
	networks, err := hrmconnection.ParseNetworks(r.Settings.HRM.AllowedAddresses, r.Settings.HRM.NAT64Prefixes)
	if err != nil {
		return nil, Errorf(ConfigurationInvalid, "%w", err)
	}
	connection, err := hrmconnection.Connect(hrmconnection.Config{
		URL: r.HRMURL, OrganizationNumber: r.OrganizationNumber, Files: r.HRMFiles,
		Networks: networks, Proxy: proxy, Roots: roots,
		Now: time.Now, //nolint:forbidigo // A worker's clock is the system's.
	})
	if err != nil {
		return nil, err
	}
	return &HRMClient{base: connection.Base, doer: connection.Doer()}, nil
}

// URL returns the URL of a path below HRMURL, such as "v1/items". Its elements must be escaped.
func (c *HRMClient) URL(path ...string) string { return c.base.JoinPath(path...).String() }

// Do sends a request to the HRM system and returns the response, whose body the caller must close. A request that has a
// body is sent at most once. Do does not write the token into the request's own header, follows no redirect, and sends
// nothing to another host than HRMURL's. [ReasonOf] returns the reason of its errors, and of those of reading the body:
// HRMUnreachable, HRMAddressNotAllowed, HRMUnauthorized (401 and 403), HRMBadResponse (a redirect: 301, 302, 303, 307
// or 308; or a body that is too large or cut off) or InternalError (another host).
func (c *HRMClient) Do(request *http.Request) (*http.Response, error) {
	if request.URL.Scheme != c.base.Scheme || request.URL.Host != c.base.Host {
		return nil, Errorf(InternalError, "a request to another host than the HRM system's was not sent")
	}
	response, err := c.doer.Do(request)
	if err != nil {
		return nil, hrmError(err)
	}
	switch status := response.StatusCode; {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		err = Errorf(HRMUnauthorized, "the HRM system does not accept the token (status %d)", status)
	case outbound.IsRedirect(status):
		err = Errorf(HRMBadResponse, "the HRM system redirects (status %d), which is not followed", status)
	default:
		response.Body = hrmBody{response.Body}
		return response, nil
	}
	_ = response.Body.Close()
	return nil, err
}

// hrmBody is the body of a response, whose errors have reasons.
type hrmBody struct{ io.ReadCloser }

// Read reads the body.
func (b hrmBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = hrmError(err)
	}
	return n, err
}

// hrmError returns the error of a call, with its reason.
func hrmError(err error) error {
	reason := runreport.HRMBadResponse
	if failed, ok := errors.AsType[*outbound.Error](err); ok {
		reason = hrmconnection.ReasonOf(failed)
	}
	return runreport.Errorf(reason, "calling the HRM system: %w", err)
}

// Command worker registers items of a customer with an API that the customer has delegated. Its arguments are the
// items. Without arguments, it reads them from the customer's HRM system, as a JSON list of names.
package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/4human/integration-operator/pkg/worker"
)

func main() {
	api := os.Getenv("NRL_BASE_URL") //nolint:forbidigo // It is the worker's main.
	os.Exit(worker.Main(func(ctx context.Context, run *worker.Run) (worker.Report, error) {
		return register(ctx, run, api, os.Args[1:])
	}))
}

// register registers each item, and reports how many the API has accepted.
func register(ctx context.Context, run *worker.Run, api string, items []string) (worker.Report, error) {
	var report worker.Report
	if api == "" {
		return report, worker.Errorf(worker.ConfigurationInvalid, "NRL_BASE_URL is missing: set it in env of the service")
	}
	if len(items) == 0 {
		var err error
		if items, err = readItems(ctx, run); err != nil {
			return report, err
		}
	}
	for _, item := range items {
		status, err := put(ctx, run.Client, run.Tokens.Token, api, item)
		if err == nil && status == http.StatusUnauthorized { // the token may be of an access that the customer has replaced
			status, err = put(ctx, run.Client, run.Tokens.Fresh, api, item)
		}
		if err == nil {
			err = failureOf(status)
		}
		if err != nil {
			return report, err
		}
		report.ItemsSent++
		run.Log.InfoContext(ctx, "Registered an item", "status", status)
	}
	return report, nil
}

// readItems reads the names of the items from the HRM system.
func readItems(ctx context.Context, run *worker.Run) (items []string, err error) {
	system, err := run.HRM()
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, system.URL("registrations"), http.NoBody)
	if err != nil {
		return nil, worker.Errorf(worker.ConfigurationInvalid, "the HRM system's address is no URL")
	}
	response, err := system.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, worker.Errorf(worker.HRMBadResponse, "reading the items: status %d", response.StatusCode)
	}
	err = json.NewDecoder(response.Body).Decode(&items)
	switch {
	case err != nil && worker.ReasonOf(err) != worker.InternalError: // the body could not be read, and the error says why
		return nil, err
	case err != nil || items == nil: // nil is of the JSON null
		return nil, worker.Errorf(worker.HRMBadResponse, "reading the items: the body is no list of names")
	}
	return items, nil
}

// put registers an item. The API accepts the same item again, so an item that may have arrived can be sent by the next
// run.
func put(
	ctx context.Context, client *http.Client, tokenOf func(context.Context) (worker.Token, error), api, item string,
) (status int, err error) {
	token, err := tokenOf(ctx)
	if err != nil {
		return 0, err
	}
	//nolint:gosec // The Supplier names the API.
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, api+"/v1/registrations/"+url.PathEscape(item),
		strings.NewReader(`{"kind":"mast"}`))
	if err != nil {
		return 0, worker.Errorf(worker.ConfigurationInvalid, "NRL_BASE_URL is no URL")
	}
	token.Authorize(request.Header)
	response, err := client.Do(request) //nolint:gosec // Likewise.
	if err != nil {
		return 0, worker.Errorf(worker.ServiceUnreachable, "registering an item: no response from %s", api)
	}
	return response.StatusCode, response.Body.Close()
}

// failureOf returns the error of a status, nil if the item was accepted.
func failureOf(status int) error {
	reason := worker.ServiceRefused
	switch {
	case status == http.StatusOK || status == http.StatusCreated:
		return nil
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		reason = worker.ServiceTokenRejected
	case status < http.StatusBadRequest || status >= http.StatusInternalServerError:
		reason = worker.ServiceError
	}
	return worker.Errorf(reason, "registering an item: status %d", status)
}

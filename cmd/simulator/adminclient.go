package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/simulator/admin"
)

const (
	adminTimeout = 10 * time.Second
	// maxAdminResponse has room for a hundred thousand delegations.
	maxAdminResponse = 32 << 20
)

// adminClient talks to the admin API of a simulator.
type adminClient struct {
	base string
}

// call sends the document unless it is nil, and reads the response into result unless that is nil.
func (a *adminClient) call(ctx context.Context, method, path string, document, result any) error {
	ctx, cancel := context.WithTimeout(ctx, adminTimeout)
	defer cancel()
	request, err := a.request(ctx, method, path, document)
	if err != nil {
		return err
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("cannot reach the simulator at --admin: %w\nStart it by \"simulator serve\". "+
			"If it runs in a cluster: kubectl -n simulator port-forward service/admin 8081:80", err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAdminResponse+1))
	if err != nil {
		return fmt.Errorf("reading the simulator's response: %w", err)
	}
	if len(body) > maxAdminResponse {
		return errors.New("the simulator's response is too long")
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return problemOf(response, body)
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(body, result); err != nil {
		return fmt.Errorf("reading the simulator's response: %w", err)
	}
	return nil
}

func (a *adminClient) request(ctx context.Context, method, path string, document any) (*http.Request, error) {
	var body io.Reader
	if document != nil {
		text, err := json.Marshal(document)
		if err != nil {
			return nil, fmt.Errorf("writing the request: %w", err)
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(a.base, "/")+path, body)
	if err != nil {
		return nil, fmt.Errorf("making the request: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	return request, nil
}

func problemOf(response *http.Response, body []byte) error {
	var problem admin.Problem
	if err := json.Unmarshal(body, &problem); err != nil || problem.Detail == "" {
		return fmt.Errorf("the server at --admin is not a simulator's admin API: it returned %s", response.Status)
	}
	return errors.New(problem.Detail)
}

//go:build bench

package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// metadataOnly requests objects without spec and status, which costs the API server little.
const metadataOnly = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"

// seen is what the watches have seen of a customer.
type seen struct {
	name      string
	verdict   time.Time // when all services were Granted, the first time
	last      time.Time // of the last change of its status or of a child
	suspended time.Time // when its CronJob was suspended
	written   int       // number of changes of its status
	children  int       // ServiceAccounts, CronJobs and Jobs
	status    v1alpha1.CustomerIntegrationStatus
}

// watcher watches customers and their children, because the API server's times are in whole seconds.
type watcher struct {
	mu        sync.Mutex
	customers map[string]*seen
	last      time.Time
}

// change is an event of a watch, as far as it matters here.
type change struct {
	Type   string
	Object struct {
		Metadata struct {
			Name            string
			ResourceVersion string
			Labels          map[string]string
		}
		Spec   struct{ Suspend *bool }
		Status v1alpha1.CustomerIntegrationStatus
	}
}

// watch starts the watches. They end with the test. CronJobs are watched with their spec if suspension matters.
func (w *world) watch(suspension bool) *watcher {
	w.t.Helper()
	watch := &watcher{customers: map[string]*seen{}}
	httpClient, err := rest.HTTPClientFor(w.config)
	must(w.t, err)
	server, _, err := rest.DefaultServerUrlFor(w.config)
	must(w.t, err)
	cronJobs := metadataOnly
	if suspension {
		cronJobs = "application/json"
	}
	var running sync.WaitGroup
	w.t.Cleanup(running.Wait)
	ctx, cancel := context.WithCancel(context.Background())
	w.t.Cleanup(cancel)
	for path, accept := range map[string]string{
		"/apis/" + v1alpha1.GroupVersion.String() + "/namespaces/" + customers + "/customerintegrations": "application/json",
		"/api/v1/namespaces/" + customers + "/serviceaccounts":                                           metadataOnly,
		"/apis/batch/v1/namespaces/" + customers + "/cronjobs":                                           cronJobs,
		"/apis/batch/v1/namespaces/" + customers + "/jobs":                                               metadataOnly,
	} {
		stream := &stream{client: httpClient, address: server.JoinPath(path), accept: accept, record: watch.record}
		body, err := stream.open(ctx)
		must(w.t, err)
		running.Go(func() {
			for err == nil { // the API server may end a watch
				if err = stream.read(body); err == nil {
					body, err = stream.open(ctx)
				}
			}
			if ctx.Err() == nil {
				w.t.Errorf("a watch of the benchmark ended: %v", err)
			}
		})
	}
	return watch
}

// stream is a watch of one kind.
type stream struct {
	client  *http.Client
	address *url.URL
	accept  string
	record  func(*change, time.Time)
	version string // of the last change
}

// open begins the watch, or continues it after the last change.
func (s *stream) open(ctx context.Context) (io.ReadCloser, error) {
	address := *s.address
	address.RawQuery = url.Values{
		"watch": {"1"}, "timeoutSeconds": {"86400"}, "resourceVersion": {s.version},
	}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", s.accept)
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return nil, fmt.Errorf("watching %s: %s", s.address, response.Status)
	}
	return response.Body, nil
}

// read records the changes of a watch until it ends. It returns an error if the watch cannot be continued.
func (s *stream) read(body io.ReadCloser) error {
	defer func() { _ = body.Close() }()
	decoder := json.NewDecoder(bufio.NewReaderSize(body, 1<<16))
	for {
		var c change
		if err := decoder.Decode(&c); err != nil {
			return nil
		}
		if c.Type == "ERROR" {
			return fmt.Errorf("watching %s after version %s: refused", s.address, s.version)
		}
		s.version = c.Object.Metadata.ResourceVersion
		s.record(&c, time.Now())
	}
}

// record records a change. A new customer and a deleted object are none.
func (w *watcher) record(c *change, now time.Time) {
	customer, child := c.Object.Metadata.Labels[v1alpha1.LabelIntegration], true
	if customer == "" {
		customer, child = c.Object.Metadata.Name, false
	}
	if c.Type == "DELETED" || !child && c.Type == "ADDED" && len(c.Object.Status.Conditions) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.customers[customer]
	if s == nil {
		s = &seen{name: customer}
		w.customers[customer] = s
	}
	w.last, s.last = now, now
	switch {
	case child && c.Object.Spec.Suspend != nil && *c.Object.Spec.Suspend && s.suspended.IsZero():
		s.suspended = now
	case child:
	default:
		s.written++
		s.status = c.Object.Status
		if s.verdict.IsZero() && granted(c.Object.Status) {
			s.verdict = now
		}
	}
	if child && c.Type == "ADDED" {
		s.children++
	}
}

// granted reports whether all services have access.
func granted(status v1alpha1.CustomerIntegrationStatus) bool {
	for _, s := range status.Services {
		if s.Authorization.State != v1alpha1.AuthorizationGranted {
			return false
		}
	}
	return len(status.Services) > 0
}

// verdictOf returns when a customer had its verdict, or the zero time.
func (w *watcher) verdictOf(name string) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.customers[name]; s != nil {
		return s.verdict
	}
	return time.Time{}
}

// writes returns the number of changes of statuses.
func (w *watcher) writes() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, s := range w.customers {
		n += s.written
	}
	return n
}

// count returns how many customers fulfil a condition.
func (w *watcher) count(holds func(*seen) bool) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, s := range w.customers {
		if holds(s) {
			n++
		}
	}
	return n
}

// since returns the seconds from a time to a time of each customer that has it.
func (w *watcher) since(from time.Time, of func(*seen) time.Time) []float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []float64
	for _, s := range w.customers {
		if at := of(s); at.After(from) {
			all = append(all, at.Sub(from).Seconds())
		}
	}
	return all
}

// quiet waits until nothing has changed for a while, and returns the time of the last change.
func (w *watcher) quiet(t *testing.T, d time.Duration) time.Time {
	t.Helper()
	var last time.Time
	eventually(t, 10*time.Minute, "no more changes", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		last = w.last
		return time.Since(last) > d
	})
	return last
}

// forget starts anew: what was seen before counts no more.
func (w *watcher) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.customers = map[string]*seen{}
}

package syncing

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"

	"k8s.io/client-go/rest"
)

// write is a request to the API server that is no GET.
type write struct {
	verb     string // create, update, patch, apply or delete
	resource string // with its subresource, such as "suppliers/status"
	name     string // "" for a create
	body     string
}

func (w write) String() string { return w.verb + " " + w.resource }

// writes are the writes of a manager.
type writes struct {
	mu  sync.Mutex
	all []write
}

// record returns a configuration that records writes. Their bodies are JSON.
func (w *writes) record(c *rest.Config) *rest.Config {
	c = rest.CopyConfig(c)
	c.ContentType = "application/json"
	c.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.Method != http.MethodGet {
				if err := w.add(r); err != nil {
					return nil, err
				}
			}
			return next.RoundTrip(r)
		})
	})
	return c
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (w *writes) add(r *http.Request) error {
	written := write{verb: verb(r)}
	written.resource, written.name = target(r.URL.Path)
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		written.body = string(body)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, written)
	return nil
}

func verb(r *http.Request) string {
	switch r.Method {
	case http.MethodPost:
		return "create"
	case http.MethodPut:
		return "update"
	case http.MethodPatch:
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/apply-patch+") {
			return "apply"
		}
		return "patch"
	default:
		return strings.ToLower(r.Method)
	}
}

// target returns the resource and the name in a path such as /apis/batch/v1/namespaces/customers/jobs/tiger.
func target(path string) (resource, name string) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	parts = parts[2:] // api/v1
	if strings.HasPrefix(path, "/apis/") {
		parts = parts[1:] // apis/batch/v1
	}
	if len(parts) > 2 && parts[0] == "namespaces" {
		parts = parts[2:]
	}
	resource = parts[0]
	if len(parts) > 1 {
		name = parts[1]
	}
	if len(parts) > 2 {
		resource += "/" + parts[2]
	}
	return resource, name
}

// forget drops the recorded writes.
func (w *writes) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = nil
}

// isCount reports whether only a Supplier's count of customers is written.
func (w write) isCount() bool {
	var body struct {
		Status map[string]json.RawMessage `json:"status"`
	}
	if w.resource != "suppliers/status" || json.Unmarshal([]byte(w.body), &body) != nil {
		return false
	}
	return len(body.Status) == 1 && body.Status["customers"] != nil
}

// events returns the names of the written events. client-go writes them concurrently in the background. It patches an
// event that is repeated, and creates it once more if the patch comes first.
func (w *writes) events() map[string]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	names := map[string]bool{}
	for _, one := range w.all {
		if one.resource == "events" {
			names[one.eventName()] = true
		}
	}
	return names
}

// eventName returns the name of a written event.
func (w write) eventName() string {
	var body struct {
		Metadata struct {
			Name string `json:"name"`
		} `json:"metadata"`
	}
	if w.name == "" && json.Unmarshal([]byte(w.body), &body) == nil {
		return body.Metadata.Name
	}
	return w.name
}

// list returns all writes except events, in order. It omits the counts of customers, which are up to a minute late and
// tested in test/verification.
func (w *writes) list() []write {
	w.mu.Lock()
	defer w.mu.Unlock()
	var listed []write
	for _, one := range w.all {
		if one.resource != "events" && !one.isCount() {
			listed = append(listed, one)
		}
	}
	return listed
}

//go:build bench

package bench

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/kubernetes"
)

// settleTime is how long the API server must have received no request before requests are counted: events are written
// in the background.
const settleTime = 2 * time.Second

var (
	requestLine = regexp.MustCompile(`(?m)^apiserver_request_total\{([^}]*)\} (\S+)$`)
	label       = regexp.MustCompile(`(\w+)="([^"]*)"`)
)

// ofOperator are the resources that the operator uses. Others, such as the API server's own Leases, do not count.
var ofOperator = []string{
	"customerintegrations", "suppliers", "serviceaccounts", "cronjobs", "jobs", "events", "pods", "secrets",
	"tokenreviews",
}

// requests are numbers of requests by verb and resource.
type requests map[string]float64

// requests returns the requests that the API server has answered.
func (w *world) requests() requests {
	w.t.Helper()
	set, err := kubernetes.NewForConfig(w.config)
	must(w.t, err)
	text, err := set.RESTClient().Get().AbsPath("/metrics").DoRaw(w.t.Context())
	must(w.t, err)
	return parseRequests(w.t, text)
}

func parseRequests(t *testing.T, text []byte) requests {
	t.Helper()
	all := requests{}
	for _, line := range requestLine.FindAllSubmatch(text, -1) {
		labels := map[string]string{}
		for _, l := range label.FindAllSubmatch(line[1], -1) {
			labels[string(l[1])] = string(l[2])
		}
		n, err := strconv.ParseFloat(string(bytes.TrimSpace(line[2])), 64)
		must(t, err)
		if !slices.Contains(ofOperator, labels["resource"]) {
			continue
		}
		name := labels["verb"] + " " + labels["resource"]
		if labels["subresource"] != "" {
			name += "/" + labels["subresource"]
		}
		if labels["code"] == "404" || labels["code"] == "409" {
			name += " " + labels["code"]
		}
		all[name] += n
	}
	return all
}

// settledRequests waits until the API server receives no more requests, and returns those since before.
func (w *world) settledRequests(before requests) requests {
	w.t.Helper()
	after := w.requests()
	eventually(w.t, 5*time.Minute, "no more requests", func() bool {
		pause(w.t, settleTime)
		last := after
		after = w.requests()
		return maps.Equal(last, after)
	})
	since := requests{}
	for name, n := range after {
		if n > before[name] {
			since[name] = n - before[name]
		}
	}
	return since
}

// perObject returns the requests about single objects: not those that fill caches, whose number does not depend on the
// number of customers.
func (r requests) perObject() requests {
	some := maps.Clone(r)
	maps.DeleteFunc(some, func(name string, _ float64) bool {
		return strings.HasPrefix(name, "LIST ") || strings.HasPrefix(name, "WATCH ") || strings.Contains(name, "/token")
	})
	return some
}

func (r requests) total() float64 {
	sum := 0.0
	for _, n := range r {
		sum += n
	}
	return sum
}

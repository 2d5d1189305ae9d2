package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/4human/integration-operator/internal/fixture/loopback"
)

// scrapeConfig is Prometheus' configuration for one manager. It scrapes as a Prometheus in the cluster does: over TLS,
// with a token of its ServiceAccount.
const scrapeConfig = `
scrape_configs:
- job_name: integration-operator
  scrape_interval: 500ms
  scrape_timeout: 500ms
  scheme: https
  tls_config: {insecure_skip_verify: true}
  authorization: {credentials: %q}
  static_configs:
  - targets: [%q]
    labels: {namespace: %q}
`

// prometheusServer is a real Prometheus.
type prometheusServer struct {
	t   testing.TB
	url string
}

// point is a series of a response with its last value.
type point struct {
	Metric map[string]string `json:"metric"`
	Value  [2]any            `json:"value"`
}

// number returns the value, NaN if there is none.
func (s point) number() float64 {
	text, ok := s.Value[1].(string)
	if !ok {
		return math.NaN()
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return n
}

// startPrometheus starts the Prometheus of hack/prometheus.sh, which scrapes a manager with a token.
func startPrometheus(t testing.TB, p *process, token string) *prometheusServer {
	t.Helper()
	program, err := filepath.Abs("../../bin/prometheus/prometheus")
	if err != nil {
		t.Fatal(err)
	}
	folder, address := t.TempDir(), loopback.Address()
	config := filepath.Join(folder, "prometheus.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, scrapeConfig, token, p.metrics, system), 0o600); err != nil {
		t.Fatal(err)
	}
	arguments := []string{
		"--config.file=" + config, "--storage.tsdb.path=" + filepath.Join(folder, "data"), "--web.listen-address=" + address,
		"--log.level=warn",
	}
	command := exec.CommandContext(context.Background(), program, arguments...)
	command.Stderr = t.Output()
	if err := command.Start(); err != nil {
		t.Fatalf("starting Prometheus, which hack/prometheus.sh fetches: %v", err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	return &prometheusServer{t: t, url: "http://" + address}
}

// query returns the current series of an expression. There are none until Prometheus responds.
func (p *prometheusServer) query(expression string) []point {
	p.t.Helper()
	var found struct {
		Result []point `json:"result"`
	}
	p.get("/api/v1/query", url.Values{"query": {expression}}, &found)
	return found.Result
}

// values returns the values of a label in series.
func (p *prometheusServer) values(label, series string) []string {
	p.t.Helper()
	var found []string
	p.get("/api/v1/label/"+label+"/values", url.Values{"match[]": {series}}, &found)
	return found
}

// get decodes the data of a response. It fails if Prometheus rejects the request, such as a malformed expression.
func (p *prometheusServer) get(path string, parameters url.Values, into any) {
	p.t.Helper()
	status, body := get(p.t, p.url+path+"?"+parameters.Encode(), "")
	if status == 0 || status == http.StatusServiceUnavailable {
		return
	}
	response := struct {
		Data  any    `json:"data"`
		Error string `json:"error"`
	}{Data: into}
	if err := json.Unmarshal([]byte(body), &response); err != nil || response.Error != "" {
		p.t.Fatalf("Prometheus, %v: %d %s %v", parameters, status, response.Error, err)
	}
}

// awaitScrapes waits until the manager was scraped again. A scrape that fails does not count.
func (p *prometheusServer) awaitScrapes(m *process) {
	p.t.Helper()
	scrapes := func() float64 {
		for _, s := range p.query("sum_over_time(up[1h])") {
			return s.number()
		}
		return 0
	}
	before := scrapes()
	m.eventually(p.t, "two scrapes", func() bool { return scrapes() >= before+2 })
}

package metrics

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Build describes the build of a program.
type Build struct {
	// Version is the release, Revision the commit, and GoVersion the compiler's version.
	Version, Revision, GoVersion string
}

// Process collects the state of the manager's process at each scrape. It is safe for concurrent use.
type Process struct {
	build    Build
	lease    string
	elected  <-chan struct{}
	caExpiry func() time.Time

	mu     sync.Mutex
	checks map[string]bool // by name, whether the check passed
}

var _ prometheus.Collector = (*Process)(nil)

// NewProcess returns a Process. The channel elected is closed once the process leads, by the Lease lease. The function
// caExpiry returns when the token broker's certificate authority expires, the zero time if there is none.
func NewProcess(build Build, lease string, elected <-chan struct{}, caExpiry func() time.Time) *Process {
	return &Process{build: build, lease: lease, elected: elected, caExpiry: caExpiry, checks: map[string]bool{}}
}

// SetReady records the result of a readiness check.
func (p *Process) SetReady(check string, passed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.checks[check] = passed
}

// Describe implements prometheus.Collector.
func (p *Process) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []Definition{BuildInfo, Leader, ReadinessChecks, TokenBrokerCAExpiry} {
		ch <- d.Desc()
	}
}

// Collect implements prometheus.Collector.
func (p *Process) Collect(ch chan<- prometheus.Metric) {
	ch <- BuildInfo.Value(1, p.build.Version, p.build.Revision, p.build.GoVersion)
	ch <- Leader.Value(number(p.isLeader()), p.lease)
	if end := p.caExpiry(); !end.IsZero() {
		ch <- TokenBrokerCAExpiry.Value(float64(end.Unix()))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for check, passed := range p.checks {
		ch <- ReadinessChecks.Value(number(passed), check)
	}
}

func (p *Process) isLeader() bool {
	select {
	case <-p.elected:
		return true
	default:
		return false
	}
}

// number returns 1 for true and 0 for false.
func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

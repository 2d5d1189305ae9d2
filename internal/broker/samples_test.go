package broker

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestRefusalsAreSampled sends many bad requests: the log has some lines a minute for each caller and cause, and says
// how many were left out.
func TestRefusalsAreSampled(t *testing.T) {
	w := makeWorld(t, nil)
	bad := func(from string) {
		w.ask(func(r *http.Request) {
			r.RemoteAddr = from + ":" + fmt.Sprint(1024+w.log.Len()%1000)
			r.Header.Set("Authorization", "Bearer garbage")
		})
	}
	for range 1000 {
		bad("10.0.0.1")
	}
	bad("10.0.0.2")
	if got := strings.Count(w.logged(), "Refused token"); got != sampleBurst+1 {
		t.Errorf("%d lines for two addresses", got)
	}
	w.clock.pass(sampleInterval)
	bad("10.0.0.1")
	if log := w.logged(); !strings.Contains(log, `"repeated"=990`) {
		t.Errorf("the log does not count what was left out:\n%s", log)
	}
	before := len(w.logged())
	for i := range 10 * maxSamples {
		bad(fmt.Sprintf("10.%d.%d.1", 1+i/250, i%250))
	}
	if got := strings.Count(w.logged()[before:], "Refused token"); got > maxSamples+sampleBurst {
		t.Errorf("%d lines for many addresses", got)
	}
	if got := len(w.broker.samples.seen); got > maxSamples+1 {
		t.Errorf("%d samples are kept", got)
	}
}

// TestConnectionErrorsAreSampled logs errors of connections that differ in the port only.
func TestConnectionErrorsAreSampled(t *testing.T) {
	w := makeWorld(t, nil)
	log := serverLog(w.broker.options.Log, newSamples(time.Now))
	for port := range 1000 {
		log.Printf("http: TLS handshake error from 10.0.0.1:%d: EOF", 1024+port)
		log.Printf("http: TLS handshake error from [fd00::1]:%d: read tcp [fd00::2]:8444->[fd00::1]:%d: i/o timeout",
			1024+port, 1024+port)
	}
	if lines := strings.Split(strings.TrimSpace(w.logged()), "\n"); len(lines) != 2*sampleBurst {
		t.Errorf("%d lines, such as %s", len(lines), lines[len(lines)-1])
	}
}

package hrm_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/4human/integration-operator/internal/simulator/hrm"
	"github.com/4human/integration-operator/internal/simulator/simulatortest"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// consumer is the organization number of the tenant.
const consumer = "310330701"

// world is an HRM system behind real HTTP.
type world struct {
	t        testing.TB
	hrm      *hrm.Service
	recorder *wire.Recorder
	server   *httptest.Server
	clock    *simulatortest.Clock
}

// newWorld returns an HRM system without tenants.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, recorder: wire.NewRecorder(nil), clock: simulatortest.NewClock()}
	service, err := hrm.New(hrm.Options{Now: w.clock.Now, Recorder: w.recorder})
	w.must(err)
	t.Cleanup(func() { _ = service.Close() })
	w.hrm, w.server = service, simulatortest.Serve(t, service.Handler())
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) send(r *http.Request) simulatortest.Reply {
	w.t.Helper()
	return simulatortest.Send(w.t, w.server.Client(), r)
}

package simulator

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// serviceCall is a request to NAV, Altinn or the HRM solution, read but not yet judged.
type serviceCall interface {
	// operation tells apart what an endpoint can be asked, or is empty.
	operation() string
	// organization is whom the call is about, as far as that can be told without verifying anything.
	organization() string
	// judge is the answer that the call deserves at that time.
	judge(now time.Time) answer
}

// serveCalls answers all requests to an endpoint that has faults of its own. It goes by the real clock: the one that a fault
// puts wrong is Maskinporten's.
func (s *Simulator) serveCalls(endpoint string, faultsOf func(Faults) EndpointFaults, read func(*http.Request) serviceCall) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := read(r)
		broken := s.faultsFor(endpoint, asked, faultsOf(s.currentFaults().Faults))
		now := s.realNow()
		prepared, there := prepare(r.Context(), broken, now, func() answer {
			now = s.realNow() // latency has passed since
			return asked.judge(now)
		})
		s.recordCall(r.Context(), Call{
			Time:         now.UTC(),
			Endpoint:     endpoint,
			Operation:    asked.operation(),
			Organization: asked.organization(),
			Status:       prepared.status,
			Outcome:      prepared.outcome,
		})
		if there && wait(r.Context(), broken.delayed()) {
			send(w, r, broken.Outage, prepared, now)
		}
	})
}

func (s *Simulator) recordCall(ctx context.Context, c Call) {
	s.requests.recordCall(c)
	s.log.LogAttrs(ctx, slog.LevelInfo, "Answered call",
		slog.String("endpoint", c.Endpoint), slog.String("operation", c.Operation), slog.String("organization", c.Organization),
		slog.Int("status", c.Status), slog.String("outcome", c.Outcome))
}

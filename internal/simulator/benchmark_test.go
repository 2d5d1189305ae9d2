package simulator_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// BenchmarkTokenRequest measures token requests without the network.
func BenchmarkTokenRequest(b *testing.B) {
	w := newWorld(b)
	w.delegate(consumer)
	handler := w.sim.Maskinporten.Handler()
	requests := make([]*http.Request, b.N)
	for i := range requests {
		requests[i] = w.request(w.sign(w.claims(), signing{}))
	}
	b.ResetTimer()
	for _, request := range requests {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		if recorder.Code != http.StatusOK {
			b.Fatalf("answered %d %s", recorder.Code, recorder.Body)
		}
	}
}

package broker

import (
	"context"
	"net/http"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/internal/emergencystop"
)

// TestStopDuringRequest begins the emergency stop while Maskinporten responds: the pod gets no token.
func TestStopDuringRequest(t *testing.T) {
	w := makeWorld(t, nil)
	w.broker.options.Stop = emergencystop.In(w.server, system, nil)
	w.during = func(ctx context.Context) {
		stop := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: system, Name: emergencystop.Name}}
		if err := w.server.Create(ctx, stop); err != nil {
			t.Error(err)
		}
	}
	if got := w.ask(nil); got.Status == http.StatusOK || w.requests == 0 {
		t.Errorf("%+v after %d requests to Maskinporten", got, w.requests)
	}
}

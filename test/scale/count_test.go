package scale

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// forget resets all counts.
func (w *world) forget() {
	w.api.forget()
	w.requests.forget()
	w.events.forget()
	w.reconciles = map[client.ObjectKey]int{}
	if w.simulator != nil {
		w.simulator.Recorder.Reset()
	}
}

// counts are the counts since the last forget.
type counts struct {
	requests, proofs, customerWrites, supplierWrites, otherWrites, events, reconciles int
}

func (c counts) String() string {
	return fmt.Sprintf("%d requests, %d proofs, %d writes of customers, %d of the Supplier, %d others, %d events, %d "+
		"reconciles",
		c.requests, c.proofs, c.customerWrites, c.supplierWrites, c.otherWrites, c.events, c.reconciles)
}

func (w *world) counted() counts {
	requests, own := w.requests.sent()
	c := counts{
		requests: len(requests), proofs: own, customerWrites: len(w.api.of("CustomerIntegration")),
		supplierWrites: len(w.api.of("Supplier")),
		events:         len(w.events.all), reconciles: total(w.reconciles),
	}
	c.otherWrites = len(w.api.writes) - c.customerWrites - c.supplierWrites
	return c
}

// everyInterval sets the intervals of customers with and without access.
func everyInterval(d time.Duration) func(*v1alpha1.Supplier) {
	return func(s *v1alpha1.Supplier) {
		s.Spec.Verification.Interval, s.Spec.Verification.WaitingInterval = &metav1.Duration{Duration: d},
			&metav1.Duration{Duration: d}
	}
}

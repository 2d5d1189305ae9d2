package verification

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// refusing is a manager's client whose writes of statuses can be refused.
type refusing struct {
	client.Client
	refuse  *atomic.Bool
	refused *atomic.Int64
}

func (r refusing) Status() client.SubResourceWriter {
	return refusingWriter{SubResourceWriter: r.Client.Status(), by: r}
}

type refusingWriter struct {
	client.SubResourceWriter
	by refusing
}

func (s refusingWriter) Patch(ctx context.Context, o client.Object, p client.Patch,
	options ...client.SubResourcePatchOption,
) error {
	if s.by.refuse.Load() {
		s.by.refused.Add(1)
		return apierrors.NewForbidden(schema.GroupResource{Group: v1alpha1.GroupVersion.Group}, o.GetName(),
			errors.New("no rights"))
	}
	return s.SubResourceWriter.Patch(ctx, o, p, options...)
}

// TestUnwrittenAnswers revokes the right to write statuses: each customer costs one request to Maskinporten, however
// often the write is tried, and its status has the response once the right is back.
func TestUnwrittenAnswers(t *testing.T) {
	t.Parallel()
	const customers = 20
	w := newWorld(t, server.Client, time.Now, 6*time.Hour)
	for i, number := range numbers(customers) {
		if i%2 == 0 {
			w.delegate(number)
		}
		w.addCustomer(number)
	}
	var refuse atomic.Bool
	var refused atomic.Int64
	refuse.Store(true)
	w.startManagerAt(time.Now, func(o *ctrl.Options) {
		o.NewClient = func(c *rest.Config, options client.Options) (client.Client, error) {
			made, err := client.New(c, options)
			return refusing{Client: made, refuse: &refuse, refused: &refused}, err
		}
	})
	eventually(t, "writes that are tried again and again", func() bool { return refused.Load() >= 5*customers })
	asked := w.askedOnce(customers)
	refuse.Store(false)
	eventually(t, "statuses of all customers", func() bool {
		return w.verified("True Delegated") == customers/2 && w.verified("False NotDelegated") == customers/2
	})
	eventually(t, "a proved Supplier", func() bool {
		return says(w.current().Status.Conditions, v1alpha1.ConditionReady) == "True CredentialsProved"
	})
	w.askedOnce(customers)
	t.Logf("%d customers, %d writes refused: %d requests", customers, refused.Load(), asked)
}

// askedOnce verifies that at most one token was requested for each customer and for the Supplier itself, and returns
// the number of requests.
func (w *world) askedOnce(customers int) int {
	w.t.Helper()
	for _, number := range append(numbers(customers), supplierNumber) {
		if n := w.tokenRequests(number); n > 1 {
			w.t.Errorf("%s had %d requests", number, n)
		}
	}
	return len(w.simulator.Recorder.Report().Recent)
}

package customerintegration

import (
	"errors"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/syncjob"
)

// TestRefusedWriteOf verifies which errors are decisions of the API server, and which are faults that pass.
func TestRefusedWriteOf(t *testing.T) {
	jobs := schema.GroupResource{Group: "batch", Resource: "jobs"}
	create := action{verb: "create", kind: "Job", name: "run", service: fixture.FollowUpPlans}
	cases := map[string]struct {
		reason string
		action action
		err    error
		want   string // the text
	}{
		"quota": {
			reason: "a quota refuses with 403", action: create,
			err:  apierrors.NewForbidden(jobs, "run", errors.New("exceeded quota: team-quota")),
			want: "exceeded quota: team-quota",
		},
		"webhook": {
			reason: "webhooks may answer with 400", action: create,
			err: apierrors.NewBadRequest("admission webhook denied the request"), want: "admission webhook denied the request",
		},
		"busy": {
			reason: "it is repeated, and may succeed", action: create, err: apierrors.NewTooManyRequests("later", 1),
		},
		"conflict": {
			reason: "another write was first", action: create,
			err: apierrors.NewConflict(jobs, "run", errors.New("changed")),
		},
		"deletion": {
			reason: "no run needs it", action: action{verb: "delete", kind: "Job", name: "run"},
			err: apierrors.NewForbidden(jobs, "run", errors.New("no")),
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := refusedWriteOf(&tc.action, tc.err, fixture.Noon)
			if (got != nil) != (tc.want != "") || got != nil && got.refusal.Text != tc.want {
				t.Errorf("%s: %+v", tc.reason, got)
			}
		})
	}
}

// TestRefusedWrites verifies that a refused write is reported after half a minute, until it succeeds.
func TestRefusedWrites(t *testing.T) {
	var r refusedWrites
	customer := types.NamespacedName{Namespace: "customers", Name: "tiger"}
	a := &action{verb: "create", kind: "Job", name: "run", service: fixture.FollowUpPlans}
	refused := func(after time.Duration) []refusedWrite {
		return []refusedWrite{*refusedWriteOf(a, apierrors.NewBadRequest("no"), fixture.Noon.Add(after))}
	}
	of := func(after time.Duration) *syncjob.Refusal {
		return r.of(customer, fixture.FollowUpPlans, fixture.Noon.Add(after))
	}
	r.set(customer, refused(0))
	if of(29*time.Second) != nil || of(30*time.Second) == nil {
		t.Error("it is not reported after half a minute")
	}
	r.set(customer, refused(40*time.Second))
	if of(40*time.Second) == nil || r.find(customer, a) == nil {
		t.Error("the second refusal counts anew")
	}
	if r.of(customer, fixture.SickNotes, fixture.Noon.Add(time.Hour)) != nil {
		t.Error("it is reported for another service")
	}
	r.set(customer, nil)
	if of(time.Hour) != nil || r.find(customer, a) != nil || len(r.all) != 0 {
		t.Error("it is reported after it was done")
	}
}

package syncing

import (
	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/apiserver"
	"github.com/4human/integration-operator/test/sample"
)

// process is the manager as a process.
type process struct {
	*world
	*apiserver.Manager
}

// startProcess starts the manager for the world's namespace, with more flags. It kills itself at the failpoint place,
// unless that is "".
func (w *world) startProcess(place string, flags ...string) *process {
	w.t.Helper()
	return &process{
		world: w, Manager: server.StartManager(w.t, w.name, place, append(flags, "--sync-image="+syncImage)...),
	}
}

// until waits until the Supplier's credentials are proved, the manager has reconciled, and a condition holds.
func (p *process) until(what string, holds func() bool) {
	p.t.Helper()
	eventually(p.t, what, func() bool {
		return sample.StatusOf(p.supplier().Status.Conditions, v1alpha1.ConditionReady) == "True CredentialsProved" &&
			p.Log.Has("Reconciled") && holds()
	})
}

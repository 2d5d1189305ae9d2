package supplier

import (
	"context"
	"errors"

	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/services"
)

// verify proves the supplier's own credentials if that is due.
func (r *Reconciler) verify(ctx context.Context, s *gathered) {
	if s.proof = r.kept.recall(s.facts); s.proof != nil || !isProofDue(s.facts) {
		return
	}
	r.proofs.Take(s.supplier.Name, pacing.RequestPace(pacing.IntervalsOf(s.supplier)), s.now)
	met := s.guard.Prove(ctx, s.cause(), services.ProofScopes(s.supplier)...)
	s.proof = &proof{proofFinding: findingOf(met.Err), at: s.now, scopes: map[string]proofFinding{}}
	proveSystem(ctx, s)
	logProof(ctx, "", met.Err)
	for scope, err := range met.Scopes {
		s.proof.scopes[scope] = findingOf(err)
		logProof(ctx, scope, err)
	}
	s.readGuard()
	r.kept.keep(s.facts)
}

// proveSystem checks that Altinn knows our system, if a service needs it and Maskinporten issues tokens.
func proveSystem(ctx context.Context, s *gathered) {
	if !needsAltinn(s.supplier) || s.proof.class != "" {
		return
	}
	err := s.guard.ProveSystem(ctx)
	if failure, ok := errors.AsType[*altinn.Error](err); ok {
		log.FromContext(ctx).Info("Failed to prove the system", "class", failure.Class, "status", failure.Status,
			"code", failure.Code, "err", failure.Error())
	}
}

// findingOf returns what the status reports of an error.
func findingOf(err error) proofFinding {
	met := proofFinding{class: maskinporten.ClassOf(err)}
	if refusal, ok := errors.AsType[*maskinporten.Error](err); ok {
		met.detail = refusal.Description
	}
	if met.class == maskinporten.ClassUnreachable {
		met.cause = outbound.CauseOf(err)
	}
	return met
}

// logProof logs what a proof met: of a scope, or of all if the scope is "".
func logProof(ctx context.Context, scope string, err error) {
	refusal, ok := errors.AsType[*maskinporten.Error](err)
	if !ok {
		return
	}
	log.FromContext(ctx).Info("Failed to prove the credentials", "scope", scope, "class", refusal.Class,
		"status", refusal.Status, "code", refusal.Code, "err", refusal.Error())
}

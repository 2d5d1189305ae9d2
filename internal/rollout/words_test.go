package rollout

import (
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/language/languagetest"
)

func TestWords(t *testing.T) { languagetest.Check(t, words) }

// has fails the test unless there is a text with a key.
func has(t *testing.T, key string) {
	t.Helper()
	if !words.Has(key) {
		t.Errorf("there is no text %s", key)
	}
}

// TestEverythingHasWords names what was added without words.
func TestEverythingHasWords(t *testing.T) {
	for _, s := range States() {
		has(t, "state."+string(s))
		has(t, "chip."+string(s)+".plain")
	}
	for _, a := range Actors() {
		has(t, "actor."+string(a))
		has(t, "actorInside."+string(a))
	}
	for _, r := range condition.Runs() {
		has(t, "run."+string(r.Reason))
	}
	for reason, m := range meanings {
		if _, isReady := condition.Of(reason).At(condition.Customer, v1alpha1.ConditionReady); isReady {
			has(t, "story."+reason+".headline")
		}
		if m.state == "" || m.extent == "" {
			t.Errorf("the meaning of %s is incomplete", reason)
		}
	}
}

// TestEveryReasonHasAMeaning names a reason that was added without one, and a meaning without a reason.
func TestEveryReasonHasAMeaning(t *testing.T) {
	known := map[string]bool{}
	for _, row := range condition.Rows() {
		_, isReady := row.At(condition.Customer, v1alpha1.ConditionReady)
		_, isAccess := row.At(condition.Customer, v1alpha1.ConditionDelegationVerified)
		if !isReady && !isAccess {
			continue
		}
		known[row.Reason] = true
		if _, ok := meanings[row.Reason]; !ok {
			t.Errorf("decide what %s means for people, in meanings", row.Reason)
		}
	}
	for reason := range meanings {
		if !known[reason] {
			t.Errorf("%s is no reason of a customer's Ready or DelegationVerified", reason)
		}
	}
}

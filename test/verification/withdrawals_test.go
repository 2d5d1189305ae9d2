package verification

import (
	"fmt"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/fixture"
)

// TestOrdinaryWithdrawals has the first customers of few or many withdraw access of both kinds. It is found at the
// first verification, also by a new leader, and the others keep their access.
func TestOrdinaryWithdrawals(t *testing.T) {
	t.Parallel()
	overOffers(t, testWithdrawals)
}

func testWithdrawals(t *testing.T, o offer) {
	for _, c := range []struct{ gone, all int }{
		{gone: 1, all: 1}, {gone: 1, all: 2}, {gone: 2, all: 3}, {gone: 1, all: 12}, {gone: 4, all: 12},
	} {
		for how, restart := range map[string]bool{"running": false, "restarted": true} {
			t.Run(fmt.Sprintf("%d of %d, %s", c.gone, c.all, how), func(t *testing.T) {
				t.Parallel()
				l, keys := withdrawing(t, o, c.gone, c.all)
				if restart {
					l.restart(keys...)
				}
				l.run(grantedInterval + grantedInterval/4)
				for i, key := range keys {
					want := "Granted Delegated"
					if i < c.gone {
						want = "Withdrawn DelegationWithdrawn"
					}
					l.has(key, plans, want)
					l.has(key, notes, want)
				}
			})
		}
	}
}

// withdrawing creates customers with access, of whom the first withdraw it.
func withdrawing(t *testing.T, o offer, gone, all int) (*loop, []client.ObjectKey) {
	t.Helper()
	l := newSystemUserLoop(t, inMemory(t), o)
	var keys []client.ObjectKey
	for _, number := range numbers(all) {
		keys = append(keys, l.grantedBySystemUser(number, plans, notes))
	}
	for _, number := range numbers(gone) {
		l.withdraw(number)
		l.deleteSystemUser(number)
	}
	return l, keys
}

// TestWithdrawalWithoutTheRegister removes the scope of the register's list from our client, as after an upgrade. A
// withdrawn delegation is found at once; a deleted system user within an interval after the client has the scope.
func TestWithdrawalWithoutTheRegister(t *testing.T) {
	t.Parallel()
	for _, all := range []int{1, 3} {
		t.Run(fmt.Sprint(all), func(t *testing.T) {
			t.Parallel()
			l, keys := withdrawing(t, asBuiltIn, 1, all)
			l.registerClient(scope, fixture.Service(notes).Scope, altinn.ScopeRead, altinn.ScopeWrite)
			l.restart(keys...)
			l.run(grantedInterval + grantedInterval/4)
			l.has(keys[0], plans, "Withdrawn DelegationWithdrawn")
			l.has(keys[0], notes, "Granted Delegated")
			for _, key := range keys[1:] {
				l.has(key, plans, "Granted Delegated")
				l.has(key, notes, "Granted Delegated")
				if at := l.access(key, notes).LastVerifiedTime; l.clock.Now().Sub(at.Time) > grantedInterval*11/10 {
					t.Errorf("the other's system user was last verified %s", at)
				}
			}
			l.registerClient(systemUserScopes()...)
			l.run(15 * time.Minute)
			l.has(keys[0], notes, "Withdrawn DelegationWithdrawn")
		})
	}
}

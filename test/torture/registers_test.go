package torture

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/4human/integration-operator/internal/simulator"
	"github.com/4human/integration-operator/internal/simulator/navletters"
	"github.com/4human/integration-operator/internal/simulator/navplans"
)

// hourOfRefusals is the length of an hour in the contract's times for refused plans, so that an outage of seconds is
// one of many hours.
const hourOfRefusals = 50 * time.Millisecond

// letterItems is how many letters a page of NAV's has.
const letterItems = 5

// registersUp is a NAV that accepts plans about all employees.
var registersUp = simulator.Faults{
	NAVPlans: navplans.Faults{OpenDoors: true}, LetterData: navletters.Faults{PageItems: letterItems},
}

// registersDown are outages of NAV's registers, and of what its API for letters needs. In some of them NAV responds
// with an error that leaves open whether it has stored the plan.
var registersDown = []struct {
	name       string
	faults     navplans.Faults
	letters    navletters.Faults
	leavesOpen bool
}{
	{
		name: "persons", faults: navplans.Faults{OpenDoors: true, PersonRegisterDown: true},
		letters: navletters.Faults{SidecarDown: true},
	},
	{
		name: "employments", faults: navplans.Faults{OpenDoors: true, EmploymentRegisterDown: true},
		letters: navletters.Faults{PartialLists: true, PageItems: letterItems},
	},
	{
		name: "employments, HTML", faults: navplans.Faults{OpenDoors: true, EmploymentRegisterDownHTML: true},
		letters: navletters.Faults{AccessDown: true}, leavesOpen: true,
	},
	{
		name: "practitioners", faults: navplans.Faults{OpenDoors: true, NoPractitioner: true},
		letters: navletters.Faults{NoRights: true}, leavesOpen: true,
	},
}

// registers takes NAV's registers down from time to time.
type registers struct {
	world  *world
	random *rand.Rand
	counts map[string]int
	down   time.Duration
	// causes are the outages that leave open whether NAV has a plan.
	causes []cause
}

const (
	longestUp   = 3 * time.Second
	longestDown = 4 * time.Second
)

// run takes the registers down and up again until the context ends. It leaves them up.
// Each way comes once before one comes again: a short torture has few outages.
func (r *registers) run(ctx context.Context) error {
	order := r.random.Perm(len(registersDown))
	for n := 0; ; n++ {
		if wait(time.Duration(r.random.Int64N(int64(longestUp))), ctx.Done()) {
			return nil
		}
		outage := registersDown[order[n%len(order)]]
		if err := r.world.sim.SetFaults(simulator.Faults{NAVPlans: outage.faults, LetterData: outage.letters}); err != nil {
			return err
		}
		r.counts[outage.name]++
		began := time.Now()
		wait(time.Duration(r.random.Int64N(int64(longestDown))), ctx.Done())
		r.down += time.Since(began)
		if outage.leavesOpen {
			for _, c := range r.world.customers {
				r.causes = append(r.causes, cause{customer: c.number, from: began, to: time.Now()})
			}
		}
		if err := r.world.sim.SetFaults(registersUp); err != nil {
			return err
		}
	}
}

func (r *registers) summarize(l ledger, people *person) string {
	refusals, refused, undecided := 0, 0, 0
	for _, p := range l.plans {
		refusals += p.refusals
		undecided += p.undecided
		if p.refusals > 0 {
			refused++
		}
	}
	return fmt.Sprintf("NAV's registers were down %d times for persons, %d for employments, %d with HTML, %d for "+
		"practitioners, %s in all: %d refusals of %d plans, %d undecided, %d offered again by people",
		r.counts["persons"], r.counts["employments"], r.counts["employments, HTML"], r.counts["practitioners"],
		r.down.Round(time.Second), refusals, refused, undecided, people.decided)
}

package torture

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// settings are the settings of a torture.
type settings struct {
	seed             uint64
	program          string
	customers        int
	plans, documents int
	over             time.Duration // time in which plans and documents are added
	atOnce           int           // workers
}

// outcome is the outcome of a torture.
type outcome struct {
	findings []finding
	ledger   ledger
	lines    []string
}

const (
	lease    = 2 * time.Second
	deadline = 2 * time.Second
	// personWaits is longer than a plan can be in flight after its deadline.
	personWaits = slowest + 2*time.Second
	// frozenFor is longer than deadline and personWaits together, so that a thawed worker may have stale knowledge.
	frozenFor = 9 * time.Second
	// settleWithin bounds the time to settle all plans after the storm.
	settleWithin = 3 * time.Minute
)

// torture runs a torture and checks the promises.
func torture(ctx context.Context, s settings) (outcome, error) {
	folder, err := os.MkdirTemp("", "torture-")
	if err != nil {
		return outcome{}, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	weather := &storm{random: rand.New(rand.NewPCG(s.seed, 1)), counts: map[string]int{}}
	w, err := newWorld(folder, s.customers, weather.brokerFails)
	if err != nil {
		return outcome{}, err
	}
	defer w.close()
	w.sim.SetCallFaults(weather.decide)
	w.sim.HRM.SetDocumentRefusal(func(d hrmapi.Document) bool { return refuses(d.ID) })
	team := &workers{
		program: s.program, folder: folder, lease: lease, deadline: deadline, frozenFor: frozenFor,
		random: rand.New(rand.NewPCG(s.seed, 2)),
	}
	people := &person{world: w, waits: personWaits}
	began := time.Now()
	registers := &registers{world: w, random: rand.New(rand.NewPCG(s.seed, 4)), counts: map[string]int{}}
	if err := rage(ctx, s, w, team, people, registers); err != nil {
		return outcome{}, err
	}
	stormed := time.Since(began)
	weather.end()
	findings, err := afterwards(ctx, w, team, people)
	if err != nil {
		return outcome{}, err
	}
	l, err := w.collect(slices.Concat(weather.causes, team.causes(), registers.causes))
	if err != nil {
		return outcome{}, err
	}
	return outcome{
		findings: append(findings, check(l)...), ledger: l,
		lines: append(summarize(s, l, weather, team, people, stormed, time.Since(began)),
			registers.summarize(l, people), summarizeLetters(l)),
	}, nil
}

// afterwards lets everything settle after the storm, has one of NAV's registers fail for days, and fetches all
// documents.
func afterwards(ctx context.Context, w *world, team *workers, people *person) ([]finding, error) {
	if err := settle(ctx, w, team, people); err != nil {
		return nil, err
	}
	decided, err := outlast(ctx, w, team)
	if err != nil {
		return nil, err
	}
	if err := settle(ctx, w, team, people); err != nil {
		return nil, err
	}
	missing, err := fetchAll(ctx, w, team)
	return append(decided, missing...), err
}

// rage runs random workers while everything fails.
func rage(ctx context.Context, s settings, w *world, team *workers, people *person, registers *registers) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	failed := make(chan error, s.atOnce+3)
	all.Go(func() {
		l := &load{world: w, random: rand.New(rand.NewPCG(s.seed, 3)), plans: s.plans, documents: s.documents, over: s.over}
		failed <- l.run(ctx)
		cancel()
	})
	all.Go(func() { failed <- people.run(ctx) })
	all.Go(func() { failed <- registers.run(ctx) })
	for i := range s.atOnce {
		random := rand.New(rand.NewPCG(s.seed, uint64(10+i)))
		all.Go(func() {
			for ctx.Err() == nil {
				r := run{customer: w.customers[random.IntN(len(w.customers))], service: services[random.IntN(len(services))]}
				if err := team.start(context.WithoutCancel(ctx), w, r); err != nil {
					failed <- err
					cancel()
					return
				}
			}
		})
	}
	all.Wait()
	close(failed)
	var err error
	for one := range failed {
		err = errors.Join(err, one)
	}
	return err
}

// settle runs workers without faults until all plans have a final state.
func settle(ctx context.Context, w *world, team *workers, people *person) error {
	end := time.Now().Add(settleWithin)
	for {
		for _, c := range w.customers {
			if err := gentle(ctx, w, team, run{customer: c, service: followUpPlans}); err != nil {
				return err
			}
		}
		open, err := people.settlePlans()
		if err != nil {
			return err
		}
		if open == 0 || time.Now().After(end) { // the checker reports the others
			break
		}
	}
	return nil
}

// fetchAll fetches all documents after all are visible. It returns findings about documents that are not late, because
// the next day's overlap would hide them. Then it fetches as on the next day.
func fetchAll(ctx context.Context, w *world, team *workers) ([]finding, error) {
	wait(late, ctx.Done())
	if err := fetch(ctx, w, team); err != nil {
		return nil, err
	}
	l, err := w.collect(nil)
	if err != nil {
		return nil, err
	}
	for _, c := range w.customers {
		for _, kind := range kinds {
			if err := w.setBack(c, kind); err != nil {
				return nil, err
			}
		}
		if err := w.withdrawLetters(c); err != nil {
			return nil, err
		}
	}
	if err := fetchPartially(ctx, w, team); err != nil {
		return nil, err
	}
	return checkDocuments(onTime(l)), fetch(ctx, w, team)
}

// fetch runs each service but that of plans for each customer.
func fetch(ctx context.Context, w *world, team *workers) error {
	for _, c := range w.customers {
		for _, service := range services[1:] {
			if err := gentle(ctx, w, team, run{customer: c, service: service}); err != nil {
				return err
			}
		}
	}
	return nil
}

// gentle has an undisturbed run.
func gentle(ctx context.Context, w *world, team *workers, r run) error {
	r.gently = true
	return team.start(ctx, w, r)
}

// summarize returns the figures of a torture.
func summarize(s settings, l ledger, weather *storm, team *workers, people *person, stormed,
	whole time.Duration,
) []string {
	states, unknowns := map[string]int{}, 0
	for _, p := range l.plans {
		states[p.state]++
		unknowns += len(p.unknowns)
	}
	faults := make([]string, 0, len(weather.counts))
	total := 0
	for _, name := range slices.Sorted(maps.Keys(weather.counts)) {
		faults = append(faults, fmt.Sprintf("%s %d", name, weather.counts[name]))
		total += weather.counts[name]
	}
	return []string{
		fmt.Sprintf("seed %d, %d customers, storm of %s, %s in all", s.seed, s.customers, stormed.Round(time.Second),
			whole.Round(time.Second)),
		fmt.Sprintf("%d plans offered, %d reached NAV, final states %v; unknown for a while: %d, of which people settled %d",
			len(l.plans), len(l.submissions), states, unknowns, people.settled),
		fmt.Sprintf("%d documents at NAV, %d at the HRM systems, %d cursors", len(l.held), len(l.stored), len(l.cursors)),
		fmt.Sprintf("%d walls of hidden rows; %d documents are unreadable or refused, %d were set aside", walls, len(l.unfit),
			len(l.aside)),
		fmt.Sprintf("%d runs, %d killed, %d frozen", team.runs, team.kills, team.freezes),
		fmt.Sprintf("%d calls failed: %s", total, strings.Join(faults, ", ")),
	}
}

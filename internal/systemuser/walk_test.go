package systemuser

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/services"
)

var seed = flag.Uint64("seed", 0, "the one walk to make; 0: many, of seeds that are printed if they fail")

// TestWalks has customers act and outages and crashes occur at random, and checks each finding.
func TestWalks(t *testing.T) {
	if *seed != 0 {
		walk(t, *seed)
		return
	}
	for range 1000 {
		s := rand.Uint64()
		walk(t, s)
		if t.Failed() {
			t.Fatalf("again with -run TestWalks -seed %d", s)
		}
	}
}

// walker is a controller with one customer, whose services are verified one after the other.
type walker struct {
	*testing.T
	*rand.Rand
	world    *world
	listed   []v1alpha1.ServiceName
	statuses []v1alpha1.CustomerServiceStatus
	prompt   string // that has not been handled
	crashed  bool   // before a status was written, and not all has been looked at since
	calm     bool   // no more crashes
	trail    []string
}

var (
	names = []v1alpha1.ServiceName{
		v1alpha1.ServiceSickNotes, v1alpha1.ServiceSickPayApplications,
	}
	resources = map[v1alpha1.ServiceName]string{names[0]: sickNotes, names[1]: sickPay}
)

func walk(t *testing.T, s uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(s, 0))
	w := &walker{T: t, Rand: r, world: newWorld(readings{
		pendingIsError: r.IntN(2) == 0, answeredIsError: r.IntN(2) == 0,
		keepsRequest: r.IntN(2) == 0,
	})}
	w.list()
	for range 60 {
		w.happen()
		w.reconcile()
		if t.Failed() {
			t.Logf("%+v:\n%s", w.world.reads, strings.Join(w.trail, "\n"))
			return
		}
	}
	w.settle()
	if t.Failed() {
		t.Logf("%+v:\n%s", w.world.reads, strings.Join(w.trail, "\n"))
	}
}

// Errorf fails the test with the trail of events.
func (w *walker) Errorf(format string, args ...any) {
	w.T.Helper()
	w.notef("FAILED: "+format, args...)
	w.T.Errorf(format, args...)
}

func (w *walker) notef(format string, args ...any) {
	w.trail = append(w.trail, fmt.Sprintf(format, args...))
}

// list lists one service more.
func (w *walker) list() {
	if len(w.listed) < len(names) {
		name := names[len(w.listed)]
		w.notef("listed %s", name)
		w.listed = append(w.listed, name)
		w.statuses = append(w.statuses, service(name, v1alpha1.Authorization{State: unknown}))
	}
}

// happen makes one event occur, or none. Right after a crash the desired access does not change, because the request is
// found again by it.
func (w *walker) happen() {
	live := w.world.live()
	switch event := w.IntN(19); {
	case event == 0 && !w.crashed:
		w.list()
	case event == 1:
		w.world.altinnDown = !w.world.altinnDown
		w.notef("Altinn down: %t", w.world.altinnDown)
	case event == 2:
		w.world.maskinportenDown = !w.world.maskinportenDown
		w.notef("Maskinporten down: %t", w.world.maskinportenDown)
	case event == 3:
		w.world.clientMissing = !w.world.clientMissing
		w.notef("client missing: %t", w.world.clientMissing)
	case event == 4 && w.prompt == "" && !w.crashed:
		w.prompt = fmt.Sprint("prompt ", w.Uint32())
		w.world.refused = map[string]bool{}
		w.notef("%s", w.prompt)
	case event == 5 && !w.crashed:
		w.notef("by hand")
		w.world.makeByHand(testNumber, []string{sickNotes, sickPay})
	case event == 18 && !w.crashed && len(w.world.users) == 0:
		w.notef("by hand, by another reference")
		w.world.makeByHand("another", []string{sickNotes, sickPay})
	case event == 6 && len(w.world.users) > 0:
		for _, ref := range refs(w.world) {
			w.notef("took back %s", ref)
			w.world.takeBack(ref)
		}
	case event >= 7 && event <= 9 && len(live) > 0:
		status := []altinn.Status{altinn.StatusAccepted, altinn.StatusAccepted, altinn.StatusRejected}[event-7] //nolint:gosec // The case bounds it.
		w.notef("%s of %s for %v: %s", live[0].ID, live[0].ExternalRef, live[0].Rights, status)
		w.world.answer(live[0], status)
	case event == 10 && len(live) > 0:
		w.notef("%s of %s for %v: timed out", live[0].ID, live[0].ExternalRef, live[0].Rights)
		w.world.timeOut(live[0])
	case event >= 11 && event <= 14:
		fault := []*bool{&w.world.foreign, &w.world.findsNobody, &w.world.emptyList, &w.world.listBreaks}[event-11] //nolint:gosec // The case bounds it.
		*fault = !*fault
		w.notef("register: foreign %t, finds no user %t, empty %t, breaks %t", w.world.foreign, w.world.findsNobody,
			w.world.emptyList, w.world.listBreaks)
	}
}

func refs(w *world) []string {
	var all []string
	for ref := range w.users {
		all = append(all, ref)
	}
	slices.Sort(all)
	return all
}

// reconcile negotiates every listed service once. A prompt is handled when all services have a conclusive finding.
func (w *walker) reconcile() {
	learnt := true
	for i, name := range w.listed {
		f, crashed := w.negotiate(name)
		learnt, w.crashed = learnt && f.IsConclusive() && !crashed, w.crashed || crashed
		if crashed {
			break
		}
		a := &w.statuses[i].Authorization
		a.State, a.RequestID, a.RequestKind, a.ExternalRef, a.ConfirmURL = f.State, f.RequestID, f.RequestKind, f.ExternalRef,
			f.ConfirmURL
		a.AskedAgainFor = f.AskedAgainFor
	}
	if learnt {
		w.prompt, w.crashed = "", false
	}
}

// servicesOf returns services by their names.
func servicesOf(names []v1alpha1.ServiceName) []services.Service {
	all := make([]services.Service, 0, len(names))
	for _, name := range names {
		all = append(all, builtIn(name))
	}
	return all
}

// negotiate takes a step for one service and checks the finding. At random, the process ends before the status is
// written, after the last call or between two.
func (w *walker) negotiate(name v1alpha1.ServiceName) (f Finding, crashed bool) {
	w.world.tokenFor, w.world.failed, w.world.created = "", false, nil
	w.world.callsLeft, w.world.crashed = 0, false
	if !w.calm && w.IntN(6) == 0 {
		w.world.callsLeft = 1 + w.IntN(7)
	}
	before := w.world.waiting()
	known := KnownOf(w.statuses, name)
	known.Peers = peers(firstPeer)
	f = Negotiate(w.Context(), w.world, known, Wanted{
		Owner: testOwner, Rights: []string{resources[name]}, AllRights: RightsOf(servicesOf(w.listed), w.statuses,
			w.prompt != ""), Prompt: w.prompt,
	})
	crashed = w.world.crashed || !w.calm && w.IntN(10) == 0
	known.Peers = nil
	w.notef("%s: %+v -> %+v crashed: %t", name, known, f, crashed)
	w.checkOutage(known, f)
	w.checkState(known, f)
	w.checkAsked(before)
	return f, crashed
}

// checkOutage checks that an inconclusive finding keeps the known state.
func (w *walker) checkOutage(k Known, f Finding) {
	if !w.world.failed && f.Err == nil {
		return
	}
	if w.world.failed && f.Err == nil {
		w.Errorf("an outage was taken for an answer: %+v", f)
	}
	n := &negotiation{known: k, wanted: Wanted{Owner: testOwner}}
	want := n.knownFinding()
	want.Err, want.Fault = f.Err, f.Fault
	if diff := cmp.Diff(want, f, compare...); diff != "" {
		w.Errorf("nothing was learnt, but: -want, +got:\n%s", diff)
	}
}

// checkState checks that only a token grants access, and that only a deleted system user ends it.
func (w *walker) checkState(k Known, f Finding) {
	if f.State == granted && f.IsConclusive() && w.world.tokenFor != f.ExternalRef {
		w.Errorf("granted for %s by a token for %q", f.ExternalRef, w.world.tokenFor)
	}
	if k.State == granted && f.State != granted && (f.State != withdrawn || w.world.users[f.ExternalRef] != nil) {
		w.Errorf("access was taken away that is there: %+v", f)
	}
	if f.State == withdrawn && k.State != withdrawn && w.world.clientMissing && w.world.users[f.ExternalRef] != nil {
		w.Errorf("a fault of ours was taken for a no: %+v", f)
	}
}

// checkAsked checks that customers receive one request at a time, and none for rights that they have given or rejected.
func (w *walker) checkAsked(before int) {
	if len(w.world.created) > 1 {
		w.Errorf("asked %d times at once", len(w.world.created))
	}
	if n := w.world.waiting(); n > 1 && n > before {
		w.Errorf("%d requests wait for the customer", n)
	}
	for _, r := range w.world.created {
		for _, right := range r.Rights {
			refused := w.world.refused[right] && !w.known(right, granted) // a change names what there is too
			if (refused || w.known(right, rejected, withdrawn)) && w.prompt == "" {
				w.Errorf("asked again for %s, unprompted", right)
			}
			delete(w.world.refused, right) // a no to an earlier question than this one
		}
		if w.isThere(r) {
			w.Errorf("asked for what is there: %+v", r.Request)
		}
	}
}

// known reports whether a service's access is known to be in one of the states.
func (w *walker) known(right string, states ...v1alpha1.AuthorizationState) bool {
	return slices.ContainsFunc(w.statuses, func(s v1alpha1.CustomerServiceStatus) bool {
		return resources[s.Name] == right && slices.Contains(states, s.Authorization.State)
	})
}

// isThere reports whether a request is for a system user that the customer has, or for rights that it is known to have.
func (w *walker) isThere(r *asked) bool {
	u := w.world.users[r.ExternalRef]
	if r.of == nil {
		return u != nil || len(w.world.users) > 0 && !w.world.emptyList
	}
	if u == nil {
		return false
	}
	lacks := func(right string) bool { return !slices.Contains(u.rights, right) }
	return !u.byHand && !slices.ContainsFunc(r.Rights, lacks)
}

// settle ends all faults, prompts, and approves as the customer: then access to every service is granted.
func (w *walker) settle() {
	w.calm = true
	w.world.altinnDown, w.world.maskinportenDown, w.world.clientMissing = false, false, false
	w.world.foreign, w.world.findsNobody, w.world.emptyList, w.world.listBreaks = false, false, false, false
	for i := range 12 {
		if i%4 == 0 && w.prompt == "" {
			w.prompt, w.world.refused = fmt.Sprint("last prompt ", i), map[string]bool{}
		}
		w.reconcile()
		for _, r := range w.world.live() {
			w.world.answer(r, altinn.StatusAccepted)
		}
	}
	w.reconcile()
	for i := range w.statuses {
		a := &w.statuses[i].Authorization
		u := w.world.users[a.ExternalRef]
		// A token does not tell which rights there are, and what was made by hand may have given place to less.
		lacks := !w.world.handMade && u != nil && !slices.Contains(u.rights, resources[w.statuses[i].Name])
		if a.State != granted || u == nil || lacks {
			w.Errorf("all has been said yes to, and %s is %s (%+v)", w.statuses[i].Name, a.State, u)
		}
	}
}

package syncing

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/test/fixture"
)

// copied is the customer's name in the other namespace.
const copied = "tiger-once-more"

// pair is a world with a second namespace, in which the same organization is written down once more.
type pair struct {
	*running
	second   string // the other namespace
	supplier string // of the customer there
}

// newPair makes one. The customer in the other namespace is of a Supplier of its own, or of the same.
func newPair(t *testing.T, ownSupplier bool) *pair {
	t.Helper()
	w := newWorld(t, standing())
	p := &pair{second: w.name + "-second", supplier: w.name}
	w.others = []string{p.second}
	w.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: p.second}})
	if ownSupplier {
		s := w.makeSupplier()
		s.Name, s.Spec.AllowedNamespaces = p.second, nil
		w.create(s)
		t.Cleanup(func() { w.must(server.Client.Delete(context.Background(), s)) })
		p.supplier = p.second
	}
	w.delegate(tigerNumber)
	p.running = &running{world: w}
	return p
}

// start starts a manager.
func (p *pair) start() {
	p.t.Helper()
	p.running = p.startManager()
}

// allow lets the other namespace use its customer's Supplier, or not any more.
func (p *pair) allow(allowed bool) {
	p.t.Helper()
	s := &v1alpha1.Supplier{}
	p.must(server.Client.Get(context.Background(), client.ObjectKey{Name: p.supplier}, s))
	s.Spec.AllowedNamespaces = []string{p.name}
	if allowed {
		s.Spec.AllowedNamespaces = append(s.Spec.AllowedNamespaces, p.second)
	}
	p.must(server.Client.Update(context.Background(), s))
}

// makeCopy gives the customer of the other namespace.
func (p *pair) makeCopy() *v1alpha1.CustomerIntegration {
	c := p.makeCustomer(copied, tigerNumber)
	c.Namespace, c.Spec.SupplierRef.Name = p.second, p.supplier
	return c
}

// copy reads the customer of the other namespace.
func (p *pair) copy() *v1alpha1.CustomerIntegration {
	p.t.Helper()
	c := p.makeCopy()
	p.must(server.Client.Get(context.Background(), client.ObjectKeyFromObject(c), c))
	return c
}

// later waits until whatever is created is younger than what was: the API server tells seconds.
func (p *pair) later(than *v1alpha1.CustomerIntegration) {
	p.t.Helper()
	eventually(p.t, "another second", func() bool { return time.Now().Unix() > than.CreationTimestamp.Unix() })
}

// duplicates reports whether a customer says that it is the duplicate of another.
func duplicates(c, of *v1alpha1.CustomerIntegration) bool {
	return fixture.Says(c.Status.Conditions, v1alpha1.ConditionReady) == "False DuplicateOrganization" &&
		c.Status.Services[0].DuplicateOf == v1alpha1.CustomerReference{Namespace: of.Namespace, Name: of.Name}
}

// works reports whether data flows for a customer.
func (p *pair) works(c *v1alpha1.CustomerIntegration) bool {
	return fixture.Says(c.Status.Conditions, v1alpha1.ConditionReady) == "True Delegated" &&
		len(p.made(c.Namespace)) > 0 && c.Status.Services[0].Sync.FirstJobName != ""
}

// made lists what the manager has made in a namespace that can run: CronJobs that are not suspended, and Jobs.
func (p *pair) made(namespace string) []string {
	p.t.Helper()
	var cronJobs batchv1.CronJobList
	var jobs batchv1.JobList
	p.must(server.Client.List(context.Background(), &cronJobs, client.InNamespace(namespace)))
	p.must(server.Client.List(context.Background(), &jobs, client.InNamespace(namespace)))
	var names []string
	for i := range cronJobs.Items {
		if !*cronJobs.Items[i].Spec.Suspend {
			names = append(names, "CronJob "+cronJobs.Items[i].Name)
		}
	}
	for i := range jobs.Items {
		names = append(names, "Job "+jobs.Items[i].Name)
	}
	return names
}

// asked counts how often Maskinporten was asked for the organization since the simulator's last reset.
func (p *pair) asked() int {
	n := 0
	for _, r := range p.simulator.Recorder.Report().Recent {
		if r.Consumer == tigerNumber {
			n++
		}
	}
	return n
}

// idle fails the test if anything runs in the other namespace, or Maskinporten was asked for the organization.
func (p *pair) idle(reason string) {
	p.t.Helper()
	p.rest()
	if made, asked := p.made(p.second), p.asked(); made != nil || asked != 0 {
		p.t.Errorf("%s: there are %v, and Maskinporten was asked %d times; want nothing", reason, made, asked)
	}
}

// kinds are a pair under one Supplier, and one under two that ask the same Maskinporten.
var kinds = map[string]bool{"one-supplier": false, "two-suppliers": true}

// TestDuplicateTakesOver writes an organization down twice: the older one works, and the younger one says so, is asked
// nothing and makes nothing, also while the older one is suspended or only verified. It takes over when the older one goes.
func TestDuplicateTakesOver(t *testing.T) {
	ways := map[string]struct {
		reason string
		goes   func(p *pair)
		back   func(p *pair) // nil: it cannot come back as the older one
	}{
		"deleted": {
			reason: "the older one is deleted", goes: func(p *pair) { p.remove(p.tiger()) },
		},
		"drops-service": {
			reason: "the older one lists another service",
			goes: func(p *pair) {
				p.changeTiger(func(c *v1alpha1.CustomerIntegration) {
					c.Spec.Services[0].Name = v1alpha1.ServiceSickNotes
				})
			},
			back: func(p *pair) {
				p.changeTiger(func(c *v1alpha1.CustomerIntegration) { c.Spec.Services[0].Name = plans })
			},
		},
	}
	for kind, ownSupplier := range kinds {
		for name, way := range ways {
			t.Run(kind+"/"+name, func(t *testing.T) {
				p := newPair(t, ownSupplier)
				p.allow(true)
				p.start()
				p.addTiger()
				eventually(t, "jobs of the older one", p.started)
				p.later(p.tiger())
				p.forget()
				p.create(p.makeCopy())
				eventually(t, "a duplicate that says so", func() bool { return duplicates(p.copy(), p.tiger()) })
				p.idle("it is asked nothing, and makes nothing")
				if !p.started() || p.suspended() {
					t.Error("the older one does not work any more")
				}

				for reason, change := range map[string]func(*v1alpha1.CustomerIntegration, bool){
					"the older one is suspended":     func(c *v1alpha1.CustomerIntegration, on bool) { c.Spec.Suspend = on },
					"the older one is only verified": func(c *v1alpha1.CustomerIntegration, on bool) { c.Spec.Sync = syncOf(!on) },
				} {
					p.changeTiger(func(c *v1alpha1.CustomerIntegration) { change(c, true) })
					eventually(t, reason, func() bool { return p.suspended() && p.tiger().Status.ObservedGeneration == p.tiger().Generation })
					p.idle(reason)
					if !duplicates(p.copy(), p.tiger()) {
						t.Errorf("%s: the duplicate does not say so any more", reason)
					}
					p.changeTiger(func(c *v1alpha1.CustomerIntegration) { change(c, false) })
					eventually(t, "jobs of the older one again", func() bool { return p.started() && !p.suspended() })
				}

				older := p.tiger()
				p.forget()
				way.goes(p)
				eventually(t, "jobs of the younger one: "+way.reason, func() bool { return p.works(p.copy()) })
				if n := p.asked(); n != 1 {
					t.Errorf("%s: Maskinporten was asked %d times for the one that takes over, want once", way.reason, n)
				}
				if way.back == nil {
					p.later(p.copy())
					p.addTiger() // it is the younger one now
					eventually(t, "a duplicate that says so", func() bool { return duplicates(p.tiger(), p.copy()) })
					return
				}
				way.back(p)
				eventually(t, "jobs of the older one, and none of the younger", func() bool {
					return p.works(p.tiger()) && duplicates(p.copy(), older) && p.made(p.second) == nil
				})
			})
		}
	}
}

func syncOf(enabled bool) v1alpha1.SyncMode {
	if enabled {
		return v1alpha1.SyncEnabled
	}
	return v1alpha1.SyncDisabled
}

// TestNotAllowedBlocksNobody writes an organization down where its Supplier does not allow it, before the real one: that one
// works. When the namespace is allowed the older one appears, as out of a backup, and the younger one stops; and so back.
func TestNotAllowedBlocksNobody(t *testing.T) {
	for kind, ownSupplier := range kinds {
		t.Run(kind, func(t *testing.T) {
			p := newPair(t, ownSupplier)
			p.start()
			p.create(p.makeCopy())
			eventually(t, "a namespace that is not allowed", func() bool {
				return fixture.Says(p.copy().Status.Conditions, v1alpha1.ConditionReady) == "False SupplierNotAllowed"
			})
			p.later(p.copy())
			p.addTiger()
			eventually(t, "jobs of the one that is allowed", p.started)
			p.rest()

			p.forget()
			p.allow(true)
			eventually(t, "jobs of the older one, and none of the younger", func() bool {
				return p.works(p.copy()) && duplicates(p.tiger(), p.copy()) && p.suspended() && p.made(p.name) == nil
			})
			if known := p.tiger().Status.Services[0].Authorization; known.State != v1alpha1.AuthorizationGranted {
				t.Errorf("what was known of the younger one's access has become %s", known.State)
			}

			p.allow(false)
			eventually(t, "jobs of the younger one again", func() bool {
				return p.ready() == "True Delegated" && !p.suspended() && p.made(p.second) == nil
			})
		})
	}
}

// TestSupplierOfOlderGoes deletes the other Supplier and makes it again: its customer counts while it is there.
func TestSupplierOfOlderGoes(t *testing.T) {
	p := newPair(t, true)
	p.allow(true)
	p.start()
	p.create(p.makeCopy())
	eventually(t, "jobs of the older one", func() bool { return p.works(p.copy()) })
	p.later(p.copy())
	p.addTiger()
	eventually(t, "a duplicate that says so", func() bool { return duplicates(p.tiger(), p.copy()) })

	s := &v1alpha1.Supplier{}
	p.must(server.Client.Get(context.Background(), client.ObjectKey{Name: p.supplier}, s))
	p.remove(s)
	eventually(t, "jobs of the younger one", func() bool { return p.started() && p.made(p.second) == nil })
	s.ResourceVersion, s.UID = "", ""
	p.create(s)
	eventually(t, "jobs of the older one again", func() bool {
		return fixture.Says(p.copy().Status.Conditions, v1alpha1.ConditionReady) == "True Delegated" && len(p.made(p.second)) == 1 &&
			duplicates(p.tiger(), p.copy()) && p.made(p.name) == nil
	})
}

// TestRestoredTogether creates both at once, as when a backup is restored, while nobody looks or while a manager does: one
// of them works, for both the same one, and the other never had anything if it was not asked for.
func TestRestoredTogether(t *testing.T) {
	for name, watched := range map[string]bool{"unwatched": false, "watched": true} {
		t.Run(name, func(t *testing.T) {
			p := newPair(t, false)
			p.allow(true)
			if watched {
				p.start()
				p.forget()
			}
			var both sync.WaitGroup
			var failed [2]error
			for i, c := range []*v1alpha1.CustomerIntegration{p.makeCustomer(tiger, tigerNumber), p.makeCopy()} {
				both.Go(func() { failed[i] = server.Client.Create(context.Background(), c) })
			}
			both.Wait()
			p.must(failed[0])
			p.must(failed[1])
			if !watched {
				p.start()
			}
			older, younger := p.tiger, p.copy
			if entitlement.Older(p.copy(), p.tiger()) {
				older, younger = p.copy, p.tiger
			}
			eventually(t, "jobs of the older one alone", func() bool {
				return p.works(older()) && duplicates(younger(), older()) && p.made(younger().Namespace) == nil
			})
			if watched {
				return // a moment in which the cache knew one alone is not ruled out
			}
			if diff := cmp.Diff(1, p.asked()); diff != "" {
				t.Errorf("Maskinporten was asked for one organization (-want +got):\n%s", diff)
			}
			if known := younger().Status.Services[0]; known.Sync.FirstJobName != "" || known.Authorization.LastVerifiedTime != nil {
				t.Errorf("the younger one had something before: %s", fmt.Sprint(known))
			}
		})
	}
}

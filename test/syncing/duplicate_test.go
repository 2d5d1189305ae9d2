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
	"github.com/4human/integration-operator/test/sample"
)

// copied is the customer's name in the other namespace.
const copied = "tiger-once-more"

// pair is a world with a second namespace, in which the same organization is listed again.
type pair struct {
	*running
	second   string // the other namespace
	supplier string // of the customer there
}

// newPair creates a pair. The customer in the other namespace has its own Supplier or the same one.
func newPair(t *testing.T, ownSupplier bool) *pair {
	t.Helper()
	w := newWorld(t, fixedClock())
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

// allow sets whether the other namespace may use its customer's Supplier.
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

// makeCopy returns the customer of the other namespace.
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

// later waits until a new object is younger than another one: the API server's timestamps are seconds.
func (p *pair) later(than *v1alpha1.CustomerIntegration) {
	p.t.Helper()
	eventually(p.t, "another second", func() bool { return time.Now().Unix() > than.CreationTimestamp.Unix() })
}

// duplicates reports whether a customer has the status of a duplicate of another one.
func duplicates(c, of *v1alpha1.CustomerIntegration) bool {
	return sample.StatusOf(c.Status.Conditions, v1alpha1.ConditionReady) == "False DuplicateOrganization" &&
		c.Status.Services[0].DuplicateOf == v1alpha1.CustomerReference{Namespace: of.Namespace, Name: of.Name}
}

// works reports whether a customer has jobs.
func (p *pair) works(c *v1alpha1.CustomerIntegration) bool {
	return sample.StatusOf(c.Status.Conditions, v1alpha1.ConditionReady) == "True Delegated" &&
		len(p.made(c.Namespace)) > 0 && c.Status.Services[0].Sync.FirstJobName != ""
}

// made lists the CronJobs that are not suspended, and the Jobs, of a namespace.
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

// verifications counts the requests to Maskinporten for the organization since the simulator's last reset.
func (p *pair) verifications() int {
	n := 0
	for _, r := range p.simulator.Recorder.Report().Recent {
		if r.Consumer == tigerNumber {
			n++
		}
	}
	return n
}

// idle checks that nothing runs in the other namespace, and that Maskinporten received no request for the organization.
func (p *pair) idle(reason string) {
	p.t.Helper()
	p.rest()
	if made, requests := p.made(p.second), p.verifications(); made != nil || requests != 0 {
		p.t.Errorf("%s: %v, and %d requests to Maskinporten; want none", reason, made, requests)
	}
}

// kinds are pairs with one Supplier, and with two at the same Maskinporten.
var kinds = map[string]bool{"one-supplier": false, "two-suppliers": true}

// TestDuplicateTakesOver lists an organization twice. The older customer has jobs. The younger one reports
// DuplicateOrganization and is idle, also while the older one is suspended or does not sync. It takes over when the
// older one is gone.
func TestDuplicateTakesOver(t *testing.T) {
	t.Parallel()
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
				t.Parallel()
				p := newPair(t, ownSupplier)
				p.allow(true)
				p.start()
				p.addTiger()
				eventually(t, "jobs of the older one", p.started)
				p.later(p.tiger())
				p.forget()
				p.create(p.makeCopy())
				eventually(t, "Ready with DuplicateOrganization", func() bool { return duplicates(p.copy(), p.tiger()) })
				p.idle("a duplicate is idle")
				if !p.started() || p.suspended() {
					t.Error("the older one has no jobs")
				}

				for reason, change := range map[string]func(*v1alpha1.CustomerIntegration, bool){
					"the older one is suspended":     func(c *v1alpha1.CustomerIntegration, on bool) { c.Spec.Suspend = on },
					"the older one is only verified": func(c *v1alpha1.CustomerIntegration, on bool) { c.Spec.Sync = syncOf(!on) },
				} {
					p.changeTiger(func(c *v1alpha1.CustomerIntegration) { change(c, true) })
					eventually(t, reason, func() bool {
						return p.suspended() &&
							p.tiger().Status.ObservedGeneration == p.tiger().Generation
					})
					p.idle(reason)
					if !duplicates(p.copy(), p.tiger()) {
						t.Errorf("%s: the younger one is no duplicate", reason)
					}
					p.changeTiger(func(c *v1alpha1.CustomerIntegration) { change(c, false) })
					eventually(t, "jobs of the older one again", func() bool { return p.started() && !p.suspended() })
				}

				older := p.tiger()
				p.forget()
				way.goes(p)
				eventually(t, "jobs of the younger one: "+way.reason, func() bool { return p.works(p.copy()) })
				if n := p.verifications(); n != 1 {
					t.Errorf("%s: %d requests to Maskinporten for the one that takes over, want 1", way.reason, n)
				}
				if way.back == nil {
					p.later(p.copy())
					p.addTiger() // it is the younger one now
					eventually(t, "Ready with DuplicateOrganization", func() bool { return duplicates(p.tiger(), p.copy()) })
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

// TestNotAllowedIsNoDuplicate checks that a customer in a namespace that its Supplier does not allow does not block a
// younger one. Once the namespace is allowed, the younger one stops.
func TestNotAllowedIsNoDuplicate(t *testing.T) {
	t.Parallel()
	for kind, ownSupplier := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p := newPair(t, ownSupplier)
			p.start()
			p.create(p.makeCopy())
			eventually(t, "a namespace that is not allowed", func() bool {
				return sample.StatusOf(p.copy().Status.Conditions, v1alpha1.ConditionReady) == "False SupplierNotAllowed"
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
				t.Errorf("the younger one's access became %s", known.State)
			}

			p.allow(false)
			eventually(t, "jobs of the younger one again", func() bool {
				return p.ready() == "True Delegated" && !p.suspended() && p.made(p.second) == nil
			})
		})
	}
}

// TestSupplierOfOlderGoes deletes the other Supplier and creates it again. Its customer counts only while the Supplier
// exists.
func TestSupplierOfOlderGoes(t *testing.T) {
	t.Parallel()
	p := newPair(t, true)
	p.allow(true)
	p.start()
	p.create(p.makeCopy())
	eventually(t, "jobs of the older one", func() bool { return p.works(p.copy()) })
	p.later(p.copy())
	p.addTiger()
	eventually(t, "Ready with DuplicateOrganization", func() bool { return duplicates(p.tiger(), p.copy()) })

	s := &v1alpha1.Supplier{}
	p.must(server.Client.Get(context.Background(), client.ObjectKey{Name: p.supplier}, s))
	p.remove(s)
	eventually(t, "jobs of the younger one", func() bool { return p.started() && p.made(p.second) == nil })
	s.ResourceVersion, s.UID = "", ""
	p.create(s)
	eventually(t, "jobs of the older one again", func() bool {
		return sample.StatusOf(p.copy().Status.Conditions, v1alpha1.ConditionReady) == "True Delegated" &&
			len(p.made(p.second)) == 1 &&
			duplicates(p.tiger(), p.copy()) && p.made(p.name) == nil
	})
}

// TestRestoredTogether creates both customers at once, as a restore does, with and without a running manager. One of
// them has jobs. Without a running manager, the other one never had any.
func TestRestoredTogether(t *testing.T) {
	t.Parallel()
	for name, watched := range map[string]bool{"unwatched": false, "watched": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
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
			if entitlement.IsOlder(p.copy(), p.tiger()) {
				older, younger = p.copy, p.tiger
			}
			eventually(t, "jobs of the older one alone", func() bool {
				return p.works(older()) && duplicates(younger(), older()) && p.made(younger().Namespace) == nil
			})
			if watched {
				return // the cache may have had only one for a moment
			}
			if diff := cmp.Diff(1, p.verifications()); diff != "" {
				t.Errorf("requests to Maskinporten (-want +got):\n%s", diff)
			}
			if known := younger().Status.Services[0]; known.Sync.FirstJobName != "" ||
				known.Authorization.LastVerifiedTime != nil {
				t.Errorf("the younger one had access or jobs: %s", fmt.Sprint(known))
			}
		})
	}
}

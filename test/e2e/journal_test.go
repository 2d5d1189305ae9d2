//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// journal has every stored version of every customer.
type journal struct {
	cluster *cluster

	mu       sync.Mutex
	versions map[client.ObjectKey][]*v1alpha1.CustomerIntegration
	ended    bool
}

// keepJournal watches customers in all namespaces until the test ends.
func keepJournal(t *testing.T, c *cluster) *journal {
	t.Helper()
	j := &journal{cluster: c, versions: map[client.ObjectKey][]*v1alpha1.CustomerIntegration{}}
	ctx, cancel := context.WithCancel(t.Context())
	watcher, err := c.Watch(ctx, &v1alpha1.CustomerIntegrationList{})
	must(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for event := range watcher.ResultChan() {
			if found, ok := event.Object.(*v1alpha1.CustomerIntegration); ok {
				j.note(found)
			}
		}
		j.mu.Lock()
		defer j.mu.Unlock()
		j.ended = true
	}()
	t.Cleanup(func() {
		cancel()
		watcher.Stop()
		<-done
	})
	return j
}

func (j *journal) note(c *v1alpha1.CustomerIntegration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	key := client.ObjectKeyFromObject(c)
	j.versions[key] = append(j.versions[key], c)
}

// of returns every version of a customer of config/samples, up to the current one.
func (j *journal) of(t *testing.T, p party) []*v1alpha1.CustomerIntegration {
	t.Helper()
	key := client.ObjectKey{Namespace: customersNamespace, Name: p.name}
	var all []*v1alpha1.CustomerIntegration
	await(t, func() string {
		now := j.cluster.customer(t, p).ResourceVersion
		j.mu.Lock()
		defer j.mu.Unlock()
		if j.ended {
			t.Fatal("the watch for the journal ended before the story did")
		}
		for i, version := range j.versions[key] {
			if version.ResourceVersion == now {
				all = append(all, j.versions[key][:i+1]...)
				return ""
			}
		}
		return fmt.Sprintf("version %s of %s in the journal", now, p.name)
	})
	return all
}

// transitions returns the transitions of a customer's Ready that must have an event. The creation of a CronJob has none.
func transitions(versions []*v1alpha1.CustomerIntegration) []metav1.Condition {
	var all []metav1.Condition
	last := ""
	for _, v := range versions {
		now := says(v.Status.Conditions, v1alpha1.ConditionReady)
		if now != "" && now != last && now != "Unknown "+v1alpha1.ReasonSyncPending {
			all = append(all, *meta.FindStatusCondition(v.Status.Conditions, v1alpha1.ConditionReady))
			last = now
		}
	}
	return all
}

// onlyRegularChecks verifies that a customer was written only for due verifications since a version: only the time of the last
// verification differs, and with access it is not verified too often.
func (j *journal) onlyRegularChecks(t *testing.T, p party, since string) {
	t.Helper()
	versions := j.of(t, p)
	for len(versions) > 0 && versions[0].ResourceVersion != since {
		versions = versions[1:]
	}
	if len(versions) == 0 {
		t.Fatalf("version %s of %s is not in the journal", since, p.name)
	}
	for i, v := range versions[1:] {
		before := versions[i]
		if diff := cmp.Diff(before, v, butForTheCheck); diff != "" {
			t.Errorf("%s was written (-before +after):\n%s", p.name, diff)
		}
		apart := lastVerified(v).Sub(lastVerified(before))
		granted := v.Status.Services[0].Authorization.State == v1alpha1.AuthorizationGranted
		if granted && apart < interval*9/10 {
			t.Errorf("%s was verified twice within %s", p.name, apart)
		}
	}
	t.Logf("%s was written %d times, for its regular verifications", p.name, len(versions)-1)
}

// butForTheCheck ignores what a verification writes without a change.
var butForTheCheck = cmp.Options{
	cmpopts.IgnoreFields(metav1.ObjectMeta{}, "ResourceVersion", "ManagedFields"),
	cmpopts.IgnoreFields(v1alpha1.Authorization{}, "LastVerifiedTime"),
	cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }),
}

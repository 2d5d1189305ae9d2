package syncing

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/test/sample"
)

const (
	shardLabel  = v1alpha1.LabelShard
	elk         = "sjelden-flink-elg"
	elkNumber   = "315339138"
	hareNumber  = "310702641"
	hare        = "varsom-rolig-hare"
	otherShards = "!" + shardLabel
)

// TestShards runs a manager for each of two shards. Each works for its own Supplier and customers, elects its own
// leader, and labels what it creates. The processes see all worlds, so the test has no t.Parallel.
func TestShards(t *testing.T) {
	w := newWorld(t, &clock{})
	east := w.makeSupplier()
	east.Name += "-east"
	east.Labels[shardLabel] = "east"
	w.create(east)
	t.Cleanup(func() { w.must(client.IgnoreNotFound(server.Client.Delete(context.Background(), east))) })
	for _, number := range []string{tigerNumber, elkNumber, hareNumber} {
		w.delegate(number)
	}
	w.addTiger()
	w.addToEast(elk, elkNumber)

	main := w.startProcess("", "--leader-elect", "--watch-label-selector="+otherShards)
	second := w.startProcess("", "--leader-elect", "--watch-label-selector="+shardLabel+"=east")
	main.until("jobs of the customer without the label", w.started)
	eventually(t, "access of the customer with the label", func() bool { return w.isReady(elk) })
	eventually(t, "CronJobs of both", func() bool { return len(w.shardsOfCronJobs()) == 2 })
	want := map[string]string{naming.Child(tiger, plans): "", naming.Child(elk, plans): "east"}
	if diff := cmp.Diff(want, w.shardsOfCronJobs()); diff != "" {
		t.Errorf("CronJobs with their shard (-want +got):\n%s", diff)
	}
	if leases := w.leases(); len(leases) != 2 || leases[0] == leases[1] {
		t.Errorf("leases %q, want one for each shard", leases)
	}
	for _, name := range []string{w.name, east.Name} {
		eventually(t, "the count of one customer of "+name, func() bool {
			counts := w.countsOf(name)
			return counts.Granted != nil && *counts.Granted == 1 && *counts.Total == 1
		})
	}

	second.Stop()
	w.addToEast(hare, hareNumber)
	w.changeTiger(func(c *v1alpha1.CustomerIntegration) { c.Spec.Suspend = true })
	eventually(t, "the suspended customer without the label", w.suspended)
	if w.isReady(hare) {
		t.Error("a customer of the shard without a manager was verified")
	}
	main.Stop()
}

// addToEast creates a customer of the shard east.
func (w *world) addToEast(name, number string) {
	w.t.Helper()
	c := w.makeCustomer(name, number)
	c.Labels = map[string]string{shardLabel: "east"}
	c.Spec.SupplierRef.Name = w.name + "-east"
	w.create(c)
}

// isReady reports whether a customer is ready.
func (w *world) isReady(name string) bool {
	w.t.Helper()
	var c v1alpha1.CustomerIntegration
	return w.find(name, &c) && sample.StatusOf(c.Status.Conditions, v1alpha1.ConditionReady) == "True Delegated"
}

// shardsOfCronJobs returns the shard's label of each CronJob.
func (w *world) shardsOfCronJobs() map[string]string {
	w.t.Helper()
	var all batchv1.CronJobList
	w.must(server.Client.List(context.Background(), &all, client.InNamespace(w.name)))
	shards := map[string]string{}
	for i := range all.Items {
		shards[all.Items[i].Name] = all.Items[i].Spec.JobTemplate.Spec.Template.Labels[shardLabel]
		if all.Items[i].Labels[shardLabel] != shards[all.Items[i].Name] {
			w.t.Errorf("CronJob %s has another shard than its pods", all.Items[i].Name)
		}
	}
	return shards
}

// leases returns the names of the Leases that are held.
func (w *world) leases() []string {
	w.t.Helper()
	var all coordinationv1.LeaseList
	w.must(server.Client.List(context.Background(), &all, client.InNamespace(w.name)))
	var names []string
	for i := range all.Items {
		if holder := all.Items[i].Spec.HolderIdentity; holder != nil && *holder != "" {
			names = append(names, all.Items[i].Name)
		}
	}
	return names
}

// countsOf returns the counts of a Supplier.
func (w *world) countsOf(name string) v1alpha1.CustomerCounts {
	w.t.Helper()
	var s v1alpha1.Supplier
	w.must(server.Client.Get(context.Background(), client.ObjectKey{Name: name}, &s))
	return s.Status.Customers
}

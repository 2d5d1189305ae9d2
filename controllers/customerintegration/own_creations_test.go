package customerintegration

import (
	"errors"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
)

// TestOwnCreations lets objects arrive in the cache before, while and after they are created.
func TestOwnCreations(t *testing.T) {
	object := func(version string) client.Object {
		o := made(&batchv1.CronJob{}, tigerPlans, ownedByTiger())
		o.SetResourceVersion(version)
		return o
	}
	cases := map[string]struct {
		reason  string
		before  func(c *ownCreations)
		arrives client.Object
		wakes   bool
	}{
		"created": {
			reason: "the status has it", before: func(c *ownCreations) {
				c.begin("CronJob", object(""))
				c.end("CronJob", object("7"), nil)
			}, arrives: object("7"),
		},
		"being-created": {
			reason: "the status will have it", before: func(c *ownCreations) { c.begin("CronJob", object("")) },
			arrives: object("7"),
		},
		"changed": {
			reason: "another client has changed it before the cache had it", before: func(c *ownCreations) {
				c.begin("CronJob", object(""))
				c.end("CronJob", object("7"), nil)
			}, arrives: object("8"), wakes: true,
		},
		"refused": {
			reason: "it is another's, made since", before: func(c *ownCreations) {
				c.begin("CronJob", object(""))
				c.end("CronJob", object(""), errors.New("exceeded quota"))
			}, arrives: object("7"), wakes: true,
		},
		"again": {
			reason: "it arrives once", before: func(c *ownCreations) {
				c.begin("CronJob", object(""))
				c.end("CronJob", object("7"), nil)
				c.take("CronJob", object("7"))
			}, arrives: object("7"), wakes: true,
		},
		"seen-first": {
			reason: "what has arrived is not waited for", before: func(c *ownCreations) {
				c.begin("CronJob", object(""))
				c.take("CronJob", object("7"))
				c.end("CronJob", object("7"), nil)
			}, arrives: object("7"), wakes: true,
		},
		"forgotten": {
			reason: "another reconcile has begun", before: func(c *ownCreations) {
				c.begin("CronJob", object(""))
				c.end("CronJob", object("7"), nil)
				c.forget(customersOf(object("7"))[0])
			}, arrives: object("7"), wakes: true,
		},
		"another-kind": {
			reason: "the account has the same name", before: func(c *ownCreations) { c.begin("ServiceAccount", object("")) },
			arrives: object("7"), wakes: true,
		},
		"nothing": {reason: "another client created it", before: func(*ownCreations) {}, arrives: object("7"), wakes: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			created := &ownCreations{}
			c.before(created)
			if got := created.others("CronJob").Create(event.CreateEvent{Object: c.arrives}); got != c.wakes {
				t.Errorf("%s: it wakes the customer: %t, want %t", c.reason, got, c.wakes)
			}
			created.others("CronJob").Create(event.CreateEvent{Object: c.arrives})
			if n := len(created.all); n != 0 && name != "another-kind" && name != "being-created" {
				t.Errorf("%s: %d customers are remembered", c.reason, n)
			}
			p := created.others("CronJob")
			if !p.Update(event.UpdateEvent{ObjectNew: c.arrives}) || !p.Delete(event.DeleteEvent{Object: c.arrives}) {
				t.Errorf("%s: an update or a deletion wakes nothing", c.reason)
			}
		})
	}
}

// TestChangedWhileCreated has an object arrive in the cache before the response to its creation: as it was created, or
// as another client changed it since, for which there is no other event.
func TestChangedWhileCreated(t *testing.T) {
	for seen, changed := range map[string]bool{"7": false, "8": true} {
		t.Run(seen, func(t *testing.T) {
			object := func(version string) client.Object {
				o := made(&batchv1.CronJob{}, tigerPlans, ownedByTiger())
				o.SetResourceVersion(version)
				return o
			}
			created := &ownCreations{}
			created.begin("CronJob", object(""))
			if !created.take("CronJob", object(seen)) {
				t.Error("its arrival wakes the customer")
			}
			if got := created.end("CronJob", object("7"), nil); got != changed {
				t.Errorf("seen as %s, changed: %t", seen, got)
			}
		})
	}
}

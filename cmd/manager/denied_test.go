package main

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/go-logr/logr"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// TestOldRole starts the manager with the Role of a version that read no emergency stop. It is not ready, says once
// what to do, and goes on when the Role is applied.
func TestOldRole(t *testing.T) {
	w := newWorld(t)
	var role rbacv1.Role
	w.must(w.server.Client.Get(t.Context(), client.ObjectKey{Namespace: system, Name: operator}, &role))
	whole := role.DeepCopy()
	var old []rbacv1.PolicyRule
	for _, rule := range role.Rules {
		if rule.Resources[0] != "configmaps" {
			old = append(old, rule)
		}
	}
	role.Rules = old
	w.must(w.server.Client.Update(t.Context(), &role))
	p := startProcess(t, startRecorder(t, w.server.Config).kubeconfig(t, w.token(system, operator)))

	p.eventually(t, "the line in the log", func() bool {
		_, _ = get(t, "http://"+p.health+"/readyz", "")
		return p.log.count("Not ready") > 0 && p.log.count("No rights to read: apply config/default") == 1
	})
	for range 20 {
		if status, _ := get(t, "http://"+p.health+"/readyz", ""); status == http.StatusOK {
			t.Fatal("ready without seeing an emergency stop")
		}
	}
	if got := p.log.count("failed to list"); got > 3 { // in our line, and in that of each change of the readiness
		t.Errorf("the log has %d lines about one right", got)
	}

	whole.ResourceVersion = role.ResourceVersion
	w.must(w.server.Client.Update(t.Context(), whole))
	p.eventually(t, "ready with the right", func() bool {
		status, _ := get(t, "http://"+p.health+"/readyz", "")
		return status == http.StatusOK
	})
	p.stopSoon(t)
}

// TestLostRight has a manager with full caches lose the right to read one kind. It is not ready while it would not see
// an emergency stop, but a refusal of a moment, as by an API server that starts, changes nothing.
func TestLostRight(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	d := &deniedReads{log: logr.Discard(), now: func() time.Time { return now }}
	c := &cachesCheck{denied: d, cache: &filling{filled: filledAtOnce()}}
	d.handle(t.Context(), nil, refusedRight())
	if c.Check(nil) == nil {
		t.Error("ready before the caches are filled")
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		reason  string
		pass    time.Duration
		refused bool
		ready   bool
	}{
		{reason: "what was refused before the caches were filled is over", ready: true},
		{reason: "a refusal of a moment", pass: time.Hour, refused: true, ready: true},
		{reason: "it lasts", pass: deniedGrace, refused: true},
		{reason: "the informer waits for its next attempt", pass: deniedMemory - time.Second},
		{reason: "the informer was not refused again", pass: time.Second, ready: true},
		{reason: "another refusal of a moment", pass: time.Hour, refused: true, ready: true},
	}
	for _, s := range steps {
		now = now.Add(s.pass)
		if s.refused {
			d.handle(t.Context(), nil, refusedRight())
		}
		if err := c.Check(nil); (err == nil) != s.ready {
			t.Errorf("%s: %v, want ready %t", s.reason, err, s.ready)
		}
	}
}

// filledAtOnce returns the result of a cache that is filled.
func filledAtOnce() chan bool {
	filled := make(chan bool, 1)
	filled <- true
	return filled
}

// refusedRight returns the API server's refusal to list ConfigMaps.
func refusedRight() error {
	return apierrors.NewForbidden(schema.GroupResource{Resource: "configmaps"}, "", errors.New("no right"))
}

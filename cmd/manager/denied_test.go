package main

import (
	"net/http"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
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

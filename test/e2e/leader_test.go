//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// lease is the name of the leader's Lease.
const lease = "integration-operator.4human.no"

// leaderKilled kills the leader's process, as a node's failure does, so that the Lease is not released. The next leader
// is the standby replica, or the restarted process.
func (s *story) leaderKilled(t *testing.T) {
	leader := s.awaitLeader(t, "")
	marks := s.versions(t)
	pod := s.podOf(t, leader)
	log := s.followLog(t, pod.Name)
	kill(t, pod.Status.ContainerStatuses[0].ContainerID)
	start := time.Now()
	next := s.awaitLeader(t, leader)
	t.Logf("%s was killed; %s leads %s later", leader, next, seconds(time.Since(start)))
	s.keepLog(t, leader, log)
	s.quietTakeover(t, marks, start)
	for _, m := range s.managers(t) {
		want := int32(0)
		if m.Name == pod.Name {
			want = 1
		}
		if restarts := restartsOf(&m); restarts != want {
			t.Errorf("%s was restarted %d times, want %d", m.Name, restarts, want)
		}
	}

	s.maskinporten.delegate(t, tiger)
	took := await(t, s.customerIs(t, tiger, "True Delegated", "True Delegated"))
	t.Logf("the new leader detected the tiger's delegation after %s", seconds(took))
	await(t, s.synced(t, tiger))
	s.oneEventATransition(t, tiger)
}

// leaderLeaves deletes the leader's pod, as a drain does, so that the Lease is released.
func (s *story) leaderLeaves(t *testing.T) {
	leader := s.awaitLeader(t, "")
	marks := s.versions(t)
	pod := s.podOf(t, leader)
	log := s.followLog(t, pod.Name)
	must(t, s.Delete(t.Context(), pod))
	start := time.Now()
	next := s.awaitLeader(t, leader)
	t.Logf("%s was deleted; %s leads %s later", leader, next, seconds(time.Since(start)))
	s.quietTakeover(t, marks, start)
	s.keepLog(t, leader, log)
	s.managers(t)
	for _, p := range []party{tiger, wolf, elk} {
		s.oneEventATransition(t, p)
	}
}

// quietTakeover verifies that the new leader verifies customers when they are due, and writes nothing else.
func (s *story) quietTakeover(t *testing.T, marks map[string]string, start time.Time) {
	t.Helper()
	for _, p := range []party{tiger, wolf, elk} {
		await(t, func() string {
			if lastVerified(s.customer(t, p)).After(start) {
				return ""
			}
			return p.name + ", verified by the new leader"
		})
	}
	s.awaitChecks(t, 1, wolf)
	for _, p := range []party{tiger, wolf, elk} {
		s.journal.onlyRegularChecks(t, p, marks[p.name])
	}
}

// awaitLeader waits until a manager other than the previous leader holds the Lease.
func (s *story) awaitLeader(t *testing.T, gone string) string {
	t.Helper()
	holder := ""
	await(t, func() string {
		var found coordinationv1.Lease
		err := s.Get(t.Context(), client.ObjectKey{Namespace: systemNamespace, Name: lease}, &found)
		if client.IgnoreNotFound(err) != nil {
			t.Fatal(err)
		}
		holder = ""
		if found.Spec.HolderIdentity != nil {
			holder = *found.Spec.HolderIdentity
		}
		if holder != "" && holder != gone {
			return ""
		}
		return fmt.Sprintf("a leader that is not %q, but %q", gone, holder)
	})
	s.podOf(t, holder)
	return holder
}

// podOf returns the pod of a holder of the Lease, whose identity is the pod's name and a random part.
func (s *story) podOf(t *testing.T, holder string) *corev1.Pod {
	t.Helper()
	name, _, _ := strings.Cut(holder, "_")
	var pod corev1.Pod
	must(t, s.Get(t.Context(), client.ObjectKey{Namespace: systemNamespace, Name: name}, &pod))
	return &pod
}

// kill kills a container's process. The story runs in the cluster's pid namespace, which has no other processes of the
// machine.
func kill(t *testing.T, containerID string) {
	t.Helper()
	_, id, ok := strings.Cut(containerID, "://")
	if !ok || id == "" {
		t.Fatalf("%q is not the id of a container", containerID)
	}
	groups, err := filepath.Glob("/proc/[0-9]*/cgroup")
	must(t, err)
	var pids []int
	for _, path := range groups {
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), id) {
			continue // ended meanwhile, or another process
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		must(t, err)
		pids = append(pids, pid)
	}
	if len(pids) != 1 {
		t.Fatalf("processes of container %s: %v, want one", id, pids)
	}
	must(t, syscall.Kill(pids[0], syscall.SIGKILL))
}

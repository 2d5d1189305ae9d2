//go:build e2e

// Package e2e tells the demo's story on a real cluster, and asserts each step of it: with the images as they are built,
// the manifests as they are shipped and two replicas of the manager. hack/e2e.sh starts the cluster and runs the story
// in it; it runs nowhere else.
package e2e

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"
)

const (
	supplierName   = "default"
	supplierNumber = "897757222"
	clientID       = "3f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10"

	customersNamespace = "customers"
	systemNamespace    = "integration-operator-system"
	simulatorNamespace = "simulator"

	// interval is the verification interval of config/samples, for customers with access and without. Answers count
	// for that long, give or take a tenth.
	interval = 10 * time.Second
)

// party is a customer of config/samples.
type party struct {
	name   string
	number string
}

// The wolf has delegated from the start, the tiger delegates and withdraws, the elk never does. The hare has delegated, and
// is asked for a system user besides. The fox is none of the samples: it is suspended while it should have run.
var (
	tiger = party{"dynamisk-altetende-tiger", "310330701"}
	wolf  = party{"kreativ-oransje-ulv", "315587336"}
	elk   = party{"sjelden-flink-elg", "315339138"}
	hare  = party{"varsom-rolig-hare", "310702641"}
	fox   = party{"listig-gul-rev", "310001007"}
)

// patience is how long the story waits for anything before it fails. Nothing takes that long.
var patience = 2 * time.Minute

// story is what its steps have in common.
type story struct {
	*cluster
	maskinporten *maskinporten
	journal      *journal
	// ended has the logs of managers that are gone, by their identity in the Lease.
	ended map[string]string
	// missed is when the fox should have run.
	missed time.Time
}

func TestMain(m *testing.M) {
	if os.Getenv(probeVariable) != "" {
		os.Exit(runProbe())
	}
	ctrl.SetLogger(logr.Discard())
	if slow, err := strconv.Atoi(os.Getenv("SLOW")); err == nil && slow > 1 {
		patience *= time.Duration(slow) // a slow machine: hack/cluster's own setting
	}
	os.Exit(m.Run())
}

// TestStory tells the story. Each step goes on where the one before it ended, so the first that fails is the last.
func TestStory(t *testing.T) {
	c, err := connect()
	if err != nil {
		t.Fatalf("connecting to the cluster: %v", err)
	}
	s := &story{cluster: c, maskinporten: newMaskinporten(), journal: keepJournal(t, c), ended: map[string]string{}}
	steps := []struct {
		name string
		tell func(*testing.T)
	}{
		{"01-installed", s.installed},
		{"02-rights", s.rights},
		{"03-first-verdicts", s.firstVerdicts},
		{"04-suspended-over-a-schedule", s.suspendedOverASchedule},
		{"05-delegated", s.delegated},
		{"06-first-run", s.firstRun},
		{"07-system-user", s.systemUser},
		{"08-probe", s.probe},
		{"09-broker", s.broker},
		{"10-metrics", s.metrics},
		{"11-outages", s.outages},
		{"12-withdrawn", s.withdrawn},
		{"13-leader-killed", s.leaderKilled},
		{"14-leader-leaves", s.leaderLeaves},
		{"15-namespaces", s.namespaces},
		{"16-pods-that-fail", s.podsThatFail},
		{"17-key-spoilt", s.keySpoilt},
		{"18-customer-deleted", s.customerDeleted},
		{"19-not-made-up-for", s.notMadeUpFor},
		{"20-namespace-deleted", s.namespaceDeleted},
		{"21-rights-used", s.rightsUsed},
		{"22-logs", s.logs},
		{"23-people", s.people},
	}
	for _, step := range steps {
		if !t.Run(step.name, step.tell) {
			t.FailNow()
		}
	}
}

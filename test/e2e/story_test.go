//go:build e2e

// Package e2e runs the demo's story on a real cluster and verifies each step, with the built images, the shipped
// manifests and two replicas of the manager. hack/e2e.sh starts the cluster and runs the story in it.
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
	// strangersNamespace has customers that the portal may read and the operator may not.
	strangersNamespace = "strangers"

	// installation is what hack/e2e.sh installs: config/default with the portal.
	installation = "test/e2e/portal"

	// interval is the verification interval of config/samples, for customers with and without access, plus or minus a
	// tenth.
	interval = 10 * time.Second
)

// party is a customer of config/samples.
type party struct {
	name   string
	number string
}

// The wolf has delegated from the start, the tiger delegates and withdraws, the elk never delegates. The hare has
// delegated, and also receives a request for a system user. The fox is not in the samples: it is suspended when its run
// is due.
var (
	tiger = party{name: "dynamisk-altetende-tiger", number: "310330701"}
	wolf  = party{name: "kreativ-oransje-ulv", number: "315587336"}
	elk   = party{name: "sjelden-flink-elg", number: "315339138"}
	hare  = party{name: "varsom-rolig-hare", number: "310702641"}
	fox   = party{name: "listig-gul-rev", number: "310001007"}
)

// patience is how long the story waits for a condition before it fails.
var patience = 2 * time.Minute

// story is the state that the steps share.
type story struct {
	*cluster
	maskinporten *maskinporten
	journal      *journal
	// ended has the logs of managers that have ended, by their identity in the Lease.
	ended map[string]string
	// missed is when the fox's run was due.
	missed time.Time
	// opened is the address of the tiger's own page.
	opened string
}

func TestMain(m *testing.M) {
	if os.Getenv(probeVariable) != "" {
		os.Exit(runProbe())
	}
	ctrl.SetLogger(logr.Discard())
	if slow, err := strconv.Atoi(os.Getenv("SLOW")); err == nil && slow > 1 {
		patience *= time.Duration(slow) // for a slow machine: a setting of hack/cluster
	}
	os.Exit(m.Run())
}

// TestStory runs the story. Each step starts where the one before ended, so the first failure ends the story.
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
		{name: "01-installed", tell: s.installed},
		{name: "02-rights", tell: s.rights},
		{name: "03-first-verdicts", tell: s.firstVerdicts},
		{name: "04-suspended-over-a-schedule", tell: s.suspendedOverASchedule},
		{name: "05-delegated", tell: s.delegated},
		{name: "06-first-run", tell: s.firstRun},
		{name: "07-system-user", tell: s.systemUser},
		{name: "08-plugin", tell: s.plugin},
		{name: "09-probe", tell: s.probe},
		{name: "10-broker", tell: s.broker},
		{name: "11-metrics", tell: s.metrics},
		{name: "12-outages", tell: s.outages},
		{name: "13-withdrawn", tell: s.withdrawn},
		{name: "14-leader-killed", tell: s.leaderKilled},
		{name: "15-leader-leaves", tell: s.leaderLeaves},
		{name: "16-namespaces", tell: s.namespaces},
		{name: "17-consultants", tell: s.consultants},
		{name: "18-pods-that-fail", tell: s.podsThatFail},
		{name: "19-platform", tell: s.platform},
		{name: "20-key-spoilt", tell: s.keySpoilt},
		{name: "21-customer-deleted", tell: s.customerDeleted},
		{name: "22-not-made-up-for", tell: s.notMadeUpFor},
		{name: "23-namespace-deleted", tell: s.namespaceDeleted},
		{name: "24-rights-used", tell: s.rightsUsed},
		{name: "25-logs", tell: s.logs},
		{name: "26-people", tell: s.people},
		{name: "27-operator-deleted", tell: s.operatorDeleted},
		{name: "28-helm", tell: s.helm},
	}
	for _, step := range steps {
		if !t.Run(step.name, step.tell) {
			t.FailNow()
		}
	}
}

//go:build e2e

// Package e2e runs the demo's story on a real cluster and verifies each step, with the built images, the shipped
// manifests and two replicas of the manager. hack/e2e.sh starts the cluster and runs the story in it.
package e2e

import (
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/4human/integration-operator/api/v1alpha1"
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
// is due. Nor is the bear, which has services that its Supplier declares itself, nor are the goat and the
// sheep, which grant access through their accountant.
var (
	tiger = party{name: "dynamisk-altetende-tiger", number: "310330701"}
	wolf  = party{name: "kreativ-oransje-ulv", number: "315587336"}
	elk   = party{name: "sjelden-flink-elg", number: "315339138"}
	hare  = party{name: "varsom-rolig-hare", number: "310702641"}
	fox   = party{name: "listig-gul-rev", number: "310001007"}
	bear  = party{name: "grundig-brun-bjorn", number: "310220922"}
	goat  = party{name: "sindig-hvit-geit", number: "310440019"}
	sheep = party{name: "stille-svart-sau", number: "310440027"}

	accountant = party{number: "313876144"}
)

// patience is how long the story waits for a condition before it fails.
var patience = 3 * time.Minute

// story is the state that the steps share.
type story struct {
	*cluster
	maskinporten *maskinporten
	journal      *journal
	// ended has the logs of managers that have ended, by their identity in the Lease.
	ended map[string]string
	// missed is when the fox's run was due.
	missed time.Time
	// repeated has the runs that were started again.
	repeated sync.Map
	// stranger is a customer outside --namespaces, as created.
	stranger *v1alpha1.CustomerIntegration
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

// step is a part of the story.
type step struct {
	name string
	tell func(*testing.T)
}

// TestStory runs the story. Each step starts where the one before ended, so the first failure ends the story. Steps
// beside each other mostly wait, and each concerns other customers.
func TestStory(t *testing.T) {
	c, err := connect()
	if err != nil {
		t.Fatalf("connecting to the cluster: %v", err)
	}
	s := &story{cluster: c, maskinporten: newMaskinporten(), journal: keepJournal(t, c), ended: map[string]string{}}
	inOrder(t,
		step{"01-installed", s.installed},
		step{"02-rights", s.rights},
		step{"03-first-verdicts", s.firstVerdicts},
		beside("04-a-system-user",
			[]step{{"system-user", s.systemUser}, {"letters", s.letters}},
			[]step{{"custom-services", s.customServices}},
			[]step{{"agents", s.agents}},
			[]step{
				{"suspended-over-a-schedule", s.suspendedOverASchedule},
				{"delegated", s.delegated},
				{"first-run", s.firstRun},
				{"plugin", s.plugin},
				{"probe", s.probe},
				{"metrics", s.metrics},
			},
		),
		step{"05-broker", s.broker},
		step{"06-outages", s.outages},
		step{"07-withdrawn", s.withdrawn},
		step{"08-leader-killed", s.leaderKilled},
		step{"09-leader-leaves", s.leaderLeaves},
		step{"10-namespaces", s.namespaces},
		beside("11-a-stranger",
			[]step{{"left-alone", s.strangerLeftAlone}},
			[]step{{"key-spoilt", s.keySpoilt}},
		),
		beside("12-what-fails",
			[]step{
				{"pods-that-fail", s.podsThatFail},
				{"platform", s.platform},
			},
			[]step{
				{"consultants", s.consultants},
				{"customer-deleted", s.customerDeleted},
				{"not-made-up-for", s.notMadeUpFor},
			},
		),
		step{"13-namespace-deleted", s.namespaceDeleted},
		step{"14-rights-used", s.rightsUsed},
		step{"15-logs", s.logs},
		step{"16-people", s.people},
		step{"17-operator-deleted", s.operatorDeleted},
		step{"18-helm", s.helm},
	)
}

// inOrder runs steps until one fails.
func inOrder(t *testing.T, steps ...step) {
	t.Helper()
	for _, s := range steps {
		if !t.Run(s.name, s.tell) {
			t.FailNow()
		}
	}
}

// beside returns a step of several sequences of steps that run beside each other.
func beside(name string, sequences ...[]step) step {
	return step{name, func(t *testing.T) {
		for _, steps := range sequences {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				inOrder(t, steps...)
			})
		}
	}}
}

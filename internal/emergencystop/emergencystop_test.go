package emergencystop

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/customerlist"
	"github.com/4human/integration-operator/internal/fixture"
)

const system = "integration-operator-system"

// configMap returns a ConfigMap of the stop with data.
func configMap(namespace string, data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: Name}, Data: data}
}

// reader returns a cluster with the Suppliers north and south, and other objects.
func reader(t *testing.T, others ...client.Object) client.WithWatch {
	t.Helper()
	for _, name := range []string{"north", "south"} {
		s := fixture.Supplier()
		s.Name = name
		others = append(others, s)
	}
	return fake.NewClientBuilder().WithScheme(fixture.Scheme(t)).WithObjects(others...).Build()
}

// customersOf returns a list of customers of some Suppliers, one each.
func customersOf(suppliers ...string) customerlist.OfSupplier {
	return func(_ context.Context, supplier string) ([]v1alpha1.CustomerIntegration, error) {
		if slices.Contains(suppliers, supplier) {
			return make([]v1alpha1.CustomerIntegration, 1), nil
		}
		return nil, nil
	}
}

// Each message ends with the command that ends the stop, and no other Supplier's.
const (
	still   = ". Access is not verified and no jobs run. "
	all     = still + "To end it: " + deletes
	correct = still + "Correct it, or end the stop: " + deletes
	deletes = "kubectl delete configmap integration-operator-emergency-stop -n integration-operator-system"
)

// TestFind has each content of the ConfigMap, and what it means for two Suppliers.
func TestFind(t *testing.T) {
	const text, faulty = "Emergency stop: INC-4711", "Emergency stop of all Suppliers, because "
	const north, south = still + "To end it: kubectl cint continue north", still + "To end it: kubectl cint continue south"
	cases := map[string]struct {
		reason       string
		stop         *corev1.ConfigMap
		north, south string
	}{
		"none":      {reason: "the everyday case"},
		"elsewhere": {reason: "only the operator's namespace counts", stop: configMap("default", nil)},
		"empty": {
			reason: "its presence stops all", stop: configMap(system, nil),
			north: "Emergency stop" + all, south: "Emergency stop" + all,
		},
		"reason": {
			reason: "the person's words are shown, without the full stop",
			stop:   configMap(system, map[string]string{"reason": " INC-4711.\n"}), north: text + all, south: text + all,
		},
		"one": {
			reason: "only the named one stops",
			stop:   configMap(system, map[string]string{"reason": "INC-4711", "suppliers": "north\n"}), north: text + north,
		},
		"both": {
			reason: "names are separated as people do", north: text + north, south: text + south,
			stop: configMap(system, map[string]string{"reason": "INC-4711", "suppliers": "south, north"}),
		},
		"deleted": {
			reason: "the deletion of a named Supplier stops no other, but is reported",
			stop:   configMap(system, map[string]string{"reason": "INC-4711", "suppliers": "north gone"}),
			north: text + still + "The stop also names Supplier/gone, which does not exist: correct it. " +
				"To end it: kubectl cint continue north",
		},
		"deleted alone": {
			reason: "a Supplier with customers is not misspelt, so its deletion stops no other",
			stop:   configMap(system, map[string]string{"suppliers": "left"}),
		},
		"misspelt": {
			reason: "a typo leaves none running",
			stop:   configMap(system, map[string]string{"reason": "INC-4711", "suppliers": "nroth"}),
			north:  faulty + "Supplier/nroth does not exist: INC-4711" + correct,
			south:  faulty + "Supplier/nroth does not exist: INC-4711" + correct,
		},
		"all misspelt": {
			reason: "a typo leaves none running",
			stop:   configMap(system, map[string]string{"suppliers": "nroth suoth"}),
			north:  faulty + "none of the Suppliers that it names exists" + correct,
			south:  faulty + "none of the Suppliers that it names exists" + correct,
		},
		"no name": {
			reason: "YAML in it is not read", stop: configMap(system, map[string]string{"suppliers": "- north"}),
			north: faulty + `its key suppliers has "-", which is not a name` + correct,
			south: faulty + `its key suppliers has "-", which is not a name` + correct,
		},
		"no names": {
			reason: "an empty list may be an unset variable", stop: configMap(system, map[string]string{"suppliers": " "}),
			north: faulty + "its key suppliers is empty" + correct, south: faulty + "its key suppliers is empty" + correct,
		},
		"other key": {
			reason: "a misspelt key is no list of none", stop: configMap(system, map[string]string{"supplier": "north"}),
			north: faulty + `the ConfigMap has an unknown key "supplier"` + correct,
			south: faulty + `the ConfigMap has an unknown key "supplier"` + correct,
		},
		"binary": {
			reason: "it cannot be read", stop: &corev1.ConfigMap{
				ObjectMeta: metav1.ObjectMeta{Namespace: system, Name: Name}, BinaryData: map[string][]byte{"suppliers": {1}},
			},
			north: faulty + "the ConfigMap has binaryData" + correct, south: faulty + "the ConfigMap has binaryData" + correct,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var objects []client.Object
			if c.stop != nil {
				objects = append(objects, c.stop)
			}
			find := In(reader(t, objects...), system, customersOf("north", "left"))
			for supplier, want := range map[string]string{"north": c.north, "south": c.south} {
				got := ""
				switch block, err := find.Of(t.Context(), supplier); {
				case err != nil:
					t.Fatal(err)
				case block != nil && block.Reason != v1alpha1.ReasonEmergencyStop:
					t.Errorf("the reason is %s", block.Reason)
				case block != nil:
					got = block.Message
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: %s (-want +got):\n%s", c.reason, supplier, diff)
				}
			}
		})
	}
}

// TestFindElsewhere verifies that the command of the plugin names a namespace that is not the default.
func TestFindElsewhere(t *testing.T) {
	stop := configMap("ours", map[string]string{"suppliers": "north"})
	block, err := In(reader(t, stop), "ours", nil).Of(t.Context(), "north")
	const want = "kubectl cint continue north --system-namespace ours"
	if err != nil || block == nil || !strings.HasSuffix(block.Message, want) {
		t.Errorf("got %v, %v, want %q at the end", block, err, want)
	}
}

// TestFindAcrossShards names a Supplier that is another shard's, or none's.
func TestFindAcrossShards(t *testing.T) {
	cases := map[string]struct {
		reason string
		named  string
		stops  bool
	}{
		"another shard's": {reason: "it is not misspelt", named: "north"},
		"misspelt":        {reason: "a typo leaves none running", named: "nroth", stops: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			stop := configMap(system, map[string]string{"suppliers": c.named})
			cached := fake.NewClientBuilder().WithScheme(fixture.Scheme(t)).WithObjects(stop).Build()
			block, err := In(AcrossShards(cached, reader(t)), system, nil).Of(t.Context(), "south")
			if err != nil || (block != nil) != c.stops {
				t.Errorf("%s: %v, %v", c.reason, block, err)
			}
		})
	}
}

// TestFindFails verifies that what cannot be read is an error, and not the absence of a stop.
func TestFindFails(t *testing.T) {
	down := errors.New("down")
	c := interceptor.NewClient(reader(t), interceptor.Funcs{
		Get: func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error {
			return down
		},
	})
	if block, err := In(c, system, nil).Of(t.Context(), "north"); !errors.Is(err, down) || block != nil {
		t.Errorf("got %v, %v, want the error", block, err)
	}
	failing := func(context.Context, string) ([]v1alpha1.CustomerIntegration, error) { return nil, down }
	stop := configMap(system, map[string]string{"suppliers": "left"})
	if block, err := In(reader(t, stop), system, failing).Of(t.Context(), "north"); !errors.Is(err, down) || block != nil {
		t.Errorf("customers that cannot be listed: %v, %v, want the error", block, err)
	}
	if block, err := Find(nil).Of(t.Context(), "north"); err != nil || block != nil {
		t.Errorf("without a Find: %v, %v", block, err)
	}
}

// TestOneLine verifies that a person's text becomes one bounded line.
func TestOneLine(t *testing.T) {
	cases := map[string]struct{ reason, text, want string }{
		"lines":    {reason: "a condition has one line", text: "the key\n\thas  leaked\x00!", want: "the key has leaked !"},
		"identity": {reason: "a person's number is not shown", text: "see 410185 12345", want: "see (not shown)"},
		"long":     {reason: "an event has 1 kB", text: strings.Repeat("å", 300), want: strings.Repeat("å", 200) + "…"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, oneLine(c.text)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// TestIs verifies that the predicate passes one name.
func TestIs(t *testing.T) {
	other := configMap(system, nil)
	other.Name = "kube-root-ca.crt"
	if p := Is(); !p.Generic(event.GenericEvent{Object: configMap(system, nil)}) ||
		p.Generic(event.GenericEvent{Object: other}) {
		t.Error("the predicate does not tell the ConfigMap from others")
	}
}

// TestExists verifies that events pass only during a stop, or if the ConfigMap cannot be read.
func TestExists(t *testing.T) {
	something := event.GenericEvent{Object: fixture.Supplier()}
	if Exists(reader(t), system).Generic(something) {
		t.Error("without a stop, an event passes")
	}
	if !Exists(reader(t, configMap(system, nil)), system).Generic(something) {
		t.Error("during a stop, an event does not pass")
	}
	if !Exists(fixture.Unreachable{}, system).Generic(something) {
		t.Error("an event does not pass if the ConfigMap cannot be read")
	}
}

// TestMayWiden passes the deletion of a customer whose Supplier is gone, while there is a stop.
func TestMayWiden(t *testing.T) {
	stop := configMap(system, map[string]string{KeySuppliers: "west"})
	cases := map[string]struct {
		reason   string
		reader   client.Reader
		supplier string
		passes   bool
	}{
		"supplier gone": {
			reason: "the stop may have named it alone", reader: reader(t, stop), supplier: "west", passes: true,
		},
		"supplier exists": {reason: "the stop stays as it is", reader: reader(t, stop), supplier: "north"},
		"no stop":         {reason: "nothing is stopped", reader: reader(t), supplier: "west"},
		"unreadable":      {reason: "it may be so", reader: fixture.Unreachable{}, supplier: "north", passes: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			customer := &v1alpha1.CustomerIntegration{}
			customer.Spec.SupplierRef.Name = c.supplier
			p := MayWiden(c.reader, system)
			if got := p.Delete(event.DeleteEvent{Object: customer}); got != c.passes {
				t.Errorf("%s: it passes: %t", c.reason, got)
			}
			if p.Update(event.UpdateEvent{ObjectNew: customer}) || p.Create(event.CreateEvent{Object: customer}) {
				t.Errorf("%s: a change passes", c.reason)
			}
		})
	}
}

package emergencystop

import (
	"context"
	"errors"
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

// end is how each message ends.
const end = ". Access is not verified and no jobs run. To end it: kubectl delete configmap " +
	"integration-operator-emergency-stop -n integration-operator-system"

// TestFind has each content of the ConfigMap, and what it means for two Suppliers.
func TestFind(t *testing.T) {
	const text, all = "Emergency stop: INC-4711", "Emergency stop of all Suppliers, because "
	cases := map[string]struct {
		reason       string
		stop         *corev1.ConfigMap
		north, south string
	}{
		"none":      {reason: "the everyday case"},
		"elsewhere": {reason: "only the operator's namespace counts", stop: configMap("default", nil)},
		"empty": {
			reason: "its presence stops all", stop: configMap(system, nil), north: "Emergency stop", south: "Emergency stop",
		},
		"reason": {
			reason: "the person's words are shown, without the full stop",
			stop:   configMap(system, map[string]string{"reason": " INC-4711.\n"}), north: text, south: text,
		},
		"one": {
			reason: "only the named one stops",
			stop:   configMap(system, map[string]string{"reason": "INC-4711", "suppliers": "north\n"}), north: text,
		},
		"both": {
			reason: "names are separated as people do", north: text, south: text,
			stop: configMap(system, map[string]string{"reason": "INC-4711", "suppliers": "south, north"}),
		},
		"misspelt": {
			reason: "a slip of the pen leaves none running",
			stop:   configMap(system, map[string]string{"reason": "INC-4711", "suppliers": "nroth"}),
			north:  all + "Supplier/nroth does not exist: INC-4711",
			south:  all + "Supplier/nroth does not exist: INC-4711",
		},
		"no name": {
			reason: "YAML in it is not read", stop: configMap(system, map[string]string{"suppliers": "- north"}),
			north: all + `its key suppliers has "-", which is no name`,
			south: all + `its key suppliers has "-", which is no name`,
		},
		"no names": {
			reason: "an empty list may be an unset variable", stop: configMap(system, map[string]string{"suppliers": " "}),
			north: all + "its key suppliers is empty", south: all + "its key suppliers is empty",
		},
		"other key": {
			reason: "a misspelt key is no list of none", stop: configMap(system, map[string]string{"supplier": "north"}),
			north: all + `the ConfigMap has an unknown key "supplier"`,
			south: all + `the ConfigMap has an unknown key "supplier"`,
		},
		"binary": {
			reason: "it cannot be read", stop: &corev1.ConfigMap{
				ObjectMeta: metav1.ObjectMeta{Namespace: system, Name: Name}, BinaryData: map[string][]byte{"suppliers": {1}},
			},
			north: all + "the ConfigMap has binaryData", south: all + "the ConfigMap has binaryData",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var objects []client.Object
			if c.stop != nil {
				objects = append(objects, c.stop)
			}
			find := In(reader(t, objects...), system)
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
				if want != "" {
					want += end
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: %s (-want +got):\n%s", c.reason, supplier, diff)
				}
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
	if block, err := In(c, system).Of(t.Context(), "north"); !errors.Is(err, down) || block != nil {
		t.Errorf("got %v, %v, want the error", block, err)
	}
	if block, err := Find(nil).Of(t.Context(), "north"); err != nil || block != nil {
		t.Errorf("without a Find: %v, %v", block, err)
	}
}

// TestShown bounds what a person wrote.
func TestShown(t *testing.T) {
	cases := map[string]struct{ reason, text, want string }{
		"lines":    {reason: "a condition has one line", text: "the key\n\thas  leaked\x00!", want: "the key has leaked !"},
		"identity": {reason: "a person's number is not shown", text: "see 410185 12345", want: "see (not shown)"},
		"long":     {reason: "an event has 1 kB", text: strings.Repeat("å", 300), want: strings.Repeat("å", 200) + "…"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, shown(c.text)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// TestIs passes one name.
func TestIs(t *testing.T) {
	other := configMap(system, nil)
	other.Name = "kube-root-ca.crt"
	if p := Is(); !p.Generic(event.GenericEvent{Object: configMap(system, nil)}) ||
		p.Generic(event.GenericEvent{Object: other}) {
		t.Error("the predicate does not tell the ConfigMap from others")
	}
}

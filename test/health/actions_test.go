package health

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	lua "github.com/yuin/gopher-lua"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// actionNames are the actions on each kind.
var actionNames = map[string][]string{
	customerKind: {"verify", "ask-customer-again", "suspend", "resume"},
	supplierKind: {"verify", "suspend", "resume"},
}

// argoActions are the actions on a kind, as Argo CD reads them.
type argoActions struct {
	Discovery   string `json:"discovery.lua"`
	Definitions []struct {
		Name   string `json:"name"`
		Action string `json:"action.lua"`
	} `json:"definitions"`
}

// actionsKey returns Argo CD's key for the actions on a kind.
func actionsKey(kind string) string {
	return "resource.customizations.actions." + v1alpha1.GroupVersion.Group + "_" + kind
}

// actionsOf returns the actions on a kind, as Argo CD's ConfigMap has them, from the Lua files.
func actionsOf(t *testing.T, kind string) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "discovery.lua: |\n%sdefinitions:\n", indented(action(t, "discovery-"+strings.ToLower(kind)), 2))
	for _, name := range actionNames[kind] {
		fmt.Fprintf(&b, "- name: %s\n  action.lua: |\n%s", name, indented(action(t, name), 4))
	}
	return b.String()
}

// action returns a Lua file of an action.
func action(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(folder + "actions/" + name + ".lua")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// loadActions reads the actions of argocd-cm.yaml, by kind.
func loadActions(t *testing.T) map[string]argoActions {
	t.Helper()
	content, err := os.ReadFile(folder + "argocd-cm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var configMap corev1.ConfigMap
	if err := yaml.UnmarshalStrict(content, &configMap); err != nil {
		t.Fatal(err)
	}
	all := map[string]argoActions{}
	for kind := range actionNames {
		var actions argoActions
		if err := yaml.UnmarshalStrict([]byte(configMap.Data[actionsKey(kind)]), &actions); err != nil {
			t.Fatal(err)
		}
		all[kind] = actions
	}
	return all
}

// changed returns an object with what is in a Lua table, which Argo CD patches the live object to.
func changed(t *testing.T, table *lua.LTable) *unstructured.Unstructured {
	t.Helper()
	o, ok := goValue(table).(map[string]any)
	if !ok {
		t.Fatal("the script returned no object")
	}
	return &unstructured.Unstructured{Object: o}
}

// goValue converts a value of Lua. A table with a first element is a list.
func goValue(value lua.LValue) any {
	switch v := value.(type) {
	case lua.LBool:
		return bool(v)
	case lua.LString:
		return string(v)
	case lua.LNumber:
		return float64(v)
	case *lua.LTable:
		if v.Len() > 0 {
			var list []any
			v.ForEach(func(_, item lua.LValue) { list = append(list, goValue(item)) })
			return list
		}
		all := map[string]any{}
		v.ForEach(func(key, item lua.LValue) { all[lua.LVAsString(key)] = goValue(item) })
		return all
	default:
		return nil
	}
}

// moment matches a time as the actions write it.
var moment = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

// TestActions runs each action on objects of the operator, and compares the merge patch that Argo CD sends.
func TestActions(t *testing.T) {
	const (
		verify = `{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"NOW"}}}`
		ask    = `{"metadata":{"annotations":{"integrations.4human.no/ask-customer-again":"NOW"}}}`
	)
	all := map[string]map[string]string{
		customerKind: {
			"verify": verify, "ask-customer-again": ask, "suspend": `{"spec":{"suspend":true}}`,
			"resume": `{"spec":{"suspend":null}}`,
		},
		supplierKind: {
			"verify": verify, "suspend": `{"spec":{"suspend":true}}`, "resume": `{"spec":{"suspend":null}}`,
		},
	}
	actions := loadActions(t)
	for kind, wants := range all {
		if len(actions[kind].Definitions) != len(wants) {
			t.Errorf("%s has %d actions, want %d", kind, len(actions[kind].Definitions), len(wants))
		}
		for _, definition := range actions[kind].Definitions {
			t.Run(kind+"/"+definition.Name, func(t *testing.T) {
				before := withStatus(kind, nil)
				if definition.Name == "resume" {
					before.Object["spec"] = map[string]any{"suspend": true, "name": "kept"}
				}
				table, err := runLua(t.Context(), definition.Action, before)
				if err != nil {
					t.Fatal(err)
				}
				patch, err := client.MergeFrom(before).Data(changed(t, table))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(wants[definition.Name], moment.ReplaceAllString(string(patch), "NOW")); diff != "" {
					t.Errorf("the patch (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestActionsKeepAnnotations verifies that an action leaves other annotations and its own earlier value out of the
// patch.
func TestActionsKeepAnnotations(t *testing.T) {
	before := withStatus(customerKind, nil)
	before.SetAnnotations(map[string]string{"a": "b", v1alpha1.AnnotationReconcileRequestedAt: "earlier"})
	table, err := runLua(t.Context(), action(t, "verify"), before)
	if err != nil {
		t.Fatal(err)
	}
	got := changed(t, table).GetAnnotations()
	if got["a"] != "b" || !moment.MatchString(got[v1alpha1.AnnotationReconcileRequestedAt]) {
		t.Errorf("annotations %v", got)
	}
}

// TestDiscovery lists the actions that Argo CD offers on objects of the operator.
func TestDiscovery(t *testing.T) {
	cases := map[string]struct {
		reason, kind, state string
		suspend             bool
		want                []string
	}{
		"well": {
			reason: "there is nothing to ask",
			kind:   customerKind,
			state:  "customer-synced",
			want:   []string{"verify", "suspend"},
		},
		"suspended": {
			reason:  "it only can go on",
			kind:    customerKind,
			state:   "customer-synced",
			suspend: true,
			want:    []string{"resume"},
		},
		"withdrawn delegation": {
			reason: "an API delegation cannot be asked for", kind: customerKind, state: "customer-delegation-withdrawn",
			want: []string{"verify", "suspend"},
		},
		"rejected": {
			reason: "a system user can", kind: customerKind, state: "customer-approval-rejected",
			want: []string{"verify", "ask-customer-again", "suspend"},
		},
		"deleted": {
			reason: "also one that was deleted", kind: customerKind, state: "customer-system-user-deleted",
			want: []string{"verify", "ask-customer-again", "suspend"},
		},
		"supplier": {
			reason: "its credentials", kind: supplierKind, state: "supplier-credentials-proved",
			want: []string{"verify", "suspend"},
		},
		"suspended supplier": {
			reason: "it only can go on", kind: supplierKind, state: "supplier-credentials-proved", suspend: true,
			want: []string{"resume"},
		},
	}
	actions := loadActions(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			u := read(t, realStates+c.state+".yaml")
			if c.suspend {
				u.Object["spec"].(map[string]any)["suspend"] = true
			}
			table, err := runLua(t.Context(), actions[c.kind].Discovery, u)
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(goValue(table))
			if err != nil {
				t.Fatal(err)
			}
			var offered map[string]struct {
				Disabled    bool   `json:"disabled"`
				DisplayName string `json:"displayName"`
			}
			if err := json.Unmarshal(text, &offered); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, name := range actionNames[c.kind] {
				if offered[name].DisplayName == "" {
					t.Errorf("the action %s has no name", name)
				}
				if !offered[name].Disabled {
					got = append(got, name)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" || len(offered) != len(actionNames[c.kind]) {
				t.Errorf("%s: %d actions, enabled (-want +got):\n%s", c.reason, len(offered), diff)
			}
		})
	}
}

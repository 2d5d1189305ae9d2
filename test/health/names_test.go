package health

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// constants returns the values of the API's constants with a prefix.
func constants(t *testing.T, prefix string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../api/v1alpha1/conditions.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, prefix) {
			return true
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		if !ok {
			t.Fatalf("%s is no literal", spec.Names[0].Name)
		}
		value, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, value)
		return true
	})
	if len(values) < 5 {
		t.Fatalf("only %d constants %s", len(values), prefix)
	}
	return values
}

// TestEveryReasonIsInTheTable verifies that a new reason has a state. Health checks do not read OrganizationRegistered.
func TestEveryReasonIsInTheTable(t *testing.T) {
	all := expectations()
	known := make([]string, 0, 2*len(all))
	for _, e := range all {
		known = append(known, e.ready.reason, e.other.reason)
	}
	for _, reason := range constants(t, "Reason") {
		if !slices.Contains(known, reason) && reason != v1alpha1.ReasonOrganizationRegistered {
			t.Errorf("no state of the table has the reason %s", reason)
		}
	}
}

// comments matches comments of Lua and YAML.
var comments = regexp.MustCompile(`(?m)(--|#).*$`)

// quoted matches the words that the checks compare with: strings, and keys of Lua tables.
var quoted = regexp.MustCompile(`['"]([A-Z][A-Za-z]+)['"]|([A-Z][A-Za-z]+) = true`)

// TestChecksNameWhatExists verifies that the reasons, conditions and statuses in the checks exist.
func TestChecksNameWhatExists(t *testing.T) {
	known := slices.Concat(constants(t, "Reason"), constants(t, "Condition"), argoStatuses, []string{"True", "False"})
	for _, name := range []string{"argocd-customerintegration.lua", "argocd-supplier.lua", "flux-kustomization.yaml"} {
		content, err := os.ReadFile(folder + name)
		if err != nil {
			t.Fatal(err)
		}
		words := quoted.FindAllStringSubmatch(comments.ReplaceAllString(string(content), ""), -1)
		if len(words) < 5 {
			t.Errorf("%s: only %d words", name, len(words))
		}
		for _, word := range words {
			if !slices.Contains(known, word[1]+word[2]) {
				t.Errorf("%s compares with %q, which the API does not have", name, word[1]+word[2])
			}
		}
	}
}

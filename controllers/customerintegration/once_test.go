package customerintegration

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// TestDecisionsAreMadeOnce finds the functions that make each decision. Facts and Verdict have the results, so one
// function per decision is enough: it runs once per service for each of them, and TestSteadyReconcileGathersOnce shows
// that there is one of each. Overdue is not part of a reconcile, but of a scrape.
func TestDecisionsAreMadeOnce(t *testing.T) {
	want := map[string][]string{
		"entitlement.BlockOf":     {"LongestOverdue", "NewFacts"},
		"entitlement.DuplicateOf": {"duplicateOf"},
		"f.duplicateOf":           {"LongestOverdue", "serviceFacts"},
		"entitlement.MaySync":     {"decideSync"},
		"schedule.Parse":          {"parseSchedule"},
		"f.scheduleOf":            {"serviceFacts"},
		"syncjob.RunsOf":          {"runsOf"},
		"verdict.NewFacts":        {"gather"},
		"verdict.Of":              {"verdictOf", "verdictOf"}, // again if facts have changed
		"f.accessWithoutRequest":  {"serviceFacts"},
		"f.isDue":                 {"serviceFacts"},
		"v.AddAccess":             {"request"},
		"v.syncOf":                {"decideSync"},
		"v.staleAt":               {"decideSync"},
		"v.isStale":               {"decideSync"},
		"v.decideSync":            {"Of"},
		"v.recordRequests":        {"Of"},
		"v.isHandled":             {"recordRequests", "recordRequests"}, // one per annotation
		"request.Of":              {"openRequests", "openRequests"},
		"request.Record":          {"recordRequests", "recordRequests"},
	}
	got := map[string][]string{}
	for _, pattern := range []string{"*.go", "verdict/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				calls(t, file, func(function, called string) {
					if _, ok := want[called]; ok {
						got[called] = append(got[called], function)
					}
				})
			}
		}
	}
	for _, functions := range got {
		slices.Sort(functions)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("functions that decide (-want +got):\n%s", diff)
	}
}

// calls visits the calls of a file that select a function, with the function that they are in.
func calls(t *testing.T, file string, visit func(function, called string)) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range parsed.Decls {
		function, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		ast.Inspect(function, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if selector, ok := call.Fun.(*ast.SelectorExpr); ok {
					if x, ok := selector.X.(*ast.Ident); ok {
						visit(function.Name.Name, x.Name+"."+selector.Sel.Name)
					}
				}
			}
			return true
		})
	}
}

// TestSteadyReconcileGathersOnce reconciles a customer for which nothing is due: everything is read once, so there is
// one set of facts and one verdict. After a request, only the older CustomerIntegrations are read again.
func TestSteadyReconcileGathersOnce(t *testing.T) {
	c := makeReconciler(t, fixture.NowIsNoon, func() maskinporten.Class { return "" })
	organizations, lists := 0, 0
	find, children := c.SameOrganization, c.Children
	c.SameOrganization = func(ctx context.Context, n v1alpha1.OrganizationNumber) ([]v1alpha1.CustomerIntegration, error) {
		organizations++
		return find(ctx, n)
	}
	c.Children = func(ctx context.Context, list client.ObjectList, customer types.NamespacedName) error {
		lists++
		return children(ctx, list, customer)
	}
	c.pass(t)
	if organizations != 2 || lists != 4 {
		t.Errorf("with a request: %d reads of the organization, %d lists of children, want 2 and 4", organizations, lists)
	}
	organizations, lists = 0, 0
	c.pass(t)
	if organizations != 1 || lists != 4 {
		t.Errorf("without one: %d reads of the organization, %d lists of children, want 1 and 4", organizations, lists)
	}
}

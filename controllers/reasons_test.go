package controllers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestStatesAreAll sees that every reason that the API documents can happen.
func TestStatesAreAll(t *testing.T) {
	files, err := filepath.Glob("testdata/states/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var seen strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		seen.Write(b)
	}
	for _, reason := range reasons(t) {
		if !strings.Contains(seen.String(), "reason: "+reason+"\n") {
			t.Errorf("no state has the reason %s", reason)
		}
	}
}

// reasons returns the value of every Reason constant of the API.
func reasons(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../api/v1alpha1/conditions.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Reason") {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, value)
		return true
	})
	if len(all) < 20 {
		t.Fatalf("found only %d reasons", len(all))
	}
	return all
}

// Package conclusiontest checks how an authority's classes are declared.
package conclusiontest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/conclusion"
)

// Declared reads the constants Class... from class.go of the tested package and fails if one has no kind. The classes
// that say something about a customer must be answers, sorted.
func Declared[Class ~string](t *testing.T, kinds conclusion.Kinds[Class], answers ...Class) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "class.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Class") {
			return true
		}
		declared++
		literal, ok := spec.Values[0].(*ast.BasicLit)
		if !ok {
			t.Errorf("%s is a %T", spec.Names[0].Name, spec.Values[0])
			return true
		}
		value, err := strconv.Unquote(literal.Value)
		if err != nil || "Class"+value != spec.Names[0].Name {
			t.Errorf("%s = %q", spec.Names[0].Name, value)
		}
		if _, known := kinds[Class(value)]; !known {
			t.Errorf("%s has no kind", spec.Names[0].Name)
		}
		return true
	})
	if declared != len(kinds) || declared == 0 {
		t.Errorf("%d classes are declared, %d have a kind", declared, len(kinds))
	}
	var got []Class
	for _, c := range kinds.Classes() {
		if kinds.Of(c) == conclusion.Answer {
			got = append(got, c)
		}
	}
	if diff := cmp.Diff(answers, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

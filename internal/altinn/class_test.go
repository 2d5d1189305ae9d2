package altinn

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestClasses reads the declared constants from the source, so that a new class without a kind is noticed.
func TestClasses(t *testing.T) {
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
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil || "Class"+value != spec.Names[0].Name {
			t.Errorf("%s = %q", spec.Names[0].Name, value)
		}
		if _, known := kinds[Class(value)]; !known {
			t.Errorf("%s has no kind", spec.Names[0].Name)
		}
		return true
	})
	if declared != len(Classes()) || declared == 0 {
		t.Errorf("%d classes are declared, %d listed", declared, len(Classes()))
	}
}

// TestAnswers holds the set of what is Altinn's word about a customer.
func TestAnswers(t *testing.T) {
	var answers []Class
	for _, c := range Classes() {
		if c.Kind() == KindAnswer {
			answers = append(answers, c)
		}
	}
	want := []Class{
		ClassAlreadyAccepted, ClassAlreadyExists, ClassDenied, ClassPending, ClassRejected, ClassRequestNotFound, ClassSystemUserNotFound,
	}
	if diff := cmp.Diff(want, answers); diff != "" {
		t.Errorf("answers: -want, +got:\n%s", diff)
	}
}

func TestKindOf(t *testing.T) {
	for class, want := range map[Class]Kind{
		"": "", "SomethingNew": KindOutage, ClassMismatch: KindViolation, ClassForbidden: KindOwnFault, ClassUnauthorized: KindOwnFault,
		ClassPartyUnknown: KindCustomerFault, ClassBlocked: KindOutage,
	} {
		if got := class.Kind(); got != want {
			t.Errorf("Class(%q).Kind() = %q, want %q", class, got, want)
		}
	}
}

func TestClassOf(t *testing.T) {
	refused := &Error{Class: ClassRejected}
	var none *Error
	cases := map[string]struct {
		reason string
		err    error
		want   Class
	}{
		"nil":     {"no error, no class", nil, ""},
		"direct":  {"an error of ours", refused, ClassRejected},
		"wrapped": {"an error that says more", fmt.Errorf("customer x: %w", refused), ClassRejected},
		"foreign": {"nothing follows from what we do not know", errors.New("?"), ClassUnreachable},
		"nil *":   {"a nil pointer in an error is not an answer either", none, ClassUnreachable},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := ClassOf(tc.err); got != tc.want {
				t.Errorf("%s: %q, want %q", tc.reason, got, tc.want)
			}
		})
	}
}

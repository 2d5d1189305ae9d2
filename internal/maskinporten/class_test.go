package maskinporten

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/conclusion/conclusiontest"
)

// TestClasses lists the classes that may end access.
func TestClasses(t *testing.T) {
	conclusiontest.Declared(t, kinds, ClassNotDelegated, ClassScopeNotGranted, ClassSystemUserMissing)
	if diff := cmp.Diff(kinds.Classes(), Classes()); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

func TestKindOf(t *testing.T) {
	for class, want := range map[Class]conclusion.Kind{
		ClassTokenMismatch: conclusion.Violation,
		ClassKeyExpired:    conclusion.OwnFault,
	} {
		if got := class.Kind(); got != want {
			t.Errorf("Class(%q).Kind() = %q, want %q", class, got, want)
		}
	}
}

func TestClassOf(t *testing.T) {
	refused := &Error{Class: ClassNotDelegated}
	var none *Error
	cases := map[string]struct {
		reason string
		err    error
		want   Class
	}{
		"nil":     {reason: "no error, no class"},
		"direct":  {reason: "an error of ours", err: refused, want: ClassNotDelegated},
		"wrapped": {reason: "an error that says more", err: fmt.Errorf("customer x: %w", refused), want: ClassNotDelegated},
		"foreign": {reason: "nothing follows from what we do not know", err: errors.New("?"), want: ClassUnreachable},
		"nil *":   {reason: "a nil pointer in an error is not an answer either", err: none, want: ClassUnreachable},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := ClassOf(tc.err); got != tc.want {
				t.Errorf("%s: %q, want %q", tc.reason, got, tc.want)
			}
		})
	}
}

func TestDoing(t *testing.T) {
	cases := map[string]struct {
		reason string
		err    error
		want   string
		class  Class
	}{
		"cause": {
			reason: "what was done goes before the cause",
			err: &Error{
				Class: ClassBlocked, Status: 403,
				Err: errors.New("b"),
			}, want: "maskinporten: Blocked (status 403): a: b", class: ClassBlocked,
		},
		"no cause": {
			reason: "and stands alone without one",
			err: &Error{
				Class: ClassBlocked, Code: "MP-999", OAuthError: "x",
				Description: "d",
			}, want: "maskinporten: Blocked (x, MP-999): d: a", class: ClassBlocked,
		},
		"foreign": {
			reason: "an error of another origin gets the class that says nothing", err: errors.New("b"),
			want: "maskinporten: Unreachable: a: b", class: ClassUnreachable,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			before := tc.err.Error()
			got := doing("a", tc.err)
			if got.Error() != tc.want || ClassOf(got) != tc.class {
				t.Errorf("%s: %q of class %q", tc.reason, got, ClassOf(got))
			}
			if tc.err.Error() != before {
				t.Errorf("%s: the error itself was changed, and may be another's too: %v", tc.reason, tc.err)
			}
		})
	}
}

// TestInconclusive lists, for every class, whether it says nothing about the customer.
func TestInconclusive(t *testing.T) {
	conclusive := map[Class]string{
		"":                      "a token",
		ClassNotDelegated:       "the customer's no",
		ClassScopeNotGranted:    "NAV's no",
		ClassSystemUserMissing:  "there is no system user, as far as Maskinporten knows",
		ClassRequestRejected:    "this customer's number is refused",
		ClassConsumerIsSupplier: "this customer is ourselves",
	}
	for _, class := range append(Classes(), "", "SomethingNew") {
		reason, not := conclusive[class]
		if class.Kind().Inconclusive() == not {
			t.Errorf("%q (%s): inconclusive %t", class, reason, !not)
		}
	}
}

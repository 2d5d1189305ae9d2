package altinn

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/conclusion/conclusiontest"
)

// TestClasses lists the classes that are answers about a customer.
func TestClasses(t *testing.T) {
	conclusiontest.Declared(t, kinds,
		ClassAlreadyAccepted, ClassAlreadyExists, ClassDenied, ClassIDUsed, ClassPending, ClassRejected, ClassRequestNotFound,
		ClassSystemUserNotFound,
	)
	if diff := cmp.Diff(kinds.Classes(), Classes()); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

func TestKindOf(t *testing.T) {
	for class, want := range map[Class]conclusion.Kind{
		ClassMismatch: conclusion.Violation, ClassForbidden: conclusion.OwnFault, ClassUnauthorized: conclusion.OwnFault,
		ClassPartyUnknown: conclusion.CustomerFault, ClassBlocked: conclusion.Outage,
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
		"nil":     {reason: "no error, no class"},
		"direct":  {reason: "an error of ours", err: refused, want: ClassRejected},
		"wrapped": {reason: "an error that says more", err: fmt.Errorf("customer x: %w", refused), want: ClassRejected},
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

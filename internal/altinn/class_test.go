package altinn

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/conclusion/conclusiontest"
)

// TestClasses holds the set of what is Altinn's word about a customer.
func TestClasses(t *testing.T) {
	conclusiontest.Declared(t, kinds,
		ClassAlreadyAccepted, ClassAlreadyExists, ClassDenied, ClassIDUsed, ClassPending, ClassRejected, ClassRequestNotFound, ClassSystemUserNotFound,
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

package condition

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// declared returns the values of the API's constants with a prefix.
func declared(t *testing.T, prefix string) []string {
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
	slices.Sort(values)
	return values
}

// TestEveryReasonHasARow compares the table with the API's constants.
func TestEveryReasonHasARow(t *testing.T) {
	var have []string
	for _, r := range Rows() {
		have = append(have, r.Reason)
	}
	slices.Sort(have)
	if diff := cmp.Diff(declared(t, "Reason"), have); diff != "" {
		t.Errorf("the table, -api +rows:\n%s", diff)
	}
}

// TestEveryTypeIsKnown compares the types with the API's constants.
func TestEveryTypeIsKnown(t *testing.T) {
	var have []string
	for _, known := range Types() {
		have = append(have, known.Name)
	}
	slices.Sort(have)
	if diff := cmp.Diff(declared(t, "Condition"), have); diff != "" {
		t.Errorf("the types, -api +types:\n%s", diff)
	}
}

// TestRowsAreComplete checks the rules that hold for every row.
func TestRowsAreComplete(t *testing.T) {
	for _, r := range Rows() {
		t.Run(r.Reason, func(t *testing.T) {
			if len(r.Places) == 0 || r.Actor == "" || r.Urgency == "" || r.Action == "" {
				t.Errorf("the row lacks something: %+v", r)
			}
			if !strings.HasSuffix(r.Cause, ".") || len(r.Cause) > 150 || strings.Contains(r.Cause, "  ") {
				t.Errorf("the cause is no short sentence: %q", r.Cause)
			}
			if (r.Actor == Operator) != (r.Urgency == Never) && r.Reason != v1alpha1.ReasonSuspended &&
				r.Reason != v1alpha1.ReasonEmergencyStop && r.Reason != v1alpha1.ReasonOperatorInterrupted {
				t.Errorf("%s acts %s", r.Actor, r.Urgency)
			}
			_, ofCustomer := r.At(Customer, v1alpha1.ConditionReady)
			_, ofSupplier := r.At(Supplier, v1alpha1.ConditionReady)
			if r.Progress != Settled && !ofCustomer && !ofSupplier {
				t.Error("the row has a Progress, and Ready never has the reason")
			}
			if r.Ready != "" && Of(r.Ready).Reason == "" {
				t.Errorf("Ready has the reason %s, which has no row", r.Ready)
			}
		})
	}
}

// TestWorst ranks reasons of which several occur at once.
func TestWorst(t *testing.T) {
	cases := map[string]struct {
		reasons []string
		want    string
	}{
		"none": {want: ""},
		"one":  {reasons: []string{v1alpha1.ReasonDelegated}, want: v1alpha1.ReasonDelegated},
		"withdrawn-first": {
			reasons: []string{v1alpha1.ReasonAwaitingApproval, v1alpha1.ReasonDelegationWithdrawn},
			want:    v1alpha1.ReasonDelegationWithdrawn,
		},
		"customer-first": {
			reasons: []string{v1alpha1.ReasonSupplierNotReady, v1alpha1.ReasonNotDelegated},
			want:    v1alpha1.ReasonNotDelegated,
		},
		"outage-last": {
			reasons: []string{v1alpha1.ReasonAuthorityUnavailable, v1alpha1.ReasonServiceNotOffered},
			want:    v1alpha1.ReasonServiceNotOffered,
		},
		"granted-last": {
			reasons: []string{v1alpha1.ReasonDelegated, v1alpha1.ReasonVerificationPending},
			want:    v1alpha1.ReasonVerificationPending,
		},
		"jobs": {
			reasons: []string{v1alpha1.ReasonSyncSucceeded, v1alpha1.ReasonSyncStale, v1alpha1.ReasonSyncFailing},
			want:    v1alpha1.ReasonSyncFailing,
		},
		"settled-by-runs": {
			reasons: []string{v1alpha1.ReasonPlansUnsettled, v1alpha1.ReasonSyncFailing}, want: v1alpha1.ReasonSyncFailing,
		},
		"retrying": {
			reasons: []string{v1alpha1.ReasonNoRunYet, v1alpha1.ReasonSyncRetrying}, want: v1alpha1.ReasonSyncRetrying,
		},
		"unknown-is-last":   {reasons: []string{"Other", v1alpha1.ReasonDelegated}, want: v1alpha1.ReasonDelegated},
		"unknown-by-itself": {reasons: []string{"Other"}, want: "Other"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := WorstReason(c.reasons...); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestSummarize writes Ready with each reason that it can have, and Reconciling or Stalled as the table has it.
func TestSummarize(t *testing.T) {
	for _, r := range Rows() {
		for _, kind := range []string{Customer, Supplier} {
			status, ok := r.At(kind, v1alpha1.ConditionReady)
			if !ok {
				continue
			}
			t.Run(kind+"/"+r.Reason, func(t *testing.T) {
				conditions := []metav1.Condition{{Type: v1alpha1.ConditionReconciling}, {Type: v1alpha1.ConditionStalled}}
				Writer{Conditions: &conditions, Generation: 3}.Summarize(State{status, r.Reason, "Message."})
				got := map[string]string{}
				for _, c := range conditions {
					got[c.Type] = string(c.Status) + " " + c.Reason + " " + c.Message
				}
				want := map[string]string{v1alpha1.ConditionReady: string(status) + " " + r.Reason + " Message."}
				if r.Progress != Settled {
					want[string(r.Progress)] = "True " + r.Reason + " " + r.Cause
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		}
	}
}

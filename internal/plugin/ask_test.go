package plugin

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// TestAskIsDeliberate asks with and without confirmation, and looks whether a request was made.
func TestAskIsDeliberate(t *testing.T) {
	for name, test := range map[string]struct {
		reason   string
		flags    string
		terminal bool
		answer   string
		requests bool
	}{
		"yes":              {reason: "the flag confirms", flags: "--yes", requests: true},
		"no-terminal":      {reason: "a script does not confirm"},
		"answer-yes":       {reason: "y confirms", terminal: true, answer: "y\n", requests: true},
		"answer-norwegian": {reason: "ja confirms", terminal: true, answer: " JA\n", requests: true},
		"answer-no":        {reason: "n does not", terminal: true, answer: "n\n"},
		"answer-empty":     {reason: "no answer is a no", terminal: true, answer: "\n"},
		"answer-end":       {reason: "the end of the input is a no", terminal: true},
		"answer-other":     {reason: "another word is a no", terminal: true, answer: "yesterday\n"},
	} {
		t.Run(name, func(t *testing.T) {
			c := cluster(t, objects(t)...)
			s := newSession(t, c)
			s.program.Terminal.In = test.terminal
			s.program.In = strings.NewReader(test.answer)
			text := s.run(t, "ask rask-munter-oter --timeout 1ms "+test.flags)
			var got v1alpha1.CustomerIntegration
			if err := c.Get(t.Context(), client.ObjectKey{Namespace: "customers", Name: "rask-munter-oter"}, &got); err != nil {
				t.Fatal(err)
			}
			if requested := got.Annotations[v1alpha1.AnnotationAskCustomerAgain] != ""; requested != test.requests {
				t.Errorf("requested: %t, want %t:\n%s", requested, test.requests, text)
			}
			if !strings.Contains(text, "RASK MUNTER OTER AS") || !strings.Contains(text, "one more request") {
				t.Errorf("it does not explain what asking does:\n%s", text)
			}
		})
	}
}

// TestAskRefuses checks when asking again is refused, and why.
func TestAskRefuses(t *testing.T) {
	recently := metav1.NewTime(now().Add(-10 * time.Minute))
	for name, test := range map[string]struct {
		reason  string
		state   string
		arrange func(*v1alpha1.CustomerIntegration, *v1alpha1.Supplier)
		want    string
	}{
		"rejected":    {reason: "what asking is for", state: "approval-rejected"},
		"deleted":     {reason: "what asking is for", state: "system-user-deleted"},
		"ineffective": {reason: "an approval that never worked", state: "approved-not-known-yet"},
		"effective soon": {
			reason: "Maskinporten knows it within an hour", state: "approved-not-known-yet",
			arrange: func(c *v1alpha1.CustomerIntegration, _ *v1alpha1.Supplier) {
				c.Status.Services[0].Authorization.Since = &recently
			},
			want: "within an hour. Wait.",
		},
		"granted": {reason: "there is access", state: "system-user-approved", want: "the customer has given access."},
		"open":    {reason: "a request waits", state: "awaiting-approval", want: "Send it the link: https://"},
		"delegation": {
			reason: "an API delegation", state: "delegation-withdrawn", want: "has no service with a system user",
		},
		"unverified": {
			reason: "no status yet", state: "approval-rejected",
			arrange: func(c *v1alpha1.CustomerIntegration, _ *v1alpha1.Supplier) {
				c.Status = v1alpha1.CustomerIntegrationStatus{}
			},
			want: "has not been asked yet. Wait, or run: kubectl cint verify",
		},
		"blocked": {
			reason: "the operator has not come to it", state: "without-system", want: "See: kubectl cint why",
		},
		"suspended": {
			reason: "the operator would not ask", state: "approval-rejected",
			arrange: func(c *v1alpha1.CustomerIntegration, _ *v1alpha1.Supplier) { c.Spec.Suspend = true },
			want:    "cannot ask",
		},
		"outage": {
			reason: "Altinn does not respond", state: "approval-rejected",
			arrange: func(_ *v1alpha1.CustomerIntegration, s *v1alpha1.Supplier) {
				for i := range s.Status.Conditions {
					if s.Status.Conditions[i].Type == v1alpha1.ConditionAltinnReachable {
						s.Status.Conditions[i].Status = metav1.ConditionFalse
					}
				}
			},
			want: "cannot ask",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, s := golden[v1alpha1.CustomerIntegration](t, "customer-"+test.state), supplier(t)
			if test.arrange != nil {
				test.arrange(c, s)
			}
			text := newSession(t, cluster(t, c, s)).run(t, "ask --timeout 1ms --yes "+c.Name)
			if refused := strings.Contains(text, "exit code 1\n"); refused != (test.want != "") {
				t.Errorf("refused: %t, want %t:\n%s", refused, test.want != "", text)
			}
			if !strings.Contains(text, test.want) {
				t.Errorf("%q is missing:\n%s", test.want, text)
			}
		})
	}
}

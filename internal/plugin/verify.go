package plugin

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
)

const (
	// verifyTimeout is how long verify waits by default.
	verifyTimeout = 2 * time.Minute
	// outagePatience is how long an outage is no result: the operator may find in a moment that it has ended.
	outagePatience = 10 * time.Second
)

// newVerifyCommand returns "kubectl cint verify".
func newVerifyCommand(p *Program) *cobra.Command {
	var s selection
	var timeout time.Duration
	var lang languageFlag
	cmd := &cobra.Command{
		Use:   "verify NAME... | -l SELECTOR | --all",
		Short: "Verify customers' access now, and wait for the result",
		Long: `Requests a verification of customers, and waits until the operator has verified them. It never sends a
customer another request, so it is safe with --all. Where access is granted, the operator starts a run too;
sync waits for its result.

-l and --all leave out suspended customers. If you press Ctrl-C, the request stands.

Exit codes: 0 all have access, 1 an error, 2 a customer has no access, 3 no result yet: the time-out passed,
or the operator cannot verify now, as in an outage.`,
		Example: `  kubectl cint verify dynamisk-altetende-tiger
  kubectl cint verify -l team=north
  kubectl cint verify --all --timeout 10m`,
		ValidArgsFunction: p.completeNames,
		RunE: func(cmd *cobra.Command, names []string) error {
			l, err := lang.of(p)
			if err != nil {
				return err
			}
			return p.verify(cmd.Context(), &s, names, timeout, l)
		},
	}
	s.addSelector(cmd)
	s.addAll(cmd)
	s.addAllNamespaces(cmd)
	lang.add(cmd)
	cmd.Flags().DurationVar(&timeout, "timeout", verifyTimeout, "how long to wait")
	return cmd
}

// verify requests a verification of the selected customers and waits for the results.
func (p *Program) verify(
	ctx context.Context, s *selection, names []string, timeout time.Duration, lang language.Language,
) error {
	c, customers, err := p.findSelected(ctx, s, names)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		customers = p.withoutSuspended(customers, lang)
	}
	value := p.requestValue()
	if err := request(ctx, c, customers, v1alpha1.AnnotationReconcileRequestedAt, value); err != nil {
		return err
	}
	v := p.newVerification(c, value, lang)
	return p.newPursuit(customers, timeout, lang, v.judge).run(ctx, c, scopeOf(customers)...)
}

// requestValue returns the value of an annotation that requests something: the time.
func (p *Program) requestValue() string { return p.Now().UTC().Format(time.RFC3339Nano) }

// withoutSuspended leaves out customers that are suspended themselves, and prints how many.
func (p *Program) withoutSuspended(all []v1alpha1.CustomerIntegration, lang language.Language,
) []v1alpha1.CustomerIntegration {
	kept := make([]v1alpha1.CustomerIntegration, 0, len(all))
	for i := range all {
		if !all[i].Spec.Suspend {
			kept = append(kept, all[i])
		}
	}
	if n := len(all) - len(kept); n > 0 {
		_, _ = fmt.Fprintln(p.ErrOut, words.Count(lang, "verify.leftOut", n))
	}
	return kept
}

// scopeOf returns the smallest scope of a watch that has all of the customers.
func scopeOf(customers []v1alpha1.CustomerIntegration) []client.ListOption {
	if len(customers) == 0 {
		return nil
	}
	first := customers[0]
	for i := range customers {
		if customers[i].Namespace != first.Namespace {
			return nil
		}
	}
	scope := []client.ListOption{client.InNamespace(first.Namespace)}
	if len(customers) == 1 {
		scope = append(scope, client.MatchingFields{"metadata.name": first.Name})
	}
	return scope
}

// verification judges whether a requested verification was made, and what it found.
type verification struct {
	suppliers suppliers
	now       func() time.Time
	started   time.Time
	value     string
	lang      language.Language
}

// newVerification returns the judge of a request.
func (p *Program) newVerification(c client.Reader, value string, lang language.Language) *verification {
	return &verification{
		suppliers: suppliers{client: c, now: p.Now}, now: p.Now, started: p.Now(), value: value, lang: lang,
	}
}

// judge judges a customer.
func (v *verification) judge(ctx context.Context, c *v1alpha1.CustomerIntegration) judgment {
	if isHandled(c, v1alpha1.AnnotationReconcileRequestedAt, v.value, c.Status.LastHandledReconcileAt) {
		return judgment{done: true, code: accessCode(c), text: v.access(ctx, c)}
	}
	return v.judgeUnhandled(ctx, c, c.Status.PendingReconcileAt)
}

// judgeUnhandled judges a customer whose request was not handled yet. An obstacle is the result if it blocks the customer, or
// if it lasts after the operator has recorded the request.
func (v *verification) judgeUnhandled(ctx context.Context, c *v1alpha1.CustomerIntegration, pending string) judgment {
	obstacle := v.suppliers.obstacleTo(ctx, c, v.lang)
	lasts := pending == v.value && v.now().Sub(v.started) >= outagePatience
	switch {
	case obstacle.blocks, lasts && obstacle.text != "":
		return judgment{
			done: true, code: ExitNoResult, text: words.Text(v.lang, "verify.cannot", "obstacle", obstacle.text),
		}
	case pending == v.value && obstacle.text == "":
		return judgment{text: words.Text(v.lang, "follow.seen")}
	default:
		return judgment{text: obstacle.text}
	}
}

// isHandled reports whether the operator has handled a request: the value, or a later one by which another person
// has replaced it.
func isHandled(c *v1alpha1.CustomerIntegration, annotation, value, handled string) bool {
	now := c.Annotations[annotation]
	return handled == value || now != "" && now != value && handled == now
}

// accessCode returns the exit code of a verified customer.
func accessCode(c *v1alpha1.CustomerIntegration) int {
	if meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionDelegationVerified) {
		return ExitGood
	}
	return ExitBad
}

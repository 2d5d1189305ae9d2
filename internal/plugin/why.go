package plugin

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

// newWhyCommand returns "kubectl cint why".
func newWhyCommand(p *Program) *cobra.Command {
	var lang languageFlag
	cmd := &cobra.Command{
		Use:   "why NAME",
		Short: "Explain a customer's state, who acts next, and with which command",
		Long: `Explains a customer's state from cause to effect: what happened to each service and since when, what is wrong
with the Supplier if that is the cause, who acts next, what to do, recent events, and the next command.`,
		Example: `  kubectl cint why dynamisk-altetende-tiger
  kubectl cint why 310330701 -n customers --lang nb`,
		Args:              oneCustomer,
		ValidArgsFunction: p.completeName,
		RunE: func(cmd *cobra.Command, names []string) error {
			l, err := lang.of(p)
			if err != nil {
				return err
			}
			return p.why(cmd.Context(), names[0], l)
		},
	}
	lang.add(cmd)
	return cmd
}

// why explains a customer's state.
func (p *Program) why(ctx context.Context, name string, lang language.Language) error {
	c, customer, err := p.findOne(ctx, name)
	if err != nil {
		return err
	}
	supplier, err := findSupplier(ctx, c, customer.SupplierName())
	if err != nil && !apierrors.IsForbidden(err) {
		return err
	}
	e := explanation{
		customer: customer, supplier: supplier, isHidden: err != nil, lang: lang, now: p.Now(),
		events: recentEvents(ctx, c, customer),
	}
	_, err = fmt.Fprint(p.Out, e.text())
	return err
}

// text returns the explanation, in sections.
func (e *explanation) text() string {
	view := rollout.Of(e.customer, e.supplier)
	story := rollout.Tell(view, e.lang, e.now)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", story.Headline)
	fmt.Fprintf(&b, "%s/%s, %s, Supplier/%s\n", view.Namespace, view.Name, rollout.Organization(view.Organization), view.Supplier)
	if story.Turn != "" {
		fmt.Fprintf(&b, "%s: %s\n", words.Text(e.lang, "why.turn"), story.Turn)
	}
	e.section(&b, "why.happened", story.Paragraphs)
	e.section(&b, "why.services", e.serviceLines(&view))
	e.section(&b, "why.supplier", e.supplierLines())
	e.section(&b, "why.operator", []string{view.Message})
	e.section(&b, "why.steps", stepTexts(story.Steps))
	e.section(&b, "why.events", e.eventLines())
	e.section(&b, "why.next", nextCommands(&view, e.customer, e.supplier))
	return b.String()
}

// section writes a heading and its lines, nothing if there are none.
func (e *explanation) section(b *strings.Builder, heading string, lines []string) {
	written := false
	for _, line := range lines {
		if line == "" {
			continue
		}
		if !written {
			fmt.Fprintf(b, "\n%s\n", words.Text(e.lang, heading))
			written = true
		}
		fmt.Fprintf(b, "  %s\n", line)
	}
}

// stepTexts returns steps as numbered lines.
func stepTexts(steps []rollout.Step) []string {
	lines := make([]string, 0, len(steps))
	for i, step := range steps {
		line := fmt.Sprintf("%d. %s", i+1, step.Text)
		if step.URL != "" && !strings.Contains(step.Text, step.URL) {
			line += " " + step.URL
		}
		lines = append(lines, line)
	}
	return lines
}

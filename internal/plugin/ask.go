package plugin

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
	"github.com/4human/integration-operator/internal/services"
)

const (
	// askTimeout is how long ask waits by default.
	askTimeout = time.Minute
	// effectTime is how long Maskinporten may take to know a system user that the customer approved.
	effectTime = time.Hour
)

// newAskCommand returns "kubectl cint ask".
func newAskCommand(p *Program) *cobra.Command {
	var timeout time.Duration
	var yes bool
	var lang languageFlag
	cmd := &cobra.Command{
		Use:   "ask NAME",
		Short: "Ask a customer again for a system user that it rejected or deleted",
		Long: `Sends one more request for a system user to a customer that rejected the last one, or deleted the system
user. Talk to the customer first: the operator never asks again by itself.

The customer's access manager answers the request at a new link, which the command prints. Send it to the
customer: the operator writes to no customer.

The command asks for confirmation. Exit codes: 0 the customer has a new request, or has access; 1 an error,
or there is nothing to ask again; 2 the customer's answer stands; 3 no result yet: the request stands.`,
		Example:           `  kubectl cint ask dynamisk-altetende-tiger`,
		Args:              oneCustomer,
		ValidArgsFunction: p.completeName,
		RunE: func(cmd *cobra.Command, names []string) error {
			l, err := lang.of(p)
			if err != nil {
				return err
			}
			return p.ask(cmd.Context(), names[0], yes, timeout, l)
		},
	}
	lang.add(cmd)
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask for confirmation")
	cmd.Flags().DurationVar(&timeout, "timeout", askTimeout, "how long to wait for the new link")
	return cmd
}

// ask asks a customer again, after confirmation, and prints the new link.
func (p *Program) ask(ctx context.Context, name string, yes bool, timeout time.Duration, lang language.Language) error {
	c, customer, err := p.findOne(ctx, name)
	if err != nil {
		return err
	}
	v := p.newVerification(c, p.requestValue(), lang)
	view := v.suppliers.view(ctx, customer)
	if err := mayAskAgain(customer, &view, lang, p.Now()); err != nil {
		return err
	}
	if obstacle := v.suppliers.obstacleTo(ctx, customer, lang); obstacle.text != "" {
		return fmt.Errorf("the operator cannot ask %s now. %s", customer.Name, obstacle.text)
	}
	if err := p.confirmAsking(&view, yes, lang); err != nil {
		return err
	}
	only := []v1alpha1.CustomerIntegration{*customer}
	if err := request(ctx, c, only, v1alpha1.AnnotationAskCustomerAgain, v.value); err != nil {
		return err
	}
	return p.newPursuit(only, timeout, lang, v.judgeAsking).run(ctx, c, scopeOf(only)...)
}

// judgeAsking judges whether the customer has the new request.
func (v *verification) judgeAsking(ctx context.Context, c *v1alpha1.CustomerIntegration) judgment {
	if !isHandled(c, v1alpha1.AnnotationAskCustomerAgain, v.value, c.Status.LastHandledAskCustomerAgain) {
		return v.judgeUnhandled(ctx, c, c.Status.PendingAskCustomerAgain)
	}
	code := ExitGood
	for i := range c.Status.Services {
		if isRefusal(c.Status.Services[i].Authorization) {
			code = ExitBad
		}
		if url := c.Status.Services[i].Authorization.ConfirmURL; url != "" {
			return judgment{done: true, text: words.Text(v.lang, "ask.asked", "url", url)}
		}
	}
	return judgment{done: true, code: code, text: v.access(ctx, c)}
}

// isRefusal reports whether a customer rejected or deleted a system user.
func isRefusal(a v1alpha1.Authorization) bool {
	return a.Kind == v1alpha1.AccessSystemUser &&
		(a.State == v1alpha1.AuthorizationRejected || a.State == v1alpha1.AuthorizationWithdrawn)
}

// mayAskAgain returns why a customer is not to be asked again, nil if it is.
func mayAskAgain(
	c *v1alpha1.CustomerIntegration, view *rollout.Customer, lang language.Language, now time.Time,
) error {
	var reasons []string
	for i := range c.Status.Services {
		s := &c.Status.Services[i]
		if s.Authorization.Kind != v1alpha1.AccessSystemUser {
			continue
		}
		reason := reasonNotToAsk(c, s.Authorization, now)
		if reason == "" {
			return nil
		}
		reasons = append(reasons, serviceOf(view, s.Name).Title(lang)+": "+reason)
	}
	if len(reasons) > 0 {
		return fmt.Errorf("there is nothing to ask %s again. %s", c.Name, strings.Join(reasons, " "))
	}
	if slices.ContainsFunc(c.Spec.Services, mayNeedSystemUser) {
		return fmt.Errorf("%s has not been verified yet, so it has not been asked yet. Wait, or run: %s", c.Name,
			commandOn(c, "verify"))
	}
	return fmt.Errorf("%s has no service with a system user, so it cannot be asked: it delegates the API itself. Send it "+
		"the guide: %s", c.Name, commandOn(c, "guide"))
}

// mayNeedSystemUser reports whether the access to a service is a system user, or is unknown because the service is a
// Supplier's own.
func mayNeedSystemUser(listed v1alpha1.CustomerService) bool {
	service, isBuiltIn := services.Of(nil, listed.Name)
	return !isBuiltIn || service.NeedsSystemUser()
}

// reasonNotToAsk returns why a customer is not to be asked again for a system user, "" if it is.
func reasonNotToAsk(c *v1alpha1.CustomerIntegration, a v1alpha1.Authorization, now time.Time) string {
	switch {
	case isRefusal(a):
		return ""
	case a.State == v1alpha1.AuthorizationGranted:
		return "the customer has given access."
	case a.ConfirmURL != "":
		return "the customer has an open request. Send it the link: " + a.ConfirmURL
	case a.State == v1alpha1.AuthorizationAwaitingApproval && a.Since != nil && now.Sub(a.Since.Time) < effectTime:
		return "the customer has approved; Maskinporten knows the system user within an hour. Wait."
	case a.State == v1alpha1.AuthorizationAwaitingApproval:
		return ""
	default:
		return "the customer has not been asked yet. See: " + commandOn(c, "why")
	}
}

// errNotConfirmed means that the person did not confirm.
var errNotConfirmed = errors.New("nothing was changed")

// confirmAsking explains what asking again does, and asks the person for confirmation.
func (p *Program) confirmAsking(view *rollout.Customer, yes bool, lang language.Language) error {
	_, _ = fmt.Fprintln(p.ErrOut, words.Text(lang, "ask.explain", "customer", view.Title,
		"number", rollout.Organization(view.Organization), "state", chips(view.Services, lang, p.Now())))
	switch {
	case yes:
		return nil
	case !p.Terminal.In:
		return errors.New("asking a customer again needs a confirmation: add --yes")
	}
	_, _ = fmt.Fprint(p.ErrOut, words.Text(lang, "ask.question")+" ")
	answer, err := bufio.NewReader(p.In).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if !isYes(answer) {
		return errNotConfirmed
	}
	return nil
}

// isYes reports whether an answer is a yes, in either language.
func isYes(answer string) bool {
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes", "j", "ja":
		return true
	default:
		return false
	}
}

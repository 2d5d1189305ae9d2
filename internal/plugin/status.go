package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

// statusOptions are the flags of status.
type statusOptions struct {
	selection
	states  []string
	waiting span
	turn    string
	failing bool
	search  string
	sort    string
	output  string
	lang    languageFlag
}

// newStatusCommand returns "kubectl cint status".
func newStatusCommand(p *Program) *cobra.Command {
	var o statusOptions
	cmd := &cobra.Command{
		Use:   "status [NAME...]",
		Short: "List customers: state, services, whose turn it is",
		Long: `Lists customers: the state of their access, whose turn it is and since when, and their last data. Who needs
attention first comes first.

States: ` + strings.Join(stateNames(), ", ") + `.`,
		Example: `  kubectl cint status -A
  kubectl cint status --waiting 14d
  kubectl cint status --state Withdrawn,Rejected
  kubectl cint status -A --search tiger
  kubectl cint status --failing -o name | xargs kubectl get -o wide
  kubectl cint status -A -o csv > customers.csv`,
		ValidArgsFunction: p.completeNames,
		RunE: func(cmd *cobra.Command, names []string) error {
			return p.status(cmd.Context(), &o, names)
		},
	}
	f := cmd.Flags()
	o.addSelector(cmd)
	o.addAllNamespaces(cmd)
	o.lang.add(cmd)
	f.StringSliceVar(&o.states, "state", nil, "only customers with a service in one of these states")
	f.Var(&o.waiting, "waiting", "only customers who have been awaited for at least this long, such as 14d")
	f.StringVar(&o.turn, "turn", "", "only customers where it is this actor's turn: "+strings.Join(actorNames(), ", "))
	f.BoolVar(&o.failing, "failing", false, "only customers whose runs fail")
	f.StringVar(&o.search, "search", "", "only customers with this in name or organization number")
	f.StringVar(&o.sort, "sort", string(rollout.ByState), "order: "+strings.Join(sortNames(), ", "))
	f.StringVarP(&o.output, "output", "o", "", "format: "+strings.Join(statusFormats[1:], ", "))
	for flag, values := range map[string][]string{
		"state": stateNames(), "turn": actorNames(), "sort": sortNames(), "output": statusFormats[1:],
	} {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	return cmd
}

// status lists customers.
func (p *Program) status(ctx context.Context, o *statusOptions, names []string) error {
	lang, err := o.lang.of(p)
	if err != nil {
		return err
	}
	query, err := o.query()
	if err != nil {
		return err
	}
	if !slices.Contains(statusFormats, o.output) {
		return fmt.Errorf("-o is %q: write one of %s", o.output, strings.Join(statusFormats[1:], ", "))
	}
	if err := o.check(names); err != nil {
		return err
	}
	views, err := p.views(ctx, &o.selection)
	if err != nil {
		return err
	}
	t := statusTable{
		rows: rollout.Select(views, query, p.Now()), total: len(views), spaces: o.allNamespaces,
		lang: lang, now: p.Now(), colors: p.Colors && p.Terminal.Out,
	}
	return p.printStatus(o.output, &t)
}

// views reads and describes the selected customers.
func (p *Program) views(ctx context.Context, s *selection) ([]rollout.Customer, error) {
	c, namespace, err := p.cluster()
	if err != nil {
		return nil, err
	}
	customers, err := s.customers(ctx, c, namespace)
	if err != nil {
		return nil, err
	}
	suppliers, err := listSuppliers(ctx, c)
	if err != nil {
		return nil, err
	}
	return viewsOf(customers, suppliers), nil
}

// query returns the query of the flags.
func (o *statusOptions) query() (rollout.Query, error) {
	q := rollout.Query{Text: o.search, WaitingFor: time.Duration(o.waiting)}
	names := o.states
	if o.failing {
		names = append(slices.Clone(names), string(rollout.Failing))
	}
	for _, name := range names {
		state, err := oneOf("--state", name, stateNames())
		if err != nil {
			return q, err
		}
		q.States = append(q.States, rollout.State(state))
	}
	if o.turn != "" {
		turn, err := oneOf("--turn", o.turn, actorNames())
		if err != nil {
			return q, err
		}
		q.Turn = v1alpha1.Actor(turn)
	}
	key, err := oneOf("--sort", o.sort, sortNames())
	q.Sort = rollout.SortKey(key)
	return q, err
}

// oneOf returns the one of some values that a person wrote, in any case.
func oneOf(flag, written string, values []string) (string, error) {
	for _, value := range values {
		if strings.EqualFold(value, written) {
			return value, nil
		}
	}
	return "", fmt.Errorf("%s is %q: write one of %s", flag, written, strings.Join(values, ", "))
}

func stateNames() []string { return namesOf(rollout.States()) }

func sortNames() []string { return namesOf(rollout.SortKeys()) }

func actorNames() []string {
	return namesOf([]v1alpha1.Actor{
		v1alpha1.ActorCustomer, v1alpha1.ActorSupplier, v1alpha1.ActorPlatformTeam, v1alpha1.ActorNAV, v1alpha1.ActorDigdir,
	})
}

// namesOf returns values as strings.
func namesOf[T ~string](values []T) []string {
	names := make([]string, 0, len(values))
	for _, value := range values {
		names = append(names, string(value))
	}
	return names
}

// title returns a column's title, in capitals as kubectl's.
func title(lang language.Language, column string) string { return words.Text(lang, "column."+column) }

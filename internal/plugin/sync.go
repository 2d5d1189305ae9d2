package plugin

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/rollout"
)

// syncTimeout is how long sync waits by default.
const syncTimeout = 10 * time.Minute

// newSyncCommand returns "kubectl cint sync".
func newSyncCommand(p *Program) *cobra.Command {
	var timeout time.Duration
	var lang languageFlag
	cmd := &cobra.Command{
		Use:   "sync NAME",
		Short: "Verify a customer and run its services now, and wait for the results",
		Long: `Requests a verification and a run of each service, and waits for the results. The operator starts a run
after the one that is going on, and only where access is granted. It never sends the customer another
request. If you press Ctrl-C, the request stands.

Exit codes: 0 every run succeeded, 1 an error, 2 a run failed or is not allowed, 3 no result yet.`,
		Example:           `  kubectl cint sync dynamisk-altetende-tiger`,
		Args:              oneCustomer,
		ValidArgsFunction: p.completeName,
		RunE: func(cmd *cobra.Command, names []string) error {
			l, err := lang.of(p)
			if err != nil {
				return err
			}
			return p.sync(cmd.Context(), names[0], timeout, l)
		},
	}
	lang.add(cmd)
	cmd.Flags().DurationVar(&timeout, "timeout", syncTimeout, "how long to wait")
	return cmd
}

// sync requests runs of a customer and waits for the results.
func (p *Program) sync(ctx context.Context, name string, timeout time.Duration, lang language.Language) error {
	c, customer, err := p.findOne(ctx, name)
	if err != nil {
		return err
	}
	if !customer.Syncs() {
		return fmt.Errorf("%s has spec.sync: Disabled, so it has no runs. Verify its access: %s",
			customer.Name, commandOn(customer, "verify"))
	}
	value, only := p.requestValue(), []v1alpha1.CustomerIntegration{*customer}
	if err := request(ctx, c, only, v1alpha1.AnnotationReconcileRequestedAt, value); err != nil {
		return err
	}
	r := &requestedRuns{
		verification: p.newVerification(c, value, lang), client: c,
		runs: map[v1alpha1.ServiceName]types.UID{}, before: lastRuns(customer),
	}
	return p.newPursuit(only, timeout, lang, r.judge).run(ctx, c, scopeOf(only)...)
}

// lastRuns returns the UID of the Job that ended last, by service.
func lastRuns(c *v1alpha1.CustomerIntegration) map[v1alpha1.ServiceName]string {
	last := map[v1alpha1.ServiceName]string{}
	for i := range c.Status.Services {
		last[c.Status.Services[i].Name] = c.Status.Services[i].Sync.LastRun.JobUID
	}
	return last
}

// requestedRuns judges whether the requested runs of a customer have ended.
type requestedRuns struct {
	*verification
	client client.Reader
	// runs has the UIDs of the requested Jobs that were found.
	runs map[v1alpha1.ServiceName]types.UID
	// before has the Jobs that had ended before the request.
	before map[v1alpha1.ServiceName]string
}

// judge judges a customer.
func (r *requestedRuns) judge(ctx context.Context, c *v1alpha1.CustomerIntegration) judgment {
	j := r.verification.judge(ctx, c)
	if !j.done || j.code == ExitNoResult {
		return j
	}
	all, view := judgment{done: true}, r.suppliers.view(ctx, c)
	for i := range c.Status.Services {
		of := serviceOf(&view, c.Status.Services[i].Name)
		one := r.judgeService(ctx, c, &c.Status.Services[i], of)
		all.done = all.done && one.done
		all.code = worse(all.code, one.code)
		if all.text != "" {
			all.text += "; "
		}
		all.text += of.Title(r.lang) + ": " + one.text
	}
	return all
}

// judgeService judges one service of a verified customer.
func (r *requestedRuns) judgeService(
	ctx context.Context, c *v1alpha1.CustomerIntegration, s *v1alpha1.CustomerServiceStatus, view rollout.Service,
) judgment {
	switch {
	case s.Sync.ActiveSince == nil && s.Authorization.State == v1alpha1.AuthorizationGranted && !isBlocked(c):
		return judgment{text: words.Text(r.lang, "sync.preparing")}
	case s.Sync.ActiveSince == nil:
		return judgment{done: true, code: ExitBad, text: words.Text(r.lang, "sync.notAllowed", "state",
			rollout.Chip(view, r.lang, r.now()))}
	case s.Sync.RequestedJobName != naming.RequestedJob(c.Name, s.Name, r.value):
		return judgment{text: words.Text(r.lang, "sync.queued")}
	case !r.hasEnded(ctx, c, s):
		return judgment{text: words.Text(r.lang, "sync.running")}
	case s.Sync.LastRun.Outcome == v1alpha1.SyncSucceeded:
		return judgment{done: true, text: words.Text(r.lang, "sync.succeeded")}
	default:
		return judgment{done: true, code: ExitBad, text: failureText(c, s, r.lang)}
	}
}

// hasEnded reports whether the last run in the status is the requested one. If its Job cannot be read, it is any run
// that ended after the request.
func (r *requestedRuns) hasEnded(
	ctx context.Context, c *v1alpha1.CustomerIntegration, s *v1alpha1.CustomerServiceStatus,
) bool {
	if uid := r.jobUID(ctx, c.Namespace, s); uid != "" {
		return s.Sync.LastRun.JobUID == string(uid)
	}
	return s.Sync.LastRun.JobUID != r.before[s.Name]
}

// jobUID returns the UID of the Job of the request, or of the first run, which serves as the requested one if access
// was just granted. It is "" if neither can be read.
func (r *requestedRuns) jobUID(ctx context.Context, namespace string, s *v1alpha1.CustomerServiceStatus) types.UID {
	if uid := r.runs[s.Name]; uid != "" {
		return uid
	}
	for _, name := range []string{s.Sync.RequestedJobName, s.Sync.FirstJobName} {
		var job batchv1.Job
		if name != "" && r.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &job) == nil {
			r.runs[s.Name] = job.UID
			return job.UID
		}
	}
	return ""
}

// isBlocked reports whether a person must change something before runs are allowed.
func isBlocked(c *v1alpha1.CustomerIntegration) bool {
	return meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionStalled) || c.Spec.Suspend
}

// failureText reports why a run failed, and where its log is.
func failureText(c *v1alpha1.CustomerIntegration, s *v1alpha1.CustomerServiceStatus, lang language.Language) string {
	reason := s.Sync.LastRun.Reason
	if s.Sync.LastRun.Cause != "" {
		reason += "/" + s.Sync.LastRun.Cause
	}
	return words.Text(lang, "sync.failed", "reason", reason, "command", logsCommand(c, s.Name))
}

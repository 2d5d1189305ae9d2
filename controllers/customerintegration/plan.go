package customerintegration

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/failpoint"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/syncjob"
)

// action is one thing to do at the API server. Exactly one of its objects is set.
type action struct {
	// what it does, for logs, errors and tests: "apply CronJob tiger-plans-88dda638 suspended".
	what string
	// apply is a configuration to apply by server-side apply; force, if it may take fields from others.
	apply runtime.ApplyConfiguration
	force bool
	// cronJob is a CronJob to create, or to make the one that is there equal to.
	cronJob *batchv1.CronJob
	// spread says that it is done in turn with other customers': very many may be due at once.
	spread bool
	// blocked is why the action cannot be done now.
	blocked error
	// suspend is a CronJob to suspend, of which nothing else is known any more.
	suspend *batchv1.CronJob
	// create is an object to create; that it is there already is as good.
	create client.Object
	// remove is an object to delete, with what it owns.
	remove client.Object
	// run is the service of which it makes a run beside the schedule, "" if it makes none.
	run v1alpha1.ServiceName
	// failpoint is passed once it is done.
	failpoint string
	// event and note are told once it is done, if it is worth telling.
	event, note string
}

// plan lists what is to be done at the API server for a customer's jobs, in order: what is there is compared with what
// shall be. It is asked after the status has been written. Pure.
func plan(s *scope) ([]action, error) {
	var actions []action
	for _, wanted := range s.customer.Spec.Services {
		planned, err := planService(s, wanted.Name)
		if err != nil {
			return nil, err
		}
		actions = append(actions, planned...)
	}
	for _, orphan := range s.children.Orphans {
		actions = append(actions, action{what: fmt.Sprintf("delete %s", titleOf(orphan)), remove: orphan})
	}
	return actions, nil
}

// planService plans one service. If sync is not allowed, its CronJob is suspended and its Jobs end; if sync is paused, Jobs
// that run go on. If sync is allowed, its account and its CronJob are brought to the desired state, and then the first Job is
// made.
func planService(s *scope, name v1alpha1.ServiceName) ([]action, error) {
	c := s.children.Of(name)
	may, reason := entitlement.MaySync(s.supplier, s.customer, name)
	if entitlement.Paused(reason) {
		return suspend(c), nil
	}
	if !may {
		return append(suspend(c), stopJobs(c)...), nil
	}
	if c.Conflict != "" || c.LeftOver {
		return nil, nil
	}
	if s.brokerErr != nil { // what is there goes on as it is
		return []action{{what: "apply CronJob " + naming.Child(s.customer.Name, name), blocked: s.brokerErr}}, nil //nolint:nilerr // Executing the action reports it.
	}
	text, ok := scheduleText(s, name, c)
	if !ok {
		return nil, nil // there is none yet, and its schedule cannot be understood
	}
	desired, err := desiredOf(s, name).CronJob(text)
	if err != nil {
		return nil, err
	}
	actions, err := planCronJob(s, name, c, desired)
	if err != nil {
		return nil, err
	}
	if wanted := wantedJob(s, name, c, desired); wanted != nil && mayRunNow(s, name, c) {
		actions = append(actions, *wanted)
	}
	return actions, nil
}

// wantedJob plans the Job that is to be made beside the schedule, nil if none is.
func wantedJob(s *scope, name v1alpha1.ServiceName, c *syncjob.Child, desired *batchv1.CronJob) *action {
	if first := planFirstJob(s, name, c, desired); first != nil {
		return first
	}
	return planRequestedJob(s, name, c, desired)
}

// mayRunNow reports whether a Job may be made beside the schedule: none runs, and the last ones were not made a moment ago.
// What is wanted meanwhile is made later, once: its name is that of the last wish.
func mayRunNow(s *scope, name v1alpha1.ServiceName, c *syncjob.Child) bool {
	return !syncjob.HasRunningJob(c) && !runAt(s, name).After(s.now)
}

// planCronJob brings account and CronJob to what they shall be.
func planCronJob(s *scope, name v1alpha1.ServiceName, c *syncjob.Child, desired *batchv1.CronJob) ([]action, error) {
	var actions []action
	account := desiredOf(s, name).Account()
	accountDiffers, err := syncjob.MetadataDiffers(c, account)
	if err != nil {
		return nil, err
	}
	if accountDiffers {
		actions = append(actions, action{what: "apply ServiceAccount " + *account.Name, apply: account, force: c.AccountIsOurs})
	}
	differ, err := syncjob.CronJobDiffers(desired, c.CronJob, c.Admitted)
	if err != nil || !differ {
		return actions, err
	}
	apply := action{what: "apply CronJob " + desired.Name, cronJob: desired, spread: c.CronJob != nil && !syncjob.Suspended(c.CronJob)}
	switch {
	case c.CronJob == nil && knownSync(s.before, name).CronJobName != "":
		apply.event, apply.note = madeAnew(desired.Name)
	case c.CronJob != nil && syncjob.Edited(c.CronJob, desired):
		apply.event, apply.note = v1alpha1.EventCronJobRestored, restoredFrom(desired.Name, nil)
	}
	return append(actions, apply), nil
}

// madeAnew tells that a CronJob was deleted by somebody else.
func madeAnew(cronJob string) (event, note string) {
	return v1alpha1.EventCronJobRestored, fmt.Sprintf(
		"CronJob %s was deleted and has been created again. To stop the customer's jobs, set spec.suspend or spec.sync.", cronJob)
}

// scheduleText gives the expression for the CronJob. While a schedule cannot be understood, a CronJob that is there keeps
// the one it has.
func scheduleText(s *scope, name v1alpha1.ServiceName, c *syncjob.Child) (string, bool) {
	parsed, err := runningSchedule(s, name)
	if err == nil {
		return parsed.String(), true
	}
	if c.CronJob == nil {
		return "", false
	}
	return c.CronJob.Spec.Schedule, true
}

// suspend suspends a CronJob for which nothing may flow. It takes the hash of what was applied away: one that is not
// suspended and has none was let loose by somebody else.
func suspend(c *syncjob.Child) []action {
	if c.CronJob == nil || syncjob.Suspended(c.CronJob) {
		return nil
	}
	a := action{what: "suspend CronJob " + c.CronJob.Name, suspend: c.CronJob, failpoint: failpoint.CronJobSuspended}
	if c.CronJob.Annotations[v1alpha1.AnnotationApplied] == "" {
		a.event, a.note = v1alpha1.EventCronJobRestored, fmt.Sprintf(
			"CronJob %s was resumed although sync is not allowed, and is suspended again: see the condition Ready.", c.CronJob.Name)
	}
	return []action{a}
}

// stopJobs ends the Jobs of a service for which nothing may flow.
func stopJobs(c *syncjob.Child) []action {
	var actions []action
	for i := range c.Jobs {
		job := &c.Jobs[i]
		if finished, _ := syncjob.FinishOf(job); !finished.IsZero() || !job.DeletionTimestamp.IsZero() {
			continue
		}
		actions = append(actions, action{
			what: "delete Job " + job.Name, remove: job,
			event: v1alpha1.EventRunStopped,
			note:  fmt.Sprintf("Job %s is stopped, for nothing may flow any more: see the condition Ready.", job.Name),
		})
	}
	return actions
}

// planFirstJob makes the first Job after access was given, out of a CronJob that is in place. It is made once for each
// time that access was given.
func planFirstJob(s *scope, name v1alpha1.ServiceName, c *syncjob.Child, desired *batchv1.CronJob) *action {
	first := firstJobNameOf(s.customer, name)
	if first == "" || c.CronJob == nil || syncjob.Suspended(c.CronJob) {
		return nil
	}
	if knownSync(s.customer, name).FirstJobName == first || syncjob.HasJob(c, first) {
		return nil
	}
	return &action{
		what: "create Job " + first, create: syncjob.JobNow(desired, c.CronJob, first), run: name, failpoint: failpoint.FirstJobCreated,
		event: v1alpha1.EventFirstRunStarted,
		note:  fmt.Sprintf("%s: access was given, and a first run is made at once by Job %s.", name, first),
	}
}

// planRequestedJob makes a Job for a request that has been answered, once: whoever asks for a verification wants to see
// data flow too.
func planRequestedJob(s *scope, name v1alpha1.ServiceName, c *syncjob.Child, desired *batchv1.CronJob) *action {
	job := requestedJobNameOf(s.customer, name)
	if job == "" || c.CronJob == nil || syncjob.Suspended(c.CronJob) {
		return nil
	}
	if knownSync(s.customer, name).RequestedJobName == job || syncjob.HasJob(c, job) {
		return nil
	}
	return &action{what: "create Job " + job, create: syncjob.JobNow(desired, c.CronJob, job), run: name}
}

// titleOf names an object for people.
func titleOf(o client.Object) string {
	kind := o.GetObjectKind().GroupVersionKind().Kind
	if kind == "" {
		kind = "CronJob" // a typed object of the cache has none
	}
	return kind + " " + o.GetName()
}

// desiredOf returns what the objects of a service are made from.
func desiredOf(s *scope, name v1alpha1.ServiceName) syncjob.Desired {
	return syncjob.Desired{Customer: s.customer, Supplier: s.supplier, Service: name, Image: s.image, Broker: s.broker}
}

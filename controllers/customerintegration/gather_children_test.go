package customerintegration

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/syncjob"
)

var errUnlisted = errors.New("listing failed")

// made returns an object that was made for the tiger, under a name and an owner.
func made(o client.Object, name string, owners ...metav1.OwnerReference) client.Object {
	o.SetName(name)
	o.SetNamespace("customers")
	o.SetUID(types.UID("uid of " + name))
	o.SetOwnerReferences(owners)
	o.SetLabels(map[string]string{
		v1alpha1.LabelManagedBy: v1alpha1.ManagedBy, v1alpha1.LabelIntegration: "dynamisk-altetende-tiger",
	})
	return o
}

// owned refers to the controller of an object.
func owned(kind, name string, uid types.UID) metav1.OwnerReference {
	version := "v1"
	switch kind {
	case "CustomerIntegration":
		version = v1alpha1.GroupVersion.String()
	case "CronJob", "Job":
		version = batchv1.SchemeGroupVersion.String()
	}
	return metav1.OwnerReference{APIVersion: version, Kind: kind, Name: name, UID: uid, Controller: new(true)}
}

// ownedByTiger and ownedByOther refer to the customer, and to one that had its name before.
func ownedByTiger() metav1.OwnerReference {
	return owned("CustomerIntegration", "dynamisk-altetende-tiger", uid)
}

func ownedByOther() metav1.OwnerReference {
	return owned("CustomerIntegration", "dynamisk-altetende-tiger", "another")
}

// makeObserver returns a reconciler that finds children by their label at an API server that holds some.
func makeObserver(t *testing.T, there ...client.Object) (*Reconciler, *fixture.Recorded) {
	t.Helper()
	server := fixture.Server(t, there...)
	return &Reconciler{Client: server, Live: server, Children: fixture.FindChildren(server)}, server
}

// childLines lists what was found: the account, CronJob, Jobs and pods of each service, and the orphans.
func childLines(found syncjob.Children) []string {
	var all []string
	for name, c := range found.Services {
		short := strings.ToLower(string(name)) + ": "
		if c.Account != nil {
			all = append(all, short+titleOf(c.Account))
		}
		if c.CronJob != nil {
			all = append(all, short+titleOf(c.CronJob))
		}
		for i := range c.Jobs {
			all = append(all, short+"Job "+c.Jobs[i].Name)
		}
		for i := range c.Pods {
			all = append(all, short+"Pod "+c.Pods[i].Name)
		}
	}
	for _, o := range found.Orphans {
		all = append(all, "orphan: "+titleOf(o))
	}
	slices.Sort(all)
	return all
}

// TestGatherChildren verifies that objects are a customer's by their controller, never by a label or a name alone.
func TestGatherChildren(t *testing.T) {
	const left = "left-over"
	plans, notes := tigerPlans, naming.Child("dynamisk-altetende-tiger", fixture.SickNotes)
	ofPlans, ofNotes := owned("CronJob", plans, types.UID("uid of "+plans)), owned("CronJob", notes,
		types.UID("uid of "+notes))
	ofJob := owned("Job", "run", "uid of run")
	account, cronJob := func() client.Object { return &corev1.ServiceAccount{} }, func() client.Object {
		return &batchv1.CronJob{}
	}
	job, pod := func() client.Object { return &batchv1.Job{} }, func() client.Object { return &corev1.Pod{} }
	inPlace := []client.Object{made(account(), plans, ownedByTiger()), made(cronJob(), plans, ownedByTiger())}
	foundPlans := []string{"followupplans: CronJob " + plans, "followupplans: ServiceAccount " + plans}
	cases := map[string]struct {
		reason string
		there  []client.Object
		want   []string
	}{
		"nothing":  {reason: "nothing has been made", want: nil},
		"in-place": {reason: "one service's", there: inPlace, want: foundPlans},
		"ran": {
			reason: "with what it has run",
			there:  append(inPlace, made(job(), "run", ofPlans), made(pod(), "run-pod", ofJob)),
			want:   append(slices.Clone(foundPlans), "followupplans: Job run", "followupplans: Pod run-pod"),
		},
		"both": {
			reason: "each its own",
			there: append(inPlace, made(cronJob(), notes, ownedByTiger()), made(job(), "run", ofNotes),
				made(pod(), "run-pod", ofJob)),
			want: append(slices.Clone(foundPlans), "sicknotes: CronJob "+notes, "sicknotes: Job run", "sicknotes: Pod run-pod"),
		},
		"left-over": {
			reason: "its service is no longer listed, or the name was computed otherwise once",
			there:  append(inPlace, made(account(), left, ownedByTiger()), made(cronJob(), left, ownedByTiger())),
			want:   append(slices.Clone(foundPlans), "orphan: CronJob "+left, "orphan: ServiceAccount "+left),
		},
		"not-ours": {
			reason: "they have our name and no owner",
			there:  []client.Object{made(account(), plans), made(cronJob(), plans)}, want: nil,
		},
		"predecessor's": {
			reason: "they go with the customer that had its name before",
			there:  []client.Object{made(account(), plans, ownedByOther()), made(cronJob(), plans, ownedByOther())},
			want:   nil,
		},
		"labelled-only": {
			reason: "other objects have our labels",
			there:  []client.Object{made(account(), left), made(cronJob(), left)}, want: nil,
		},
		"other-cronjobs": {
			reason: "another Job has our labels",
			there:  append(inPlace, made(job(), "run"), made(pod(), "run-pod", ofJob)), want: foundPlans,
		},
		"left-overs-job": {
			reason: "it goes with what made it",
			there: append(inPlace, made(cronJob(), left, ownedByTiger()),
				made(job(), "run", owned("CronJob", left, types.UID("uid of "+left)))),
			want: append(slices.Clone(foundPlans), "orphan: CronJob "+left),
		},
		"other-jobs-pod": {
			reason: "another pod has our labels",
			there: append(inPlace, made(job(), "run", ofPlans), made(pod(), "a-pod"),
				made(pod(), "b-pod", owned("Job", "run", "another"))),
			want: append(slices.Clone(foundPlans), "followupplans: Job run"),
		},
		"without-cronjob": {
			reason: "their owner is unknown",
			there:  []client.Object{made(job(), "run", ofPlans), made(pod(), "run-pod", ofJob)}, want: nil,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, server := makeObserver(t, c.there...)
			s := makeCustomer().services(fixture.FollowUpPlans, fixture.SickNotes).s
			if err := s.gather(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			slices.Sort(c.want)
			if diff := cmp.Diff(c.want, childLines(s.children)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if len(s.children.Services) != 2 || len(server.Calls) != 0 {
				t.Errorf("%d services, and more than lists were read: %v", len(s.children.Services), server.Calls)
			}
			for name, found := range s.children.Services {
				if found.Conflict.Exists() {
					t.Errorf("%s: %v", name, found)
				}
			}
		})
	}
}

// TestGatherDeletedPods verifies the order of a deleted pod and the one that replaced it in the same second: the last
// one shows how the run ended.
func TestGatherDeletedPods(t *testing.T) {
	cronJob := made(&batchv1.CronJob{}, tigerPlans, ownedByTiger())
	job := fixture.Job(cronJob.(*batchv1.CronJob), "run", true)
	evicted, last := fixture.Pod(&job, fixture.ReportedNAV), fixture.Pod(&job, fixture.ReportedWell)
	evicted.Name, evicted.UID = "evicted", "evicted"
	for _, o := range []client.Object{&job, &last} {
		o.SetLabels(cronJob.GetLabels())
	}
	r, _ := makeObserver(t, cronJob, &job, &last)
	r.deletedPods.Note(job.UID, &evicted, fixture.Noon)
	s := makeCustomer().s
	if err := s.gather(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	c := s.children.Of(fixture.FollowUpPlans)
	if len(c.Pods) != 2 || c.Pods[0].Name != evicted.Name {
		t.Fatalf("%d pods", len(c.Pods))
	}
	if runs := syncjob.RunsOf(c); len(runs) != 1 || runs[0].Outcome != v1alpha1.SyncSucceeded {
		t.Errorf("%+v", runs)
	}
}

// kindless is an API server: it leaves the kind out of what it knows the type of.
type kindless struct{ client.Client }

// Get leaves the kind out.
func (k kindless) Get(ctx context.Context, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
	err := k.Client.Get(ctx, key, o, options...)
	if cronJob, ok := o.(*batchv1.CronJob); ok {
		cronJob.TypeMeta = metav1.TypeMeta{}
	}
	return err
}

// List leaves the kind out.
func (k kindless) List(ctx context.Context, list client.ObjectList, options ...client.ListOption) error {
	err := k.Client.List(ctx, list, options...)
	if cronJobs, ok := list.(*batchv1.CronJobList); ok {
		for i := range cronJobs.Items {
			cronJobs.Items[i].TypeMeta = metav1.TypeMeta{}
		}
	}
	return err
}

// TestObservedIsWhatWasApplied verifies that applied objects do not differ from those that are read, from the cache or
// from the API server.
func TestObservedIsWhatWasApplied(t *testing.T) {
	unseen := func(context.Context, client.ObjectList, types.NamespacedName) error { return nil }
	b := makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{FirstJobName: tigerFirst})
	account := desiredFor(b.s, fixture.FollowUpPlans).Account()
	server := kindless{fixture.Server(t, b.s.children.Of(fixture.FollowUpPlans).CronJob, account)}
	for name, find := range map[string]syncjob.FindChildren{"listed": fixture.FindChildren(server), "unseen": unseen} {
		t.Run(name, func(t *testing.T) {
			r := &Reconciler{Client: server, Live: server, Children: find}
			if err := b.s.gather(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			if err := b.s.gatherMissing(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			if actions, err := planOf(b.s.verdict()); err != nil || len(actions) != 0 {
				t.Errorf("there is something to do: %v, %v", actions, err)
			}
		})
	}
}

// TestGatherChildrenFails verifies that the error names the kind that could not be listed.
func TestGatherChildrenFails(t *testing.T) {
	for kind, list := range map[string]client.ObjectList{
		"ServiceAccounts": &metav1.PartialObjectMetadataList{}, "CronJobs": &batchv1.CronJobList{},
		"Jobs": &batchv1.JobList{}, "Pods": &corev1.PodList{},
	} {
		t.Run(kind, func(t *testing.T) {
			r := &Reconciler{Children: func(_ context.Context, into client.ObjectList, _ types.NamespacedName) error {
				if reflect.TypeOf(into) == reflect.TypeOf(list) {
					return errUnlisted
				}
				return nil
			}}
			if err := makeCustomer().s.gather(t.Context(), r); !errors.Is(err, errUnlisted) ||
				!strings.HasPrefix(err.Error(), "listing "+kind+":") {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestFindIndexed finds one customer's children among others'.
func TestFindIndexed(t *testing.T) {
	pod := func(namespace, name, customer string) client.Object {
		o := made(&corev1.Pod{}, name)
		o.SetNamespace(namespace)
		o.GetLabels()[v1alpha1.LabelIntegration] = customer
		return o
	}
	find := syncjob.FindIndexed(fake.NewClientBuilder().
		WithIndex(&corev1.Pod{}, syncjob.IndexIntegration, syncjob.CustomerOf).
		WithObjects(
			pod("customers", "a", "tiger"), pod("customers", "b", "tiger"), pod("customers", "c", "giraffe"),
			pod("elsewhere", "d", "tiger"),
		).Build())
	for customer, want := range map[string][]string{"tiger": {"a", "b"}, "giraffe": {"c"}, "lion": nil} {
		t.Run(customer, func(t *testing.T) {
			list := &corev1.PodList{}
			if err := find(t.Context(), list, types.NamespacedName{Namespace: "customers", Name: customer}); err != nil {
				t.Fatal(err)
			}
			var got []string
			for i := range list.Items {
				got = append(got, list.Items[i].Name)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestGatherMissing verifies that only objects that should exist, or did, and are not in the cache are read from the
// API server. Ours count as if the cache had them.
func TestGatherMissing(t *testing.T) {
	const lookAccount = "get ServiceAccount " + tigerPlans
	const foundAccount, foundCronJob = "followupplans: ServiceAccount " + tigerPlans, "followupplans: CronJob " +
		tigerPlans
	account := func(owners ...metav1.OwnerReference) client.Object {
		return made(&corev1.ServiceAccount{}, tigerPlans, owners...)
	}
	cronJob := func(owners ...metav1.OwnerReference) client.Object {
		return made(&batchv1.CronJob{}, tigerPlans, owners...)
	}
	job := made(&batchv1.Job{}, "run", owned("CronJob", tigerPlans, types.UID("uid of "+tigerPlans)))
	pod := made(&corev1.Pod{}, "run-pod", owned("Job", "run", "uid of run"))
	first := func() customerBuilder { return makeCustomer().granted(0) }
	granted := func() customerBuilder { return first().synced(v1alpha1.ServiceSync{}) }
	// withdrawn is a customer whose access is gone and whose CronJob was there.
	withdrawn := func() customerBuilder {
		return granted().with(withdrawn).synced(v1alpha1.ServiceSync{CronJobName: tigerPlans})
	}
	withoutAccount := func(s *scope) {
		s.children.Of(fixture.FollowUpPlans).Account = nil
	}
	withoutCronJob := func(s *scope) {
		s.children.Of(fixture.FollowUpPlans).CronJob = nil
	}
	cases := map[string]struct {
		reason   string
		pass     customerBuilder
		there    []client.Object
		want     []string // looks
		leftOver bool
		conflict string
		found    []string // what there is afterwards
	}{
		"no-access": {reason: "nothing shall be made", pass: makeCustomer()},
		"not-wanted": {
			reason: "nothing shall be made",
			pass:   granted().with(func(s *scope) { s.customer.Spec.Sync = v1alpha1.SyncDisabled }),
		},
		"suspended":   {reason: "nothing shall be made now", pass: granted().suspended()},
		"no-supplier": {reason: "nothing shall be made", pass: granted().with(func(s *scope) { s.supplier = nil })},
		"withdrawn": {
			reason: "nothing shall be made, and nothing was",
			pass:   granted().answered(maskinporten.ClassNotDelegated),
		},
		"in-place": {
			reason: "nothing is missing: no steady pass costs a request", pass: granted().inPlace(),
			found: []string{foundCronJob, foundAccount},
		},
		"granted":       {reason: "nothing is in the way", pass: granted(), want: []string{lookCronJob, lookAccount}},
		"granted-first": {reason: "what is in the way is met when it is to be made", pass: first()},
		"granted-now":   {reason: "the same, in the reconcile that learns of it", pass: makeCustomer().answered("")},
		"granted-taken": {
			reason: "the cache has one that is another's", pass: first().with(func(s *scope) {
				s.children.Services[fixture.FollowUpPlans] = &syncjob.Child{NameTaken: true}
			}),
			there: []client.Object{cronJob()}, want: []string{lookCronJob, lookAccount}, conflict: "CronJob",
		},
		"granted-half": {
			reason: "an account without its CronJob: something went wrong", pass: first().inPlace().with(withoutCronJob),
			want: []string{lookCronJob}, found: []string{foundAccount},
		},
		"without-account": {
			reason: "only what is missing is looked for", pass: granted().inPlace().
				with(withoutAccount), want: []string{lookAccount}, found: []string{foundCronJob},
		},
		"without-cronjob": {
			reason: "only what is missing is looked for", pass: granted().inPlace().
				with(withoutCronJob), want: []string{lookCronJob}, found: []string{foundAccount},
		},
		"lost-label": {
			reason: "they are ours, and lost a label, or are a moment old", there: []client.Object{
				account(ownedByTiger()),
				cronJob(ownedByTiger()),
			},
			pass: granted(), want: []string{lookCronJob, lookAccount}, found: []string{foundCronJob, foundAccount},
		},
		"lost-label-runs": {
			reason: "with its runs", there: []client.Object{cronJob(ownedByTiger()), job, pod},
			pass: granted(), want: []string{lookCronJob, lookAccount}, found: []string{
				foundCronJob, "followupplans: Job run",
				"followupplans: Pod run-pod",
			},
		},
		"other-account": {
			reason: "another client created it", there: []client.Object{account(), cronJob(ownedByTiger())},
			pass: granted(), want: []string{lookCronJob, lookAccount}, conflict: "ServiceAccount", found: []string{foundCronJob},
		},
		"other-cronjob": {
			reason: "another client created it", there: []client.Object{cronJob()},
			pass: granted(), want: []string{lookCronJob, lookAccount}, conflict: "CronJob",
		},
		"predecessor's": {
			reason: "it goes with the customer that had the name before: it is waited for", there: []client.Object{
				cronJob(ownedByOther()),
			},
			pass: granted(), want: []string{lookCronJob, lookAccount}, leftOver: true,
		},
		"both-others": {
			reason: "one is reported, always the same", there: []client.Object{account(), cronJob()},
			pass: granted(), want: []string{lookCronJob, lookAccount}, conflict: "ServiceAccount",
		},
		"withdrawn-lost-label": {
			reason: "what runs where nothing may must be stopped, even without its label", there: []client.Object{
				cronJob(ownedByTiger()), job,
			},
			pass: withdrawn(), want: []string{lookCronJob, lookAccount}, found: []string{foundCronJob, "followupplans: Job run"},
		},
		"withdrawn-gone": {reason: "it was deleted", pass: withdrawn(), want: []string{lookCronJob, lookAccount}},
		"withdrawn-other": {
			reason: "nothing shall be made that it is in the way of", there: []client.Object{cronJob()},
			pass: withdrawn(), want: []string{lookCronJob, lookAccount},
		},
		"withdrawn-seen": {
			reason: "the cache has it", pass: withdrawn().inPlace(),
			found: []string{foundCronJob, foundAccount},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, server := makeObserver(t, c.there...)
			if c.pass.s.children.Services[fixture.FollowUpPlans] == nil {
				c.pass.s.children.Services[fixture.FollowUpPlans] = &syncjob.Child{}
			}
			if err := c.pass.s.gatherMissing(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, server.Calls); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if diff := cmp.Diff(c.found, childLines(c.pass.s.children)); diff != "" {
				t.Errorf("%s: there is (-want +got):\n%s", c.reason, diff)
			}
			found := c.pass.s.children.Of(fixture.FollowUpPlans)
			if found.LeftOver != c.leftOver {
				t.Errorf("%s: it is left over: %t, want %t", c.reason, found.LeftOver, c.leftOver)
			}
			if found.Conflict.Kind != c.conflict {
				t.Errorf("%s: in the way is %q, want %q", c.reason, found.Conflict.Kind, c.conflict)
			}
			f := nameConflict(c.pass.s.verdict())
			if (f != nil) != (c.conflict != "") ||
				(f != nil && !strings.Contains(f.Message, c.conflict+" customers/"+tigerPlans)) {
				t.Errorf("%s: it is said %v", c.reason, f)
			}
		})
	}
}

// TestMissingCronJobOfOneService reads one service's CronJob from the API server while the cache has the other's: no
// run counts twice.
func TestMissingCronJobOfOneService(t *testing.T) {
	plans, notes := tigerPlans, naming.Child("dynamisk-altetende-tiger", fixture.SickNotes)
	hidden := made(&batchv1.CronJob{}, notes, ownedByTiger())
	delete(hidden.GetLabels(), v1alpha1.LabelIntegration)
	r, _ := makeObserver(t,
		made(&batchv1.CronJob{}, plans, ownedByTiger()), hidden,
		made(&batchv1.Job{}, "a", owned("CronJob", plans, types.UID("uid of "+plans))), made(&corev1.Pod{}, "a-pod",
			owned("Job", "a", "uid of a")),
		made(&batchv1.Job{}, "b", owned("CronJob", notes, types.UID("uid of "+notes))), made(&corev1.Pod{}, "b-pod",
			owned("Job", "b", "uid of b")),
	)
	s := makeCustomer().services(fixture.FollowUpPlans, fixture.SickNotes).granted(0).with(func(s *scope) {
		s.customer.Status.Services = append(s.customer.Status.Services, v1alpha1.CustomerServiceStatus{
			Name: fixture.SickNotes, Sync: v1alpha1.ServiceSync{CronJobName: notes},
		})
	}).s
	if err := s.gather(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err := s.gatherMissing(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"followupplans: CronJob " + plans, "followupplans: Job a", "followupplans: Pod a-pod",
		"sicknotes: CronJob " + notes, "sicknotes: Job b", "sicknotes: Pod b-pod",
	}
	if diff := cmp.Diff(want, childLines(s.children)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestGatherMissingFails verifies that nothing is created while the owner of a name is unknown.
func TestGatherMissingFails(t *testing.T) {
	for _, kind := range []string{"ServiceAccount", "CronJob"} {
		r, server := makeObserver(t)
		down := errors.New("down")
		server.Failing["get "+kind+" "+tigerPlans] = down
		s := makeCustomer().granted(0).synced(v1alpha1.ServiceSync{}).s
		if err := s.gatherMissing(t.Context(), r); !errors.Is(err, down) {
			t.Errorf("%s: %v, want %v", kind, err, down)
		}
	}
}

// TestGatherTerminatingPods finds pods that are being deleted and may still run, also if their Job no longer exists.
func TestGatherTerminatingPods(t *testing.T) {
	ofRun := owned("Job", tigerPlans+"-29000000", "uid of a Job that no longer exists")
	cases := map[string]struct {
		reason string
		owner  metav1.OwnerReference
		change func(*corev1.Pod)
		want   bool
	}{
		"running": {reason: "it may still run", owner: ofRun, change: func(*corev1.Pod) {}, want: true},
		"pending": {
			reason: "it may still start",
			owner:  ofRun, change: func(pod *corev1.Pod) { pod.Status.Phase = corev1.PodPending }, want: true,
		},
		"ended": {
			reason: "it has ended",
			owner:  ofRun, change: func(pod *corev1.Pod) { pod.Status.Phase = corev1.PodFailed }, want: false,
		},
		"overdue": {
			reason: "its node may be gone",
			owner:  ofRun, change: func(pod *corev1.Pod) { pod.DeletionTimestamp.Time = fixture.Noon }, want: false,
		},
		"not deleted": {
			reason: "its Job decides",
			owner:  ofRun, change: func(pod *corev1.Pod) { pod.DeletionTimestamp, pod.Finalizers = nil, nil }, want: false,
		},
		"other Job": {
			reason: "it is no run of ours",
			owner:  owned("Job", "x", "y"), change: func(*corev1.Pod) {}, want: false,
		},
		"other kind": {
			reason: "it is no run of ours",
			owner:  owned("Pod", ofRun.Name, "y"), change: func(*corev1.Pod) {}, want: false,
		},
		"other service": {
			reason: "it is another service's run",
			owner:  owned("Job", naming.Child("dynamisk-altetende-tiger", fixture.SickNotes)+"-1", "y"),
			change: func(*corev1.Pod) {}, want: false,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			pod := &corev1.Pod{Status: corev1.PodStatus{Phase: corev1.PodRunning}}
			made(pod, "run-pod", c.owner)
			pod.Finalizers = []string{"example.com/held"} // without one the server would not keep it
			pod.DeletionTimestamp = &metav1.Time{Time: fixture.Noon.Add(time.Minute)}
			c.change(pod)
			r, _ := makeObserver(t, pod)
			s := makeCustomer().services(fixture.FollowUpPlans).s
			if err := s.gather(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			if got := syncjob.HasRunningJob(s.children.Of(fixture.FollowUpPlans)); got != c.want {
				t.Errorf("%s: running %t, want %t", c.reason, got, c.want)
			}
		})
	}
}

// titleOf names an object by kind and name.
func titleOf(o client.Object) string {
	return o.GetObjectKind().GroupVersionKind().Kind + " " + o.GetName()
}

package syncjob

import (
	"encoding/json"
	"fmt"
	"maps"
	"runtime"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/runreport"
)

// BenchmarkCached measures the memory of the objects of a customer in the cache, and as the API server returns them,
// without what indexes and the cache itself need.
func BenchmarkCached(b *testing.B) {
	for name, c := range map[string]struct {
		strip  func(any) (any, error)
		object func(customer int) client.Object
		decode func(text []byte) (any, error)
	}{
		"customer": {StripCustomer, cachedCustomer, decodeJSON[v1alpha1.CustomerIntegration]},
		"cronjob":  {StripCronJob, cachedCronJob, decodeProtobuf[batchv1.CronJob]},
		"job":      {stripJob, func(n int) client.Object { job, _ := cachedRun(n); return job }, decodeProtobuf[batchv1.Job]},
		"pod":      {stripPod, func(n int) client.Object { _, pod := cachedRun(n); return pod }, decodeProtobuf[corev1.Pod]},
		"account":  {StripMetadata, cachedAccount, decodeProtobuf[metav1.PartialObjectMetadata]},
	} {
		for kind, strip := range map[string]func(any) (any, error){
			"stripped": c.strip, "whole": func(o any) (any, error) { return o, nil },
		} {
			b.Run(name+"/"+kind, func(b *testing.B) { measureCached(b, c.object, c.decode, strip) })
		}
	}
}

// withServerMetadata adds what the API server and clients add to an object.
func withServerMetadata(o client.Object, customer int) client.Object {
	o.SetUID(types.UID(fmt.Sprintf("3f1d5a1e-5f0b-4c0e-9c29-%012d", customer)))
	o.SetResourceVersion(fmt.Sprint(1_000_000 + customer))
	o.SetCreationTimestamp(metav1.NewTime(fixture.Noon))
	o.SetManagedFields([]metav1.ManagedFieldsEntry{{
		Manager: FieldOwner, Operation: metav1.ManagedFieldsOperationUpdate, APIVersion: "v1",
		FieldsType: "FieldsV1",
		FieldsV1:   metav1.NewFieldsV1(`{"f:metadata":{"f:labels":{` + strings.Repeat(" ", 1000) + `}}}`),
	}})
	return o
}

func cachedCustomer(n int) client.Object {
	c := makeCustomer().s.customer.DeepCopy()
	c.Name = fmt.Sprintf("customer-%05d", n)
	c.Spec.OrganizationNumber = v1alpha1.OrganizationNumber(fmt.Sprint(310_000_000 + n))
	c.Annotations = map[string]string{corev1.LastAppliedConfigAnnotation: strings.Repeat("x", 1000)}
	now := metav1.NewTime(fixture.Noon)
	for _, kind := range []string{
		v1alpha1.ConditionReady, v1alpha1.ConditionDelegationVerified, v1alpha1.ConditionSyncHealthy,
	} {
		c.Status.Conditions = append(c.Status.Conditions, metav1.Condition{
			Type: kind, Status: metav1.ConditionTrue, Reason: "Delegated", LastTransitionTime: now,
			Message: "FollowUpPlans: the customer has delegated the API to 897757222. Runs succeed.",
		})
	}
	c.Status.Authority = v1alpha1.Authority{
		Issuer: "https://test.maskinporten.no/", SupplierOrganizationNumber: "897757222",
	}
	child := naming.Child(c.Name, fixture.FollowUpPlans)
	c.Status.Services = []v1alpha1.CustomerServiceStatus{{
		Name: fixture.FollowUpPlans, Authorization: v1alpha1.Authorization{
			Kind: v1alpha1.AccessAPIDelegation, State: v1alpha1.AuthorizationGranted, Since: &now, LastVerifiedTime: &now,
		},
		Sync: v1alpha1.ServiceSync{
			CronJobName: child, FirstJobName: child + "-aa14316c", ActiveSince: &now, LastSuccessTime: &now,
			LastRun: v1alpha1.SyncRun{
				Outcome: v1alpha1.SyncSucceeded, FinishedTime: now, JobUID: "4f1d5a1e-5f0b-4c0e-9c29-000000000000",
			},
		},
	}}
	return withServerMetadata(c, n)
}

func cachedCronJob(n int) client.Object {
	s := makeDressed().s
	s.customer = s.customer.DeepCopy()
	s.customer.Name = fmt.Sprintf("customer-%05d", n)
	d, err := Desired{
		Customer: s.customer, Supplier: s.supplier, Service: fixture.FollowUpPlans, Broker: makeBroker(),
	}.CronJob("7 * * * *")
	if err != nil {
		panic(err)
	}
	return withServerMetadata(d, n)
}

// cachedRun returns a finished Job with its pod.
func cachedRun(n int) (*batchv1.Job, *corev1.Pod) {
	cronJob := cachedCronJob(n).(*batchv1.CronJob)
	job := fixture.Job(cronJob, types.UID(fmt.Sprintf("4f1d5a1e-5f0b-4c0e-9c29-%012d", n)), true)
	job.Name, job.Spec = cronJob.Name+"-29395680", cronJob.Spec.JobTemplate.Spec
	pod := fixture.Pod(&job, runreport.Report{Outcome: runreport.Succeeded, Volumes: runreport.Volumes{PlansSent: 3}})
	pod.Name, pod.GenerateName, pod.Spec = job.Name+"-x7k2p", job.Name+"-", job.Spec.Template.Spec
	labels := map[string]string{
		"batch.kubernetes.io/controller-uid": string(job.UID), "batch.kubernetes.io/job-name": job.Name,
		"controller-uid": string(job.UID), "job-name": job.Name,
	}
	maps.Copy(labels, cronJob.Spec.JobTemplate.Labels)
	job.Labels, pod.Labels = labels, labels
	job.Annotations = map[string]string{batchv1.CronJobScheduledTimestampAnnotation: "2026-11-22T13:00:00+01:00"}
	pod.Annotations = job.Spec.Template.Annotations
	for _, kind := range []corev1.PodConditionType{
		corev1.PodReadyToStartContainers, corev1.PodInitialized, corev1.PodReady, corev1.ContainersReady, corev1.PodScheduled,
	} {
		pod.Status.Conditions = append(pod.Status.Conditions, corev1.PodCondition{
			Type: kind, Status: corev1.ConditionTrue, Reason: "PodCompleted", LastTransitionTime: metav1.NewTime(fixture.Noon),
		})
	}
	return withServerMetadata(&job, n).(*batchv1.Job), withServerMetadata(&pod, n).(*corev1.Pod)
}

func cachedAccount(n int) client.Object {
	cronJob := cachedCronJob(n)
	o := AccountMetadata()
	o.Name, o.Namespace, o.Labels, o.OwnerReferences = cronJob.GetName(), cronJob.GetNamespace(), cronJob.GetLabels(),
		cronJob.GetOwnerReferences()
	return withServerMetadata(o, n)
}

func decodeJSON[T any](text []byte) (any, error) {
	o := new(T)
	return o, json.Unmarshal(text, o)
}

func decodeProtobuf[T any, P interface {
	*T
	Unmarshal(text []byte) error
}](text []byte) (any, error) {
	o := P(new(T))
	return o, o.Unmarshal(text)
}

// measureCached reports the memory of objects of many customers that were decoded and stripped.
func measureCached(
	b *testing.B, object func(int) client.Object, decode func([]byte) (any, error), strip func(any) (any, error),
) {
	b.Helper()
	const n = 500
	texts := make([][]byte, 0, n)
	for i := range n {
		o := object(i)
		marshal := func() ([]byte, error) { return json.Marshal(o) }
		if m, ok := o.(interface{ Marshal() ([]byte, error) }); ok {
			marshal = m.Marshal
		}
		text, err := marshal()
		if err != nil {
			b.Fatal(err)
		}
		texts = append(texts, text)
	}
	kept := make([]any, 0, n)
	var before, after runtime.MemStats
	for b.Loop() {
		clear(kept)
		kept = kept[:0]
		runtime.GC()
		runtime.ReadMemStats(&before)
		for _, text := range texts {
			o, err := decode(text)
			if err != nil {
				b.Fatal(err)
			}
			if o, err = strip(o); err != nil {
				b.Fatal(err)
			}
			kept = append(kept, o)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
	}
	b.ReportMetric((float64(after.HeapAlloc)-float64(before.HeapAlloc))/n, "bytes/object")
	runtime.KeepAlive(kept)
}

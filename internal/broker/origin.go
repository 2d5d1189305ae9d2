package broker

import (
	"context"
	"errors"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/podseal"
)

// prove reads, past the cache, what the caller's pod comes from: its account, the pod, its Job, that one's CronJob, and
// whether account and CronJob are the CustomerIntegration's. Account and CronJob of a service have one name, that by which
// the CustomerIntegration was found. The pod must be as the operator made it, and the request must come from its address.
// The error is a refusal.
func (b *Broker) prove(ctx context.Context, q *question) error {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()

	account := &corev1.ServiceAccount{}
	if err := b.read(ctx, q.caller.namespace, q.caller.account, account); err != nil {
		return err
	}
	if err := checkAccount(q.caller, account, q.customer); err != nil {
		return unknown(fmt.Errorf("its account: %w", err))
	}
	pod := &corev1.Pod{}
	if err := b.read(ctx, q.caller.namespace, q.caller.pod, pod); err != nil {
		return err
	}
	jobRef, err := checkPod(q.caller, pod)
	if err != nil {
		return unknown(fmt.Errorf("its pod: %w", err))
	}
	if err := b.proveJob(ctx, q, jobRef); err != nil {
		return err
	}
	if err := b.checkMade(ctx, pod); err != nil {
		return err
	}
	if pod.Status.Phase == corev1.PodPending {
		return notYet("its pod is not known to run yet")
	}
	return checkSource(b.options.Source, q, pod)
}

// proveJob reads the Job of the caller's pod and its CronJob. The error is a refusal.
func (b *Broker) proveJob(ctx context.Context, q *question, jobRef *metav1.OwnerReference) error {
	job := &batchv1.Job{}
	if err := b.read(ctx, q.caller.namespace, jobRef.Name, job); err != nil {
		return err
	}
	cronJobRef, err := checkJob(jobRef, job, q.caller.account)
	if err != nil {
		return unknown(fmt.Errorf("its Job: %w", err))
	}
	cronJob := &batchv1.CronJob{}
	if err := b.read(ctx, q.caller.namespace, cronJobRef.Name, cronJob); err != nil {
		return err
	}
	if err := checkCronJob(cronJobRef, cronJob, q.customer); err != nil {
		return unknown(fmt.Errorf("its CronJob: %w", err))
	}
	return nil
}

// checkMade refuses a pod that is not as the operator made it. A pod without a seal may be of an operator that did not make
// seals yet: its run ends without a token, and the next one has one.
func (b *Broker) checkMade(ctx context.Context, pod *corev1.Pod) error {
	if b.options.AnyPod {
		return nil
	}
	authority, err := b.certificates.latest(ctx)
	if err != nil {
		return unavailable(reasonAPIServer, fmt.Errorf("reading the key of seals: %w", err))
	}
	switch err := authority.seal.Verify(pod); {
	case errors.Is(err, podseal.ErrUnsealed):
		return unavailable(reasonUnsealed, fmt.Errorf("its pod: %w", err))
	case err != nil:
		return unknown(fmt.Errorf("its pod: %w", err))
	}
	return nil
}

// read reads one object past the cache. One that is not there is not the caller's.
func (b *Broker) read(ctx context.Context, namespace, name string, o client.Object) error {
	err := b.options.Live.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, o)
	if apierrors.IsNotFound(err) {
		return unknown(fmt.Errorf("%T %s is not there", o, name))
	}
	if err != nil {
		return unavailable(reasonAPIServer, fmt.Errorf("reading %T %s: %w", o, name, err))
	}
	return nil
}

// checkAccount finds fault with an account that is not the one that was made for the CustomerIntegration.
func checkAccount(who caller, a *corev1.ServiceAccount, c *v1alpha1.CustomerIntegration) error {
	if a.UID != who.accountUID {
		return errAnother
	}
	if !a.DeletionTimestamp.IsZero() {
		return errDeleted
	}
	return checkOwner(a, c)
}

// checkPod gives the Job of a pod that runs with the caller's account. A node tells a moment late that a pod runs, so one
// that is still pending may be running.
func checkPod(who caller, p *corev1.Pod) (*metav1.OwnerReference, error) {
	switch {
	case p.UID != who.podUID:
		return nil, errAnother
	case p.Spec.ServiceAccountName != who.account:
		return nil, errors.New("it has another account")
	case !p.DeletionTimestamp.IsZero():
		return nil, errDeleted
	case p.Status.Phase != corev1.PodRunning && p.Status.Phase != corev1.PodPending:
		return nil, fmt.Errorf("it does not run: %s", p.Status.Phase)
	}
	return controller(p, batchv1.SchemeGroupVersion.WithKind("Job"))
}

// checkJob gives the CronJob of a Job, which must have a name and be the one that is referred to.
func checkJob(ref *metav1.OwnerReference, j *batchv1.Job, name string) (*metav1.OwnerReference, error) {
	if j.UID != ref.UID {
		return nil, errAnother
	}
	if !j.DeletionTimestamp.IsZero() {
		return nil, errDeleted
	}
	owner, err := controller(j, batchv1.SchemeGroupVersion.WithKind("CronJob"))
	if err != nil {
		return nil, err
	}
	if owner.Name != name {
		return nil, errors.New("it is controlled by another CronJob than the service's")
	}
	return owner, nil
}

// checkCronJob finds fault with a CronJob that is not the one that was made for the CustomerIntegration.
func checkCronJob(ref *metav1.OwnerReference, j *batchv1.CronJob, c *v1alpha1.CustomerIntegration) error {
	if j.UID != ref.UID {
		return errAnother
	}
	if !j.DeletionTimestamp.IsZero() {
		return errDeleted
	}
	return checkOwner(j, c)
}

var (
	errAnother = errors.New("it has another uid than the one that was meant")
	errDeleted = errors.New("it is being deleted")
)

// checkOwner finds fault with an object that the CustomerIntegration does not control.
func checkOwner(o metav1.Object, c *v1alpha1.CustomerIntegration) error {
	owner, err := controller(o, v1alpha1.GroupVersion.WithKind("CustomerIntegration"))
	if err != nil {
		return err
	}
	if owner.UID != c.UID || owner.Name != c.Name {
		return errors.New("it is controlled by another CustomerIntegration")
	}
	return nil
}

// controller gives the reference to what controls an object, which must be of a kind.
func controller(o metav1.Object, kind schema.GroupVersionKind) (*metav1.OwnerReference, error) {
	owner := metav1.GetControllerOf(o)
	if owner == nil || owner.APIVersion != kind.GroupVersion().String() || owner.Kind != kind.Kind {
		return nil, fmt.Errorf("it is not controlled by a %s", kind.Kind)
	}
	return owner, nil
}

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
	"github.com/4human/integration-operator/internal/syncjob"
)

// verifyJob verifies the Job of the caller's pod and its CronJob. The error is a refusal.
func (b *Broker) verifyJob(ctx context.Context, req *tokenRequest, jobRef *metav1.OwnerReference) error {
	job := &batchv1.Job{}
	if err := b.read(ctx, req.caller.namespace, jobRef.Name, job); err != nil {
		return err
	}
	cronJobRef, err := checkJob(jobRef, job, req.caller.account)
	if err != nil {
		return unknownCaller(fmt.Errorf("its Job: %w", err))
	}
	cronJob := &batchv1.CronJob{}
	if err := b.read(ctx, req.caller.namespace, cronJobRef.Name, cronJob); err != nil {
		return err
	}
	if err := checkCronJob(cronJobRef, cronJob, req.customer); err != nil {
		return unknownCaller(fmt.Errorf("its CronJob: %w", err))
	}
	return nil
}

// checkSeal returns a refusal of a pod without a valid seal. A pod without any seal may be an older operator's; its run
// ends without a token, and the next run's pod has a seal.
func (b *Broker) checkSeal(ctx context.Context, pod *corev1.Pod) error {
	if b.options.AnyPod {
		return nil
	}
	ca, err := b.certificates.latestCA(ctx)
	if err != nil {
		return outage(reasonAPIServer, fmt.Errorf("reading the key of seals: %w", err))
	}
	switch err := ca.seal.Verify(pod); {
	case errors.Is(err, podseal.ErrUnsealed):
		return outage(reasonUnsealed, fmt.Errorf("its pod: %w", err))
	case err != nil:
		return unknownCaller(fmt.Errorf("its pod: %w", err))
	}
	return nil
}

// read reads one object past the cache. The error is a refusal.
func (b *Broker) read(ctx context.Context, namespace, name string, o client.Object) error {
	err := b.options.Live.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, o)
	if apierrors.IsNotFound(err) {
		return unknownCaller(fmt.Errorf("%T %s does not exist", o, name))
	}
	if err != nil {
		return outage(reasonAPIServer, fmt.Errorf("reading %T %s: %w", o, name, err))
	}
	return nil
}

// checkAccount verifies that an account is the CustomerIntegration's.
func checkAccount(who caller, a *corev1.ServiceAccount, c *v1alpha1.CustomerIntegration) error {
	if a.UID != who.accountUID {
		return errAnother
	}
	if !a.DeletionTimestamp.IsZero() {
		return errDeleted
	}
	return checkOwner(a, c)
}

// checkPod returns the Job of a pod that runs with the caller's account. It accepts pending pods too, because nodes
// report a moment late that a pod runs.
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

// checkJob returns the CronJob of a Job, whose name must be name. The Job must be the one of ref.
func checkJob(ref *metav1.OwnerReference, j *batchv1.Job, name string) (*metav1.OwnerReference, error) {
	if j.UID != ref.UID {
		return nil, errAnother
	}
	if !j.DeletionTimestamp.IsZero() {
		return nil, errDeleted
	}
	switch owner := syncjob.CronJobOf(j); {
	case owner == nil:
		return nil, errors.New("no CronJob owns it")
	case owner.Name != name:
		return nil, errors.New("another CronJob owns it")
	default:
		return owner, nil
	}
}

// checkCronJob verifies that a CronJob is the CustomerIntegration's.
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
	errAnother = errors.New("its UID differs")
	errDeleted = errors.New("it is being deleted")
)

// checkOwner verifies that the CustomerIntegration controls an object.
func checkOwner(o metav1.Object, c *v1alpha1.CustomerIntegration) error {
	owner, err := controller(o, v1alpha1.GroupVersion.WithKind("CustomerIntegration"))
	if err != nil {
		return err
	}
	if owner.UID != c.UID || owner.Name != c.Name {
		return errors.New("its controller is another CustomerIntegration")
	}
	return nil
}

// controller returns the reference to an object's controller, which must be of a kind.
func controller(o metav1.Object, kind schema.GroupVersionKind) (*metav1.OwnerReference, error) {
	owner := metav1.GetControllerOf(o)
	if owner == nil || owner.APIVersion != kind.GroupVersion().String() || owner.Kind != kind.Kind {
		return nil, fmt.Errorf("its controller is not a %s", kind.Kind)
	}
	return owner, nil
}

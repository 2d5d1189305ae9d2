package syncjob

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	batchv1ac "k8s.io/client-go/applyconfigurations/batch/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/internal/services"
)

const (
	// TimeZone is the time zone of schedules: customers and NAV are in Norway.
	TimeZone = "Europe/Oslo"
	// startingDeadline is how late a run may start, in seconds. A run that was missed for longer, such as during a
	// suspension, is left out.
	startingDeadline = 120
	// podDeadline is how long a pod may run, in seconds. The run itself ends before.
	podDeadline = 900
	// jobDeadline is longer than podDeadline: a Job that passes it deletes its pod, and with it the run's report.
	jobDeadline = 1500
	// gracePeriod is how long a pod has to end what it is doing, in seconds: one request to NAV, and its settlement.
	gracePeriod = 180
	// history is how many finished scheduled Jobs of each outcome are kept.
	history = 1
	// jobTTL is how long a finished Job from JobNow is kept, in seconds: a working day, for its log.
	jobTTL = 8 * 60 * 60
	// runAs is the user and group of the processes in a pod.
	runAs = 65532

	// ContainerName is the name of the container of a run.
	ContainerName = podseal.Container
)

// Desired holds what the objects of one service of a customer are created from.
type Desired struct {
	Customer *v1alpha1.CustomerIntegration
	Supplier *v1alpha1.Supplier
	Service  v1alpha1.ServiceName
	// Image is the image of the worker if the Supplier names none.
	Image  string
	Broker Broker
	// ShardLabels are the keys of the customer's labels that its objects have too, so that the selector of a shard matches
	// them with the customer.
	ShardLabels []string
}

// CronJob returns the CronJob of a service for which sync is allowed. Its spec is whole: fields with defaults at the
// API server are set, so that the stored spec is equal to it.
func (d Desired) CronJob(schedule string) (*batchv1.CronJob, error) {
	pod, err := d.pod()
	if err != nil {
		return nil, err
	}
	labels := d.labels()
	runLabels := plainStrings(d.Supplier.Spec.Sync.JobLabels)
	maps.Copy(runLabels, labels) // ours win: without them a Job would not be found
	desired := &batchv1.CronJob{}
	err = convert(batchv1ac.CronJob(naming.Child(d.Customer.Name, d.Service), d.Customer.Namespace).
		WithLabels(labels).
		WithSpec(batchv1ac.CronJobSpec().
			WithSchedule(schedule).
			WithTimeZone(TimeZone).
			WithConcurrencyPolicy(batchv1.ForbidConcurrent).
			WithStartingDeadlineSeconds(startingDeadline).
			WithSuspend(false).
			WithSuccessfulJobsHistoryLimit(history).
			WithFailedJobsHistoryLimit(history).
			WithJobTemplate(batchv1ac.JobTemplateSpec().
				WithLabels(runLabels).
				WithSpec(batchv1ac.JobSpec().
					WithCompletions(1).
					WithParallelism(1).
					WithBackoffLimit(0).
					WithActiveDeadlineSeconds(jobDeadline).
					WithPodReplacementPolicy(batchv1.Failed). // one pod at a time
					WithPodFailurePolicy(ignoreDisruptions()).
					WithTemplate(pod.WithLabels(runLabels))))), desired)
	if err != nil {
		return nil, err
	}
	desired.OwnerReferences = OwnersOf(d.Customer)
	return desired, sealAndHash(desired, d.service().AccessID(), d.Broker.Seal)
}

// ignoreDisruptions lets a Job replace a pod that was disrupted: its node was drained or is shut down, or needed its
// place. Any other failure ends the Job.
func ignoreDisruptions() *batchv1ac.PodFailurePolicyApplyConfiguration {
	return batchv1ac.PodFailurePolicy().WithRules(batchv1ac.PodFailurePolicyRule().
		WithAction(batchv1.PodFailurePolicyActionIgnore).
		WithOnPodConditions(batchv1ac.PodFailurePolicyOnPodConditionsPattern().
			WithType(corev1.DisruptionTarget).
			WithStatus(corev1.ConditionTrue)))
}

// sealAndHash adds the access of the runs, and the annotations that are computed from the rest of a CronJob.
func sealAndHash(desired *batchv1.CronJob, access string, key podseal.Key) error {
	template := &desired.Spec.JobTemplate.Spec.Template
	if access != "" {
		metav1.SetMetaDataAnnotation(&desired.Spec.JobTemplate.ObjectMeta, podseal.AnnotationAccess, access)
		metav1.SetMetaDataAnnotation(&template.ObjectMeta, podseal.AnnotationAccess, access)
	}
	seal, err := key.Seal(desired.Namespace, access, &template.Spec)
	if err != nil {
		return fmt.Errorf("sealing the pods of CronJob %s: %w", desired.Name, err)
	}
	metav1.SetMetaDataAnnotation(&template.ObjectMeta, podseal.Annotation, seal)
	hash, err := hashOf(desired)
	if err != nil {
		return err
	}
	metav1.SetMetaDataAnnotation(&desired.ObjectMeta, v1alpha1.AnnotationApplied, hash)
	return nil
}

// service returns what the Supplier declares or offers by the service's name.
func (d Desired) service() services.Service {
	service, _ := services.Of(d.Supplier, d.Service)
	return service
}

// labels returns the labels of all objects of the service.
func (d Desired) labels() map[string]string {
	all := map[string]string{}
	for _, key := range d.ShardLabels {
		if value, ok := d.Customer.Labels[key]; ok {
			all[key] = value
		}
	}
	all[v1alpha1.LabelManagedBy] = v1alpha1.ManagedBy
	all[v1alpha1.LabelIntegration] = d.Customer.Name
	all[v1alpha1.LabelService] = string(d.Service)
	return all
}

// pod returns the pod template.
func (d Desired) pod() (*corev1ac.PodTemplateSpecApplyConfiguration, error) {
	container, err := d.container()
	if err != nil {
		return nil, err
	}
	pods := d.Supplier.Spec.Sync
	spec := corev1ac.PodSpec().
		WithRestartPolicy(corev1.RestartPolicyNever).
		WithActiveDeadlineSeconds(podDeadline).
		WithTerminationGracePeriodSeconds(gracePeriod).
		WithDNSPolicy(corev1.DNSClusterFirst).
		WithSchedulerName(corev1.DefaultSchedulerName).
		WithServiceAccountName(naming.Child(d.Customer.Name, d.Service)).
		WithDeprecatedServiceAccount(naming.Child(d.Customer.Name, d.Service)).
		WithAutomountServiceAccountToken(false).
		WithEnableServiceLinks(false).
		WithSecurityContext(securityContext(pods.PodUser)).
		WithContainers(container).
		WithVolumes(d.volumes()...)
	if len(pods.NodeSelector) > 0 {
		spec.WithNodeSelector(plainStrings(pods.NodeSelector))
	}
	for i := range pods.Tolerations {
		spec.WithTolerations(desiredToleration(&pods.Tolerations[i]))
	}
	if pods.PriorityClassName != "" {
		spec.WithPriorityClassName(pods.PriorityClassName)
	}
	for _, secret := range pods.ImagePullSecrets {
		spec.WithImagePullSecrets(corev1ac.LocalObjectReference().WithName(secret.Name))
	}
	return corev1ac.PodTemplateSpec().WithAnnotations(plainStrings(pods.PodAnnotations)).WithSpec(spec), nil
}

// securityContext returns the security context of a pod.
func securityContext(user v1alpha1.PodUser) *corev1ac.PodSecurityContextApplyConfiguration {
	c := corev1ac.PodSecurityContext().WithRunAsNonRoot(true).
		WithSeccompProfile(corev1ac.SeccompProfile().WithType(corev1.SeccompProfileTypeRuntimeDefault))
	if user == v1alpha1.PodUserPlatform {
		return c
	}
	return c.WithRunAsUser(runAs).WithRunAsGroup(runAs).WithFSGroup(runAs)
}

// image returns the image of the worker: the service's own, that of all workers of the Supplier, or the manager's.
func (d Desired) image() string {
	if job := d.custom(); job != nil {
		return string(job.Image)
	}
	return cmp.Or(string(d.Supplier.Spec.Sync.Image), d.Image)
}

func (d Desired) container() (*corev1ac.ContainerApplyConfiguration, error) {
	variables, err := d.variables()
	if err != nil {
		return nil, err
	}
	return corev1ac.Container().
		WithName(ContainerName).
		WithImage(d.image()).
		WithImagePullPolicy(corev1.PullIfNotPresent).
		WithArgs(d.args()...).
		WithEnv(variables...).
		WithResources(d.resources()).
		WithTerminationMessagePath(corev1.TerminationMessagePathDefault).
		WithTerminationMessagePolicy(corev1.TerminationMessageReadFile).
		WithSecurityContext(corev1ac.SecurityContext().
			WithAllowPrivilegeEscalation(false).
			WithReadOnlyRootFilesystem(true).
			WithCapabilities(corev1ac.Capabilities().WithDrop("ALL"))).
		WithVolumeMounts(d.mounts()...), nil
}

func desiredToleration(t *v1alpha1.Toleration) *corev1ac.TolerationApplyConfiguration {
	toleration := corev1ac.Toleration()
	if t.Key != "" {
		toleration.WithKey(t.Key)
	}
	if t.Operator != "" {
		toleration.WithOperator(corev1.TolerationOperator(t.Operator))
	}
	if t.Value != "" {
		toleration.WithValue(t.Value)
	}
	if t.Effect != "" {
		toleration.WithEffect(corev1.TaintEffect(t.Effect))
	}
	return toleration
}

// plainStrings returns labels or annotations as Kubernetes has them.
func plainStrings[V ~string](all map[string]V) map[string]string {
	texts := make(map[string]string, len(all))
	for key, value := range all {
		texts[key] = string(value)
	}
	return texts
}

// hashOf returns a short hash of a configuration.
func hashOf(configuration any) (string, error) {
	sum, err := sumOf(configuration)
	return sum[:min(16, len(sum))], err
}

// sumOf returns the SHA-256 of a value as JSON, in hexadecimal digits.
func sumOf(value any) (string, error) {
	b, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("hashing what is to be applied: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// convert fills an object from a configuration.
func convert(configuration, object any) error {
	b, err := json.Marshal(configuration)
	if err != nil {
		return fmt.Errorf("writing what is to be applied: %w", err)
	}
	if err := json.Unmarshal(b, object); err != nil {
		return fmt.Errorf("reading what is to be applied: %w", err)
	}
	return nil
}

// JobNow returns a Job besides the schedule: like those of the desired CronJob, owned by the existing one but not
// controlled by it. The CronJob controller emits a Warning UnexpectedJob for each running Job that it controls and did
// not create. It does not delete this Job either, so the Job has a TTL.
func JobNow(desired, owner *batchv1.CronJob, name string) *batchv1.Job {
	job := &batchv1.Job{}
	job.Name, job.Namespace = name, desired.Namespace
	job.Labels = maps.Clone(desired.Spec.JobTemplate.Labels)
	job.Annotations = map[string]string{"cronjob.kubernetes.io/instantiate": "manual"} // as kubectl create job --from does
	if access := desired.Spec.JobTemplate.Annotations[podseal.AnnotationAccess]; access != "" {
		job.Annotations[podseal.AnnotationAccess] = access
	}
	job.OwnerReferences = []metav1.OwnerReference{{
		APIVersion: batchv1.SchemeGroupVersion.String(), Kind: "CronJob", Name: owner.Name, UID: owner.UID,
	}}
	job.Spec = *desired.Spec.JobTemplate.Spec.DeepCopy()
	job.Spec.TTLSecondsAfterFinished = new(int32(jobTTL))
	return job
}

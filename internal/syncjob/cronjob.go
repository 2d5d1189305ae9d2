package syncjob

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	batchv1ac "k8s.io/client-go/applyconfigurations/batch/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/internal/runsettings"
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
	settings, err := settingsOf(d.Supplier, d.Broker).Encode()
	if err != nil {
		return nil, err
	}
	labels := d.labels()
	runLabels := plainStrings(d.Supplier.Spec.Sync.JobLabels)
	maps.Copy(runLabels, labels) // ours win: without them a Job would not be found
	desired := &batchv1.CronJob{}
	err = convert(batchv1ac.CronJob(naming.Child(d.Customer.Name, d.Service), d.Customer.Namespace).
		WithLabels(labels).
		WithOwnerReferences(ownerReference(d.Customer)).
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
					WithTemplate(d.pod(settings).WithLabels(runLabels))))), desired)
	if err != nil {
		return nil, err
	}
	return desired, sealAndHash(desired, d.Broker.Seal)
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

// sealAndHash adds the annotations that are computed from the rest of a CronJob.
func sealAndHash(desired *batchv1.CronJob, key podseal.Key) error {
	template := &desired.Spec.JobTemplate.Spec.Template
	seal, err := key.Seal(desired.Namespace, &template.Spec)
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

// ownerReference returns an owner reference by which the objects of a customer are deleted with it. It does not block
// the owner's deletion, which would need the right to its finalizers.
func ownerReference(c *v1alpha1.CustomerIntegration) *metav1ac.OwnerReferenceApplyConfiguration {
	return metav1ac.OwnerReference().
		WithAPIVersion(v1alpha1.GroupVersion.String()).
		WithKind("CustomerIntegration").
		WithName(c.Name).
		WithUID(c.UID).
		WithController(true)
}

// pod returns the pod template.
func (d Desired) pod(settings string) *corev1ac.PodTemplateSpecApplyConfiguration {
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
		WithContainers(d.container(settings)).
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
	return corev1ac.PodTemplateSpec().WithAnnotations(plainStrings(pods.PodAnnotations)).WithSpec(spec)
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

func (d Desired) container(settings string) *corev1ac.ContainerApplyConfiguration {
	return corev1ac.Container().
		WithName(ContainerName).
		WithImage(d.image()).
		WithImagePullPolicy(corev1.PullIfNotPresent).
		WithArgs(d.args(settings)...).
		WithResources(desiredResources(d.Supplier.Spec.Sync.Resources)).
		WithTerminationMessagePath(corev1.TerminationMessagePathDefault).
		WithTerminationMessagePolicy(corev1.TerminationMessageReadFile).
		WithSecurityContext(corev1ac.SecurityContext().
			WithAllowPrivilegeEscalation(false).
			WithReadOnlyRootFilesystem(true).
			WithCapabilities(corev1ac.Capabilities().WithDrop("ALL"))).
		WithVolumeMounts(d.mounts()...)
}

// args returns the arguments of a run, see cmd/sync. Kubernetes passes them unchanged.
func (d Desired) args(settings string) []string {
	args := []string{
		"--service=" + string(d.Service),
		"--organization-number=" + string(d.Customer.Spec.OrganizationNumber),
		"--hrm-url=" + d.Customer.Spec.HRM.Endpoint,
		"--" + runsettings.Flag + "=" + settings,
	}
	wanted := wantedService(d.Customer, d.Service)
	if len(wanted.Units) > 0 {
		units := make([]string, len(wanted.Units))
		for i, unit := range wanted.Units {
			units[i] = string(unit)
		}
		slices.Sort(units) // another order is the same set and changes no CronJob
		args = append(args, "--units="+strings.Join(units, ","))
	}
	if wanted.StartDate != "" {
		args = append(args, "--start-date="+wanted.StartDate)
	}
	for i := range args {
		args[i] = runsettings.Literal(args[i])
	}
	return args
}

// wantedService returns a service from a customer's spec, the zero value if it is not listed.
func wantedService(c *v1alpha1.CustomerIntegration, name v1alpha1.ServiceName) v1alpha1.CustomerService {
	for _, wanted := range c.Spec.Services {
		if wanted.Name == name {
			return wanted
		}
	}
	return v1alpha1.CustomerService{}
}

// Default resources of a pod: a run mostly waits for responses.
var (
	defaultRequests = corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse("10m"), corev1.ResourceMemory: resource.MustParse("32Mi"),
	}
	defaultMemoryLimit = resource.MustParse("128Mi")
)

// desiredResources returns a pod's resources. An amount that the Supplier does not set has its default, adjusted so
// that no request exceeds its limit.
func desiredResources(r v1alpha1.SyncResources) *corev1ac.ResourceRequirementsApplyConfiguration {
	requests, limits := amounts(r.Requests), amounts(r.Limits)
	if _, set := limits[corev1.ResourceMemory]; !set {
		limits[corev1.ResourceMemory] = defaultMemoryLimit
		if request := requests[corev1.ResourceMemory]; request.Cmp(defaultMemoryLimit) > 0 {
			limits[corev1.ResourceMemory] = request
		}
	}
	for name, request := range defaultRequests {
		if _, set := requests[name]; set {
			continue
		}
		if limit, set := limits[name]; set && request.Cmp(limit) > 0 {
			request = limit
		}
		requests[name] = request
	}
	return corev1ac.ResourceRequirements().WithRequests(requests).WithLimits(limits)
}

// amounts returns quantities as Kubernetes stores them, without invalid ones, which the CRD's rules reject.
func amounts(a v1alpha1.ResourceAmounts) corev1.ResourceList {
	list := corev1.ResourceList{}
	for name, amount := range map[corev1.ResourceName]v1alpha1.Amount{
		corev1.ResourceCPU: a.CPU, corev1.ResourceMemory: a.Memory,
	} {
		if quantity, err := resource.ParseQuantity(string(amount)); err == nil {
			list[name] = quantity
		}
	}
	return list
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

// image returns the worker's image.
func (d Desired) image() string {
	if image := string(d.Supplier.Spec.Sync.Image); image != "" {
		return image
	}
	return d.Image
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
	job.OwnerReferences = []metav1.OwnerReference{{
		APIVersion: batchv1.SchemeGroupVersion.String(), Kind: "CronJob", Name: owner.Name, UID: owner.UID,
	}}
	job.Spec = *desired.Spec.JobTemplate.Spec.DeepCopy()
	job.Spec.TTLSecondsAfterFinished = new(int32(jobTTL))
	return job
}

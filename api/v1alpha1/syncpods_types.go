package v1alpha1

// DefaultMaxRunsPerHour is how many runs in an hour a customer's own schedule may make when spec.sync.maxRunsPerHour is not set.
const DefaultMaxRunsPerHour = 12

// SyncPods says how the pods of customers' jobs are run.
//
// +kubebuilder:validation:MinProperties=1
type SyncPods struct {
	// maxRunsPerHour is how many runs in an hour a customer's own schedule may make for a service. A customer whose schedule
	// makes more has Ready=False with the reason InvalidSchedule, and its jobs run on the Supplier's schedule. Between 1 and
	// 60. Default: 12.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=60
	MaxRunsPerHour int32 `json:"maxRunsPerHour,omitempty"`

	// image of the jobs. Default: the manager's flag --sync-image.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Image string `json:"image,omitempty"`

	// resources of each pod. Default: 10m CPU and 32Mi memory requested, memory limited to 128Mi.
	//
	// +optional
	Resources SyncResources `json:"resources,omitzero"`

	// nodeSelector chooses the nodes that pods may run on.
	//
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=16
	// +kubebuilder:validation:XValidation:rule="self.all(k, k.matches('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$'))",message="write each key as Kubernetes takes it: a name, or a domain, a slash and a name, such as kubernetes.io/arch"
	NodeSelector map[string]LabelValue `json:"nodeSelector,omitempty"`

	// tolerations are the taints of nodes that pods tolerate.
	//
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Tolerations []Toleration `json:"tolerations,omitempty"` //nolint:kubeapilinter // As in a pod, each field may be left out, and all of them together tolerate everything.

	// priorityClassName is the pods' PriorityClass.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	PriorityClassName string `json:"priorityClassName,omitempty"`

	// imagePullSecrets name Secrets in each namespace of customers.
	//
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	ImagePullSecrets []LocalSecretReference `json:"imagePullSecrets,omitempty"`

	// jobLabels are labels that each Job gets besides ours, such as the one by which a queueing system knows its queue
	// (kueue.x-k8s.io/queue-name).
	//
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=16
	// +kubebuilder:validation:XValidation:rule="self.all(k, !k.startsWith('integrations.4human.no/') && !k.startsWith('app.kubernetes.io/') && !k.startsWith('batch.kubernetes.io/'))",message="labels of integrations.4human.no, app.kubernetes.io and batch.kubernetes.io are set already; write others, such as kueue.x-k8s.io/queue-name"
	// +kubebuilder:validation:XValidation:rule="self.all(k, k.matches('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$'))",message="write each key as Kubernetes takes it: a name, or a domain, a slash and a name, such as kueue.x-k8s.io/queue-name"
	JobLabels map[string]LabelValue `json:"jobLabels,omitempty"`
}

// LabelValue is the value of a label. It may be empty.
//
// +kubebuilder:validation:MinLength=0
// +kubebuilder:validation:MaxLength=63
// +kubebuilder:validation:XValidation:rule="self.matches('^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$')",message="write a label's value as Kubernetes takes it: letters, digits, hyphens, dots and underscores, such as sync-jobs"
type LabelValue string

// SyncResources are the resources of a pod.
//
// +kubebuilder:validation:XValidation:rule="(!has(self.requests) || !has(self.limits) || !has(self.requests.cpu) || !has(self.limits.cpu) || !isQuantity(self.requests.cpu) || !isQuantity(self.limits.cpu) || !quantity(self.requests.cpu).isGreaterThan(quantity(self.limits.cpu))) && (!has(self.requests) || !has(self.limits) || !has(self.requests.memory) || !has(self.limits.memory) || !isQuantity(self.requests.memory) || !isQuantity(self.limits.memory) || !quantity(self.requests.memory).isGreaterThan(quantity(self.limits.memory)))",message="requests must be no more than limits, such as requests: {memory: 32Mi} with limits: {memory: 128Mi}"
// +kubebuilder:validation:MinProperties=1
type SyncResources struct {
	// requests are what a pod is sure to get.
	//
	// +optional
	Requests ResourceAmounts `json:"requests,omitzero"`

	// limits are what a pod may use at most.
	//
	// +optional
	Limits ResourceAmounts `json:"limits,omitzero"`
}

// ResourceAmounts are amounts of CPU and memory.
//
// +kubebuilder:validation:MinProperties=1
type ResourceAmounts struct {
	// cpu in cores, such as 100m.
	//
	// +optional
	CPU Amount `json:"cpu,omitempty"`

	// memory in bytes, such as 64Mi.
	//
	// +optional
	Memory Amount `json:"memory,omitempty"`
}

// Amount is a quantity of a resource, as Kubernetes writes it.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=32
// +kubebuilder:validation:XValidation:rule="isQuantity(self) && quantity(self).isGreaterThan(quantity('0'))",message="write an amount in quotes as Kubernetes does, such as \"100m\" of CPU or \"64Mi\" of memory"
type Amount string

// Toleration tolerates taints of nodes, as a pod's toleration does.
//
// +kubebuilder:validation:XValidation:rule="has(self.key) || (has(self.operator) && self.operator == 'Exists')",message="write a key, or operator: Exists to tolerate every taint, such as {key: dedicated, value: sync}"
// +kubebuilder:validation:XValidation:rule="!has(self.value) || !has(self.operator) || self.operator == 'Equal'",message="write no value where the operator is Exists, such as {key: dedicated, operator: Exists}"
type Toleration struct {
	// key of the taint. Without it: every key, with the operator Exists.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=316
	Key string `json:"key,omitempty"`

	// operator is Equal or Exists. Default: Equal.
	//
	// +optional
	// +kubebuilder:validation:Enum=Equal;Exists
	Operator string `json:"operator,omitempty"`

	// value of the taint, with the operator Equal.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Value string `json:"value,omitempty"`

	// effect of the taint: NoSchedule, PreferNoSchedule or NoExecute. Without it: all.
	//
	// +optional
	// +kubebuilder:validation:Enum=NoSchedule;PreferNoSchedule;NoExecute
	Effect string `json:"effect,omitempty"`
}

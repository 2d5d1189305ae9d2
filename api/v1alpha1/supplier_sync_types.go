package v1alpha1

// SyncPods configures the pods of sync jobs.
//
// +kubebuilder:validation:MinProperties=1
type SyncPods struct {
	// maxRunsPerHour is how many runs of a service a customer's own schedule may have in an hour. If it has more, the
	// customer's jobs follow the Supplier's schedule, and its Ready is False with the reason InvalidSchedule. Between 1
	// and 60. Default: 12.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=60
	MaxRunsPerHour int32 `json:"maxRunsPerHour,omitempty"`

	// image of built-in services' jobs. Default: the manager's flag --sync-image, or the image of its Pod's init container
	// sync.
	//
	// +optional
	Image Image `json:"image,omitempty"`

	// resources of each pod. Default of each amount: 10m CPU and 32Mi memory requested, memory limited to 128Mi.
	//
	// +optional
	Resources SyncResources `json:"resources,omitzero"`

	// nodeSelector selects the nodes that pods may run on.
	//
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=16
	// +kubebuilder:validation:XValidation:rule="self.all(k, k.matches('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$'))",message="keys must be label keys: a name with an optional domain, such as kubernetes.io/arch"
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
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",message="write the name of a PriorityClass in lower case, such as low"
	PriorityClassName string `json:"priorityClassName,omitempty"`

	// imagePullSecrets names Secrets in each customer namespace.
	//
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	ImagePullSecrets []LocalSecretReference `json:"imagePullSecrets,omitempty"`

	// jobLabels are additional labels of each Job and its pod, such as a queueing system's (kueue.x-k8s.io/queue-name), a
	// mesh's (sidecar.istio.io/inject) or those that a policy requires.
	//
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=16
	// +kubebuilder:validation:XValidation:rule="self.all(k, !k.startsWith('integrations.4human.no/') && !k.startsWith('app.kubernetes.io/') && !k.startsWith('batch.kubernetes.io/'))",message="labels of integrations.4human.no, app.kubernetes.io and batch.kubernetes.io are reserved"
	// +kubebuilder:validation:XValidation:rule="self.all(k, k.matches('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$'))",message="keys must be label keys: a name with an optional domain, such as kueue.x-k8s.io/queue-name"
	JobLabels map[string]LabelValue `json:"jobLabels,omitempty"`

	// podAnnotations are additional annotations of each pod, such as a mesh's (linkerd.io/inject).
	//
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=16
	// +kubebuilder:validation:XValidation:rule="self.all(k, !k.startsWith('integrations.4human.no/') && !k.startsWith('batch.kubernetes.io/'))",message="annotations of integrations.4human.no and batch.kubernetes.io are reserved"
	// +kubebuilder:validation:XValidation:rule="self.all(k, k.matches('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$'))",message="keys must be annotation keys: a name with an optional domain, such as linkerd.io/inject"
	PodAnnotations map[string]AnnotationValue `json:"podAnnotations,omitempty"`

	// podUser is who chooses the user and the groups of pods. Fixed: both are 65532. Platform: they are left unset, for
	// platforms that set them from a range of the namespace, such as OpenShift; pods still may not run as root. Default:
	// Fixed.
	//
	// +optional
	PodUser PodUser `json:"podUser,omitempty"`

	// proxy is an HTTP proxy for pods' connections to NAV and to HRM systems. Default: none.
	//
	// +optional
	Proxy Proxy `json:"proxy,omitzero"`

	// caConfigMapRef names a ConfigMap in each customer namespace with further certificate authorities in PEM that pods
	// trust for NAV and HRM systems, such as a proxy's that inspects TLS. A person who can change it decides which servers
	// pods trust.
	//
	// +optional
	CAConfigMapRef ConfigMapKeyReference `json:"caConfigMapRef,omitzero"`
}

// PodUser is who chooses the user and the groups of pods.
//
// +kubebuilder:validation:Enum=Fixed;Platform
type PodUser string

const (
	// PodUserFixed sets user and groups of pods to 65532.
	PodUserFixed PodUser = "Fixed"
	// PodUserPlatform leaves user and groups of pods to the platform's admission.
	PodUserPlatform PodUser = "Platform"
)

// AnnotationValue is an annotation's value. It may be empty.
//
// +kubebuilder:validation:MinLength=0
// +kubebuilder:validation:MaxLength=1024
type AnnotationValue string

// Proxy is an HTTP proxy.
type Proxy struct {
	// url of the proxy, such as http://proxy.example:3128. It must not hold credentials: every client that can read
	// CronJobs can read it.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="!self.contains('@')",message="must not hold a user or password: CronJobs show it"
	// +kubebuilder:validation:XValidation:rule="self.contains('@') || self.matches('^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$')",message="must be scheme, host and port, such as http://proxy.example:3128"
	URL string `json:"url,omitempty"`

	// except lists hosts that pods connect to without the proxy: a host, a domain with its subdomains if it begins with a
	// dot, an IP address or a network. Pods never use the proxy for the token broker.
	//
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=253
	// +kubebuilder:validation:items:XValidation:rule="self.matches('^[A-Za-z0-9.:/-]+$')",message="must be a host, a domain such as .hrm.example, an IP address or a network"
	Except []string `json:"except,omitempty"`
}

// ConfigMapKeyReference names one key of a ConfigMap.
type ConfigMapKeyReference struct {
	// name of the ConfigMap.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// key within the ConfigMap's data.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[-._a-zA-Z0-9]+$')",message="must be a key of a ConfigMap, such as ca.crt"
	Key string `json:"key,omitempty"`
}

// LabelValue is a label's value. It may be empty.
//
// +kubebuilder:validation:MinLength=0
// +kubebuilder:validation:MaxLength=63
// +kubebuilder:validation:XValidation:rule="self.matches('^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$')",message="label values have letters, digits, hyphens, dots and underscores, such as sync-jobs"
type LabelValue string

// SyncResources are the resources of a pod.
//
// +kubebuilder:validation:XValidation:rule="(!has(self.requests) || !has(self.limits) || !has(self.requests.cpu) || !has(self.limits.cpu) || type(self.requests.cpu) != string || !isQuantity(self.requests.cpu) || type(self.limits.cpu) != string || !isQuantity(self.limits.cpu) || !quantity(self.requests.cpu).isGreaterThan(quantity(self.limits.cpu))) && (!has(self.requests) || !has(self.limits) || !has(self.requests.memory) || !has(self.limits.memory) || type(self.requests.memory) != string || !isQuantity(self.requests.memory) || type(self.limits.memory) != string || !isQuantity(self.limits.memory) || !quantity(self.requests.memory).isGreaterThan(quantity(self.limits.memory)))",message="requests must not exceed limits, such as requests: {memory: 32Mi} with limits: {memory: 128Mi}"
// +kubebuilder:validation:MinProperties=1
type SyncResources struct {
	// requests are the resources that a pod is guaranteed.
	//
	// +optional
	Requests ResourceAmounts `json:"requests,omitzero"`

	// limits are the maximum resources of a pod.
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

// Amount is a Kubernetes quantity of a resource.
//
// +kubebuilder:validation:XIntOrString
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=32
// +kubebuilder:validation:XValidation:rule="type(self) == string && isQuantity(self) && quantity(self).isGreaterThan(quantity('0'))",message="write a positive quantity in quotes, such as \"100m\" of CPU or \"64Mi\" of memory"
type Amount string

// Toleration tolerates taints of nodes, as a pod's does.
//
// +kubebuilder:validation:XValidation:rule="has(self.key) || (has(self.operator) && self.operator == 'Exists')",message="key is required unless operator is Exists, such as {key: dedicated, value: sync}"
// +kubebuilder:validation:XValidation:rule="!has(self.value) || !has(self.operator) || self.operator == 'Equal'",message="value is not allowed if operator is Exists, such as {key: dedicated, operator: Exists}"
type Toleration struct {
	// key of the taint. Default: every key, if the operator is Exists.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=316
	// +kubebuilder:validation:XValidation:rule="self.matches('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$')",message="write a taint's key: a name with an optional domain, such as example.com/dedicated"
	Key string `json:"key,omitempty"`

	// operator is Equal or Exists. Default: Equal.
	//
	// +optional
	// +kubebuilder:validation:Enum=Equal;Exists
	Operator string `json:"operator,omitempty"`

	// value of the taint, if the operator is Equal.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$')",message="a taint's value has letters, digits, hyphens, dots and underscores, such as sync-jobs"
	Value string `json:"value,omitempty"`

	// effect of the taint: NoSchedule, PreferNoSchedule or NoExecute. Default: all.
	//
	// +optional
	// +kubebuilder:validation:Enum=NoSchedule;PreferNoSchedule;NoExecute
	Effect string `json:"effect,omitempty"`
}

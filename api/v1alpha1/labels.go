package v1alpha1

// Labels of what the operator makes in customers' namespaces. They are for people, selectors and the operator's caches;
// what a job may do is never decided by them.
const (
	// LabelManagedBy is Kubernetes' own label for the tool that manages an object; its value is ManagedBy.
	LabelManagedBy = "app.kubernetes.io/managed-by"
	// LabelIntegration is the name of the CustomerIntegration that an object belongs to.
	LabelIntegration = "integrations.4human.no/integration"
	// LabelService is the name of the service that an object belongs to.
	LabelService = "integrations.4human.no/service"
)

// AnnotationApplied is the annotation of CronJobs that has a hash of what the operator last applied. A CronJob that has
// the hash and differs was edited by somebody else.
const AnnotationApplied = "integrations.4human.no/applied"

// ManagedBy is the value of LabelManagedBy.
const ManagedBy = "integration-operator"

// TokenAudience is the audience of the service account tokens that jobs show to the token broker.
const TokenAudience = "token-broker.integrations.4human.no"

package v1alpha1

// Labels, for people, selectors and the operator's caches. They do not decide what a job may do.
const (
	// LabelManagedBy is Kubernetes' label for the tool that manages an object. Its value is ManagedBy.
	LabelManagedBy = "app.kubernetes.io/managed-by"
	// LabelIntegration is the name of the CustomerIntegration of a CronJob, Job or pod.
	LabelIntegration = "integrations.4human.no/integration"
	// LabelService is the name of the service of a CronJob, Job or pod.
	LabelService = "integrations.4human.no/service"
	// LabelShard is the label of Suppliers and CustomerIntegrations by which the Helm chart's managers share them out.
	LabelShard = "integrations.4human.no/shard"
)

// AnnotationApplied is the annotation of CronJobs with a hash of what the operator last applied. A CronJob that has the
// hash but differs was edited.
const AnnotationApplied = "integrations.4human.no/applied"

// ManagedBy is the value of LabelManagedBy.
const ManagedBy = "integration-operator"

// TokenAudience is the audience of the service account tokens that jobs send to the token broker.
const TokenAudience = "token-broker.integrations.4human.no"

// AnnotationLinkRevision is the annotation of CustomerIntegrations that revokes a link to the customer's own page in
// the portal: each value has a link of its own, and only that of the present value opens the page.
const AnnotationLinkRevision = "integrations.4human.no/link-revision"

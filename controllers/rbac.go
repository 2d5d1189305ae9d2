package controllers

// The manager's rights outside customers' namespaces. `make generate` writes config/rbac/role.yaml from them. Its
// rights within one are in config/customer-namespace, a base that is applied once per namespace.
//
// Suppliers are cluster-scoped, and so are reviews of tokens and of clients that read /metrics. Events are in the
// namespaces of customers, and those of Suppliers in the namespace default:
// +kubebuilder:rbac:groups=integrations.4human.no,resources=suppliers,verbs=get;list;watch
// +kubebuilder:rbac:groups=integrations.4human.no,resources=suppliers/status,verbs=patch
// +kubebuilder:rbac:groups=authentication.k8s.io,resources=tokenreviews,verbs=create
// +kubebuilder:rbac:groups=authorization.k8s.io,resources=subjectaccessreviews,verbs=create
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch
//
// The private keys, the token broker's certificate authority, which the manager creates, and the leader's Lease are in
// the manager's own namespace:
// +kubebuilder:rbac:groups="",namespace=integration-operator-system,resources=secrets,verbs=create;get;list;watch
// +kubebuilder:rbac:groups=coordination.k8s.io,namespace=integration-operator-system,resources=leases,verbs=create;get;update
// The image of jobs is in the manager's own Pod:
// +kubebuilder:rbac:groups="",namespace=integration-operator-system,resources=pods,verbs=get
// The emergency stop is one ConfigMap there, which people create:
// +kubebuilder:rbac:groups="",namespace=integration-operator-system,resources=configmaps,resourceNames=integration-operator-emergency-stop,verbs=list;watch
// Leader election records its events with the older API:
// +kubebuilder:rbac:groups="",namespace=integration-operator-system,resources=events,verbs=create;patch

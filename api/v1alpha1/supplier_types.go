package v1alpha1

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	// DefaultVerificationInterval is how long an answer counts when spec.verification.interval is not set.
	DefaultVerificationInterval = 6 * time.Hour
	// DefaultWaitingInterval is how often a customer without access is asked for when
	// spec.verification.waitingInterval is not set.
	DefaultWaitingInterval = 15 * time.Minute
	// DefaultOutageGracePeriod is how long an answer is told as what is known during an outage when
	// spec.verification.outageGracePeriod is not set.
	DefaultOutageGracePeriod = 24 * time.Hour
	// DefaultRequestsPerSecond is how many requests a second are sent when spec.verification.requestsPerSecond is not set.
	DefaultRequestsPerSecond = 20
)

// SupplierSpec says who we are, how we sign, which environment we ask, and who may use it.
//
// +kubebuilder:validation:XValidation:rule="!has(self.hrm) || !has(self.hrm.allowedHosts) || self.environment == 'Test' || self.hrm.allowedHosts.all(h, !h.startsWith('http://'))",message="hosts may be reached by http under environment: Test only; write the host alone, such as hrm.4human.example"
// +kubebuilder:validation:XValidation:rule="!has(self.endpoints) || self.environment == 'Test'",message="endpoints may be set under environment: Test only; the endpoints of Production are fixed"
type SupplierSpec struct {
	// organizationNumber is the supplier's own organization number: nine digits, in quotes. Customers delegate
	// to it. It cannot be changed.
	//
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="organizationNumber cannot be changed, for customers have delegated to it: create another Supplier"
	OrganizationNumber OrganizationNumber `json:"organizationNumber,omitempty"`

	// name of the supplier as customers know it, such as "4HUMAN HRM AS". It is used in messages.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=180
	Name string `json:"name,omitempty"`

	// environment of Maskinporten, Altinn and NAV: Production or Test. It cannot be changed, for what customers
	// delegated in one means nothing in the other.
	//
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="environment cannot be changed, for what customers delegated in one means nothing in the other: create another Supplier"
	Environment Environment `json:"environment,omitempty"`

	// endpoints replaces endpoints of the Test environment, for a simulator.
	//
	// +optional
	Endpoints Endpoints `json:"endpoints,omitzero"`

	// suspend is the kill switch: nothing is asked for any customer, and nothing flows, until it is false
	// again. Default: false.
	//
	// +optional
	Suspend bool `json:"suspend,omitempty"`

	// maskinporten is our client at Maskinporten.
	//
	// +required
	Maskinporten MaskinportenClient `json:"maskinporten,omitzero"`

	// systemUser is our system in Altinn's system register. Services whose access is a system user need it.
	//
	// +optional
	SystemUser SystemUserAccess `json:"systemUser,omitzero"`

	// services lists what is offered to customers.
	//
	// +required
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=0
	// +kubebuilder:validation:MaxItems=8
	// +kubebuilder:validation:XValidation:rule="size(self) > 0",message="offer at least one service, such as {name: FollowUpPlans}"
	Services []OfferedService `json:"services,omitempty"`

	// hrm says where customers' data may go.
	//
	// +optional
	HRM HRMPolicy `json:"hrm,omitzero"`

	// sync says how the pods of customers' jobs are run.
	//
	// +optional
	Sync SyncPods `json:"sync,omitzero"`

	// verification says how often customers' access is verified.
	//
	// +optional
	Verification Verification `json:"verification,omitzero"`

	// allowedNamespaces lists the namespaces whose CustomerIntegrations may use this Supplier. None listed:
	// none allowed. The manager must also have been told of them (its flag --namespaces).
	//
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=0
	// +kubebuilder:validation:MaxItems=256
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=63
	// +kubebuilder:validation:items:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="write the name of one namespace, such as customers: a pattern such as * is not understood"
	AllowedNamespaces []string `json:"allowedNamespaces,omitempty"`
}

// Endpoints replaces endpoints of the Test environment.
//
// +kubebuilder:validation:MinProperties=1
type Endpoints struct {
	// maskinporten is the issuer identifier of Maskinporten, with its trailing slash: the aud of our grants and
	// the iss of its tokens. Everything else is read from its metadata document. http is accepted, for a
	// simulator within the cluster.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https?://[A-Za-z0-9.:-]+/([A-Za-z0-9._/-]*/)?$')",message="the issuer is a URL that ends with a slash, such as http://simulator.simulator.svc/"
	Maskinporten string `json:"maskinporten,omitempty"`

	// altinn is the base URL of Altinn's platform, without a slash at its end. http is accepted, for a simulator within the
	// cluster.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._-]+)*$')",message="write the base URL without a slash at its end, such as http://altinn.simulator.svc"
	Altinn string `json:"altinn,omitempty"`

	// navFollowUpPlans is the base URL of NAV's API for follow-up plans, without a slash at its end. http is accepted,
	// for a simulator within the cluster.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._-]+)*$')",message="write the base URL without a slash at its end, such as http://nav.simulator.svc"
	NAVFollowUpPlans string `json:"navFollowUpPlans,omitempty"`

	// navSickPay is the base URL of NAV's API for sick notes and applications for sick pay, without a slash at its end. http
	// is accepted, for a simulator within the cluster.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._-]+)*$')",message="write the base URL without a slash at its end, such as http://nav-sick-pay.simulator.svc"
	NAVSickPay string `json:"navSickPay,omitempty"`
}

// MaskinportenClient is our client at Maskinporten.
type MaskinportenClient struct {
	// clientID is the client's id at Maskinporten, a UUID.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z0-9_.:-]+$')",message="clientID is the id that Maskinporten's self-service shows for the client, such as 3f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10"
	ClientID string `json:"clientID,omitempty"`

	// keyID is the kid under which the key is registered at Maskinporten. A key in PEM form needs it; a JWK
	// holds its own.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	KeyID string `json:"keyID,omitempty"`

	// keySecretRef is where the private key is: a Secret in the manager's namespace.
	//
	// +required
	KeySecretRef SecretKeyReference `json:"keySecretRef,omitzero"`

	// keyRegisteredAt is the day on which the key was last registered at Maskinporten, where keys live for a year from
	// then. With it, the condition KeyExpiring warns 30 days before. With an enterprise certificate it has no meaning: the
	// certificate says itself when it expires.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$')",message="keyRegisteredAt is a day in quotes, such as \"2026-09-01\""
	KeyRegisteredAt string `json:"keyRegisteredAt,omitempty"`

	// signingAlgorithm is what grants are signed with. Default: the alg of a JWK, or else RS256.
	//
	// +optional
	SigningAlgorithm SigningAlgorithm `json:"signingAlgorithm,omitempty"`

	// certificateSecretRef is where the chain of our enterprise certificate (virksomhetssertifikat) is, ours first: PEM, in a
	// Secret in the manager's namespace. With it, grants name the chain (x5c) in place of a registered key, and keyID is left
	// out.
	//
	// +optional
	CertificateSecretRef SecretKeyReference `json:"certificateSecretRef,omitzero"`
}

// SigningAlgorithm is an algorithm that Maskinporten accepts grants by (docs.digdir.no, Maskinporten JWT grant).
//
// +kubebuilder:validation:Enum=RS256;RS384;RS512
type SigningAlgorithm string

// SystemUserAccess is our system in Altinn's system register, of which customers approve a user each.
type SystemUserAccess struct {
	// systemID is the system's id in Altinn's system register: our organization number, an underscore and a name, such as
	// 897757222_4human_hrm. It cannot be changed, for customers have approved users of that system.
	//
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="systemID cannot be changed, for customers have approved users of that system: create another Supplier"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9]{9}_[A-Za-z0-9_.-]+$')",message="systemID is the supplier's organization number, an underscore and a name, such as 897757222_4human_hrm"
	SystemID string `json:"systemID,omitempty"`

	// redirectURL is where the customer's administrator is sent after the approval. It must be registered on the system.
	// Default: none.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https://[A-Za-z0-9][A-Za-z0-9.:-]*(/[A-Za-z0-9._~/-]*)?$')",message="write redirectURL as a URL of https without query and fragment, such as https://hrm.4human.example/altinn"
	RedirectURL string `json:"redirectURL,omitempty"`

	// accessPackages are asked for besides the services' own rights, such as
	// urn:altinn:accesspackage:lonn-personopplysninger-saerlig-kategori. They must be registered on the system.
	//
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=256
	// +kubebuilder:validation:items:XValidation:rule="self.matches('^urn:altinn:accesspackage:[a-z0-9-]+$')",message="write an access package as Altinn does, such as urn:altinn:accesspackage:lonn-personopplysninger-saerlig-kategori"
	AccessPackages []string `json:"accessPackages,omitempty"`
}

// SecretKeyReference is one key of a Secret in the manager's namespace.
type SecretKeyReference struct {
	// name of the Secret.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// key within the Secret's data. It holds an RSA private key of 2048 bits or more: PEM (PKCS#1 or PKCS#8),
	// a JWK, or a JWKS with one key, or with two while they are changed: the first signs, the second while Maskinporten does not
	// know the first. As a certificateSecretRef: certificates in PEM.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Key string `json:"key,omitempty"`
}

// OfferedService is a service that the supplier offers.
type OfferedService struct {
	// name of the service.
	//
	// +required
	Name ServiceName `json:"name,omitempty"`

	// schedule says when the service's jobs run: five cron fields in the time of Oslo. H in minute or hour stands for
	// a fixed value of each customer's own, H/n for every n from one, so that not all run at once. Default:
	// "H * * * *" for FollowUpPlans, "H H/4 * * *" for SickNotes and SickPayApplications.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Schedule string `json:"schedule,omitempty"`
}

// HRMPolicy says where customers' data may go.
//
// +kubebuilder:validation:MinProperties=1
type HRMPolicy struct {
	// allowedHosts lists the hosts that customers' HRM endpoints may have. "hrm.4human.example" is that host,
	// "*.hrm.4human.example" any host with one label more; both are reached by https. A host with http:// before it, for
	// a simulator, is accepted under environment Test. None listed: no data goes anywhere.
	//
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=0
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=260
	// +kubebuilder:validation:items:XValidation:rule="self.matches('^([*][.]|http://)?[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*$')",message="write one host in lower case, such as hrm.4human.example, or *.hrm.4human.example for any host with one label more"
	AllowedHosts []string `json:"allowedHosts,omitempty"`

	// allowedAddresses lists networks in CIDR form, such as 10.20.0.0/16, that the hosts of customers' HRM endpoints may be
	// in although they are the node's own (loopback), link-local or private. Such addresses that are not listed are never
	// connected to. None listed: HRM solutions are reached at public addresses only.
	//
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=0
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=64
	// +kubebuilder:validation:items:XValidation:rule="isCIDR(self) && cidr(self) == cidr(self).masked()",message="write a network as its first address and how many bits of it count, such as 10.20.0.0/16"
	AllowedAddresses []string `json:"allowedAddresses,omitempty"`
}

// Verification says how often customers' access is verified.
//
// +kubebuilder:validation:MinProperties=1
type Verification struct {
	// interval is how long an answer counts: a customer with access is asked for again after it, give or take
	// a tenth. Between 10s and 168h. Default: 6h.
	//
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$') && size(self) > 0 && duration(self) >= duration('10s') && duration(self) <= duration('168h')",message="interval is a duration between 10s and 168h, such as 6h or 1h30m"
	Interval *metav1.Duration `json:"interval,omitempty"`

	// waitingInterval is how often a customer without access is asked for, once the first minutes have passed
	// (then it is 1, 2, 4 and 8 minutes after the state's change, where that is shorter). Between 10s and 24h.
	// Default: 15m.
	//
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$') && size(self) > 0 && duration(self) >= duration('10s') && duration(self) <= duration('24h')",message="waitingInterval is a duration between 10s and 24h, such as 15m"
	WaitingInterval *metav1.Duration `json:"waitingInterval,omitempty"`

	// outageGracePeriod is how long, during an outage, what was last answered for a customer is still told as known. After
	// it the customer's DelegationVerified is Unknown; its jobs go on. Between 1m and 720h. Default: 24h.
	//
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$') && size(self) > 0 && duration(self) >= duration('1m') && duration(self) <= duration('720h')",message="outageGracePeriod is a duration between 1m and 720h, such as 24h"
	OutageGracePeriod *metav1.Duration `json:"outageGracePeriod,omitempty"`

	// requestsPerSecond is how many requests a second each replica of the manager sends to Maskinporten and Altinn at the
	// most. Default: 20.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000
	RequestsPerSecond int32 `json:"requestsPerSecond,omitempty"`
}

// SupplierStatus is what was found out about the supplier's own access to Maskinporten.
//
// +kubebuilder:validation:MinProperties=1
type SupplierStatus struct {
	// observedGeneration is the generation of the spec that this status speaks of.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// lastHandledReconcileAt is the value of the annotation reconcile.fluxcd.io/requestedAt that was last
	// answered by asking Maskinporten.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	LastHandledReconcileAt string `json:"lastHandledReconcileAt,omitempty"`

	// pendingReconcileAt is the value of the annotation reconcile.fluxcd.io/requestedAt that has been seen and not been
	// answered yet. It is answered although the annotation is removed. It is absent if nothing is open.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	PendingReconcileAt string `json:"pendingReconcileAt,omitempty"`

	// conditions are Ready, MaskinportenReachable, AltinnReachable if a service needs a system user, NAVReachable,
	// WithdrawalsImplausible, RejectionsImplausible, KeyExpiring if the end of key or certificate is known,
	// VerificationOutdated once interruptedTime is set, and Reconciling or Stalled while they are True.
	//
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// credentials are the ones that were last proved.
	//
	// +optional
	Credentials CredentialsStatus `json:"credentials,omitzero"`

	// services has the availability of every offered service.
	//
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	Services []OfferedServiceStatus `json:"services,omitempty"`

	// customers counts the Supplier's customers by state. It is written once a minute at the most in the long run, and so may be
	// behind by as much.
	//
	// +optional
	Customers CustomerCounts `json:"customers,omitzero"`

	// interruptedTime is when the operator last noticed that later writes than those it finds may have existed: etcd was
	// restored from a snapshot, or no manager led for more than 15 minutes. Each service that was last verified before that
	// time is verified again before a run of it starts. It is absent if that never happened.
	//
	// +optional
	InterruptedTime *metav1.Time `json:"interruptedTime,omitempty"`
}

// OfferedServiceStatus is the availability of an offered service.
type OfferedServiceStatus struct {
	// name of the service.
	//
	// +required
	Name ServiceName `json:"name,omitempty"`

	// available is false if a fault of the supplier, or an outage of Maskinporten or NAV, affects the service.
	//
	// +required
	Available *bool `json:"available,omitempty"`

	// reason why the service is not available: a reason of the Supplier's conditions, or SupplierNotReady or AuthorityUnavailable
	// if all services are affected. It is absent if the service is available.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`

	// since is when available last changed.
	//
	// +optional
	Since *metav1.Time `json:"since,omitempty"`
}

// CustomerCounts counts customers. Each is in total and in one of the others.
//
// +kubebuilder:validation:MinProperties=1
type CustomerCounts struct {
	// total is how many CustomerIntegrations name this Supplier.
	//
	// +optional
	// +kubebuilder:validation:Minimum=0
	Total *int32 `json:"total,omitempty"`

	// granted have given access to every service that they list.
	//
	// +optional
	// +kubebuilder:validation:Minimum=0
	Granted *int32 `json:"granted,omitempty"`

	// waiting have not given access to every service that they list.
	//
	// +optional
	// +kubebuilder:validation:Minimum=0
	Waiting *int32 `json:"waiting,omitempty"`

	// withdrawn have taken access back to a service.
	//
	// +optional
	// +kubebuilder:validation:Minimum=0
	Withdrawn *int32 `json:"withdrawn,omitempty"`

	// unknown are those of whose access nothing is known at the moment.
	//
	// +optional
	// +kubebuilder:validation:Minimum=0
	Unknown *int32 `json:"unknown,omitempty"`
}

// CredentialsStatus names the credentials that were last proved. All of it is public.
//
// +kubebuilder:validation:MinProperties=1
type CredentialsStatus struct {
	// issuer is the issuer identifier of the Maskinporten that accepted them.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Issuer string `json:"issuer,omitempty"`

	// clientID is the client's id.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	ClientID string `json:"clientID,omitempty"`

	// keyID is the kid that grants are signed under.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	KeyID string `json:"keyID,omitempty"`

	// keyThumbprint is the RFC 7638 thumbprint (SHA-256, base64url) of the public half of the key.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	KeyThumbprint string `json:"keyThumbprint,omitempty"`

	// lastVerifiedTime is when Maskinporten last accepted them, to within the verification interval.
	//
	// +optional
	LastVerifiedTime *metav1.Time `json:"lastVerifiedTime,omitempty"`
}

// Supplier is the organization that customers give access to: who we are, and how we sign.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Cluster
// +kubebuilder:printcolumn:name="Org",type=string,JSONPath=`.spec.organizationNumber`,description="The supplier's organization number"
// +kubebuilder:printcolumn:name="Environment",type=string,JSONPath=`.spec.environment`,description="The environment of Maskinporten, Altinn and NAV"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether the supplier's own credentials are proved"
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why it is ready, or what somebody must act on"
// +kubebuilder:printcolumn:name="Maskinporten",type=string,JSONPath=`.status.conditions[?(@.type=="MaskinportenReachable")].status`,description="Whether Maskinporten responds"
// +kubebuilder:printcolumn:name="Altinn",type=string,JSONPath=`.status.conditions[?(@.type=="AltinnReachable")].status`,description="Whether Altinn responds"
// +kubebuilder:printcolumn:name="NAV",type=string,JSONPath=`.status.conditions[?(@.type=="NAVReachable")].status`,description="Whether NAV serves the customers' runs"
// +kubebuilder:printcolumn:name="Customers",type=integer,JSONPath=`.status.customers.total`,description="How many customers name this Supplier"
// +kubebuilder:printcolumn:name="Granted",type=integer,JSONPath=`.status.customers.granted`,description="How many of them have given access to every service"
// +kubebuilder:printcolumn:name="Waiting",type=integer,priority=1,JSONPath=`.status.customers.waiting`,description="How many have not given access to every service"
// +kubebuilder:printcolumn:name="Withdrawn",type=integer,priority=1,JSONPath=`.status.customers.withdrawn`,description="How many have taken access back"
// +kubebuilder:printcolumn:name="Unknown",type=integer,priority=1,JSONPath=`.status.customers.unknown`,description="How many are not known"
// +kubebuilder:printcolumn:name="Verified",type=date,JSONPath=`.status.credentials.lastVerifiedTime`,description="Time since Maskinporten last accepted our credentials"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`,description="Time since creation"
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`,description="What is wrong and who does what next"
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 63 && self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="metadata.name must be a DNS label: at most 63 lower-case letters, digits and hyphens, no dot"
type Supplier struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	//
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is what is wanted.
	//
	// +required
	Spec SupplierSpec `json:"spec,omitzero"`

	// status is what was found out.
	//
	// +optional
	Status SupplierStatus `json:"status,omitzero"`
}

// SupplierList is a list of Suppliers.
//
// +kubebuilder:object:root=true
type SupplierList struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard list metadata.
	metav1.ListMeta `json:"metadata,omitempty"`

	// items are the Suppliers.
	Items []Supplier `json:"items"`
}

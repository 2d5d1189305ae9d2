package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// SupplierSpec is the desired state of a Supplier.
//
// +kubebuilder:validation:XValidation:rule="!has(self.hrm) || !has(self.hrm.allowedHosts) || self.environment == 'Test' || self.hrm.allowedHosts.all(h, !h.startsWith('http://'))",message="http:// is only allowed with environment: Test; write the host alone, such as hrm.4human.example"
// +kubebuilder:validation:XValidation:rule="!has(self.endpoints) || self.environment == 'Test'",message="endpoints is only allowed with environment: Test"
type SupplierSpec struct {
	// organizationNumber is the supplier's organization number: nine digits, in quotes. Customers delegate to it.
	// Immutable.
	//
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="organizationNumber is immutable; create another Supplier"
	// +kubebuilder:validation:XIntOrString
	// +kubebuilder:validation:XValidation:rule="type(self) == string",messageExpression="'write the number in quotes: organizationNumber: \"' + string(self) + '\"'",message="write the number in quotes"
	OrganizationNumber OrganizationNumber `json:"organizationNumber,omitempty"`

	// name of the supplier as customers know it, such as "4HUMAN HRM AS", for messages.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=180
	Name string `json:"name,omitempty"`

	// environment of Maskinporten, Altinn and NAV: Production or Test. Delegations in one do not exist in the other.
	// Immutable.
	//
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="environment is immutable; create another Supplier"
	Environment Environment `json:"environment,omitempty"`

	// endpoints replaces endpoints of the Test environment by a simulator's.
	//
	// +optional
	Endpoints Endpoints `json:"endpoints,omitzero"`

	// suspend is the kill switch: it stops verification and sync for all customers while it is true. Default: false.
	//
	// +optional
	Suspend bool `json:"suspend,omitempty"`

	// maskinporten is the supplier's client at Maskinporten.
	//
	// +required
	Maskinporten MaskinportenClient `json:"maskinporten,omitzero"`

	// systemUser is the supplier's system in Altinn's system register. Services whose access is a system user need it.
	//
	// +optional
	SystemUser SystemUserAccess `json:"systemUser,omitzero"`

	// services lists the services that are offered to customers.
	//
	// +required
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=0
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:XValidation:rule="size(self) > 0",message="at least one service is required, such as {name: FollowUpPlans}"
	Services []OfferedService `json:"services,omitempty"`

	// hrm restricts the HRM systems that data is exchanged with.
	//
	// +optional
	HRM HRMPolicy `json:"hrm,omitzero"`

	// register decides whether the operator looks customers up in Enhetsregisteret, the register of organizations: Enabled
	// or Disabled. Default: Enabled with environment: Production, whose organizations it has; Disabled with Test.
	//
	// +optional
	Register RegisterMode `json:"register,omitempty"`

	// sync configures the pods of sync jobs.
	//
	// +optional
	Sync SyncPods `json:"sync,omitzero"`

	// verification configures how often customers' access is verified.
	//
	// +optional
	Verification Verification `json:"verification,omitzero"`

	// contact is the person or team that customers can ask, as guides and the portal show. Default: none.
	//
	// +optional
	Contact Contact `json:"contact,omitzero"`

	// guide is where people find out how a customer grants access, in place of the portal. Default: the portal, if
	// spec.portal is set.
	//
	// +optional
	Guide GuideLink `json:"guide,omitzero"`

	// portal is the portal of this Supplier's customers. Default: none.
	//
	// +optional
	Portal PortalLink `json:"portal,omitzero"`

	// allowedNamespaces lists the namespaces whose CustomerIntegrations may use this Supplier. Default: none. The
	// manager's flag --namespaces must list them too.
	//
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=0
	// +kubebuilder:validation:MaxItems=256
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=63
	// +kubebuilder:validation:items:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="write the name of one namespace, such as customers; patterns are not supported"
	AllowedNamespaces []string `json:"allowedNamespaces,omitempty"`
}

// MaskinportenClient is the supplier's client at Maskinporten.
type MaskinportenClient struct {
	// clientID is the client's id at Maskinporten, a UUID.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z0-9_.:-]+$')",message="clientID must be the client's id at Maskinporten, such as 3f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10"
	ClientID string `json:"clientID,omitempty"`

	// keyID is the kid of the key at Maskinporten. It is required for a key in PEM form; a JWK has its own.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule="self.matches('^[!-~]+$')",message="keyID must be the key's id (kid) at Maskinporten: printable ASCII characters without spaces, such as 4human-2026"
	KeyID string `json:"keyID,omitempty"`

	// keySecretRef names the Secret with the private key, in the manager's namespace.
	//
	// +required
	KeySecretRef SecretKeyReference `json:"keySecretRef,omitzero"`

	// keyRegisteredAt is the day on which the key was last registered at Maskinporten, where keys expire a year later. It
	// enables the condition KeyExpiring, which warns 30 days before. It is ignored with an enterprise certificate, which
	// has an expiry date of its own.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="!format.date().validate(self).hasValue()",message="keyRegisteredAt must be a date in quotes, such as \"2026-09-01\""
	KeyRegisteredAt string `json:"keyRegisteredAt,omitempty"`

	// signingAlgorithm of the JWT grants with which tokens are requested. Default: the alg of a JWK, or RS256.
	//
	// +optional
	SigningAlgorithm SigningAlgorithm `json:"signingAlgorithm,omitempty"`

	// certificateSecretRef names the Secret with the chain of the enterprise certificate (virksomhetssertifikat), leaf
	// first, in PEM, in the manager's namespace. Grants then have the chain (x5c) in place of a registered key, and keyID
	// must be empty.
	//
	// +optional
	CertificateSecretRef SecretKeyReference `json:"certificateSecretRef,omitzero"`
}

// SigningAlgorithm is an algorithm of grants that Maskinporten accepts (docs.digdir.no, Maskinporten JWT grant).
//
// +kubebuilder:validation:Enum=RS256;RS384;RS512
type SigningAlgorithm string

// SystemUserAccess is the supplier's system in Altinn's system register. Each customer approves a user of it.
type SystemUserAccess struct {
	// systemID is the system's id in Altinn's system register: the supplier's organization number, an underscore and a
	// name, such as 897757222_4human_hrm. Customers approve users of this system. Immutable.
	//
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="systemID is immutable; create another Supplier"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9]{9}_[A-Za-z0-9_.-]+$')",message="systemID must be the supplier's organization number, an underscore and a name, such as 897757222_4human_hrm"
	SystemID string `json:"systemID,omitempty"`

	// redirectURL is where Altinn sends the customer's administrator after the approval. It must be registered for the
	// system. Default: none.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https://[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$')",message="redirectURL must be an https URL without query and fragment, such as https://hrm.4human.example/altinn"
	// +kubebuilder:validation:XValidation:rule="!self.matches('^https?://[^/:]+:[0-9]{1,5}(/|$)') || self.matches('^https?://[^/:]+:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])(/|$)')",message="the port must be a number from 1 to 65535, such as https://hrm.4human.example:8443/altinn"
	RedirectURL string `json:"redirectURL,omitempty"`

	// accessPackages are requested besides the services' own rights, such as
	// urn:altinn:accesspackage:lonn-personopplysninger-saerlig-kategori. They must be registered for the system.
	//
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	AccessPackages []AccessPackage `json:"accessPackages,omitempty"`

	// agents is Enabled to let customers grant access through an agent, such as an accountant, whose agent system user
	// acts for its clients (spec.access.through of a CustomerIntegration). The supplier's client then needs the scope
	// altinn:accessmanagement/authorizedparties. Agents approve access packages only, so accessPackages, or those of
	// the services, must include the rights to the services' data. Default: Disabled.
	//
	// +optional
	Agents AgentMode `json:"agents,omitempty"`
}

// AgentMode says whether customers may grant access through an agent.
//
// +kubebuilder:validation:Enum=Enabled;Disabled
type AgentMode string

const (
	// AgentsEnabled lets customers grant access through an agent.
	AgentsEnabled AgentMode = "Enabled"
	// AgentsDisabled requires each customer to grant access itself.
	AgentsDisabled AgentMode = "Disabled"
)

// SecretKeyReference names one key of a Secret in the manager's namespace.
type SecretKeyReference struct {
	// name of the Secret.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",message="write the name of a Secret without its namespace: lower-case letters, digits, hyphens and dots, such as maskinporten-key"
	Name string `json:"name,omitempty"`

	// key within the Secret's data. For keySecretRef its value is an RSA private key of at least 2048 bits: PEM (PKCS#1 or
	// PKCS#8), a JWK, or a JWKS with one key. During a rotation the JWKS may have two keys: the second signs while
	// Maskinporten does not accept the first. For certificateSecretRef its value is certificates in PEM.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[-._A-Za-z0-9]+$')",message="write one key of the Secret's data: letters, digits, hyphens, dots and underscores, such as key.jwk"
	Key string `json:"key,omitempty"`
}

// HRMPolicy restricts the HRM systems that data is exchanged with.
//
// +kubebuilder:validation:MinProperties=1
type HRMPolicy struct {
	// allowedHosts lists the hosts of customers' HRM endpoints. "hrm.4human.example" allows that host,
	// "*.hrm.4human.example" any host with one more label; both over https. A host with http:// in front is allowed with
	// environment: Test, for a simulator. Default: none.
	//
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=0
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=260
	// +kubebuilder:validation:items:XValidation:rule="self.matches('^([*][.]|http://)?[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*$')",message="write one host in lower case, such as hrm.4human.example, or *.hrm.4human.example for hosts with one more label"
	// +kubebuilder:validation:items:XValidation:rule="!self.matches('^[*][.][^.]+$')",message="a wildcard needs at least two labels after it, such as *.hrm.4human.example, because *.no allows the hosts of all organizations"
	AllowedHosts []string `json:"allowedHosts,omitempty"`

	// allowedAddresses lists networks in CIDR form, such as 10.20.0.0/16, of loopback, link-local or private addresses
	// that HRM systems may have. Jobs connect to no other such address. Default: public addresses only.
	//
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=0
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=64
	// +kubebuilder:validation:items:XValidation:rule="isCIDR(self) && cidr(self) == cidr(self).masked()",message="write a network in CIDR form, such as 10.20.0.0/16"
	// +kubebuilder:validation:items:XValidation:rule="!isCIDR(self) || cidr(self).prefixLength() >= (cidr(self).ip().family() == 4 ? 8 : 7)",message="the network is too large: write that of the HRM systems, such as 10.20.0.0/16; at most a /8, or a /7 of IPv6"
	AllowedAddresses []string `json:"allowedAddresses,omitempty"`

	// nat64Prefixes lists the prefixes of the cluster's NAT64 gateways (RFC 6052), such as 64:ff9b:1::/96, besides
	// 64:ff9b::/96. An address below a prefix is allowed if the IPv4 address in it is public or in allowedAddresses.
	// Default: none.
	//
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=0
	// +kubebuilder:validation:MaxItems=8
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=64
	// +kubebuilder:validation:items:XValidation:rule="isCIDR(self) && cidr(self).ip().family() == 6 && cidr(self) == cidr(self).masked() && cidr(self).prefixLength() in [32, 40, 48, 56, 64, 96]",message="write a NAT64 prefix of 32, 40, 48, 56, 64 or 96 bits, such as 64:ff9b:1::/96"
	NAT64Prefixes []string `json:"nat64Prefixes,omitempty"`
}

// Verification configures how often customers' access is verified.
//
// +kubebuilder:validation:MinProperties=1
type Verification struct {
	// interval is how often the operator verifies a customer with access. Each customer's is up to a tenth longer or
	// shorter. Between 10s and 168h. Default: 6h.
	//
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$') && size(self) > 0 && duration(self) >= duration('10s') && duration(self) <= duration('168h')",message="interval must be a duration between 10s and 168h, such as 6h or 1h30m"
	Interval *metav1.Duration `json:"interval,omitempty"`

	// waitingInterval is how often the operator verifies a customer without access. After a change of the state it first
	// does so after 1, 2, 4 and 8 minutes, if that is shorter. Between 10s and 24h. Default: 15m.
	//
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$') && size(self) > 0 && duration(self) >= duration('10s') && duration(self) <= duration('24h')",message="waitingInterval must be a duration between 10s and 24h, such as 15m"
	WaitingInterval *metav1.Duration `json:"waitingInterval,omitempty"`

	// outageGracePeriod is how long the last verified state is reported during an outage. After it, the customer's
	// DelegationVerified is Unknown; its jobs run on. Between 1m and 720h. Default: 24h.
	//
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$') && size(self) > 0 && duration(self) >= duration('1m') && duration(self) <= duration('720h')",message="outageGracePeriod must be a duration between 1m and 720h, such as 24h"
	OutageGracePeriod *metav1.Duration `json:"outageGracePeriod,omitempty"`

	// requestsPerSecond is the maximum rate of requests of each replica of the manager to Maskinporten and Altinn.
	// Default: 20.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000
	RequestsPerSecond int32 `json:"requestsPerSecond,omitempty"`
}

// SupplierStatus is the observed state of a Supplier.
//
// +kubebuilder:validation:MinProperties=1
type SupplierStatus struct {
	// observedGeneration is the generation of the spec that this status is about.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// lastHandledReconcileAt is the last value of the annotation reconcile.fluxcd.io/requestedAt for which the credentials
	// were verified.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	LastHandledReconcileAt string `json:"lastHandledReconcileAt,omitempty"`

	// pendingReconcileAt is a value of the annotation reconcile.fluxcd.io/requestedAt for which the credentials have not
	// been verified yet. It is kept if the annotation is removed. It is absent if no verification is pending.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	PendingReconcileAt string `json:"pendingReconcileAt,omitempty"`

	// conditions are Ready, MaskinportenReachable, NAVReachable, TokenBrokerReachable, WithdrawalsImplausible and
	// RejectionsImplausible. Others do not always exist: AltinnReachable if a service needs a system user; KeyExpiring if
	// the end of key or certificate is known; VerificationOutdated once interruptedTime is set; NamespacesInaccessible,
	// RunsNotStarting and CustomersBlocked once they have been True; Reconciling and Stalled while they are True.
	//
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// credentials are those that were last verified.
	//
	// +optional
	Credentials CredentialsStatus `json:"credentials,omitzero"`

	// services has the availability of every offered service.
	//
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Services []OfferedServiceStatus `json:"services,omitempty"`

	// customers counts the Supplier's customers by state. It is updated at most once a minute.
	//
	// +optional
	Customers CustomerCounts `json:"customers,omitzero"`

	// interruptedTime is when the operator last detected that writes may have been lost: etcd was restored from a
	// snapshot, or no manager led for more than 15 minutes. A service that was last verified earlier is verified again
	// before its next run. It is absent if there was no interruption.
	//
	// +optional
	InterruptedTime *metav1.Time `json:"interruptedTime,omitempty"`

	// alarms names the conditions that need attention although Ready may be True, such as
	// "NAVReachable=CustomerRunsFailing, KeyExpiring (2026-12-11)". It is for people; programs read the conditions. It is
	// absent if there are none.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Alarms string `json:"alarms,omitempty"`
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

	// reason why the service is not available: a reason of the Supplier's conditions, SupplierNotReady if all services
	// are affected, or AuthorityUnavailable if Maskinporten does not respond to requests for it. It is absent if the
	// service is available.
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

// CustomerCounts counts customers by state. Total is the sum of the others.
//
// +kubebuilder:validation:MinProperties=1
type CustomerCounts struct {
	// total is the number of CustomerIntegrations with this Supplier.
	//
	// +optional
	// +kubebuilder:validation:Minimum=0
	Total *int32 `json:"total,omitempty"`

	// granted is the number of customers that have granted access to every listed service.
	//
	// +optional
	// +kubebuilder:validation:Minimum=0
	Granted *int32 `json:"granted,omitempty"`

	// waiting is the number of customers that have not granted access to every listed service.
	//
	// +optional
	// +kubebuilder:validation:Minimum=0
	Waiting *int32 `json:"waiting,omitempty"`

	// withdrawn is the number of customers that have withdrawn access to a service.
	//
	// +optional
	// +kubebuilder:validation:Minimum=0
	Withdrawn *int32 `json:"withdrawn,omitempty"`

	// unknown is the number of customers whose access is not known.
	//
	// +optional
	// +kubebuilder:validation:Minimum=0
	Unknown *int32 `json:"unknown,omitempty"`
}

// CredentialsStatus identifies the credentials that were last verified. All of it is public.
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

	// keyID is the kid of the JWT grants.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	KeyID string `json:"keyID,omitempty"`

	// keyThumbprint is the RFC 7638 thumbprint (SHA-256, base64url) of the public key.
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

// Supplier is the organization that customers grant access to, with its client at Maskinporten and its system in
// Altinn.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Cluster,shortName=supp,categories=integrations
// +kubebuilder:selectablefield:JSONPath=`.spec.organizationNumber`
// +kubebuilder:selectablefield:JSONPath=`.spec.environment`
// +kubebuilder:printcolumn:name="Org",type=string,JSONPath=`.spec.organizationNumber`,description="The supplier's organization number"
// +kubebuilder:printcolumn:name="Environment",type=string,JSONPath=`.spec.environment`,description="The environment of Maskinporten, Altinn and NAV"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether Maskinporten accepts the supplier's credentials"
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why the Supplier is ready, or why not"
// +kubebuilder:printcolumn:name="Alarms",type=string,JSONPath=`.status.alarms`,description="What needs attention although the Supplier may be ready"
// +kubebuilder:printcolumn:name="Customers",type=integer,JSONPath=`.status.customers.total`,description="Number of customers"
// +kubebuilder:printcolumn:name="Granted",type=integer,JSONPath=`.status.customers.granted`,description="Number of customers that have granted access to every service"
// +kubebuilder:printcolumn:name="Verified",type=date,JSONPath=`.status.credentials.lastVerifiedTime`,description="Time since Maskinporten last accepted the credentials"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`,description="Time since creation"
// +kubebuilder:printcolumn:name="Maskinporten",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="MaskinportenReachable")].status`,description="Whether Maskinporten responds"
// +kubebuilder:printcolumn:name="Altinn",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="AltinnReachable")].status`,description="Whether Altinn responds"
// +kubebuilder:printcolumn:name="NAV",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="NAVReachable")].status`,description="Whether NAV serves the customers' runs"
// +kubebuilder:printcolumn:name="Waiting",type=integer,priority=1,JSONPath=`.status.customers.waiting`,description="Number of customers that have not granted access to every service"
// +kubebuilder:printcolumn:name="Withdrawn",type=integer,priority=1,JSONPath=`.status.customers.withdrawn`,description="Number of customers that have withdrawn access"
// +kubebuilder:printcolumn:name="Unknown",type=integer,priority=1,JSONPath=`.status.customers.unknown`,description="Number of customers whose access is not known"
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`,description="What is wrong, and the next action"
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 63 && self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="metadata.name must be a DNS label: at most 63 lower-case letters, digits and hyphens, no dot"
type Supplier struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	//
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is the desired state.
	//
	// +required
	Spec SupplierSpec `json:"spec,omitzero"`

	// status is the observed state.
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

package condition

import (
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const (
	maskinporten = v1alpha1.ConditionMaskinportenReachable
	altinn       = v1alpha1.ConditionAltinnReachable
	nav          = v1alpha1.ConditionNAVReachable
	broker       = v1alpha1.ConditionTokenBrokerReachable
)

// fault returns the row of a fault of the supplier that only the platform team can correct.
func fault(reason string, progress Progress, cause, action string) Row {
	return Row{
		Reason: reason, Places: []Place{supplier(ready, no)}, Progress: progress,
		Event: warning, Actor: PlatformTeam, Urgency: Now, Cause: cause, Action: action,
	}
}

// credentialRows are the reasons of the supplier's own access to Maskinporten.
var credentialRows = []Row{
	fault(v1alpha1.ReasonKeyNotFound, Settled,
		"The Secret with the private key or certificate, or the key in it, does not exist.",
		"Create what the message names. The operator watches the Secret."),
	func() Row {
		r := fault(v1alpha1.ReasonConfigurationInvalid, Stalled,
			"A field of the spec has a value that cannot be used.", "Correct the field that the message names.")
		r.Places = append(r.Places, supplier(v1alpha1.ConditionKeyExpiring, unknown))
		return r
	}(),
	fault(v1alpha1.ReasonKeyInvalid, Stalled,
		"The Secret does not hold a usable private key or certificate chain.",
		"Put the right key or chain into the Secret; see [the key](#the-key)."),
	func() Row {
		r := fault(v1alpha1.ReasonKeyExpired, Stalled,
			"The key's year at Maskinporten is over (MP-121), or the enterprise certificate has expired.",
			"Register a new key and [replace the Secret](register.md#replacing-the-key), or "+
				"[renew the certificate](register.md#with-an-enterprise-certificate).")
		r.Places = append(r.Places, supplier(v1alpha1.ConditionKeyExpiring, yes))
		return r
	}(),
	fault(v1alpha1.ReasonKeyUnknown, Stalled,
		"The key id is not registered on the client.",
		"Register the key, or correct `spec.maskinporten.keyID`. A new key takes up to 2 minutes. With `certificateSecretRef`, remove the client's keys, or the field."),
	fault(v1alpha1.ReasonClientUnknown, Stalled,
		"Maskinporten does not know the client id in this environment (MP-100).",
		"Correct `spec.maskinporten.clientID`, or create another Supplier: `spec.environment` is immutable."),
	fault(v1alpha1.ReasonSignatureRejected, Stalled,
		"Another key is registered under the key id (MP-124).",
		"Correct the Secret, or register its key under another id. `status.credentials.keyThumbprint` (RFC 7638) identifies the last key that worked."),
	fault(v1alpha1.ReasonAudienceRejected, Stalled,
		"Maskinporten does not use the issuer that the request names (MP-110).",
		"In Test, correct `spec.endpoints.maskinporten`; the final slash counts. In Production, report it to Digdir."),
	fault(v1alpha1.ReasonCertificateRejected, Stalled,
		"Maskinporten rejects the enterprise certificate, or requires one (MP-120, MP-122, MP-123).",
		"Correct the Secret of `certificateSecretRef`. Without one, register the key, or [use a certificate](register.md#with-an-enterprise-certificate)."),
	fault(v1alpha1.ReasonScopeNotRegistered, Stalled,
		"A scope is not registered on the client (MP-200, MP-201).",
		"Add the scope that the message names to the client in self-service. [System users](register.md#system-users) need more scopes."),
	fault(v1alpha1.ReasonClientRejected, Stalled,
		"Maskinporten rejects the client.",
		"Check in self-service that it is active, its type and scopes. Otherwise send Digdir its id and the response in the message."),
	fault(v1alpha1.ReasonClockSkewed, Settled,
		"The node's clock and Maskinporten's differ by more than 10 seconds (MP-130).",
		"Fix NTP on the manager's node."),
	fault(v1alpha1.ReasonGrantReplayed, Settled,
		"Maskinporten received the same grant twice (MP-012).",
		"Disable retries in the proxy or service mesh between the manager and Maskinporten."),
	fault(v1alpha1.ReasonMetadataInvalid, Stalled,
		"The metadata document names another issuer, or endpoints of another origin.",
		"Compare its `issuer` with the message. In Test, correct `spec.endpoints.maskinporten`. Otherwise, find out which server answers."),
	fault(v1alpha1.ReasonTokenMismatch, Settled,
		"A token or a refusal is about something else than the request.",
		"An incident: find out which server answers, and report it to Digdir. If in doubt, "+
			"[stop everything](supplier.md#emergency-stop)."),
	{
		Reason: v1alpha1.ReasonCredentialsProved, Places: []Place{supplier(ready, yes)},
		Event: normal, Actor: Operator, Urgency: Never,
		Cause:  "Maskinporten issued the supplier a token for every scope that its services need.",
		Action: "Nothing.",
	},
}

// systemRows are faults of the supplier's system in Altinn. They affect only services with a system user.
var systemRows = []Row{
	fault(v1alpha1.ReasonSystemUserNotConfigured, Stalled,
		"A service needs a system user, and spec.systemUser names no system.",
		"Set `spec.systemUser.systemID`, or remove the service from `spec.services`."),
	fault(v1alpha1.ReasonSystemNotRegistered, Stalled,
		"Altinn's system register does not have the system, or has it for another vendor.",
		"Register the system in the Altinn of `spec.environment`, or correct `spec.systemUser.systemID`: [system users](register.md#system-users)."),
	fault(v1alpha1.ReasonSystemClientMissing, Stalled,
		"Maskinporten does not find the customers' system users for the client (MP-303).",
		"Add the client to the system in Altinn's system register. If all customers did delete their system users, remove the service from each and list it again."),
	fault(v1alpha1.ReasonSystemRightsRejected, Stalled,
		"Altinn refuses the rights, access packages or redirect URL that the operator requests.",
		"Register the services' [rights](register.md#system-users), `spec.systemUser.accessPackages` and `redirectURL` on the system."),
	fault(v1alpha1.ReasonAltinnRefused, Stalled,
		"Altinn denies the client access to its API for system vendors.",
		"Check that system and client have the same owner and environment. Then ask Digdir for access to the API (<https://samarbeid.digdir.no>)."),
}

// outage returns the row of an outage of Maskinporten or Altinn.
func outage(reason string, actor Actor, urgency Urgency, cause, action string) Row {
	return Row{
		Reason: reason, Places: []Place{supplier(maskinporten, no), supplier(altinn, no)},
		Event: warning, Actor: actor, Urgency: urgency, Cause: cause, Action: action,
	}
}

// outageRows are the reasons of services outside that do not respond.
var outageRows = []Row{
	{
		Reason: v1alpha1.ReasonCustomerRequestsFailing, Places: []Place{supplier(maskinporten, no)},
		Event: warning, Actor: Digdir, Urgency: Eventually,
		Cause:  "Maskinporten issues the supplier tokens, but none on behalf of customers.",
		Action: "Wait. If it lasts, see <https://status.digdir.no>, and `Failed to verify` in the manager's log.",
	},
	{
		Reason: v1alpha1.ReasonCustomerRunsFailing, Places: []Place{supplier(nav, no)},
		Event: warning, Actor: NAV, Urgency: Eventually,
		Cause:  "NAV does not serve the runs of many customers.",
		Action: "Wait. If it lasts, see <https://status.nav.no>, and send NAV's support the `Nav-Call-Id` of a run's log.",
	},
	{
		Reason: v1alpha1.ReasonRunsWithoutToken, Places: []Place{supplier(broker, no)},
		Event: warning, Actor: PlatformTeam, Urgency: Now,
		Cause: "The runs of many customers get no token, although Maskinporten issues them.",
		Action: "Let the customers' pods reach the Service `token-broker` in the manager's namespace: check NetworkPolicies, " +
			"service meshes and `Refused token` in the manager's log.",
	},
	outage(v1alpha1.ReasonServerError, Digdir, Eventually,
		"The response is a server error (5xx), or a refusal that is marked as temporary.",
		"Wait. If it lasts, see <https://status.digdir.no>."),
	outage(v1alpha1.ReasonRateLimited, PlatformTeam, Eventually,
		"The response is 429: too many requests.",
		"Wait. If it lasts, lower `spec.verification.requestsPerSecond` or raise the [intervals](tuning.md), and find out who else uses the client."),
	outage(v1alpha1.ReasonBlocked, PlatformTeam, Now,
		"A proxy or firewall refuses the requests.",
		"Allow them from the manager's pods: check egress proxies and TLS inspection."),
	outage(v1alpha1.ReasonUnreachable, PlatformTeam, Now,
		"No complete response within 10 seconds: DNS, TLS or a lost connection.",
		"If it lasts, check DNS, egress rules and TLS inspection."),
	outage(v1alpha1.ReasonBadResponse, PlatformTeam, Eventually,
		"The response cannot be parsed: a redirect, too large, cut off, or without a token.",
		"If it lasts, check proxies on the way."),
	{
		Reason: v1alpha1.ReasonReachable,
		Places: []Place{supplier(maskinporten, yes), supplier(altinn, yes), supplier(nav, yes), supplier(broker, yes)},
		Event:  normal, Actor: Operator, Urgency: Never,
		Cause:  "The service responds. A refusal is a response too: see Ready.",
		Action: "Nothing.",
	},
}

// alarm returns the rows of an alarm: of its start, and of its end.
func alarm(conditionType string, start, end Row) []Row {
	start.Places, start.Event = []Place{supplier(conditionType, yes)}, warning
	end.Places, end.Event = []Place{supplier(conditionType, no)}, normal
	end.Actor, end.Urgency, end.Action = Operator, Never, "Nothing."
	return []Row{start, end}
}

// alarmRows are the reasons of a Supplier's alarms.
var alarmRows = slices.Concat(
	alarm(v1alpha1.ConditionWithdrawalsImplausible,
		Row{
			Reason: v1alpha1.ReasonManyWithdrawals, Actor: PlatformTeam, Urgency: Now,
			Cause:  "More than 5 % of the customers, and more than 10, lost access within an hour.",
			Action: "Before writing to customers, check what changed: scope, client or system. Ask Digdir.",
		},
		Row{
			Reason: v1alpha1.ReasonFewWithdrawals,
			Cause:  "At most 5 % of the customers, or at most 10, lost access within an hour.",
		}),
	alarm(v1alpha1.ConditionRejectionsImplausible,
		Row{
			Reason: v1alpha1.ReasonManyRejections, Actor: NAV, Urgency: Eventually,
			Cause:  "Within half an hour NAV refused plans of at least 10 customers, and of more than 2 % of those with a run.",
			Action: "Wait. If it lasts, see <https://status.nav.no>, and send NAV's support the `Nav-Call-Id` of a run's log.",
		},
		Row{
			Reason: v1alpha1.ReasonFewRejections,
			Cause:  "NAV refused plans of fewer customers, or has accepted a plan since.",
		}),
	alarm(v1alpha1.ConditionVerificationOutdated,
		Row{
			Reason: v1alpha1.ReasonOperatorInterrupted, Actor: Operator, Urgency: Eventually,
			Cause: "etcd was restored from a snapshot, or no manager led for more than 15 minutes.",
			Action: "Wait until all customers are verified; see [backup](backup.md). If it lasts, see Ready and " +
				"MaskinportenReachable.",
		},
		Row{
			Reason: v1alpha1.ReasonVerificationCurrent,
			Cause:  "All customers with access have been verified since `status.interruptedTime`.",
		}),
	alarm(v1alpha1.ConditionKeyExpiring,
		Row{
			Reason: v1alpha1.ReasonKeyExpiresSoon, Actor: PlatformTeam, Urgency: Today,
			Cause: "The key's year at Maskinporten, or the enterprise certificate, ends within 30 days.",
			Action: "[Replace the key](register.md#replacing-the-key) and update `spec.maskinporten.keyRegisteredAt`, or " +
				"[renew the certificate](register.md#with-an-enterprise-certificate).",
		},
		Row{
			Reason: v1alpha1.ReasonKeyValid,
			Cause:  "The key or certificate is valid for more than 30 days.",
		}),
	alarm(v1alpha1.ConditionNamespacesInaccessible,
		Row{
			Reason: v1alpha1.ReasonNamespaceRightsMissing, Actor: PlatformTeam, Urgency: Now,
			Cause: "The manager may not read a namespace of its `--namespaces`, or the namespace does not exist.",
			Action: "Apply `config/customer-namespace` with `namespace:` set to it, or remove it from `--namespaces`. " +
				"The operator goes on within a minute; others are not affected.",
		},
		Row{
			Reason: v1alpha1.ReasonNamespaceRightsExist,
			Cause:  "The manager has its rights in every namespace of its `--namespaces` that the Supplier allows.",
		}),
	alarm(v1alpha1.ConditionRunsNotStarting,
		Row{
			Reason: v1alpha1.ReasonPodsNotStarting, Actor: PlatformTeam, Urgency: Now,
			Cause: "The pods of many customers' runs do not start. The message has the cause.",
			Action: "Correct the worker's image (`spec.sync.image` or `custom.job.image`, or the manager's), " +
				"`spec.sync.imagePullSecrets`, or what else the pods' events name. Waiting pods start by themselves.",
		},
		Row{
			Reason: v1alpha1.ReasonPodsStart,
			Cause:  "The pods of most runs start.",
		}),
	alarm(v1alpha1.ConditionCustomersBlocked,
		Row{
			Reason: v1alpha1.ReasonHRMHostsMissing, Actor: PlatformTeam, Urgency: Today,
			Cause:  "`spec.hrm.allowedHosts` is empty, and many customers have an HRM system.",
			Action: "List the hosts of the customers' HRM systems in [`spec.hrm.allowedHosts`](supplier.md#fields).",
		},
		Row{
			Reason: v1alpha1.ReasonCustomersNotBlocked,
			Cause:  "The Supplier's spec blocks no customers.",
		}),
	[]Row{{
		Reason: v1alpha1.ReasonServiceRemoved, Places: []Place{supplier(v1alpha1.ConditionCustomersBlocked, yes)},
		Event: warning, Actor: PlatformTeam, Urgency: Today,
		Cause:  "Many customers list a service that `spec.services` no longer offers.",
		Action: "Offer it again, or remove it from the customers, which `kubectl get cint -A` shows with AwaitingSupplier.",
	}, {
		Reason: v1alpha1.ReasonHRMSystemsMissing, Places: []Place{supplier(v1alpha1.ConditionCustomersBlocked, yes)},
		Event: warning, Actor: PlatformTeam, Urgency: Today,
		Cause: "Customers without `spec.hrm` list a custom service whose jobs use the HRM system, for example since its " +
			"`job.secret` became `PerCustomer`.",
		Action: "Add `spec.hrm` to the customers, which `kubectl get cint -A` shows with HRMEndpointNotAllowed; or set " +
			"`custom.job.secret` to `None`.",
	}},
)

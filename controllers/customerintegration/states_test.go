package customerintegration

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/syncjob"
	"github.com/4human/integration-operator/internal/systemuser"
)

// changeAccess has the Supplier declare another scope for its custom service.
func changeAccess(s *scope) {
	s.supplier.Spec.Services[len(s.supplier.Spec.Services)-1].Custom.Access.APIDelegation.Scope = "kartverk:nrl.lesing"
}

// withoutHRM has a customer without an HRM system, and the Supplier say whether its custom service uses one.
func withoutHRM(secret v1alpha1.JobSecret) func(*scope) {
	return func(s *scope) {
		s.supplier.Spec.Services[len(s.supplier.Spec.Services)-1].Custom.Job.Secret = secret
		s.customer.Spec.HRM = v1alpha1.HRMConnection{}
	}
}

// customerStates are all states that a CustomerIntegration can be in, by the reconcile that leads to each. The golden
// files hold the objects as a person and a GitOps tool see them; test/health reads them.
var customerStates = map[string]customerBuilder{
	"sync-pending": makeCustomer().answered(""),
	"delegated":    makeCustomer().answered("").inPlace(),
	"verified-only": makeCustomer().answered("").with(func(s *scope) {
		s.customer.Spec.Sync, s.customer.Spec.HRM = v1alpha1.SyncDisabled, v1alpha1.HRMConnection{}
	}),
	"synced": makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{}).
		ran("1", runreport.Report{Outcome: runreport.Succeeded}),
	"sync-retrying": makeCustomer().granted(0).inPlace().synced(anHourAgo()).
		ran("1", runreport.Report{Outcome: runreport.Failed, Reason: runreport.NAVUnreachable}),
	"sync-failing": makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{Failures: 2}).
		ran("1", runreport.Report{Outcome: runreport.Failed, Reason: runreport.HRMUnreachable}),
	"sync-failing-without-token": makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{Failures: 2}).
		ran("1", runreport.Report{Outcome: runreport.Failed, Reason: runreport.BrokerUnavailable}),
	"hrm-credentials-missing": setupFails(runreport.HRMCredentialsMissing),
	"hrm-unauthorized":        setupFails(runreport.HRMUnauthorized),
	"hrm-address-not-allowed": setupFails(runreport.HRMAddressNotAllowed),
	"worker-mismatch":         setupFails(runreport.ConfigurationInvalid),
	"ca-configmap-unreadable": makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{}).
		with(func(s *scope) {
			s.supplier.Spec.Sync.CAConfigMapRef = v1alpha1.ConfigMapKeyReference{Name: "corporate-ca", Key: "bundle.pem"}
		}).
		ran("1", runreport.Report{
			Outcome: runreport.Failed, Reason: runreport.ConfigurationInvalid, Cause: runreport.CAConfigMapUnreadable,
		}),
	"sync-stale":            makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{}),
	"sync-pod-not-starting": makeCustomer().granted(0).inPlace().synced(justNow()).with(podWaits("ErrImageNeverPull")),
	"sync-pods-not-starting": makeCustomer().granted(0).inPlace().synced(justNow()).with(podWaits("ErrImageNeverPull")).
		with(func(s *scope) {
			s.supplier.Status.Conditions = append(s.supplier.Status.Conditions, metav1.Condition{
				Type: v1alpha1.ConditionRunsNotStarting, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonPodsNotStarting,
			})
		}),
	"hrm-organization-mismatch": setupFails(runreport.HRMOrganizationMismatch),
	"sync-pod-refused": makeCustomer().granted(0).inPlace().synced(justNow()).
		with(podRefused("failed quota: team-quota: must specify limits.cpu for: sync")),
	"sync-job-refused": makeCustomer().granted(0).inPlace().synced(justNow()).
		with(jobRefused("exceeded quota: team-quota, requested: count/jobs.batch=1, limited: count/jobs.batch=3")),
	"sync-job-was-refused": makeCustomer().granted(0).inPlace().synced(justNow()).with(jobRefused("")),
	"sync-cronjob-refused": makeCustomer().granted(0).inPlace().synced(justNow()).with(objectRefused(
		"exceeded quota: team-quota, requested: count/cronjobs.batch=1, limited: count/cronjobs.batch=3")),
	"sync-pod-was-refused": makeCustomer().granted(0).inPlace().synced(lastRan(0, string(runreport.PodRefused), 1)),
	"plans-unsettled": makeCustomer().granted(0).inPlace().synced(anHourAgo()).ran("1", runreport.Report{
		Outcome: runreport.Succeeded, Rejected: 2, Unknown: 1, OpenUnknown: new(int32(3)), Volumes: runreport.Volumes{
			PlansSent: 4,
		},
	}),
	"plans-undecided": makeCustomer().granted(0).inPlace().synced(anHourAgo()).ran("1", runreport.Report{
		Outcome: runreport.Succeeded, Refused: 2, OpenUnknown: new(int32(0)), OpenUndecided: 1, Volumes: runreport.Volumes{
			PlansSent: 4,
		},
	}),
	"right-missing": makeRightMissing(),
	"hrm-endpoint-not-allowed": makeCustomer().granted(0).with(func(s *scope) {
		s.supplier.Spec.HRM.AllowedHosts = []string{"other.hrm.4human.example"}
	}),
	"hrm-hosts-missing": makeCustomer().granted(0).with(func(s *scope) { s.supplier.Spec.HRM.AllowedHosts = nil }).
		with(blocksMany(v1alpha1.ReasonHRMHostsMissing)),
	"hrm-hosts-missing-not-counted": makeCustomer().granted(0).with(func(s *scope) {
		s.supplier.Spec.HRM.AllowedHosts, s.supplier.Generation = nil, s.supplier.Status.ObservedGeneration+1
	}),
	"hrm-hosts-missing-for-few": makeCustomer().granted(0).
		with(func(s *scope) { s.supplier.Spec.HRM.AllowedHosts = nil }),
	"service-removed": makeCustomer().granted(0).inPlace().
		with(func(s *scope) { s.supplier.Spec.Services = s.supplier.Spec.Services[1:] }).
		with(blocksMany(v1alpha1.ReasonServiceRemoved)),
	"service-removed-for-few": makeCustomer().granted(0).inPlace().
		with(func(s *scope) { s.supplier.Spec.Services = s.supplier.Spec.Services[1:] }),
	"invalid-schedule": makeCustomer().granted(0).
		with(func(s *scope) { s.customer.Spec.Services[0].Schedule = "every morning" }),
	"schedule-too-often": makeCustomer().granted(0).
		with(func(s *scope) { s.customer.Spec.Services[0].Schedule = "* * * * *" }),
	"awaiting-supplier": makeCustomer().granted(0).with(spoilSchedule),
	"supplier-schedule-invalid": makeCustomer().granted(0).inPlace().synced(justNow()).with(spoilSchedule).
		ran("1", runreport.Report{Outcome: runreport.Succeeded}),
	"name-conflict": makeCustomer().granted(0).with(func(s *scope) {
		s.children.Services[v1alpha1.ServiceFollowUpPlans] = &syncjob.Child{
			Conflict: syncjob.Conflict{Kind: "CronJob", Owner: "Backup nightly"},
		}
	}),
	"named": makeCustomer().answered("").inPlace().looked(v1alpha1.Organization{
		Name: "DYNAMISK ALTETENDE TIGER AS", Kind: v1alpha1.OrganizationMainUnit,
	}),
	"named-awaiting-delegation": makeCustomer().answered(maskinporten.ClassNotDelegated).looked(v1alpha1.Organization{
		Name: "DYNAMISK ALTETENDE TIGER AS", Kind: v1alpha1.OrganizationMainUnit, Bankrupt: true,
	}),
	"organization-is-sub-unit": makeCustomer().answered(maskinporten.ClassNotDelegated).looked(v1alpha1.Organization{
		Name: "TIGER AVD OSLO", Kind: v1alpha1.OrganizationSubUnit, MainUnit: "314240979",
	}),
	"organization-not-found": makeCustomer().answered(maskinporten.ClassNotDelegated).looked(v1alpha1.Organization{}),
	"organization-deleted": makeCustomer().answered(maskinporten.ClassNotDelegated).looked(v1alpha1.Organization{
		Name: "NEDLAGT TIGER AS", Kind: v1alpha1.OrganizationMainUnit, DeletedOn: "2026-05-31",
	}),
	"organization-deleted-with-access": makeCustomer().answered("").inPlace().looked(v1alpha1.Organization{
		Name: "NEDLAGT TIGER AS", Kind: v1alpha1.OrganizationMainUnit, DeletedOn: "2026-05-31",
	}),
	"awaiting-delegation": makeCustomer().answered(maskinporten.ClassNotDelegated),
	"awaiting-delegation-with-guide": makeCustomer().answered(maskinporten.ClassNotDelegated).with(func(s *scope) {
		s.supplier.Spec.Portal.URL = "https://portal.4human.example"
	}),
	"awaiting-approval-with-guide": awaiting().with(func(s *scope) {
		s.supplier.Spec.Guide.URL = "https://hrm.4human.example/guide?org={organizationNumber}"
	}),
	"delegation-withdrawn": makeCustomer().granted(0).answered(maskinporten.ClassNotDelegated),
	"still-withdrawn": makeCustomer().
		known(v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn, 0).
		answered(maskinporten.ClassNotDelegated),
	"scope-not-granted":           makeCustomer().answered(maskinporten.ClassScopeNotGranted),
	"custom-sync-pending":         makeCustomer().custom().answered(""),
	"custom-awaiting-delegation":  makeCustomer().custom().answered(maskinporten.ClassNotDelegated),
	"custom-delegation-withdrawn": makeCustomer().custom().granted(0).answered(maskinporten.ClassNotDelegated),
	"custom-access-changed":       makeCustomer().custom().granted(time.Hour).with(changeAccess),
	"custom-without-hrm": makeCustomer().custom().granted(0).with(withoutHRM(v1alpha1.JobSecretNone)).
		inPlaceOf(fixture.NetRegistration().Name),
	"custom-hrm-missing": makeCustomer().custom().granted(0).with(withoutHRM("")).
		inPlaceOf(fixture.NetRegistration().Name),
	"custom-hrm-failed-before": makeCustomer().custom().granted(0).inPlaceOf(fixture.NetRegistration().Name).
		synced(v1alpha1.ServiceSync{}).ranOf(fixture.NetRegistration().Name, "1", runreport.Report{
		Outcome: runreport.Failed, Reason: runreport.HRMCredentialsMissing, Cause: runreport.TokenMissing,
	}).with(withoutHRM(v1alpha1.JobSecretNone)),
	"scope-not-held": makeCustomer().custom().answered(maskinporten.ClassScopeNotGranted),
	"scope-not-held-lately": makeCustomer().custom().granted(8 * time.Hour).
		answered(maskinporten.ClassScopeNotGranted),
	"scope-not-held-long": makeCustomer().custom().granted(30 * time.Hour).
		answered(maskinporten.ClassScopeNotGranted),
	"request-rejected":        makeCustomer().answered(maskinporten.ClassRequestRejected),
	"request-rejected-lately": makeCustomer().granted(8 * time.Hour).inPlace().rejected(),
	"request-rejected-long":   makeCustomer().granted(30 * time.Hour).inPlace().rejected(),
	"never-asked":             makeCustomer(),
	"authority-unavailable":   makeCustomer().answered(maskinporten.ClassServerError),
	"supplier-not-ready":      makeCustomer().answered(maskinporten.ClassKeyExpired),
	"token-mismatch":          makeCustomer().answered(maskinporten.ClassTokenMismatch),
	"delegated-during-outage": makeCustomer().granted(0).inPlace().answered(maskinporten.ClassServerError),
	"suspended":               makeCustomer().granted(0).suspended(),
	"supplier-suspended":      makeCustomer().with(func(s *scope) { s.supplier.Spec.Suspend = true }),
	"emergency-stop": makeCustomer().granted(0).with(func(s *scope) {
		s.stop = &entitlement.Block{
			Reason: v1alpha1.ReasonEmergencyStop, Message: "Emergency stop: the signing key has leaked, INC-4711. Access is not " +
				"verified and no jobs run. To end it: kubectl delete configmap integration-operator-emergency-stop -n " +
				"integration-operator-system",
		}
	}),
	"supplier-not-found":   makeCustomer().with(func(s *scope) { s.supplier = nil }),
	"supplier-not-allowed": makeCustomer().with(func(s *scope) { s.supplier.Spec.AllowedNamespaces = nil }),
	"organization-is-supplier": makeCustomer().
		with(func(s *scope) { s.customer.Spec.OrganizationNumber = "897757222" }),
	"service-not-offered": makeCustomer().
		with(func(s *scope) { s.supplier.Spec.Services = s.supplier.Spec.Services[1:] }),
	"awaiting-approval":       awaiting(),
	"awaiting-one-for-two":    awaitingForTwo(),
	"awaiting-more-rights":    awaitingMore(),
	"awaiting-access-manager": awaitingManager(),
	"awaiting-beside-agent":   awaitingBesideAgent(),
	"awaiting-agent": throughAgent(systemuser.Finding{
		State: v1alpha1.AuthorizationAwaitingApproval, RequestID: requestID, RequestKind: v1alpha1.AccessRequestSystemUser,
		ConfirmURL: agentConfirmURL,
	}),
	"awaiting-access-manager-of-agent": throughAgent(systemuser.Finding{
		State: v1alpha1.AuthorizationAwaitingApproval, RequestID: requestID, RequestKind: v1alpha1.AccessRequestSystemUser,
		ConfirmURL: agentConfirmURL, Escalated: true,
	}),
	"approved-by-agent": throughAgent(systemuser.Finding{
		State: v1alpha1.AuthorizationAwaitingApproval, RequestID: requestID, RequestKind: v1alpha1.AccessRequestSystemUser,
	}),
	"awaiting-client": throughAgent(systemuser.Finding{
		State: v1alpha1.AuthorizationNotGranted, RequestID: requestID, RequestKind: v1alpha1.AccessRequestSystemUser,
	}),
	"awaiting-client-with-guide": throughAgent(systemuser.Finding{State: v1alpha1.AuthorizationNotGranted}).
		with(func(s *scope) { s.supplier.Spec.Portal.URL = "https://portal.4human.example" }),
	"client-of-agent": throughAgent(systemuser.Finding{State: v1alpha1.AuthorizationGranted}).inPlace(),
	"client-removed":  throughAgent(systemuser.Finding{State: v1alpha1.AuthorizationWithdrawn}),
	"rejected-by-agent": throughAgent(systemuser.Finding{
		State: v1alpha1.AuthorizationRejected, RequestID: requestID, RequestKind: v1alpha1.AccessRequestSystemUser,
	}),
	"agents-not-offered": makeCustomer().services(v1alpha1.ServiceFollowUpPlans, fixture.SickNotes).answered("").
		with(func(s *scope) { s.customer.Spec.Access.Through = agentNumber }),
	"agent-cannot-delegate": makeCustomer().answered(maskinporten.ClassNotDelegated).
		with(func(s *scope) { s.customer.Spec.Access.Through = agentNumber }),
	"approved-not-known-yet": awaiting().
		negotiated(fixture.SickNotes, systemuser.Finding{
			State: v1alpha1.AuthorizationAwaitingApproval, RequestID: requestID,
			ExternalRef: "310330701",
		}),
	"approval-rejected": awaiting().
		negotiated(fixture.SickNotes, systemuser.Finding{
			State: v1alpha1.AuthorizationRejected, RequestID: requestID,
			ExternalRef: "310330701",
		}),
	"system-user-approved": awaiting().
		negotiated(fixture.SickNotes, systemuser.Finding{
			State: v1alpha1.AuthorizationGranted, RequestID: requestID,
			ExternalRef: "310330701",
		}),
	"system-user-deleted": withdrawnSystemUser(),
	"plans-and-approval":  awaiting().services(v1alpha1.ServiceFollowUpPlans, fixture.SickNotes).answered(""),
	"altinn-unavailable": makeCustomer().services(fixture.SickNotes).
		negotiated(fixture.SickNotes, systemuser.Finding{Err: &altinn.Error{Class: altinn.ClassServerError}}),
	"system-client-missing": makeCustomer().services(fixture.SickNotes).
		negotiated(fixture.SickNotes, systemuser.Finding{Fault: v1alpha1.ReasonSystemClientMissing}),
	"party-unknown": makeCustomer().services(fixture.SickNotes).
		negotiated(fixture.SickNotes, systemuser.Finding{Err: &altinn.Error{Class: altinn.ClassPartyUnknown}}),
	"without-system":               makeCustomer().services(fixture.SickNotes).noSystem(),
	"duplicate-organization":       makeCustomer().besideOlder(v1alpha1.ServiceFollowUpPlans),
	"duplicate-that-was-delegated": makeCustomer().granted(0).inPlace().besideOlder(v1alpha1.ServiceFollowUpPlans),
	"duplicate-of-one-service": awaitingMore().services(v1alpha1.ServiceFollowUpPlans, fixture.SickNotes).
		besideOlder(v1alpha1.ServiceFollowUpPlans),
	"one-not-offered-one-awaiting": awaiting().services(v1alpha1.ServiceFollowUpPlans, fixture.SickNotes).
		with(func(s *scope) { s.supplier.Spec.Services = s.supplier.Spec.Services[1:] }),
	"one-delegated-one-not-yet": makeCustomer().services(v1alpha1.ServiceFollowUpPlans, v1alpha1.ServiceSickNotes).
		answered(""),
	"one-not-delegated-one-other": makeCustomer().services(v1alpha1.ServiceSickNotes, v1alpha1.ServiceFollowUpPlans).
		answered(maskinporten.ClassNotDelegated),
	"delegated-in-test": makeCustomer().answered("").inPlace().
		with(func(s *scope) { s.supplier.Spec.Environment = v1alpha1.EnvironmentTest }),
	"awaiting-delegation-in-test": makeCustomer().answered(maskinporten.ClassNotDelegated).
		with(func(s *scope) { s.supplier.Spec.Environment = v1alpha1.EnvironmentTest }),
	"requested-and-answered": makeCustomer().granted(0).inPlace().answered("").requested("2026-11-22T12:00:00Z"),
	"requested-during-outage": makeCustomer().granted(0).inPlace().answered(maskinporten.ClassUnreachable).
		requested("2026-11-22T12:00:00Z"),
	"withdrawn-then-not-known-now": makeCustomer().
		known(v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn, 0).answered(maskinporten.ClassServerError),
	"not-verified-for-a-day": makeCustomer().granted(2 * 24 * time.Hour).inPlace().
		answered(maskinporten.ClassServerError),
	"not-verified-for-a-day-by-us": makeCustomer().granted(2 * 24 * time.Hour).inPlace().
		answered(maskinporten.ClassKeyExpired),
	"partially-delegated": makeCustomer().granted(0).services(v1alpha1.ServiceFollowUpPlans, v1alpha1.ServiceSickNotes).
		negotiated(v1alpha1.ServiceSickNotes, systemuser.Finding{
			State: v1alpha1.AuthorizationAwaitingApproval, RequestID: requestID, RequestKind: v1alpha1.AccessRequestSystemUser,
			ExternalRef: "310330701", ConfirmURL: confirmURL,
		}),
	"delegated-again": makeCustomer().known(v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn, 0).
		answered("").inPlace(),
}

const (
	requestID  = "bb4955d4-6c44-4716-841c-911205dadade"
	confirmURL = "https://am.ui.altinn.no/accessmanagement/ui/systemuser/request?id=" + requestID +
		"&DONTCHOOSEREPORTEE=true"
)

// setupFails is a customer whose first run met a fault of the setup.
func setupFails(reason runreport.Reason) customerBuilder {
	return makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{}).
		ran("1", runreport.Report{Outcome: runreport.Failed, Reason: reason})
}

// awaiting is a customer with an open request for a system user for sick notes.
func awaiting() customerBuilder {
	return makeCustomer().services(fixture.SickNotes).negotiated(fixture.SickNotes, systemuser.Finding{
		State: v1alpha1.AuthorizationAwaitingApproval, RequestID: requestID, RequestKind: v1alpha1.AccessRequestSystemUser,
		ExternalRef: "310330701", ConfirmURL: confirmURL,
	})
}

const (
	agentNumber     = "313876144"
	agentConfirmURL = "https://am.ui.altinn.no/accessmanagement/ui/systemuser/agentrequest?id=" + requestID +
		"&DONTCHOOSEREPORTEE=true"
)

// throughAgent is a customer that grants access to sick notes through an agent, with what a negotiation has found.
func throughAgent(found systemuser.Finding) customerBuilder {
	b := makeCustomer().services(fixture.SickNotes)
	b.s.customer.Spec.Access.Through = agentNumber
	b.s.supplier.Spec.SystemUser.Agents = v1alpha1.AgentsEnabled
	b.s.supplier.Spec.SystemUser.AccessPackages = []v1alpha1.AccessPackage{"urn:altinn:accesspackage:sykefravaer"}
	found.ExternalRef = agentNumber + "-clients"
	return b.negotiated(fixture.SickNotes, found)
}

// spoilSchedule makes the Supplier's schedule of every service invalid.
func spoilSchedule(s *scope) {
	for i := range s.supplier.Spec.Services {
		s.supplier.Spec.Services[i].Schedule = "*/90 * * * *"
	}
}

// awaitingForTwo awaits a request that is for two services.
func awaitingForTwo() customerBuilder {
	b := makeCustomer().services(fixture.SickNotes, v1alpha1.ServiceSickPayApplications)
	b.s.supplier.Spec.Services = append(b.s.supplier.Spec.Services,
		v1alpha1.OfferedService{Name: v1alpha1.ServiceSickPayApplications})
	for _, name := range []v1alpha1.ServiceName{fixture.SickNotes, v1alpha1.ServiceSickPayApplications} {
		b = b.negotiated(name, systemuser.Finding{
			State: v1alpha1.AuthorizationAwaitingApproval, RequestID: requestID, RequestKind: v1alpha1.AccessRequestSystemUser,
			ExternalRef: "310330701", ConfirmURL: confirmURL,
		})
	}
	return b
}

// awaitingManager is a customer whose request was forwarded to its access manager.
func awaitingManager() customerBuilder {
	return makeCustomer().services(fixture.SickNotes).negotiated(fixture.SickNotes, systemuser.Finding{
		State: v1alpha1.AuthorizationAwaitingApproval, RequestID: requestID, RequestKind: v1alpha1.AccessRequestSystemUser,
		ExternalRef: "310330701", ConfirmURL: confirmURL, Escalated: true, AskedAgainFor: "121b8a7b45d53223",
	})
}

// awaitingBesideAgent is a customer that has an agent system user, and has not approved its own.
func awaitingBesideAgent() customerBuilder {
	return makeCustomer().services(fixture.SickNotes).negotiated(fixture.SickNotes, systemuser.Finding{
		State: v1alpha1.AuthorizationAwaitingApproval, RequestID: requestID, RequestKind: v1alpha1.AccessRequestSystemUser,
		ExternalRef: "310330701-own", ConfirmURL: confirmURL, HasAgent: true,
	})
}

// awaitingMore is a customer with a system user for sick notes and an open request for more rights of it.
func awaitingMore() customerBuilder {
	const applications = v1alpha1.ServiceSickPayApplications
	b := makeCustomer().services(fixture.SickNotes, applications)
	b.s.supplier.Spec.Services = append(b.s.supplier.Spec.Services, v1alpha1.OfferedService{Name: applications})
	return b.negotiated(fixture.SickNotes,
		systemuser.Finding{State: v1alpha1.AuthorizationGranted, RequestID: requestID, ExternalRef: "310330701"}).
		negotiated(applications, systemuser.Finding{
			State: v1alpha1.AuthorizationAwaitingApproval, RequestID: requestID, RequestKind: v1alpha1.AccessRequestChange,
			ExternalRef: "310330701", ConfirmURL: confirmURL,
		})
}

// withdrawnSystemUser is a customer that had approved a system user and has deleted it.
func withdrawnSystemUser() customerBuilder {
	approved := makeCustomer().services(fixture.SickNotes).
		negotiated(fixture.SickNotes, systemuser.Finding{State: v1alpha1.AuthorizationGranted, ExternalRef: "310330701"})
	b := makeCustomer().services(fixture.SickNotes)
	b.s.customer.Status = statusOf(approved.s.verdict())
	return b.negotiated(fixture.SickNotes,
		systemuser.Finding{State: v1alpha1.AuthorizationWithdrawn, ExternalRef: "310330701"})
}

// makeRightMissing is a customer whose system user lacks the right to sick notes, as NAV reported in three runs.
func makeRightMissing() customerBuilder {
	approved := makeCustomer().services(fixture.SickNotes).
		negotiated(fixture.SickNotes, systemuser.Finding{State: v1alpha1.AuthorizationGranted, ExternalRef: "310330701"})
	b := makeCustomer().services(fixture.SickNotes).inPlaceOf(fixture.SickNotes)
	b.s.customer.Status = statusOf(approved.s.verdict())
	sync := &b.s.customer.Status.Services[0].Sync
	sync.Failures, sync.SameFailures = 2, 2
	sync.LastRun = v1alpha1.SyncRun{
		Outcome: v1alpha1.SyncFailed, Reason: string(runreport.RightMissing), FinishedTime: metav1.NewTime(
			fixture.Noon.Add(-time.Hour)), JobUID: "0",
	}
	return b.ranOf(fixture.SickNotes, "1", runreport.Report{Outcome: runreport.Failed, Reason: runreport.RightMissing})
}

// anHourAgo is what is known of jobs of which the last one ended well an hour ago.
func anHourAgo() v1alpha1.ServiceSync {
	last := metav1.NewTime(fixture.Noon.Add(-time.Hour))
	return v1alpha1.ServiceSync{LastSuccessTime: &last}
}

// justNow is what is known of jobs that have been allowed to run for a moment.
func justNow() v1alpha1.ServiceSync {
	now := metav1.NewTime(fixture.Noon)
	return v1alpha1.ServiceSync{ActiveSince: &now}
}

// blocksMany lets the Supplier report that its spec blocks many customers.
func blocksMany(reason string) func(*scope) {
	return func(s *scope) {
		s.supplier.Status.Conditions = append(s.supplier.Status.Conditions, metav1.Condition{
			Type: v1alpha1.ConditionCustomersBlocked, Status: metav1.ConditionTrue, Reason: reason,
		})
	}
}

// podWaits lets the pod of a run that has not ended wait for something.
func podWaits(reason string) func(*scope) {
	return func(s *scope) {
		c := s.children.Of(v1alpha1.ServiceFollowUpPlans)
		job := fixture.Job(c.CronJob, "1", false)
		job.Status = batchv1.JobStatus{}
		pod := fixture.Pod(&job, runreport.Report{Outcome: runreport.Succeeded})
		pod.Status = corev1.PodStatus{Phase: corev1.PodPending, ContainerStatuses: []corev1.ContainerStatus{{
			Name: syncjob.ContainerName, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}},
		}}}
		c.Jobs, c.Pods = []batchv1.Job{job}, []corev1.Pod{pod}
	}
}

// podRefused lets a run wait for a pod that the API server refuses.
func podRefused(text string) func(*scope) {
	return func(s *scope) {
		c := s.children.Of(v1alpha1.ServiceFollowUpPlans)
		job := fixture.Job(c.CronJob, "1", false)
		job.CreationTimestamp, job.Status = metav1.NewTime(fixture.Noon.Add(-time.Minute)), batchv1.JobStatus{}
		c.Jobs, c.Pods = []batchv1.Job{job}, nil
		c.Refusals = syncjob.Refusals{job.UID: {Name: job.Name, Text: text, At: fixture.Noon}}
	}
}

// jobRefused lets the API server refuse the Job of a run by schedule. The text is "" if its event has expired.
func jobRefused(text string) func(*scope) {
	return func(s *scope) {
		c := s.children.Of(v1alpha1.ServiceFollowUpPlans)
		s.customer.Status.Services[0].Sync.JobRefusedTime = at(0)
		if text != "" {
			c.Refusals = syncjob.Refusals{c.CronJob.UID: {Name: c.CronJob.Name, Text: text, At: fixture.Noon}}
		}
	}
}

// objectRefused lets the API server refuse the CronJob of a service.
func objectRefused(text string) func(*scope) {
	return func(s *scope) {
		c := s.children.Of(v1alpha1.ServiceFollowUpPlans)
		name := c.CronJob.Name
		c.CronJob, c.RefusedWrite = nil, &syncjob.Refusal{Name: "CronJob " + name, Text: text, At: fixture.Noon}
	}
}

func TestStates(t *testing.T) {
	for name, b := range customerStates {
		t.Run("customer-"+name, func(t *testing.T) {
			customer := b.s.customer.DeepCopy()
			customer.Status = statusOf(b.s.verdict())
			fixture.Golden(t, "customer-"+name, customer)
		})
	}
	fixture.GoldenFiles(t, "customer", len(customerStates))
}

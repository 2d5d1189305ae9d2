package rollout

import (
	"cmp"
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
)

// chapter is the part of a story about one reason.
type chapter struct {
	// key is that of its texts, below "story".
	key      string
	services []Service
}

// Keys of chapters that are no reason of Ready.
const (
	unseen = "Unseen"
	other  = "Other"
)

// unverifiable are the reasons for which access is not verified at all, so that services have nothing to tell.
var unverifiable = []string{
	v1alpha1.ReasonSuspended, v1alpha1.ReasonEmergencyStop, v1alpha1.ReasonSupplierNotFound,
	v1alpha1.ReasonSupplierNotAllowed, v1alpha1.ReasonOrganizationIsSupplier,
}

// chapters returns what there is to tell, the reason of Ready first. There is at least one.
func (t *teller) chapters() []chapter {
	ready := t.c.Reason
	m, isKnown := meanings[ready]
	var all []chapter
	switch {
	case ready == "":
		return []chapter{{unseen, t.c.Services}}
	case !isKnown:
		return []chapter{{other, t.c.Services}}
	case m.extent == withoutAccess:
		return []chapter{{ready, t.having(func(s Service) bool { return !s.IsGranted() })}}
	case m.extent == allServices:
		all = []chapter{{ready, t.c.Services}}
	case m.extent == notRunning && !slices.ContainsFunc(t.c.Services, func(s Service) bool { return s.Reason == ready }):
		all = []chapter{{ready, t.inState(m.state)}}
	case m.state == Granted:
		all = []chapter{{t.grantedKey(), t.c.Services}}
	}
	if slices.Contains(unverifiable, ready) {
		return all
	}
	all = append(all, t.accessChapters()...)
	if t.c.SyncReason != "" {
		all = t.withFailure(all)
	}
	if len(all) == 0 { // Ready is newer or older than the services
		return []chapter{{ready, t.c.Services}}
	}
	return all
}

// having returns the services of which something is true.
func (t *teller) having(is func(Service) bool) []Service {
	return slices.DeleteFunc(slices.Clone(t.c.Services), func(s Service) bool { return !is(s) })
}

// inState returns the services in a state, or all if the status shows none.
func (t *teller) inState(state State) []Service {
	if some := t.having(func(s Service) bool { return s.State == state }); len(some) > 0 {
		return some
	}
	return t.c.Services
}

// grantedKey returns the key of a customer of whom nothing is missing.
func (t *teller) grantedKey() string {
	switch {
	case t.c.Reason != v1alpha1.ReasonDelegated:
		return t.c.Reason
	case t.c.SyncDisabled:
		return "DelegatedOnly"
	case t.c.LastData.IsZero():
		return "DelegatedNew"
	default:
		return t.c.Reason
	}
}

// accessChapters returns one chapter for each fault of the access to services, in order of rank.
func (t *teller) accessChapters() []chapter {
	lacking := t.having(func(s Service) bool { return s.Reason != "" && s.Reason != v1alpha1.ReasonDelegated })
	var all []chapter
	for len(lacking) > 0 {
		reasons := make([]string, 0, len(lacking))
		for _, s := range lacking {
			reasons = append(reasons, s.Reason)
		}
		worst := condition.WorstReason(reasons...)
		first := slices.IndexFunc(lacking, func(s Service) bool { return s.Reason == worst })
		c := chapter{key: accessKey(lacking[first])}
		isSame := func(s Service) bool { return accessKey(s) == c.key }
		for _, s := range lacking {
			if isSame(s) {
				c.services = append(c.services, s)
			}
		}
		lacking = slices.DeleteFunc(lacking, isSame)
		all = append(all, c)
	}
	return all
}

// agentKey is a reason of access through an agent, and whether the agent can answer a request.
type agentKey struct {
	reason  string
	isAsked bool
}

// agentKeys are the keys of the chapters about services to which an agent grants access.
var agentKeys = map[agentKey]string{
	{v1alpha1.ReasonAwaitingApproval, true}:     "AwaitingAgent",
	{v1alpha1.ReasonAwaitingApproval, false}:    "ApprovedByAgent",
	{v1alpha1.ReasonDelegationWithdrawn, false}: "ClientRemoved",
	{v1alpha1.ReasonApprovalRejected, false}:    "RejectedByAgent",
}

// accessKey returns the key of the chapter about the access to a service that has a fault.
func accessKey(s Service) string {
	if s.Through != "" {
		if key, ok := agentKeys[agentKey{s.Reason, s.ConfirmURL != ""}]; ok {
			return key
		}
	}
	switch ofSystemUser := s.Kind == v1alpha1.AccessSystemUser; {
	case s.Reason == v1alpha1.ReasonRequestRejected && s.IsGranted():
		return "RejectedAfterwards"
	case s.Reason == v1alpha1.ReasonNotDelegated:
		return v1alpha1.ReasonAwaitingDelegation
	case s.Reason == v1alpha1.ReasonDelegationWithdrawn && ofSystemUser:
		return "SystemUserDeleted"
	case s.Reason != v1alpha1.ReasonAwaitingApproval:
		return s.Reason
	case s.ConfirmURL == "":
		return "Approved"
	case s.Escalated:
		return "AwaitingAccessManager"
	case s.HasAgent:
		return "AwaitingBesideAgent"
	case s.Request == v1alpha1.AccessRequestChange:
		return "AwaitingMoreRights"
	default:
		return v1alpha1.ReasonAwaitingApproval
	}
}

// withFailure adds the chapter about runs that fail: first if Ready has its reason, else last.
func (t *teller) withFailure(all []chapter) []chapter {
	c := chapter{t.failureKey(), t.inState(Failing)}
	if t.c.Reason == t.c.SyncReason {
		return slices.Insert(all, 0, c)
	}
	return append(all, c)
}

// failureKey returns the key of the chapter about runs that fail. Who acts depends on the run.
func (t *teller) failureKey() string {
	key := t.c.SyncReason
	if key != v1alpha1.ReasonSyncFailing {
		return key
	}
	actor := t.c.Turn
	if t.c.Reason != key {
		actor = condition.RunOf(worstRun(t.c.Services).RunReason).Actor.InStatus()
	}
	switch actor {
	case v1alpha1.ActorSupplier, v1alpha1.ActorNAV:
		return key + string(actor)
	default:
		return key
	}
}

// worstRun returns the service of which most runs failed, a Service without failures if there is none.
func worstRun(all []Service) Service {
	var worst Service
	for _, s := range all {
		if s.Failures > worst.Failures {
			worst = s
		}
	}
	return worst
}

// plansOf returns how many follow-up plans a person has to settle.
func plansOf(all []Service) int {
	plans := 0
	for _, s := range all {
		plans += s.OpenPlans
	}
	return plans
}

// apiOf returns the name in Altinn of the first API among services, "" if there is none.
func apiOf(all []Service) string {
	for _, s := range all {
		if s.Kind == v1alpha1.AccessAPIDelegation {
			return cmp.Or(s.definition().Title, string(s.Name))
		}
	}
	return ""
}

// duplicateOf returns the older CustomerIntegration that has the services, "" if there is none.
func duplicateOf(all []Service) string {
	for _, s := range all {
		if s.DuplicateOf != "" {
			return s.DuplicateOf
		}
	}
	return ""
}

// throughOf returns the organization number of the agent through which access is given, "" if there is none.
func throughOf(all []Service) string {
	for _, s := range all {
		if s.Through != "" {
			return s.Through
		}
	}
	return ""
}

// confirmURLOf returns where the customer approves a request, "" if none is open.
func confirmURLOf(all []Service) string {
	for _, s := range all {
		if s.ConfirmURL != "" {
			return s.ConfirmURL
		}
	}
	return ""
}

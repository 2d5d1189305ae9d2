package customerintegration

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/request"
	"github.com/4human/integration-operator/internal/syncjob"
	"github.com/4human/integration-operator/internal/systemuser"
)

// scope is all that one pass over a CustomerIntegration knows. Verdict, status and schedule read nothing else.
type scope struct {
	customer *v1alpha1.CustomerIntegration
	// read is the customer as it was read, for the patch of its status.
	read *v1alpha1.CustomerIntegration
	// before is read without times that lie in the future. The reconcile gives customer its new status.
	before *v1alpha1.CustomerIntegration
	// supplier is nil if it does not exist.
	supplier *v1alpha1.Supplier
	// guard is nil if no client can be made of the supplier's spec and key.
	guard *authority.Guard
	// peers returns other customers whose access by system user is known, nil if there can be none.
	peers func() ([]systemuser.Peer, error)
	// listed are the pages of Altinn's list of system users that were read in this reconcile, by their tokens.
	listed map[string]altinn.Page[altinn.SystemUser]
	// contenders are the older CustomerIntegrations of the same organization number.
	contenders []entitlement.Contender
	// children are what was made for the customer.
	children syncjob.Children
	// image is that of jobs whose Supplier names none.
	image string
	// broker is the token broker of jobs; brokerErr is why nothing is known of it.
	broker    syncjob.Broker
	brokerErr error
	// watched is since when this process has been looking at customers.
	watched time.Time
	// zone is the time zone of schedules.
	zone *time.Location
	// now is the time of the pass, in whole seconds, as the API keeps it.
	now time.Time
	// answers are what was asked in this pass.
	answers map[v1alpha1.ServiceName]answer
	// busy are the services that were due and not asked for, because as many questions are being asked as may be, and when
	// each is to be asked for.
	busy map[v1alpha1.ServiceName]time.Time
	// kept are responses of earlier reconciles that are not in the status yet.
	kept map[v1alpha1.ServiceName]keptAnswer
	// allowed bounds what one customer can cause. It outlives the reconcile.
	allowed *allowances
}

// answer is what one question met.
type answer struct {
	// class is "" for a token, and else what refused it or stood in the way.
	class maskinporten.Class
	// finding is what a negotiation came to, nil for an API delegation.
	finding *systemuser.Finding
	// held says that no request was sent.
	held bool
}

// requested returns the value of the annotation that asks for a verification now, "" if it has been handled.
func (s *scope) requested() string {
	return request.Of(s.customer, s.customer.Status.LastHandledReconcileAt, s.customer.Status.PendingReconcileAt)
}

// authority gives whom the customer is asked of now. Without a Supplier it is whom it was asked of.
func (s *scope) authority() v1alpha1.Authority {
	if s.supplier == nil {
		return s.customer.Status.Authority
	}
	return entitlement.AuthorityOf(s.supplier)
}

// authorization returns what is known of a service so far.
func (s *scope) authorization(name v1alpha1.ServiceName) v1alpha1.Authorization {
	if kept, ok := s.kept[name]; ok {
		return kept.known
	}
	return entitlement.Authorization(s.authority(), s.customer, name)
}

// judged gives the customer with what is known of its services after this pass.
func judged(s *scope) *v1alpha1.CustomerIntegration {
	c := s.customer.DeepCopy()
	c.Status.Authority = s.authority()
	c.Status.Services = judge(s)
	return c
}

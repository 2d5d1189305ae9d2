package metrics

import (
	"cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
)

// Every series of a counter exists from the start, with 0, because Prometheus sees no increase in a series that begins
// with 1.

// operations are the operations of requests to each server.
var operations = map[string][]string{
	ServiceMaskinporten: {OperationToken, OperationProof, OperationOwnToken},
	ServiceAltinn: {
		OperationSystem, OperationSystemUser, OperationSystemUsers, OperationRequest, OperationRequests,
		OperationCreateRequest, OperationDeleteRequest, OperationChange, OperationCreateChange,
		OperationClients,
	},
}

// classes returns the values of LabelClass for a server.
func classes(server string) []string {
	all := []string{OK}
	if server == ServiceAltinn {
		for _, class := range altinn.Classes() {
			all = append(all, string(class))
		}
		return all
	}
	for _, class := range maskinporten.Classes() {
		all = append(all, string(class))
	}
	return all
}

// addRequests adds the series of outside requests.
func (m *Metrics) addRequests() {
	for server, all := range operations {
		for _, operation := range all {
			m.durations.WithLabelValues(server, operation)
			for _, class := range classes(server) {
				m.requests.WithLabelValues(server, operation, class)
			}
		}
	}
}

// addVolumes adds the series of plans and documents.
func (m *Metrics) addVolumes() {
	for _, name := range services.Names() {
		m.starts.WithLabelValues(string(name))
		if service, _ := services.Of(nil, name); !service.SendsPlans {
			m.documents.WithLabelValues(string(name))
			m.pdfs.WithLabelValues(string(name))
		}
	}
	for _, outcome := range []string{PlanSent, PlanRejected, PlanRefused, PlanUnknown, PlanGPNotReached} {
		m.plans.WithLabelValues(outcome)
	}
}

// AddSupplier adds the series of a Supplier, of the built-in services and of those that it declares. Its requests have
// the given priorities.
func (m *Metrics) AddSupplier(s *v1alpha1.Supplier, priorities ...string) {
	supplier, names := s.Name, services.Names()
	for _, service := range services.Offered(s) {
		if service.Custom != nil {
			names = append(names, service.Name)
			m.starts.WithLabelValues(string(service.Name))
			m.items.WithLabelValues(supplier, string(service.Name), ItemSent)
			m.items.WithLabelValues(supplier, string(service.Name), ItemReceived)
		}
	}
	for _, priority := range priorities {
		m.refusals.WithLabelValues(supplier, priority)
	}
	for _, name := range names {
		m.withdrawals.WithLabelValues(supplier, string(name))
		m.runs.WithLabelValues(supplier, string(name), string(v1alpha1.SyncSucceeded), OK)
		for _, run := range condition.Runs() {
			m.runs.WithLabelValues(supplier, string(name), string(v1alpha1.SyncFailed), string(run.Reason))
		}
	}
	for _, transition := range []string{TransitionGranted, TransitionWithdrawn} {
		m.delays.WithLabelValues(supplier, transition)
	}
}

// AddTokenRequests adds the series of the token broker's responses with a code, one for each reason. "" is no reason.
func (m *Metrics) AddTokenRequests(code string, reasons ...string) {
	for _, reason := range reasons {
		m.tokens.WithLabelValues(code, cmp.Or(reason, NoReason))
	}
}

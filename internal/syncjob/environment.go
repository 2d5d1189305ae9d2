package syncjob

import (
	"slices"
	"strings"

	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/4human/integration-operator/pkg/worker"
)

// environment returns the environment of a run, which decides whom the run trusts. It is in the pod template, which is
// sealed: the right to change a ConfigMap would be the right to redirect every run.
func (d Desired) environment() worker.Environment {
	wanted := d.Customer.Spec.Service(d.Service)
	units := make([]string, len(wanted.Units))
	for i, unit := range wanted.Units {
		units[i] = string(unit)
	}
	slices.Sort(units) // another order is the same set and changes no CronJob
	environment := worker.Environment{
		Service:            string(d.Service),
		OrganizationNumber: string(d.Customer.Spec.OrganizationNumber),
		Units:              units,
		StartDate:          wanted.StartDate,
		TokenBroker:        worker.TokenBroker{URL: d.Broker.URL, CA: string(d.Broker.Certificate)},
		Settings:           d.settings(),
	}
	if d.usesHRM() {
		environment.HRMURL = d.Customer.Spec.HRM.Endpoint
	}
	return environment
}

// settings returns the settings of a Supplier's runs of the service.
func (d Desired) settings() worker.Settings {
	s := d.Supplier
	settings := worker.Settings{
		APIURL:   d.service().APIURL(s),
		HRM:      worker.HRM{AllowedAddresses: s.Spec.HRM.AllowedAddresses, NAT64Prefixes: s.Spec.HRM.NAT64Prefixes},
		Supplier: worker.Supplier{Name: s.Spec.Name},
		Proxy:    worker.Proxy{URL: s.Spec.Sync.Proxy.URL, Except: s.Spec.Sync.Proxy.Except},
	}
	if trustsConfigMap(s) {
		settings.CAFile = mountCA + "/" + caFile
	}
	return settings
}

// variables returns the environment variables of a container: those of the worker's contract, and the service's own.
func (d Desired) variables() ([]*corev1ac.EnvVarApplyConfiguration, error) {
	environment := d.environment()
	contract, err := environment.Variables()
	if err != nil {
		return nil, err
	}
	declared := d.declaredVariables()
	all := make([]*corev1ac.EnvVarApplyConfiguration, 0, len(contract)+len(declared))
	for _, v := range contract {
		all = append(all, corev1ac.EnvVar().WithName(v.Name).WithValue(literal(v.Value)))
	}
	return append(all, declared...), nil
}

// literal returns an argument or the value of a variable so that Kubernetes passes it to a container as it is:
// "$(NAME)" in it is not replaced by the value of a variable (Container.args in the Kubernetes API).
func literal(text string) string { return strings.ReplaceAll(text, "$", "$$") }

package syncjob

import (
	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/runsettings"
	"github.com/4human/integration-operator/internal/services"
)

// settingsOf returns the settings of a Supplier's runs.
func settingsOf(s *v1alpha1.Supplier, broker Broker) *runsettings.Settings {
	plans, _ := services.Of(s, v1alpha1.ServiceFollowUpPlans)
	sickPay, _ := services.Of(s, v1alpha1.ServiceSickNotes)
	settings := &runsettings.Settings{
		TokenBroker: runsettings.TokenBroker{URL: broker.URL, CA: string(broker.Certificate)},
		NAV:         runsettings.NAV{FollowUpPlans: plans.APIURL(s), SickPay: sickPay.APIURL(s)},
		HRM: runsettings.HRM{
			AllowedAddresses: s.Spec.HRM.AllowedAddresses, NAT64Prefixes: s.Spec.HRM.NAT64Prefixes,
		},
		Supplier: runsettings.Supplier{Name: s.Spec.Name},
		Proxy:    runsettings.Proxy{URL: s.Spec.Sync.Proxy.URL, Except: s.Spec.Sync.Proxy.Except},
	}
	if trustsConfigMap(s) {
		settings.CAFile = mountCA + "/" + caFile
	}
	return settings
}

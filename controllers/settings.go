package controllers

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// The ConfigMap of each namespace of customers, which the pods of jobs mount. What is in it is no secret: who the
// token broker is, where NAV is, and what a Supplier says of itself and of HRM solutions. So none of it touches a CronJob when
// it changes.
const (
	// settingsName is its name.
	settingsName = "integration-operator-sync"
	// settingsCA is its key for the certificate by which pods know the token broker, in PEM.
	settingsCA = "ca.crt"
)

// settingsKey is its key for the endpoints of one Supplier's services, as cmd/sync reads them.
func settingsKey(supplier string) string { return "supplier-" + supplier + ".json" }

// syncSettings is what cmd/sync reads of one Supplier.
type syncSettings struct {
	TokenBroker tokenBrokerSettings `json:"tokenBroker"`
	NAV         navSettings         `json:"nav"`
	HRM         hrmSettings         `json:"hrm"`
	Supplier    supplierSettings    `json:"supplier"`
}

type tokenBrokerSettings struct {
	URL string `json:"url"`
}

type navSettings struct {
	FollowUpPlans string `json:"followUpPlans"`
	SickPay       string `json:"sickPay"`
}

type hrmSettings struct {
	AllowedAddresses []string `json:"allowedAddresses"`
}

// supplierSettings are what NAV is told of us with each plan.
type supplierSettings struct {
	Name string `json:"name"`
}

func settingsOf(s *integrationsv1alpha1.Supplier, brokerURL string) syncSettings {
	return syncSettings{
		TokenBroker: tokenBrokerSettings{brokerURL},
		NAV:         navSettings{services.NAVFollowUpPlans(s), services.NAVSickPay(s)},
		HRM:         hrmSettings{append([]string{}, s.Spec.HRM.AllowedAddresses...)}, // none is [], not null
		Supplier:    supplierSettings{s.Spec.Name},
	}
}

// desiredSettings is the ConfigMap of a namespace: an entry for each Supplier that allows it.
func desiredSettings(
	namespace string, suppliers []integrationsv1alpha1.Supplier, ca []byte, brokerURL string,
) (*corev1ac.ConfigMapApplyConfiguration, error) {
	data := map[string]string{settingsCA: string(ca)}
	for i := range suppliers {
		s := &suppliers[i]
		if !slices.Contains(s.Spec.AllowedNamespaces, namespace) {
			continue
		}
		b, err := json.Marshal(settingsOf(s, brokerURL))
		if err != nil {
			return nil, fmt.Errorf("writing the settings of Supplier %s: %w", s.Name, err)
		}
		data[settingsKey(s.Name)] = string(b)
	}
	return corev1ac.ConfigMap(settingsName, namespace).
		WithLabels(map[string]string{integrationsv1alpha1.LabelManagedBy: integrationsv1alpha1.ManagedBy}).
		WithData(data), nil
}

// hasSettings reports whether a ConfigMap has what it shall have, and nothing else under our keys. What others have put
// beside it is theirs.
func hasSettings(have, want map[string]string) bool {
	for key := range want {
		if _, ok := have[key]; !ok {
			return false
		}
	}
	for key, value := range have {
		ours := key == settingsCA || (strings.HasPrefix(key, "supplier-") && strings.HasSuffix(key, ".json"))
		if wanted, ok := want[key]; ours && (!ok || wanted != value) {
			return false
		}
	}
	return true
}

package onboarding

import (
	"bytes"

	"go.yaml.in/yaml/v3"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// manifest is a customer's file, with its fields in the order of the documentation.
type manifest struct {
	APIVersion string           `yaml:"apiVersion"`
	Kind       string           `yaml:"kind"`
	Metadata   manifestMetadata `yaml:"metadata"`
	Spec       manifestSpec     `yaml:"spec"`
}

type manifestMetadata struct {
	Name      string `yaml:"name"`
	Namespace string `yaml:"namespace"`
}

type manifestSpec struct {
	SupplierRef        *manifestName     `yaml:"supplierRef,omitempty"`
	OrganizationNumber string            `yaml:"organizationNumber"`
	Access             *manifestAccess   `yaml:"access,omitempty"`
	Services           []manifestService `yaml:"services"`
	HRM                *manifestHRM      `yaml:"hrm,omitempty"`
}

type manifestName struct {
	Name string `yaml:"name"`
}

type manifestAccess struct {
	Through string `yaml:"through"`
}

type manifestService struct {
	Name      string   `yaml:"name"`
	Schedule  string   `yaml:"schedule,omitempty"`
	StartDate string   `yaml:"startDate,omitempty"`
	Units     []string `yaml:"units,omitempty"`
}

type manifestHRM struct {
	Endpoint  string       `yaml:"endpoint"`
	SecretRef manifestName `yaml:"credentialsSecretRef"`
}

// render returns a customer's file. Its first line is a comment with the customer's name.
func render(c *v1alpha1.CustomerIntegration, title string) ([]byte, error) {
	m := manifest{
		APIVersion: c.APIVersion, Kind: c.Kind,
		Metadata: manifestMetadata{Name: c.Name, Namespace: c.Namespace},
		Spec: manifestSpec{
			OrganizationNumber: string(c.Spec.OrganizationNumber),
		},
	}
	if hrm := c.Spec.HRM; hrm.Endpoint != "" {
		m.Spec.HRM = &manifestHRM{Endpoint: hrm.Endpoint, SecretRef: manifestName{hrm.CredentialsSecretRef.Name}}
	}
	if name := c.Spec.SupplierRef.Name; name != "" {
		m.Spec.SupplierRef = &manifestName{name}
	}
	if agent := c.Spec.Access.Through; agent != "" {
		m.Spec.Access = &manifestAccess{string(agent)}
	}
	for _, s := range c.Spec.Services {
		units := make([]string, len(s.Units))
		for i, unit := range s.Units {
			units[i] = string(unit)
		}
		m.Spec.Services = append(m.Spec.Services, manifestService{
			Name: string(s.Name), Schedule: string(s.Schedule), StartDate: s.StartDate, Units: units,
		})
	}
	var out bytes.Buffer
	if title != "" {
		out.WriteString("# " + oneLine(title) + "\n")
	}
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	encoder.CompactSeqIndent()
	if err := encoder.Encode(m); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

// secretCommand returns the command that creates the Secret of a customer, "" if it needs none. The token is read from
// a file, so that it is in no command line.
func secretCommand(c *v1alpha1.CustomerIntegration) string {
	name := c.Spec.HRM.CredentialsSecretRef.Name
	if name == "" {
		return ""
	}
	return "kubectl create secret generic " + name + " -n " + c.Namespace + " --from-file=" + v1alpha1.HRMTokenKey +
		"=tokens/" + name + " --from-literal=" + v1alpha1.HRMOwnerKey + "=" + string(c.Spec.OrganizationNumber)
}

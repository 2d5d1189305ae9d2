package plugin

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/rollout"
)

// statusRow is a customer in the output of status -o json and -o yaml. The fields are API: docs/kubectl-cint.md.
type statusRow struct {
	Namespace          string            `json:"namespace"`
	Name               string            `json:"name"`
	OrganizationNumber string            `json:"organizationNumber"`
	Title              string            `json:"title"`
	Supplier           string            `json:"supplier"`
	Labels             map[string]string `json:"labels,omitempty"`
	State              rollout.State     `json:"state"`
	Turn               v1alpha1.Actor    `json:"turn,omitempty"`
	TurnSince          time.Time         `json:"turnSince,omitzero"`
	WaitingSince       time.Time         `json:"waitingSince,omitzero"`
	LastData           time.Time         `json:"lastData,omitzero"`
	Verified           time.Time         `json:"verified,omitzero"`
	Created            time.Time         `json:"created,omitzero"`
	Reason             string            `json:"reason,omitempty"`
	Message            string            `json:"message,omitempty"`
	Services           []statusService   `json:"services"`
}

// statusService is a service of a statusRow.
type statusService struct {
	Name       v1alpha1.ServiceName        `json:"name"`
	Kind       v1alpha1.AccessKind         `json:"kind"`
	State      rollout.State               `json:"state"`
	Access     v1alpha1.AuthorizationState `json:"access,omitempty"`
	Since      time.Time                   `json:"since,omitzero"`
	Reason     string                      `json:"reason,omitempty"`
	RunReason  string                      `json:"runReason,omitempty"`
	ConfirmURL string                      `json:"confirmURL,omitempty"`
	LastData   time.Time                   `json:"lastData,omitzero"`
	Verified   time.Time                   `json:"verified,omitzero"`
}

// newStatusRow returns the row of a customer, with times in UTC.
func newStatusRow(c *rollout.Customer) statusRow {
	row := statusRow{
		Namespace: c.Namespace, Name: c.Name, OrganizationNumber: c.Organization, Title: c.Title, Supplier: c.Supplier,
		Labels: c.Labels, State: c.State, Turn: c.Turn, TurnSince: c.TurnSince.UTC(), WaitingSince: c.WaitingSince.UTC(),
		LastData: c.LastData.UTC(), Verified: c.Verified.UTC(), Created: c.Created.UTC(), Reason: c.Reason,
		Message: c.Message, Services: make([]statusService, 0, len(c.Services)),
	}
	for i := range c.Services {
		s := &c.Services[i]
		row.Services = append(row.Services, statusService{
			Name: s.Name, Kind: s.Kind, State: s.State, Access: s.Access, Since: s.Since.UTC(), Reason: s.Reason,
			RunReason: s.RunReason, ConfirmURL: s.ConfirmURL, LastData: s.LastData.UTC(), Verified: s.Verified.UTC(),
		})
	}
	return row
}

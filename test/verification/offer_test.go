package verification

import (
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// offer is how a Supplier offers plans, notes and applications.
type offer string

const (
	// asBuiltIn offers the built-in services.
	asBuiltIn offer = "built in"
	// asCustom declares services with the same scopes and resources.
	asCustom offer = "custom"
	// asCustomOfCustomers does so too, and the owner of the delegated scope has granted it to customers alone.
	asCustomOfCustomers offer = "custom, scope granted to customers alone"
)

// own begins the names of custom services.
const own = "Own"

// overOffers runs a test over built-in and custom services.
func overOffers(t *testing.T, test func(t *testing.T, o offer)) {
	t.Helper()
	over(t, test, asBuiltIn, asCustom, asCustomOfCustomers)
}

// overSystemUsers does so with a test of system users only, which no delegated scope concerns.
func overSystemUsers(t *testing.T, test func(t *testing.T, o offer)) {
	t.Helper()
	over(t, test, asBuiltIn, asCustom)
}

func over(t *testing.T, test func(t *testing.T, o offer), offers ...offer) {
	t.Helper()
	for _, o := range offers {
		t.Run(string(o), func(t *testing.T) {
			t.Parallel()
			test(t, o)
		})
	}
}

// named returns the name by which a service is offered.
func (o offer) named(name v1alpha1.ServiceName) v1alpha1.ServiceName {
	if o == asBuiltIn || o == "" {
		return name
	}
	return own + name
}

// builtIn returns the name of the built-in service that is offered by a name.
func (offer) builtIn(name v1alpha1.ServiceName) string { return strings.TrimPrefix(string(name), own) }

// services returns what the Supplier offers.
func (o offer) services() []v1alpha1.OfferedService {
	var all []v1alpha1.OfferedService
	for _, name := range []v1alpha1.ServiceName{plans, notes, applications} {
		offered := v1alpha1.OfferedService{Name: o.named(name)}
		if offered.Name != name {
			offered.Custom = declarationOf(name)
		}
		all = append(all, offered)
	}
	return all
}

// declarationOf declares a service with the access of a built-in one.
func declarationOf(name v1alpha1.ServiceName) *v1alpha1.CustomService {
	service := fixture.Service(name)
	d := &v1alpha1.CustomService{
		Title: v1alpha1.ServiceTitle(service.Title), Schedule: v1alpha1.CronExpression(service.Schedule),
		Job: v1alpha1.CustomJob{Image: "registry.example/own:1"},
	}
	if !service.NeedsSystemUser() {
		d.Access.APIDelegation.Scope = v1alpha1.Scope(service.Scope)
		return d
	}
	d.Access.SystemUser.Scope = v1alpha1.Scope(service.Scope)
	for _, resource := range service.Resources {
		d.Access.SystemUser.Resources = append(d.Access.SystemUser.Resources, v1alpha1.ResourceID(resource))
	}
	return d
}

// grantScope has the owner of the delegated scope grant it to organizations alone.
func (w *world) grantScope(organizations ...string) {
	w.t.Helper()
	w.must(w.simulator.Maskinporten.RegisterScope(simmaskinporten.Scope{
		Name: scope, DelegationSource: "altinn", GrantedTo: organizations,
		TokenLifetime: simwire.Duration(2 * time.Minute),
	}))
}

package onboarding

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/schedule"
	"github.com/4human/integration-operator/internal/services"
)

// checkSupplier checks a customer against its Supplier, if that is known.
func (c *checker) checkSupplier(s *customer) {
	if len(c.suppliers) == 0 {
		return
	}
	name := s.typed.SupplierName()
	supplier := c.suppliers[name]
	if supplier == nil {
		c.addTo(s.subject, "spec.supplierRef.name", SupplierNotFound, name,
			strings.Join(slices.Sorted(maps.Keys(c.suppliers)), ", "))
		return
	}
	c.checkNamespace(s, supplier)
	if number := s.typed.Spec.OrganizationNumber; number != "" && number == supplier.Spec.OrganizationNumber {
		c.addTo(s.subject, numberPath, OrganizationIsSupplier, number, supplier.Spec.Name)
	}
	c.checkOffered(s, supplier)
	c.checkHRM(s, supplier)
}

// checkHRM checks that a customer has an HRM system if a service uses it, and that the Supplier allows it. The rules
// require one for built-in services.
func (c *checker) checkHRM(s *customer, supplier *v1alpha1.Supplier) {
	user := entitlement.HRMUser(supplier, s.typed)
	switch {
	case user == nil && len(s.typed.Spec.Services) > 0, !s.typed.Syncs():
	case s.typed.Spec.HRM.Endpoint != "":
		c.checkHost(s, supplier)
	case user != nil && user.Custom != nil && !s.isFaulty("spec"):
		c.addTo(s.subject, "spec.hrm", HRMMissing, supplier.Name, user.Name)
	}
}

// checkHost checks that the Supplier allows the host of the HRM system. An endpoint of another form, which may have a
// password in it, is left to the rules.
func (c *checker) checkHost(s *customer, supplier *v1alpha1.Supplier) {
	endpoint := s.typed.Spec.HRM.Endpoint
	u, err := url.Parse(endpoint)
	if err != nil || u.User != nil || u.Host == "" || entitlement.HRMAllowed(supplier, endpoint) {
		return
	}
	host := u.Hostname()
	if u.Scheme != "https" {
		host = u.Scheme + "://" + host
	}
	c.addTo(s.subject, "spec.hrm.endpoint", HRMEndpointNotAllowed, supplier.Name, quote(host),
		c.list(supplier.Spec.HRM.AllowedHosts))
}

// checkNamespace checks that the Supplier allows the customer's namespace.
func (c *checker) checkNamespace(s *customer, supplier *v1alpha1.Supplier) {
	switch namespace := s.typed.Namespace; {
	case namespace == "":
		at := s.at("metadata.namespace")
		if !c.noted[at.File] {
			c.noted[at.File] = true
			c.add(at, NamespaceMissing)
		}
	case !slices.Contains(supplier.Spec.AllowedNamespaces, namespace):
		c.addTo(s.subject, "metadata.namespace", SupplierNotAllowed, supplier.Name, namespace,
			c.list(supplier.Spec.AllowedNamespaces))
	}
}

// checkOffered checks that the Supplier offers the customer's services.
func (c *checker) checkOffered(s *customer, supplier *v1alpha1.Supplier) {
	offered := make([]string, 0, len(supplier.Spec.Services))
	for _, o := range supplier.Spec.Services {
		offered = append(offered, string(o.Name))
	}
	for i, listed := range s.typed.Spec.Services {
		path := fmt.Sprintf("spec.services[%d].name", i)
		switch {
		case !services.Offers(supplier, listed.Name):
			c.addTo(s.subject, path, ServiceNotOffered, supplier.Name, listed.Name, c.list(offered))
		case !entitlement.OffersTo(supplier, s.typed, listed.Name):
			c.addTo(s.subject, agentPath, AgentsNotAllowed, supplier.Name, listed.Name)
		case lacksSystem(supplier, listed.Name):
			c.addTo(s.subject, path, SystemUserNotConfigured, supplier.Name, listed.Name)
		}
	}
}

// lacksSystem reports whether a service needs a system user although the Supplier has no system.
func lacksSystem(supplier *v1alpha1.Supplier, name v1alpha1.ServiceName) bool {
	service, _ := services.Of(supplier, name)
	return service.LacksSystem(supplier)
}

// list returns names for a message.
func (c *checker) list(names []string) string {
	if len(names) == 0 {
		return c.word("place.none")
	}
	return strings.Join(names, ", ")
}

// noteUnchecked notes, once, that no Supplier was given.
func (c *checker) noteUnchecked() {
	if len(c.suppliers) == 0 && len(c.customers) > 0 {
		c.add(Finding{File: c.customers[0].at("").File}, SupplierNotChecked)
	}
}

// checkUnits checks the sub-units of a customer.
func (c *checker) checkUnits(s *customer) {
	for i, service := range s.typed.Spec.Services {
		for j, unit := range service.Units {
			path := fmt.Sprintf("spec.services[%d].units[%d]", i, j)
			if s.scalar != nil {
				c.checkNumberText(s.subject, path, string(unit))
			}
			if unit == s.typed.Spec.OrganizationNumber {
				c.addTo(s.subject, path, UnitIsMainUnit, unit)
			}
		}
	}
}

// checkSchedules checks the schedules of a customer, as the operator does.
func (c *checker) checkSchedules(s *customer) {
	most := (&v1alpha1.Supplier{}).MaxRunsPerHour()
	if supplier := c.suppliers[s.typed.SupplierName()]; supplier != nil {
		most = supplier.MaxRunsPerHour()
	}
	for i, service := range s.typed.Spec.Services {
		if service.Schedule == "" {
			continue
		}
		path := fmt.Sprintf("spec.services[%d].schedule", i)
		parsed, err := schedule.Parse(string(service.Schedule),
			s.typed.Namespace+"/"+naming.Child(s.typed.Name, service.Name))
		switch {
		case err != nil:
			message, _, _ := strings.Cut(err.Error(), ": ")
			c.addTo(s.subject, path, InvalidSchedule, message, quote(string(service.Schedule)))
		case parsed.PerHour() > most:
			c.addTo(s.subject, path, ScheduleTooFrequent, parsed.PerHour(), most)
		}
	}
}

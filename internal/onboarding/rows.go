package onboarding

import (
	"cmp"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/services"
)

// DefaultNamespace is the namespace of a spreadsheet's customers if none is given.
const DefaultNamespace = "customers"

// Defaults fill what a spreadsheet leaves out.
type Defaults struct {
	// Namespace of the customers, "" for the default one.
	Namespace string
	// Supplier is the name of the customers' Supplier, "" for the default one.
	Supplier string
	// Services of customers without any.
	Services []v1alpha1.ServiceName
	// Endpoint is the address of HRM systems, with {name} or {organizationNumber} for the customer's.
	Endpoint string
	// Complete reports that what is missing after this is a fault. A check without an import does not know what the
	// import will add.
	Complete bool

	// own are the Suppliers' own services, by what people call them, as titleKey writes it.
	own map[string]v1alpha1.ServiceName
	// suppliers are the Suppliers by their names.
	suppliers map[string]*v1alpha1.Supplier
}

// addSupplier adds a Supplier, and the services that it declares, by names and titles.
func (d *Defaults) addSupplier(s *v1alpha1.Supplier) {
	d.suppliers[s.Name] = s
	for _, service := range services.Offered(s) {
		if service.Custom == nil {
			continue
		}
		d.own[titleKey(string(service.Name))] = service.Name
		for _, lang := range language.All() {
			d.own[titleKey(service.Words(lang).Title)] = service.Name
		}
	}
}

// row is a customer of a spreadsheet.
type row struct {
	record

	sheet    *sheet
	findings *findings
	customer v1alpha1.CustomerIntegration
	// title is the customer's name.
	title string
	// named reports that the spreadsheet names the object.
	named bool
	// subject is the customer for the checks, nil if the row could not be read.
	subject *subject
}

// readRows reads the customers of a spreadsheet, without names of their objects.
func (s *sheet) readRows(f *findings, d Defaults) []*row {
	all := make([]*row, 0, len(s.rows))
	for _, r := range s.rows {
		c := &row{record: r, sheet: s, findings: f}
		c.subject = &subject{
			kind: customerKind, at: c.at, faulty: map[string]bool{},
			placeOf: func(path string) string { return string(columnOf(path)) },
		}
		all = append(all, c)
		switch {
		case r.stray:
			f.add(c.at(""), StrayQuotationMark)
		case len(r.cells) > len(s.header) && strings.TrimSpace(strings.Join(r.cells[len(s.header):], "")) != "":
			f.add(c.at(""), TooManyCells, len(r.cells), len(s.header), quote(string(s.separator)))
		default:
			c.read(d)
			continue
		}
		c.subject = nil
	}
	return all
}

// at returns the place of a field.
func (r *row) at(path string) Finding {
	place := Finding{File: r.sheet.file, Line: r.line, Row: r.row, Object: r.title}
	place.Field = r.sheet.title(path)
	return place
}

// cell returns the value of a column, "" if it is empty, missing or faulty.
func (r *row) cell(c column) string {
	i, ok := r.sheet.columns[c]
	if !ok || i >= len(r.cells) {
		return ""
	}
	value, fault, args := readCell(r.cells[i])
	if fault != "" {
		r.fault(string(c), fault, args)
	}
	return value
}

// fault adds a finding about a column or field, if there is one.
func (r *row) fault(path string, code Code, args []any) {
	if code != "" {
		r.findings.addTo(r.subject, path, code, args...)
	}
}

// read reads the cells.
func (r *row) read(d Defaults) {
	r.readTitle()
	r.customer.TypeMeta = metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: customerKind}
	r.customer.Namespace = cmp.Or(r.cell(columnNamespace), d.Namespace, DefaultNamespace)
	r.customer.Name = r.cell(columnObjectName)
	r.named = r.customer.Name != ""
	r.customer.Spec.SupplierRef.Name = cmp.Or(r.cell(columnSupplier), d.Supplier)
	number, fault, args := readNumber(r.cell(columnNumber))
	r.fault(string(columnNumber), fault, args)
	r.customer.Spec.OrganizationNumber = v1alpha1.OrganizationNumber(number)
	if agent := r.cell(columnAgent); agent != "" {
		number, fault, args := readNumber(agent)
		r.fault(string(columnAgent), fault, args)
		r.customer.Spec.Access.Through = v1alpha1.OrganizationNumber(number)
	}
	r.readServices(d)
	r.readLimits()
	r.readHRM(d)
}

// readHRM reads the HRM system. A customer whose services do not use it has one only if the row has. If the
// Supplier is not given, a service that it may have declared may use the HRM system, and gets the default address.
func (r *row) readHRM(d Defaults) {
	hrm, listed := &r.customer.Spec.HRM, r.customer.Spec.Services
	hrm.Endpoint, hrm.CredentialsSecretRef.Name = r.cell(columnEndpoint), r.cell(columnSecret)
	used := len(listed) == 0 || entitlement.HRMUser(d.suppliers[r.customer.SupplierName()], &r.customer) != nil
	if used || r.listsUnknown(d) {
		hrm.Endpoint = cmp.Or(hrm.Endpoint, d.Endpoint)
	}
	switch {
	case hrm.Endpoint != "":
	case used:
		r.withoutEndpoint(d)
	default:
		*hrm = v1alpha1.HRMConnection{}
	}
}

// listsUnknown reports whether the customer has a service that is neither built-in nor declared by a given Supplier.
func (r *row) listsUnknown(d Defaults) bool {
	supplier := d.suppliers[r.customer.SupplierName()]
	return slices.ContainsFunc(r.customer.Spec.Services, func(s v1alpha1.CustomerService) bool {
		_, known := services.Of(supplier, s.Name)
		return !known
	})
}

// readTitle reads the customer's name, which the findings about the row show.
func (r *row) readTitle() {
	name := strings.Join(strings.Fields(r.cell(columnName)), " ")
	if countDigits(name) < personDigits {
		r.title = name
	}
	if isDamaged(name) {
		r.fault(string(columnName), LettersLost, []any{quote(name)})
	}
}

// readServices reads the services, from their list or from their own columns.
func (r *row) readServices(d Defaults) {
	names, fault, args := readServices(r.cell(columnServices), d.own)
	r.fault(string(columnServices), fault, args)
	for _, name := range services.Names() {
		yes, fault, args := readAnswer(r.cell(serviceColumn(name)))
		if fault != "" {
			r.fault(string(serviceColumn(name)), fault, args)
			r.subject.setFaulty(string(columnServices))
		}
		if yes {
			names = append(names, name)
		}
	}
	if len(names) == 0 && !r.subject.isFaulty(string(columnServices)) {
		names = d.Services
	}
	if len(names) == 0 && d.Complete {
		r.fault(string(columnServices), ServicesMissing, nil)
	}
	if len(names) == 0 {
		r.subject.setFaulty(string(columnServices))
	}
	slices.Sort(names)
	for _, name := range slices.Compact(slices.Clone(names)) {
		r.customer.Spec.Services = append(r.customer.Spec.Services, v1alpha1.CustomerService{Name: name})
	}
}

// readLimits reads schedule, start date and units, and sets them on the services that may have them.
func (r *row) readLimits() {
	schedule, start, units := r.cell(columnSchedule), r.cell(columnStartDate), r.cell(columnUnits)
	day, numbers := "", []v1alpha1.OrganizationNumber(nil)
	if start != "" {
		read, fault, args := readDate(start)
		r.fault(string(columnStartDate), fault, args)
		day = read
	}
	if units != "" {
		read, fault, args := readUnits(units)
		r.fault(string(columnUnits), fault, args)
		for _, number := range read {
			numbers = append(numbers, v1alpha1.OrganizationNumber(number))
		}
	}
	fetched := false
	for i := range r.customer.Spec.Services {
		service := &r.customer.Spec.Services[i]
		service.Schedule = v1alpha1.CronExpression(schedule)
		if known, _ := services.Of(nil, service.Name); !known.SendsPlans {
			service.StartDate, service.Units, fetched = day, numbers, true
		}
	}
	if fetched || len(r.customer.Spec.Services) == 0 {
		return
	}
	if day != "" {
		r.fault(string(columnStartDate), LimitUnused, nil)
	}
	if len(numbers) > 0 {
		r.fault(string(columnUnits), LimitUnused, nil)
	}
}

// withoutEndpoint reports a missing address, unless an import can still add it.
func (r *row) withoutEndpoint(d Defaults) {
	r.customer.Spec.HRM = v1alpha1.HRMConnection{}
	r.subject.setFaulty("spec")
	if d.Complete && !r.subject.isFaulty(string(columnEndpoint)) {
		r.fault(string(columnEndpoint), EndpointMissing, nil)
	}
}

// finish fills what depends on the object's name, and makes the object for the checks.
func (r *row) finish() error {
	spec := &r.customer.Spec
	if spec.HRM.Endpoint != "" {
		spec.HRM.Endpoint = strings.NewReplacer("{name}", r.customer.Name,
			"{organizationNumber}", string(spec.OrganizationNumber)).Replace(spec.HRM.Endpoint)
		spec.HRM.CredentialsSecretRef.Name = cmp.Or(spec.HRM.CredentialsSecretRef.Name, r.customer.Name+"-hrm")
	}
	object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&r.customer)
	if err != nil {
		return err
	}
	r.subject.object, r.subject.title = object, r.title
	return nil
}

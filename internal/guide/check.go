package guide

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/services"
)

// check returns an error that names the fields that a flow lacks: headings, and texts for a situation that a customer
// can be in.
func (f *flow) check(kind v1alpha1.AccessKind, lang language.Language) error {
	ofServices, sections := f.checkServices(kind), f.sections()
	errs := make([]error, 0, 3+len(ofServices)+len(sections))
	errs = append(errs, requireText("nameless", f.Nameless))
	errs = append(errs, ofServices...)
	for _, s := range sections {
		errs = append(errs, requireText(string(s.name)+".heading", s.Heading))
	}
	errs = append(errs, requireText("contact.email", f.Contact.Email), requireText("contact.phone", f.Contact.Phone))
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return f.checkSituations(kind, lang)
}

// requireText returns an error if a field has no text.
func requireText(field, text string) error {
	if strings.TrimSpace(text) == "" {
		return fmt.Errorf("%s: is empty", field)
	}
	return nil
}

// checkServices checks that a flow has words for no built-in service of the other kind of access.
func (f *flow) checkServices(kind v1alpha1.AccessKind) []error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(f.Services)) {
		if service, isBuiltIn := services.Declared(name, nil); isBuiltIn && service.Kind != serviceKind(kind) {
			errs = append(errs, fmt.Errorf("services.%s: no service of this name needs an access of kind %s", name, kind))
		}
	}
	return errs
}

// checkSituations renders a flow in all situations.
func (f *flow) checkSituations(kind v1alpha1.AccessKind, lang language.Language) error {
	for _, s := range samples(kind, lang) {
		r := newRenderer(f, &s)
		if missing := r.missing(r.guide()); missing != "" {
			return fmt.Errorf("%s: has no text if %s", missing, r.situation())
		}
	}
	return nil
}

// missing returns the name of a field that has no text although the Subject needs one, "" if there is none.
func (r *renderer) missing(g *Guide) string {
	switch {
	case strings.TrimSpace(g.title) == "":
		return "title"
	case strings.TrimSpace(g.subject) == "":
		return "subject"
	case len(g.Intro) == 0:
		return "intro"
	case len(g.mail) < 2: // The last is the signature.
		return "mail"
	}
	for _, name := range r.needed() {
		i := slices.IndexFunc(g.Sections, func(s Section) bool { return s.Name == name })
		if i < 0 || name != SectionWhat && name != SectionWho && name != SectionAfter && len(g.Sections[i].Items) == 0 {
			return string(name)
		}
	}
	if r.canAct() && !g.hasChecks() {
		return "check, or checks: true of a step,"
	}
	return ""
}

// hasChecks reports whether a step lists what to check before confirming.
func (g *Guide) hasChecks() bool {
	isStep := func(s Section) bool {
		return s.Name == SectionSteps && slices.ContainsFunc(s.Items, func(i Item) bool { return len(i.Checks) > 0 })
	}
	return slices.ContainsFunc(g.Sections, isStep)
}

// canAct reports whether the customer can grant the access now.
func (r *renderer) canAct() bool {
	return r.facts[open] || !r.facts[granted] && r.subject.Access == v1alpha1.AccessAPIDelegation
}

// needed returns the sections that must have texts.
func (r *renderer) needed() []SectionName {
	if r.canAct() {
		return []SectionName{SectionWhat, SectionWho, SectionFacts, SectionSteps, SectionAfter, SectionWithdraw}
	}
	if r.facts[granted] {
		return []SectionName{SectionAfter, SectionWithdraw}
	}
	return nil
}

// situation names the situations that are true.
func (r *renderer) situation() string {
	var is []situation
	for _, s := range slices.Sorted(maps.Keys(r.facts)) {
		if r.facts[s] {
			is = append(is, s)
		}
	}
	return joinNames(is)
}

// samples returns a Subject for each situation that a customer can be in.
func samples(kind v1alpha1.AccessKind, lang language.Language) []Subject {
	states := sampleStates(kind)
	all := make([]Subject, 0, 2*2*2*3*len(states))
	for _, s := range states {
		s.Language, s.Access = lang, kind
		s.Agent.Number, s.Packages = "313876144", []string{"urn:altinn:accesspackage:sykefravaer"}
		s.Supplier, s.Customer.Number = Party{Name: "Supplier", Number: "897757222"}, "310330701"
		for _, s.Environment = range []v1alpha1.Environment{v1alpha1.EnvironmentProduction, v1alpha1.EnvironmentTest} {
			for _, s.PageURL = range []string{"", "https://portal.4human.example/g/token"} {
				all = append(all, sampleServices(s)...)
				s.Customer.Name, s.Contact.Name = "Customer", "Support"
				all = append(all, sampleServices(s)...)
				s.Customer.Name, s.Contact.Name = "", ""
			}
		}
	}
	return all
}

// sampleServices returns a Subject with one service, one with a custom one, and for system users one with all.
func sampleServices(s Subject) []Subject {
	var names []v1alpha1.ServiceName
	for _, name := range services.Names() {
		if service, _ := services.Declared(name, nil); service.Kind == serviceKind(s.Access) {
			names = append(names, name)
		}
	}
	single, all, custom := s, s, s
	single.Services, all.Services = names[:1], names
	custom.Services = []v1alpha1.ServiceName{"Custom"}
	custom.Custom = map[v1alpha1.ServiceName]*v1alpha1.CustomService{"Custom": {Title: "Custom"}}
	if s.Access == v1alpha1.AccessAPIDelegation {
		return []Subject{single, custom}
	}
	return []Subject{single, all, custom}
}

// sampleStates returns a Subject for each state of an access.
func sampleStates(kind v1alpha1.AccessKind) []Subject {
	states := []Subject{
		{State: v1alpha1.AuthorizationGranted},
		{State: v1alpha1.AuthorizationNotGranted},
		{State: v1alpha1.AuthorizationWithdrawn},
		{State: v1alpha1.AuthorizationUnknown},
	}
	if serviceKind(kind) == v1alpha1.AccessSystemUser {
		open := Subject{State: v1alpha1.AuthorizationAwaitingApproval, ConfirmURL: "https://am.ui.altinn.no/request"}
		changed, forwarded := open, open
		changed.Change = true
		forwarded.Escalated, forwarded.HasAgentSystemUser, forwarded.AsksForPackages = true, true, true
		states = append(states, open, changed, forwarded,
			Subject{State: v1alpha1.AuthorizationAwaitingApproval}, Subject{State: v1alpha1.AuthorizationRejected})
	}
	return states
}

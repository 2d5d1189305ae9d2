package onboarding

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/4human/integration-operator/internal/enhetsregisteret"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
)

const (
	// DefaultRegisterURL is the base URL of Enhetsregisteret (data.brreg.no/enhetsregisteret/api/docs).
	DefaultRegisterURL = "https://data.brreg.no/enhetsregisteret/api"
	// lookupsPerSecond is how many organizations are looked up per second. The register names no limit.
	lookupsPerSecond = 20
	// lookupsAtOnce is how many look-ups may run at the same time.
	lookupsAtOnce = 4
	// mostFailures is after how many failed look-ups in a row no more are made.
	mostFailures = 5
)

// registrar is the organization number of the register's own agency, Brønnøysundregistrene.
const registrar = "974760673"

// Register is Enhetsregisteret.
type Register struct {
	// URL is the base URL, DefaultRegisterURL or a simulator's.
	URL string
	// Calls makes the calls.
	Calls outbound.Caller
	// Began is called before the look-ups with their number and how long they take at least. It may be nil.
	Began func(organizations int, atLeast time.Duration)
	// PerSecond is how many organizations are looked up per second. 0 means 20.
	PerSecond int
}

// lookup is what the register says about a number.
type lookup struct {
	unit *enhetsregisteret.Unit
	err  error
	done bool
}

// witness returns an organization that exists: a Supplier, or the agency.
func (c *checker) witness() orgnumber.Number {
	for _, s := range c.supplierSubjects {
		spec, _ := s.object["spec"].(map[string]any)
		text, _ := spec["organizationNumber"].(string)
		if number, err := orgnumber.Parse(text); err == nil {
			return number
		}
	}
	return orgnumber.MustParse(registrar)
}

// checkRegister looks up each customer's organization once.
func (c *checker) checkRegister(ctx context.Context) {
	register := c.options.Register
	if register == nil {
		return
	}
	client, err := enhetsregisteret.New(register.URL, c.witness(), register.Calls)
	if err != nil {
		c.registerUnavailable(c.numberedCustomers(), err)
		return
	}
	numbers := c.numbers()
	found := register.lookups(ctx, client, numbers)
	var missing []*customer
	var cause error
	for _, s := range c.numberedCustomers() {
		one := found[string(s.typed.Spec.OrganizationNumber)]
		switch {
		case one.done && (one.err == nil || errors.Is(one.err, enhetsregisteret.ErrNotFound)):
			c.reportUnit(s, one)
		default:
			missing = append(missing, s)
			if cause == nil {
				cause = one.err
			}
		}
	}
	if len(missing) > 0 {
		c.registerUnavailable(missing, cause)
	}
}

// numberedCustomers returns the customers with a valid organization number.
func (c *checker) numberedCustomers() []*customer {
	var all []*customer
	for _, s := range c.customers {
		if s.typed == nil {
			continue
		}
		if _, err := orgnumber.Parse(string(s.typed.Spec.OrganizationNumber)); err == nil {
			all = append(all, s)
		}
	}
	return all
}

// numbers returns the customers' organization numbers, each once, in the order of the files.
func (c *checker) numbers() []orgnumber.Number {
	var all []orgnumber.Number
	seen := map[orgnumber.Number]bool{}
	for _, s := range c.numberedCustomers() {
		number, err := orgnumber.Parse(string(s.typed.Spec.OrganizationNumber))
		if err == nil && !seen[number] {
			seen[number] = true
			all = append(all, number)
		}
	}
	return all
}

// lookups looks numbers up, a few at a time. After several failures in a row it stops.
func (r *Register) lookups(ctx context.Context, client *enhetsregisteret.Client, numbers []orgnumber.Number,
) map[string]lookup {
	perSecond := lookupsPerSecond
	if r.PerSecond > 0 {
		perSecond = r.PerSecond
	}
	if r.Began != nil {
		r.Began(len(numbers), time.Duration(len(numbers))*time.Second/time.Duration(perSecond))
	}
	limiter := rate.NewLimiter(rate.Limit(perSecond), 1)
	results := make([]lookup, len(numbers))
	var group errgroup.Group
	group.SetLimit(lookupsAtOnce)
	state := &failures{}
	for i, number := range numbers {
		if state.tooMany() || limiter.Wait(ctx) != nil {
			break
		}
		group.Go(func() error {
			unit, err := client.Lookup(ctx, number)
			state.record(err)
			results[i] = lookup{unit: unit, err: err, done: true}
			return nil
		})
	}
	_ = group.Wait() // The look-ups have their errors themselves.
	all := map[string]lookup{}
	for i, number := range numbers {
		all[number.String()] = results[i]
	}
	return all
}

// reportUnit adds findings about what the register says.
func (c *checker) reportUnit(s *customer, found lookup) {
	number := string(s.typed.Spec.OrganizationNumber)
	if errors.Is(found.err, enhetsregisteret.ErrNotFound) {
		c.addTo(s.subject, numberPath, OrganizationNotFound, number)
		return
	}
	unit, isFaulty := found.unit, s.isFaulty(numberPath)
	organization := strings.TrimSpace(number + " " + unit.Name)
	switch {
	case !unit.DeletedOn.IsZero():
		c.addTo(s.subject, numberPath, OrganizationDeleted, organization, unit.DeletedOn.Format(time.DateOnly))
		return
	case unit.Kind == enhetsregisteret.SubUnit:
		main := unit.MainUnit.String()
		if main == "" {
			main = c.word("place.unknown")
		}
		c.addTo(s.subject, numberPath, OrganizationIsSubUnit, number, unit.Name, main)
		return
	case unit.Bankrupt:
		c.addTo(s.subject, numberPath, OrganizationBankrupt, organization)
	case unit.Dissolving:
		c.addTo(s.subject, numberPath, OrganizationDissolving, organization)
	}
	if s.title != "" && !isFaulty && !sameName(s.title, unit.Name) {
		c.addTo(s.subject, string(columnName), NameDiffers, number, quote(s.title), quote(unit.Name))
	}
}

// registerUnavailable notes that customers were not looked up. It is no finding about them.
func (c *checker) registerUnavailable(missing []*customer, cause error) {
	if len(missing) == 0 {
		return
	}
	text := c.word("place.unknown")
	if cause != nil {
		text = strings.TrimPrefix(cause.Error(), "enhetsregisteret: ")
	}
	first := missing[0]
	at := first.at(numberPath)
	where := at.place(c.lang)
	if at.Row > 0 {
		where = c.placeOf(first.subject, first.subject)
	}
	c.add(Finding{File: at.File}, RegisterUnavailable, len(missing), len(c.customers), where, text)
}

// nameWords returns the words of a company's name that tell it from others.
func nameWords(name string) []string {
	all := strings.Fields(wordBreaks.ReplaceAllString(foldLetters(name), " "))
	return slices.DeleteFunc(all, func(w string) bool { return isLegalForm(w) || w == "og" || w == "and" })
}

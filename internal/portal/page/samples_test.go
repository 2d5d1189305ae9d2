package page

import (
	"html/template"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/chart"
	"github.com/4human/integration-operator/internal/guide"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
	"github.com/4human/integration-operator/internal/rollout/rollouttest"
)

// sampleTime is the time of all sample pages.
var sampleTime = time.Date(2026, time.November, 29, 9, 42, 0, 0, time.UTC)

// sample renders one page in a language.
type sample func(*Pages, io.Writer, language.Language) error

// samples returns a page for each thing that a template distinguishes.
func samples() map[string]sample {
	all := map[string]sample{
		"list":                 listSample(func(*ListData) {}),
		"list, all filters":    listSample(filterAll),
		"list, no hits":        listSample(func(d *ListData) { d.Rows, d.Matching, d.Filter.Text = nil, 0, "finnes ikke" }),
		"list, no customers":   listSample(func(d *ListData) { *d = ListData{Frame: d.Frame, Unreadable: []string{"nord"}} }),
		"customer, checking":   customerSample(func(d *CustomerData) { d.Check.Running = true }),
		"customer, slow check": customerSample(func(d *CustomerData) { d.Check.Running, d.Check.Slow = true, true }),
		"customer, just asked": customerSample(func(d *CustomerData) { d.Check.Allowed = false }),
		"customer, new":        customerSample(func(d *CustomerData) { d.Guides, d.Transitions, d.Link = nil, nil, "" }),
		"overview":             overviewSample(func(*OverviewData) {}),
		"overview, nothing":    overviewSample(func(d *OverviewData) { *d = OverviewData{Frame: d.Frame} }),
		"guest, one service":   guestSample(func(d *GuestData) { d.Services = d.Services[:1] }),
		"guest, unverified":    guestSample(func(d *GuestData) { d.Verified = time.Time{} }),
		"guest, not live":      guestSample(func(d *GuestData) { d.Live = false }),
		"guest, no contact":    guestSample(func(d *GuestData) { d.Contact = v1alpha1.Contact{} }),
		"signed out": func(p *Pages, w io.Writer, l language.Language) error {
			return p.SignedOut(w, SignedOutData{Frame: frameSample(l, false)})
		},
	}
	for _, s := range rollout.States() {
		all["customer, "+string(s)] = customerSample(func(d *CustomerData) { d.Customer = customerIn(s) })
	}
	for _, s := range guestStates() {
		all["guest, "+string(s)] = guestSample(func(d *GuestData) { d.State, d.Guides[0].Granted = s, s == GuestReceived })
	}
	for _, problem := range Problems() {
		all["problem, "+string(problem)] = func(p *Pages, w io.Writer, l language.Language) error {
			return p.Error(w, ErrorData{Frame: frameSample(l, true), Problem: problem, Retry: time.Minute})
		}
	}
	return all
}

func frameSample(l language.Language, person bool) Frame {
	f := Frame{Language: l, Path: "/?q=tiger", Now: sampleTime, HasLogin: true}
	if person {
		f.Person = &Person{Name: "Kari <Konsulent>"}
	}
	return f
}

// customersSample is a population as rollout describes it.
var customersSample = sync.OnceValue(func() []rollout.Customer {
	objects, suppliers := rollouttest.Population(300, sampleTime)
	all := make([]rollout.Customer, 0, len(objects))
	for i := range objects {
		all = append(all, rollout.Of(&objects[i], &suppliers[0]))
	}
	return all
})

// customerIn returns a customer in a state.
func customerIn(s rollout.State) rollout.Customer {
	for _, c := range customersSample() {
		if c.State == s {
			return c
		}
	}
	panic("no customer is " + s)
}

func listSample(change func(*ListData)) sample {
	return func(p *Pages, w io.Writer, l language.Language) error {
		d := ListData{
			Frame: frameSample(l, true), Rows: customersSample()[:60], First: 1, Matching: 60, All: 300, CSV: "/customers.csv",
			Counts: map[rollout.State]int{rollout.Withdrawn: 4}, WaitingLong: 31, Next: "/?page=2", Previous: "/?page=0",
		}
		for _, key := range rollout.SortKeys() {
			d.Sorts = append(d.Sorts, Sort{Key: string(key), URL: "/?sort=" + string(key), Active: key == rollout.ByName})
		}
		change(&d)
		return p.List(w, d)
	}
}

func filterAll(d *ListData) {
	d.Namespaces, d.Suppliers = []string{"nord", "vest"}, []string{"default", "test"}
	d.Filter = Filter{
		Text: "tiger", Namespace: "nord", Supplier: "test", States: rollout.States(), Turn: v1alpha1.ActorCustomer,
		Services: []v1alpha1.ServiceName{v1alpha1.ServiceSickNotes}, WaitingDays: 3, Selector: "=", InvalidSelector: true,
		Sort: string(rollout.ByName), Descending: true,
	}
}

func guidesSample() []Guide {
	return []Guide{
		{
			Title: "Oppfølgingsplaner", HTML: template.HTML("<ol><li>Logg inn</li></ol>"), Text: "1. Logg inn",
			Markdown: "1. Logg inn", MailTo: "mailto:?subject=Tilgang",
		},
		{Title: "Sykmeldinger", HTML: template.HTML("<p>Godkjenn</p>"), ConfirmURL: "https://am.ui.altinn.example/confirm"},
	}
}

func customerSample(change func(*CustomerData)) sample {
	return func(p *Pages, w io.Writer, l language.Language) error {
		d := CustomerData{
			Frame: frameSample(l, true), Customer: customerIn(rollout.Waiting), Guides: guidesSample(),
			Link: "https://portal.example/g/token", Check: Check{Action: "/check", Allowed: true, Since: sampleTime},
			Transitions: []Transition{
				{
					Time: sampleTime, Condition: "DelegationVerified", Status: "False", Reason: "AwaitingDelegation",
					Message: "Waiting.",
				},
				{Time: sampleTime, Condition: "Stalled", Status: "True", Reason: "Stalled"},
			},
		}
		change(&d)
		return p.Customer(w, d)
	}
}

func overviewSample(change func(*OverviewData)) sample {
	return func(p *Pages, w io.Writer, l language.Language) error {
		overview := rollout.Summarize(customersSample(), sampleTime)
		charts, err := chart.Of(overview, l)
		if err != nil {
			return err
		}
		days, none := 12, 0
		d := OverviewData{
			Frame: frameSample(l, true), Customers: overview.Customers, ByState: overview.ByState, Charts: charts,
			Lights: []Light{
				{Supplier: "a", Kind: LightSupplier, State: LightUnknown},
				{Supplier: "a", Kind: LightMaskinporten, State: LightOK},
				{Supplier: "a", Kind: LightAltinn, State: LightDown, Since: sampleTime},
				{Supplier: "b", Kind: LightNAV, State: LightWarning},
				{Supplier: "b", Kind: LightKey, State: LightWarning, Days: &days},
				{Supplier: "b", Kind: LightKey, State: LightDown, Days: &none},
			},
		}
		change(&d)
		return p.Overview(w, d)
	}
}

func guestSample(change func(*GuestData)) sample {
	return func(p *Pages, w io.Writer, l language.Language) error {
		d := GuestData{
			Frame:    frameSample(l, false),
			Customer: guide.Party{Name: "DYNAMISK ALTETENDE TIGER AS", Number: "310330701"},
			Supplier: guide.Party{Name: "4HUMAN HRM AS", Number: "897757222"},
			Contact:  v1alpha1.Contact{Name: "Kundesenteret", Email: "hjelp@4human.example", Phone: "+47 22 00 00 00"},
			State:    GuestWaiting, Guides: guidesSample(), Verified: sampleTime, Live: true, LiveToggle: "?live=off",
			Check: Check{Action: "/g/token/check", Allowed: true},
			Services: []GuestService{
				{Listed: rollout.Service{Name: v1alpha1.ServiceFollowUpPlans}, State: GuestReceived, Since: sampleTime},
				{Listed: rollout.Service{Name: v1alpha1.ServiceSickNotes}, State: GuestWaiting},
			},
		}
		change(&d)
		return p.Guest(w, d)
	}
}

func newPages(t *testing.T) *Pages {
	t.Helper()
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

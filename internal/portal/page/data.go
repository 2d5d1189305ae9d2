package page

import (
	"html/template"
	"slices"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/chart"
	"github.com/4human/integration-operator/internal/guide"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

// Frame is what every page has.
type Frame struct {
	Language language.Language
	// Person is who is logged in, nil on pages without a login.
	Person *Person
	// Path is the path of the page with its query. The form of the language sends it as "return", to POST /language.
	Path string
	// Now is the time of the request.
	Now time.Time
	// HasLogin reports whether the portal serves more than customers' own pages.
	HasLogin bool
}

// Person is a person who is logged in.
type Person struct {
	// Name is for people: the provider's name of the person, or else the user name.
	Name string
}

// ListData is the list of customers.
type ListData struct {
	Frame

	// Rows are the customers of this page of the list.
	Rows []rollout.Customer
	// First is the number of the first row, from 1. Matching and All count the customers that the filter selects and those
	// that the person may see.
	First, Matching, All int
	// Counts counts all customers that the person may see, by state. WaitingLong counts those that have been awaited for
	// at least LongWait days.
	Counts      map[rollout.State]int
	WaitingLong int
	Filter      Filter
	// Namespaces and Suppliers are those of all customers that the person may see.
	Namespaces, Suppliers []string
	// Services are those that these customers list.
	Services []rollout.Service
	// CSV is the address of what is shown, as CSV.
	CSV string
	// Previous and Next are the addresses of the neighboring pages of the list, "" if there is none.
	Previous, Next string
	// Sorts are the columns by which the list can be sorted.
	Sorts []Sort
	// Unreadable lists the namespaces of the person that the portal has no rights in: their customers are missing.
	Unreadable []string
}

// Last returns the number of the last row.
func (d ListData) Last() int { return d.First + len(d.Rows) - 1 }

// Filter is the form above the list. Its fields are the values of the query's parameters.
type Filter struct {
	Text      string                 // q
	Namespace string                 // namespace
	Supplier  string                 // supplier
	States    []rollout.State        // state, repeated
	Services  []v1alpha1.ServiceName // service, repeated
	Turn      v1alpha1.Actor         // turn
	// WaitingDays is the least number of days for which a customer has been awaited. 0 selects all.
	WaitingDays int    // waiting
	Selector    string // label: a label selector
	// InvalidSelector reports that Selector cannot be parsed, so that it selects all.
	InvalidSelector bool
	Sort            string // sort
	Descending      bool   // desc=1
}

// Active reports whether the filter leaves customers out.
func (f Filter) Active() bool {
	return f.Text != "" || f.Namespace != "" || f.Supplier != "" || len(f.States) > 0 || len(f.Services) > 0 ||
		f.Turn != "" || f.WaitingDays > 0 || f.Selector != ""
}

// Has reports whether a state is selected.
func (f Filter) Has(s rollout.State) bool {
	return slices.Contains(f.States, s)
}

// HasService reports whether a service is selected.
func (f Filter) HasService(s v1alpha1.ServiceName) bool {
	return slices.Contains(f.Services, s)
}

// Sort is a column by which the list can be sorted.
type Sort struct {
	// Key is the value of the parameter sort.
	Key string
	// URL sorts by this column, or the other way round if it is active.
	URL                string
	Active, Descending bool
}

// CustomerData is the page of one customer for consultants.
type CustomerData struct {
	Frame

	Customer rollout.Customer
	// Guides has one for each API delegation, and one for all services with a system user.
	Guides []Guide
	// Link is the address of the customer's own page.
	Link string
	// Transitions are the latest changes, the newest first.
	Transitions []Transition
	Check       Check
}

// Transition is a change of a condition.
type Transition struct {
	Time                      time.Time
	Condition, Status, Reason string
	Message                   string
}

// Guide is a rendered guide.
type Guide struct {
	Title string
	// HTML is the guide without its title.
	HTML template.HTML
	// Text and Markdown are for copying.
	Text, Markdown string
	// MailTo opens a draft e-mail with the text.
	MailTo template.URL
	// ConfirmURL is where the customer approves a system user, "" if no request is open.
	ConfirmURL string
	Granted    bool
	Services   []v1alpha1.ServiceName
	Access     v1alpha1.AccessKind
}

// Check is the button "check now".
type Check struct {
	// Action is where the form posts to.
	Action string
	// Running reports that the operator has not handled a verification that was requested at Since.
	Running bool
	Since   time.Time
	// Slow reports that it has been running for longer than usual, as in an outage.
	Slow bool
	// Allowed reports whether a check may be requested now: at most one a minute for each customer.
	Allowed bool
}

// GuestData is the customer's own page, which needs no login.
type GuestData struct {
	Frame

	Customer guide.Party
	Supplier guide.Party
	Contact  v1alpha1.Contact
	State    GuestState
	Services []GuestService
	Guides   []Guide
	// Verified is when Maskinporten or Altinn last responded, zero if not yet.
	Verified time.Time
	// Check is the button. Its Action is "" once access is received.
	Check Check
	// Live reports that the page updates itself. LiveToggle is the address of the page that does not, or does. It is ""
	// if there is nothing to wait for.
	Live       bool
	LiveToggle string
}

// GuestState is what the customer's own page says first.
type GuestState string

// States of the customer's own page.
const (
	// GuestWaiting means that access is missing.
	GuestWaiting GuestState = "Waiting"
	// GuestPartly means that access to some services is missing.
	GuestPartly GuestState = "Partly"
	// GuestReceived means that access to all services is received.
	GuestReceived GuestState = "Received"
	// GuestRefused means that the customer rejected the request or withdrew access.
	GuestRefused GuestState = "Refused"
	// GuestPaused means that the supplier is not ready for the customer: there is nothing that the customer can do.
	GuestPaused GuestState = "Paused"
)

// GuestService is the state of one service on the customer's own page.
type GuestService struct {
	// Listed is the service that the customer lists.
	Listed rollout.Service
	State  GuestState
	// Since is when access was given, or when it was refused. It is zero if that is not known.
	Since time.Time
}

// OverviewData is the overview for management and on-call.
type OverviewData struct {
	Frame

	// Customers counts the customers that the person may see.
	Customers int
	// ByState counts them by state.
	ByState []rollout.StateCount
	Lights  []Light
	Charts  []chart.Chart
	// Unreadable is that of ListData.
	Unreadable []string
}

// Light is the state of one service that all customers of a Supplier depend on.
type Light struct {
	Supplier string
	Kind     LightKind
	State    LightState
	// Reason is that of the condition, "" if there is none.
	Reason string
	Since  time.Time
	// Days is how many days the key has left. It is for LightKey only; nil if it is not known.
	Days *int
}

// LightKind is what a Light is about.
type LightKind string

// Kinds of lights, in the order of the strip.
const (
	LightSupplier     LightKind = "Supplier"
	LightMaskinporten LightKind = "Maskinporten"
	LightAltinn       LightKind = "Altinn"
	LightNAV          LightKind = "NAV"
	LightKey          LightKind = "Key"
)

// LightState is the color of a Light.
type LightState string

// States of lights.
const (
	LightOK      LightState = "OK"
	LightWarning LightState = "Warning"
	LightDown    LightState = "Down"
	LightUnknown LightState = "Unknown"
)

// SignedOutData is the page after the logout.
type SignedOutData struct {
	Frame
}

// ErrorData is a page that says what is wrong and what to do.
type ErrorData struct {
	Frame

	Problem Problem
	// Retry is when to try again, 0 if that is not known.
	Retry time.Duration
}

// Problem is what is wrong.
type Problem string

// Problems, with the HTTP status of their page.
const (
	// ProblemNotFound (404) means that there is no such page, or that the person may not see it.
	ProblemNotFound Problem = "NotFound"
	// ProblemLinkInvalid (404) means that a link to a customer's own page is wrong or revoked. The page says no more.
	ProblemLinkInvalid Problem = "LinkInvalid"
	// ProblemNoRights (403) means that the person may see no customer in any namespace.
	ProblemNoRights Problem = "NoRights"
	// ProblemAccessUnknown (503) means that Kubernetes does not say what the person may see.
	ProblemAccessUnknown Problem = "AccessUnknown"
	// ProblemLoginDisabled (403) means that the portal has no login, so that it serves customers' own pages only.
	ProblemLoginDisabled Problem = "LoginDisabled"
	// ProblemLoginUnavailable (503) means that the login provider does not respond.
	ProblemLoginUnavailable Problem = "LoginUnavailable"
	// ProblemLoginFailed (400) means that the login was not completed, such as one that took too long.
	ProblemLoginFailed Problem = "LoginFailed"
	// ProblemLoginRefused (403) means that the provider refused the login.
	ProblemLoginRefused Problem = "LoginRefused"
	// ProblemTooManyGroups (403) means that the provider has more groups of the person than a login can carry.
	ProblemTooManyGroups Problem = "TooManyGroups"
	// ProblemTooManyRequests (429) means that the client sends too many requests.
	ProblemTooManyRequests Problem = "TooManyRequests"
	// ProblemForeignForm (403) means that a form of another site was sent.
	ProblemForeignForm Problem = "ForeignForm"
	// ProblemBadRequest (400) means that the request cannot be read.
	ProblemBadRequest Problem = "BadRequest"
	// ProblemCheckFailed (503) means that the verification could not be requested.
	ProblemCheckFailed Problem = "CheckFailed"
	// ProblemInternal (500) is a mistake of the portal.
	ProblemInternal Problem = "Internal"
)

package rollout

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// SortKey is what rows are sorted by.
type SortKey string

const (
	// ByState sorts by the state that needs attention first, then by who has waited longest. It is the default.
	ByState SortKey = "state"
	// ByName sorts by title.
	ByName SortKey = "name"
	// ByNumber sorts by organization number.
	ByNumber SortKey = "number"
	// ByTurn sorts by when it became the actor's turn, the longest ago first. Customers of whom no person has to act come
	// last.
	ByTurn SortKey = "turn"
	// ByWaiting sorts by since when an access is awaited, the longest ago first. Customers of whom none is come last.
	ByWaiting SortKey = "waiting"
	// ByLastData sorts by the last data, the longest ago first. Customers without data come last.
	ByLastData SortKey = "data"
)

// SortKeys lists the keys. The first is the default.
func SortKeys() []SortKey { return []SortKey{ByState, ByName, ByNumber, ByTurn, ByWaiting, ByLastData} }

// Query selects customers. Its zero value selects all, in the order of ByState.
type Query struct {
	// Text is in the customer's title, name, namespace or organization number, which may be written with blanks. Each of
	// its words must be. Case does not matter, nor whether æ, ø and å are written as such or as in names of objects.
	Text string
	// Namespace and Supplier are exact names.
	Namespace, Supplier string
	// States are those that the customer, or one of its services, has one of.
	States []State
	// Services are those that the customer lists one of. With States, one of them must have one of the States.
	Services []v1alpha1.ServiceName
	// Turn is who has to act.
	Turn v1alpha1.Actor
	// WaitingFor is how long an access must have been awaited at least.
	WaitingFor time.Duration
	// Selector selects labels. It selects all if it is nil.
	Selector   labels.Selector
	Sort       SortKey
	Descending bool
}

// Select returns the customers that a query selects, sorted. It does not change all.
func Select(all []Customer, q Query, now time.Time) []Customer {
	words, number := strings.Fields(fold(q.Text)), digits(q.Text)
	var rows []row
	for i := range all {
		if q.selects(&all[i], words, number, now) {
			rows = append(rows, row{customer: &all[i], rank: all[i].State.rank()})
			if q.Sort == ByName {
				rows[len(rows)-1].name = alphabetKey(all[i].Title)
			}
		}
	}
	slices.SortFunc(rows, q.compare) // no two are equal
	selected := make([]Customer, len(rows))
	for i := range rows {
		selected[i] = *rows[i].customer
	}
	return selected
}

// row is a selected customer while it is sorted.
type row struct {
	customer *Customer
	rank     int
	// name is comparable as names are sorted in Norwegian. It is "" unless they are sorted by name.
	name string
}

func (q *Query) selects(c *Customer, words []string, number string, now time.Time) bool {
	switch {
	case q.Namespace != "" && q.Namespace != c.Namespace,
		q.Supplier != "" && q.Supplier != c.Supplier,
		q.Turn != "" && q.Turn != c.Turn,
		q.WaitingFor > 0 && (c.WaitingSince.IsZero() || now.Sub(c.WaitingSince) < q.WaitingFor),
		q.Selector != nil && !q.Selector.Matches(labels.Set(c.Labels)):
		return false
	}
	return q.selectsService(c) && hasText(c, words, number)
}

// selectsService reports whether the customer has a service of the Services and the States.
func (q *Query) selectsService(c *Customer) bool {
	if len(q.States) == 0 && len(q.Services) == 0 {
		return true
	}
	return slices.ContainsFunc(c.Services, func(s Service) bool {
		return (len(q.States) == 0 || slices.Contains(q.States, s.State)) &&
			(len(q.Services) == 0 || slices.Contains(q.Services, s.Name))
	})
}

// hasText reports whether a customer has each word, or the digits of a number.
func hasText(c *Customer, words []string, number string) bool {
	if len(words) == 0 || number != "" && strings.Contains(c.Organization, number) {
		return true
	}
	text := fold(c.Title + " " + c.Name + " " + c.Namespace + " " + c.Organization)
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}

// spellings are those of æ, ø and å in names of objects, so that each finds the others.
var spellings = strings.NewReplacer("æ", "e", "ae", "e", "ø", "o", "oe", "o", "å", "a", "aa", "a")

// fold returns a text in lower case, with æ, ø and å as in names of objects, so that different spellings compare equal.
func fold(text string) string { return spellings.Replace(strings.ToLower(text)) }

// afterZ are three characters that come after z, in the order of æ, ø and å.
var afterZ = strings.NewReplacer("æ", "{", "ø", "|", "å", "}")

// alphabetKey returns a key by which names compare in the order of the Norwegian alphabet.
func alphabetKey(name string) string { return afterZ.Replace(strings.ToLower(name)) }

// digits returns the digits of a text that has digits and blanks only, otherwise "".
func digits(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case !unicode.IsSpace(r):
			return ""
		}
	}
	return b.String()
}

// timeOfKey returns the time that a key sorts by.
var timeOfKey = map[SortKey]func(*Customer) time.Time{
	ByTurn:     func(c *Customer) time.Time { return c.TurnSince },
	ByWaiting:  func(c *Customer) time.Time { return c.WaitingSince },
	ByLastData: func(c *Customer) time.Time { return c.LastData },
}

// compare compares two customers by the query's key. Those without a time come last in either direction. What is equal
// is compared by namespace and name.
func (q *Query) compare(x, y row) int {
	a, b := x.customer, y.customer
	if at := timeOfKey[q.Sort]; at != nil && at(a).IsZero() != at(b).IsZero() {
		return zeroLast(at(a), at(b))
	}
	order := q.order(x, y)
	if q.Descending {
		order = -order
	}
	return cmp.Or(order, cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}

// order compares two customers by the query's key alone, ascending.
func (q *Query) order(x, y row) int {
	a, b := x.customer, y.customer
	if at := timeOfKey[q.Sort]; at != nil {
		return at(a).Compare(at(b))
	}
	switch q.Sort {
	case ByName:
		return cmp.Compare(x.name, y.name)
	case ByNumber:
		return cmp.Compare(a.Organization, b.Organization)
	default:
		return cmp.Or(x.rank-y.rank, zeroLast(a.TurnSince, b.TurnSince))
	}
}

// zeroLast compares two times. The zero time comes last.
func zeroLast(a, b time.Time) int {
	switch {
	case a.IsZero() && !b.IsZero():
		return 1
	case b.IsZero() && !a.IsZero():
		return -1
	default:
		return a.Compare(b)
	}
}

package page

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/4human/integration-operator/internal/rollout"
)

// LongWait is the number of days of the quick filter for customers that have been awaited for long.
const LongWait = 14

// QuickFilter is a link above the list.
type QuickFilter struct {
	// Key is that of its name in words.
	Key     string
	URL     string
	Current bool
	// Count is how many customers it selects, if Counted.
	Count   int
	Counted bool
}

// Quick returns the quick filters. They keep the label, so that they select among one's own customers.
func (d ListData) Quick() []QuickFilter {
	counted := d.Filter.Selector == ""
	return []QuickFilter{
		d.quick("quick.all", nil, d.All, counted),
		d.quick("quick.waiting", url.Values{"waiting": {strconv.Itoa(LongWait)}}, d.WaitingLong, counted),
		d.quick("quick.withdrawn", stateValues(rollout.Withdrawn), d.Counts[rollout.Withdrawn], counted),
		d.quick("quick.failing", stateValues(rollout.Failing), d.Counts[rollout.Failing], counted),
	}
}

func (d ListData) quick(key string, values url.Values, count int, counted bool) QuickFilter {
	if values == nil {
		values = url.Values{}
	}
	current := d.Filter.same(values)
	if d.Filter.Selector != "" {
		values.Set("label", d.Filter.Selector)
	}
	address := "/"
	if len(values) > 0 {
		address += "?" + values.Encode()
	}
	return QuickFilter{Key: key, URL: address, Current: current, Count: count, Counted: counted}
}

func stateValues(s rollout.State) url.Values { return url.Values{"state": {string(s)}} }

// same reports whether the filter, without its label, is that of a quick filter.
func (f Filter) same(values url.Values) bool {
	states := make([]string, 0, len(f.States))
	for _, s := range f.States {
		states = append(states, string(s))
	}
	waiting := ""
	if f.WaitingDays > 0 {
		waiting = strconv.Itoa(f.WaitingDays)
	}
	return f.Text == "" && f.Namespace == "" && f.Supplier == "" && len(f.Services) == 0 && f.Turn == "" &&
		slices.Equal(states, values["state"]) && waiting == values.Get("waiting")
}

// Detailed reports whether the filter has more than a text and what quick filters set, so that its form is open.
func (f Filter) Detailed() bool {
	quickly := len(f.States) <= 1 && (f.WaitingDays == 0 || f.WaitingDays == LongWait)
	return f.Namespace != "" || f.Supplier != "" || len(f.Services) > 0 || f.Turn != "" || f.Selector != "" || !quickly
}

// Column is a column of the list.
type Column struct {
	// Key is that of its title in words.
	Key string
	// Sort sorts by it. Its URL is "" if the list cannot.
	Sort Sort
}

// Columns returns the columns of the list.
func (d ListData) Columns() []Column {
	return []Column{
		{"list.name", d.sort(rollout.ByName)},
		{"list.number", d.sort(rollout.ByNumber)},
		{"list.services", d.sort(rollout.ByState)},
		{"list.turn", d.sort(rollout.ByTurn)},
		{"list.lastData", d.sort(rollout.ByLastData)},
	}
}

func (d ListData) sort(key rollout.SortKey) Sort {
	for _, s := range d.Sorts {
		if s.Key == string(key) {
			return s
		}
	}
	return Sort{}
}

package server

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/portal/page"
	"github.com/4human/integration-operator/internal/rollout"
	"github.com/4human/integration-operator/internal/services"
)

const (
	// maxText bounds the texts of the filter, in bytes.
	maxText = 500
	// maxDays bounds the days of the filter.
	maxDays = 3650
	// maxServices bounds the services of the filter.
	maxServices = 64
	day         = 24 * time.Hour
)

// filterOf reads the filter of a query. What it does not know is left out.
func filterOf(values url.Values) page.Filter {
	f := page.Filter{
		Text: bounded(values.Get("q")), Namespace: bounded(values.Get("namespace")),
		Supplier: bounded(values.Get("supplier")), Turn: v1alpha1.Actor(bounded(values.Get("turn"))),
		Selector: bounded(values.Get("label")), Descending: values.Get("desc") == "1",
	}
	for _, state := range rollout.States() {
		if slices.Contains(values["state"], string(state)) {
			f.States = append(f.States, state)
		}
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(values["service"]))) {
		if len(f.Services) < maxServices && services.IsName(name) {
			f.Services = append(f.Services, v1alpha1.ServiceName(name))
		}
	}
	if days, err := strconv.Atoi(values.Get("waiting")); err == nil {
		f.WaitingDays = min(max(days, 0), maxDays)
	}
	if key := values.Get("sort"); slices.Contains(rollout.SortKeys(), rollout.SortKey(key)) {
		f.Sort = key
	}
	_, err := labels.Parse(f.Selector)
	f.InvalidSelector = err != nil
	return f
}

func bounded(text string) string { return text[:min(len(text), maxText)] }

// queryOf returns the query of a filter.
func queryOf(f page.Filter) rollout.Query {
	q := rollout.Query{
		Text: f.Text, Namespace: f.Namespace, Supplier: f.Supplier, States: f.States, Services: f.Services, Turn: f.Turn,
		WaitingFor: time.Duration(f.WaitingDays) * day, Sort: rollout.SortKey(f.Sort), Descending: f.Descending,
	}
	if selector, err := labels.Parse(f.Selector); err == nil && f.Selector != "" {
		q.Selector = selector
	}
	return q
}

// valuesOf returns the query of a filter's address.
func valuesOf(f page.Filter) url.Values {
	values := url.Values{}
	set := func(key, value string) {
		if value != "" {
			values.Set(key, value)
		}
	}
	set("q", f.Text)
	set("namespace", f.Namespace)
	set("supplier", f.Supplier)
	set("turn", string(f.Turn))
	set("label", f.Selector)
	set("sort", f.Sort)
	if f.WaitingDays > 0 {
		set("waiting", strconv.Itoa(f.WaitingDays))
	}
	if f.Descending {
		set("desc", "1")
	}
	for _, state := range f.States {
		values.Add("state", string(state))
	}
	for _, name := range f.Services {
		values.Add("service", string(name))
	}
	return values
}

// address returns the address of a path with a filter.
func address(path string, values url.Values) string {
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// sortsOf returns the columns by which the list can be sorted.
func sortsOf(f page.Filter) []page.Sort {
	keys := rollout.SortKeys()
	active := f.Sort
	if active == "" {
		active = string(keys[0])
	}
	sorts := make([]page.Sort, 0, len(keys))
	for _, key := range keys {
		s := page.Sort{Key: string(key), Active: active == string(key)}
		s.Descending = s.Active && f.Descending
		other := f
		other.Sort, other.Descending = s.Key, s.Active && !f.Descending
		s.URL = address("/", valuesOf(other))
		sorts = append(sorts, s)
	}
	return sorts
}

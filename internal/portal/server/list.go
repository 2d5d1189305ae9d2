package server

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/4human/integration-operator/internal/portal/customers"
	"github.com/4human/integration-operator/internal/portal/page"
	"github.com/4human/integration-operator/internal/rollout"
)

// pageSize is the number of customers on one page of the list.
const pageSize = 100

// list is the consultants' list.
func (s *server) list(w http.ResponseWriter, r *http.Request, p *viewer) {
	view, err := s.Store.In(r.Context(), p.namespaces)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	values := r.URL.Query()
	d := page.ListData{
		Frame: s.frame(r, p.Session), Filter: filterOf(values), All: len(view.Customers), Namespaces: p.namespaces,
		Suppliers: suppliersOf(view.Customers), Services: rollout.Listed(view.Customers), Unreadable: view.Unreadable,
	}
	d.Counts, d.WaitingLong = countsOf(view.Customers, d.Now)
	d.Sorts = sortsOf(d.Filter)
	d.CSV = address("/customers.csv", valuesOf(d.Filter))
	rows := rollout.Select(view.Customers, queryOf(d.Filter), d.Now)
	d.Matching = len(rows)
	cutPage(&d, rows, values)
	s.render(w, r, func(to io.Writer) error { return s.Pages.List(to, d) })
}

// cutPage sets the rows of the requested page, and the addresses of those beside it.
func cutPage(d *page.ListData, rows []rollout.Customer, values url.Values) {
	last := max(0, (len(rows)-1)/pageSize)
	number, err := strconv.Atoi(values.Get("page"))
	if err != nil {
		number = 1
	}
	index := min(max(number-1, 0), last)
	d.Rows = rows[index*pageSize : min((index+1)*pageSize, len(rows))]
	d.First = index*pageSize + 1
	if len(rows) == 0 {
		d.First = 0
	}
	at := func(index int) string {
		values := valuesOf(d.Filter)
		if index > 0 {
			values.Set("page", strconv.Itoa(index+1))
		}
		return address("/", values)
	}
	if index > 0 {
		d.Previous = at(index - 1)
	}
	if index < last {
		d.Next = at(index + 1)
	}
}

// countsOf counts customers by state, and those who have waited long.
func countsOf(all []rollout.Customer, now time.Time) (counts map[rollout.State]int, waitingLong int) {
	counts = map[rollout.State]int{}
	for i := range all {
		counts[all[i].State]++
		if since := all[i].WaitingSince; !since.IsZero() && now.Sub(since) >= page.LongWait*day {
			waitingLong++
		}
	}
	return counts, waitingLong
}

func suppliersOf(all []rollout.Customer) []string {
	names := map[string]bool{}
	for i := range all {
		names[all[i].Supplier] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// csv is what the list shows, all pages of it, as CSV.
func (s *server) csv(w http.ResponseWriter, r *http.Request, p *viewer) {
	view, err := s.Store.In(r.Context(), p.namespaces)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	now := s.Now()
	s.writeCSV(w, r, view, now)
}

func (s *server) writeCSV(w http.ResponseWriter, r *http.Request, view customers.View, now time.Time) {
	rows := rollout.Select(view.Customers, queryOf(filterOf(r.URL.Query())), now)
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="customers-%s.csv"`, now.Format(time.DateOnly)))
	if err := rollout.WriteCSV(w, rows, languageOf(r)); err != nil {
		s.Log.Debug("Cannot write a CSV", "err", err)
	}
}

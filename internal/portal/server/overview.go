package server

import (
	"io"
	"maps"
	"net/http"
	"slices"

	"github.com/4human/integration-operator/internal/chart"
	"github.com/4human/integration-operator/internal/portal/page"
	"github.com/4human/integration-operator/internal/rollout"
)

// overview is the page for management and on-call.
func (s *server) overview(w http.ResponseWriter, r *http.Request, p *viewer) {
	view, err := s.Store.In(r.Context(), p.namespaces)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	d := page.OverviewData{
		Frame: s.frame(r, p.Session), Customers: len(view.Customers), Unreadable: view.Unreadable,
	}
	o := rollout.Summarize(view.Customers, d.Now)
	d.ByState = o.ByState
	if d.Charts, err = chart.Of(o, d.Language); err != nil {
		s.fail(w, r, err)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(view.Suppliers)) {
		d.Lights = append(d.Lights, lightsOf(view.Suppliers[name], d.Now)...)
	}
	s.render(w, r, func(to io.Writer) error { return s.Pages.Overview(to, d) })
}

package main

import (
	"fmt"
	"io"

	"github.com/4human/integration-operator/internal/conformance"
)

// verdicts are the report's words for the verdicts.
var verdicts = map[conformance.Verdict]string{
	conformance.Holds:      "holds",
	conformance.Broken:     "BROKEN",
	conformance.NotChecked: "not checked",
}

type reportWriter struct {
	to  io.Writer
	err error
}

func (w *reportWriter) linef(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.to, format+"\n", args...)
	}
}

// head prints what the checks need.
func (w *reportWriter) head(config conformance.Config) {
	w.linef("Checking the HRM system of %s against api/hrm/openapi.yaml. All checks need %d offered plans and two units.",
		config.Customer, conformance.PlansNeeded())
}

func (w *reportWriter) report(r conformance.Report) error {
	group := ""
	for _, result := range r.Results {
		if result.Group != group {
			group = result.Group
			w.linef("\n%s", group)
		}
		w.result(result)
	}
	w.look(r)
	w.linef("\n%d hold, %d broken, %d not checked. Offered: %d plans, %d units.",
		r.Count(conformance.Holds), r.Count(conformance.Broken), r.Count(conformance.NotChecked), r.PlansOffered, r.Units)
	return w.err
}

func (w *reportWriter) result(r conformance.Result) {
	if r.Verdict == conformance.NotChecked && len(r.Requests) == 0 {
		w.linef("  %-12s %-24s %s: %s", verdicts[r.Verdict], r.Name, r.Found, r.Do)
		return
	}
	w.linef("  %-12s %s", verdicts[r.Verdict], r.Name)
	if r.Verdict == conformance.Holds {
		return
	}
	w.linef("      promised   %s", r.Promise)
	w.linef("                 (%s)", r.Place)
	for i, request := range r.Requests {
		label := ""
		if i == 0 {
			label = "requests"
		}
		w.linef("      %-10s %s", label, request)
	}
	if r.Verdict == conformance.NotChecked {
		w.linef("      because    %s", r.Found)
		w.linef("      prepare    %s", r.Do)
		return
	}
	w.linef("      found      %s", r.Found)
	w.linef("      do         %s", r.Do)
}

// look prints what to verify by hand because the contract does not expose it.
func (w *reportWriter) look(r conformance.Report) {
	headed := false
	for _, result := range r.Results {
		for _, what := range result.Look {
			if !headed {
				w.linef("\nThe contract has no way to read a document. Verify in the test tenant:")
				headed = true
			}
			w.linef("  %-24s %s", result.Name, what)
		}
	}
}

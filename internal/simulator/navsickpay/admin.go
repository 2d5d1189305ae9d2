package navsickpay

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/admin"
)

// maxAdded is how many documents can be added at once.
const maxAdded = 100_000

// AddAdmin adds the part of the admin API that arranges sick notes and applications.
func (d *Service) AddAdmin(mux *http.ServeMux) {
	mux.HandleFunc("PUT /nav/units/{unit}", d.putUnit)
	mux.HandleFunc("GET /nav/units/{unit}/{kind}", d.getSickPayRows)
	mux.HandleFunc("POST /nav/units/{unit}/{kind}", d.postSickPayRows)
	mux.HandleFunc("POST /nav/documents/{kind}/{id}/show", changeSickPayRow(d.Show))
	mux.HandleFunc("POST /nav/documents/{kind}/{id}/renumber", changeSickPayRow(d.Renumber))
}

// UnitRegistration names the employer of a sub-unit.
type UnitRegistration struct {
	// MainUnit is the organization number of the employer.
	MainUnit string `json:"mainUnit"`
}

func (d *Service) putUnit(w http.ResponseWriter, r *http.Request) {
	var registration UnitRegistration
	err := admin.ReadJSON(w, r, &registration)
	if err == nil {
		err = d.RegisterUnit(r.PathValue("unit"), registration.MainUnit)
	}
	if err != nil {
		admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (d *Service) getSickPayRows(w http.ResponseWriter, r *http.Request) {
	rows := d.Rows(r.PathValue("kind"), r.PathValue("unit"))
	if rows == nil {
		rows = []Row{}
	}
	admin.WriteJSON(w, rows)
}

// postSickPayRows adds documents, sent now, and returns the last of them.
func (d *Service) postSickPayRows(w http.ResponseWriter, r *http.Request) {
	last, err := d.addRows(r.PathValue("kind"), r.PathValue("unit"), r.URL.Query())
	if err != nil {
		admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	admin.WriteJSON(w, last)
}

// addRows adds rows by the parameters count, seed, late=1h for rows that become visible later, not-for-employer=true,
// unreadable=true, and id=… for one that comes again.
func (d *Service) addRows(kind, unit string, query url.Values) (Row, error) {
	sent := d.now().Truncate(time.Second)
	row, count, seed := Row{Unit: unit, Sent: sent}, 1, rand.Uint64() //nolint:gosec // it is no secret
	var late time.Duration
	for name, read := range map[string]func(text string) error{
		"count":      func(text string) (err error) { count, err = strconv.Atoi(text); return err },
		"seed":       func(text string) (err error) { seed, err = strconv.ParseUint(text, 10, 64); return err },
		"late":       func(text string) (err error) { late, err = time.ParseDuration(text); return err },
		"id":         func(text string) (err error) { row.ID, err = uuid.Parse(text); return err },
		"unreadable": func(text string) (err error) { row.Unreadable, err = strconv.ParseBool(text); return err },
		"not-for-employer": func(text string) (err error) {
			row.NotForEmployer, err = strconv.ParseBool(text)
			return err
		},
	} {
		if text := query.Get(name); text != "" {
			if err := read(text); err != nil {
				return Row{}, fmt.Errorf("reading %s: %w", name, err)
			}
		}
	}
	row.Visible = sent.Add(late)
	switch {
	case count < 1 || count > maxAdded:
		return Row{}, fmt.Errorf("count is a number from 1 to %d", maxAdded)
	case row.ID != uuid.Nil:
		return d.Add(kind, row)
	}
	return d.AddMany(kind, row, count, seed)
}

func changeSickPayRow(change func(kind string, id uuid.UUID) (Row, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := uuid.Parse(r.PathValue("id"))
		if err != nil {
			admin.WriteProblem(w, http.StatusBadRequest, "a document is named by a UUID")
			return
		}
		row, err := change(r.PathValue("kind"), id)
		if err != nil {
			admin.WriteProblem(w, http.StatusNotFound, err.Error())
			return
		}
		admin.WriteJSON(w, row)
	}
}

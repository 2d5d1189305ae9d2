package simulator

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// maxAdded is how many documents can be added at once.
const maxAdded = 100_000

// addNAVAdmin adds what is arranged at NAV, and NAV's own view of it.
func (s *Simulator) addNAVAdmin(mux *http.ServeMux) {
	mux.HandleFunc("POST /nav/employments", register(s.RegisterEmployment))
	mux.HandleFunc("POST /nav/sick-notes", register(s.RegisterSickNote))
	mux.HandleFunc("GET /nav/plans", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.Plans()) })
	mux.HandleFunc("PUT /nav/units/{unit}", s.putUnit)
	mux.HandleFunc("GET /nav/units/{unit}/{kind}", s.getSickPayRows)
	mux.HandleFunc("POST /nav/units/{unit}/{kind}", s.postSickPayRows)
}

// register takes a document and has it registered.
func register[T any](do func(T) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var document T
		err := readJSON(w, r, &document)
		if err == nil {
			err = do(document)
		}
		if err != nil {
			writeProblem(w, http.StatusBadRequest, err.Error())
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// UnitRegistration says whose sub-unit a unit is.
type UnitRegistration struct {
	// MainUnit is the organization number of the employer.
	MainUnit string `json:"mainUnit"`
}

func (s *Simulator) putUnit(w http.ResponseWriter, r *http.Request) {
	var registration UnitRegistration
	err := readJSON(w, r, &registration)
	if err == nil {
		err = s.RegisterUnit(r.PathValue("unit"), registration.MainUnit)
	}
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Simulator) getSickPayRows(w http.ResponseWriter, r *http.Request) {
	rows := s.SickPayRows(r.PathValue("kind"), r.PathValue("unit"))
	if rows == nil {
		rows = []SickPayRow{}
	}
	writeJSON(w, rows)
}

// postSickPayRows adds documents, sent now; ?late=1h makes them visible later than they are numbered, and ?id=… has one
// come again.
func (s *Simulator) postSickPayRows(w http.ResponseWriter, r *http.Request) {
	added, err := s.addRows(r)
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	writeJSON(w, added)
}

func (s *Simulator) addRows(r *http.Request) ([]SickPayRow, error) {
	count, late, row := 1, time.Duration(0), SickPayRow{Unit: r.PathValue("unit")}
	var err error
	query := r.URL.Query()
	if text := query.Get("count"); text != "" {
		if count, err = strconv.Atoi(text); err != nil || count < 1 || count > maxAdded {
			return nil, fmt.Errorf("count is a number from 1 to %d", maxAdded)
		}
	}
	if text := query.Get("late"); text != "" {
		if late, err = time.ParseDuration(text); err != nil {
			return nil, fmt.Errorf("reading late: %w", err)
		}
	}
	if text := query.Get("id"); text != "" {
		if row.ID, err = uuid.Parse(text); err != nil {
			return nil, fmt.Errorf("reading id: %w", err)
		}
	}
	added := make([]SickPayRow, 0, count)
	for range count {
		row.Sent = s.realNow().Truncate(time.Second)
		row.Visible = row.Sent.Add(late)
		done, err := s.AddSickPayRow(r.PathValue("kind"), row)
		if err != nil {
			return nil, err
		}
		added = append(added, done)
	}
	return added, nil
}

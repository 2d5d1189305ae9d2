package navletters

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/admin"
)

// maxAdded is how many letters can be added at once.
const maxAdded = 10_000

// AddAdmin adds the part of the admin API that arranges letters.
func (s *Service) AddAdmin(mux *http.ServeMux) {
	mux.HandleFunc("GET /nav/letters/{unit}/{type}", func(w http.ResponseWriter, r *http.Request) {
		admin.WriteJSON(w, s.Letters(r.PathValue("unit"), r.PathValue("type")))
	})
	mux.HandleFunc("POST /nav/letters/{unit}/{type}", s.postLetters)
	for name, change := range map[string]func(uuid.UUID) (Letter, error){
		"withdraw": s.Withdraw, "read": s.Read, "show": s.Show,
	} {
		mux.HandleFunc("PUT /nav/letters/{id}/"+name, changeLetter(change))
	}
}

// postLetters adds letters and returns them.
func (s *Service) postLetters(w http.ResponseWriter, r *http.Request) {
	added, err := s.addMany(Letter{Unit: r.PathValue("unit"), Type: r.PathValue("type")}, r.URL.Query())
	if err != nil {
		admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	admin.WriteJSON(w, added)
}

// addMany adds letters by the parameters count, status, late=1h for those that become visible later, and same-time=true
// for those that NAV creates in the same microsecond.
func (s *Service) addMany(letter Letter, query url.Values) (added []Letter, err error) {
	count, late, sameTime := 1, time.Duration(0), false
	for name, read := range map[string]func(text string) error{
		"count":     func(text string) (err error) { count, err = strconv.Atoi(text); return err },
		"late":      func(text string) (err error) { late, err = time.ParseDuration(text); return err },
		"same-time": func(text string) (err error) { sameTime, err = strconv.ParseBool(text); return err },
		"status":    func(text string) error { letter.Status = Status(text); return nil },
	} {
		if text := query.Get(name); text != "" {
			if err := read(text); err != nil {
				return nil, fmt.Errorf("reading %s: %w", name, err)
			}
		}
	}
	if count < 1 || count > maxAdded {
		return nil, fmt.Errorf("count is a number from 1 to %d", maxAdded)
	}
	now := s.options.Now()
	for n := range count {
		letter.Created, letter.Visible = now, now.Add(late)
		if !sameTime {
			letter.Created = now.Add(time.Duration(n+1-count) * time.Microsecond)
		}
		one, err := s.Add(letter)
		if err != nil {
			return added, err
		}
		added = append(added, one)
	}
	return added, nil
}

func changeLetter(change func(uuid.UUID) (Letter, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := uuid.Parse(r.PathValue("id"))
		if err != nil {
			admin.WriteProblem(w, http.StatusBadRequest, "a letter is named by a UUID")
			return
		}
		letter, err := change(id)
		if err != nil {
			admin.WriteProblem(w, http.StatusNotFound, err.Error())
			return
		}
		admin.WriteJSON(w, letter)
	}
}

package documentimport

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/letters"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// navLetter is a letter of NAV's.
type navLetter struct {
	n         int64 // its number, which its ids follow from
	created   time.Time
	hidden    bool // not committed yet
	withdrawn bool
	expired   bool
	broken    error
	noContent bool
	// unfetchable is the error of each request for its content.
	unfetchable error
	fetched     int
}

// letterWorld is a NAV, a broker and an HRM system that follow their contracts, except for the faults.
type letterWorld struct {
	now      time.Time
	pageSize int
	atNAV    []*navLetter

	entries  map[uuid.UUID]hrmapi.LetterEntry
	created  map[uuid.UUID]time.Time
	contents map[uuid.UUID][]byte
	complete *time.Time
	// unwanted are letters whose content the HRM system does not want.
	unwanted map[uuid.UUID]bool

	// fault is called before each request, with its name and the number of requests before it. Its error is returned.
	fault    func(call string, n int) error
	calls    map[string]int
	tokens   int
	refuses  func(id uuid.UUID) bool
	units    []orgnumber.Number
	start    string
	lastFrom time.Time
}

func newLetterWorld(atNAV ...*navLetter) *letterWorld {
	return &letterWorld{
		now: noon, pageSize: letters.PageSize, atNAV: atNAV, entries: map[uuid.UUID]hrmapi.LetterEntry{},
		created: map[uuid.UUID]time.Time{}, contents: map[uuid.UUID][]byte{}, unwanted: map[uuid.UUID]bool{},
		units: []orgnumber.Number{unit}, fault: func(string, int) error { return nil },
	}
}

// sent returns letters that NAV created a minute apart, the last one an hour ago.
func sent(n int) []*navLetter {
	var all []*navLetter
	for i := range n {
		all = append(all, &navLetter{n: int64(i + 1), created: noon.Add(time.Duration(i-n)*time.Minute - time.Hour)})
	}
	return all
}

func linkOf(n int64) uuid.UUID {
	id := idOf(n)
	id[15] = 2
	return id
}

func (w *letterWorld) importer() *LetterImporter {
	return &LetterImporter{
		HRM: w, NAV: w, Kind: letters.DialogueMeetings,
		Customer: Customer{
			Tokens: w, Units: w.units, StartDate: w.start,
			Now:   func() time.Time { return w.now },
			Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
			Log:   slog.New(slog.DiscardHandler),
		},
	}
}

// run runs the importer, and checks the reason.
func (w *letterWorld) run(t *testing.T, reason string, want runreport.Reason) runreport.Report {
	t.Helper()
	w.calls = map[string]int{}
	got, err := w.importer().Run(t.Context())
	if runreport.ReasonOf(err) != want {
		t.Errorf("%s: %v, want %q", reason, err, want)
	}
	return got
}

func (w *letterWorld) meet(call string) error {
	n := w.calls[call]
	w.calls[call]++
	return w.fault(call, n)
}

func (w *letterWorld) Token(context.Context, bool) (brokerclient.Token, error) {
	w.tokens++
	return brokerclient.Token{}, nil
}

func (w *letterWorld) Units(context.Context) ([]orgnumber.Number, error) { return w.units, nil }

func (w *letterWorld) List(_ context.Context, _ outbound.Bearer, f letters.Filter) (letters.Page, error) {
	if err := w.meet("list"); err != nil {
		return letters.Page{}, err
	}
	var page letters.Page
	sorted := slices.SortedStableFunc(slices.Values(w.atNAV), func(a, b *navLetter) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(b.n, a.n)) // of the same time in any order
	})
	for _, l := range sorted {
		if l.hidden || l.withdrawn || l.expired || !l.created.After(f.After) {
			continue
		}
		if len(page.Letters) == w.pageSize {
			page.More = true
			break
		}
		read := letters.Letter{
			ID: idOf(l.n), LinkID: linkOf(l.n), Created: l.created, Raw: json.RawMessage(`{"a":1}`),
		}
		if l.broken != nil {
			read = letters.Letter{Problem: l.broken}
		}
		page.Letters = append(page.Letters, read)
	}
	return page, nil
}

// visible returns NAV's letter under a link, or NAV's error.
func (w *letterWorld) visible(link uuid.UUID) (*navLetter, error) {
	for _, l := range w.atNAV {
		switch {
		case linkOf(l.n) != link || l.hidden:
		case l.withdrawn, l.expired:
			return nil, runreport.Errorf(runreport.NAVError, "%w", letters.ErrWithdrawn)
		default:
			return l, nil
		}
	}
	return nil, runreport.Errorf(runreport.NAVError, "%w", navapi.ErrNotFound)
}

func (w *letterWorld) Check(_ context.Context, _ outbound.Bearer, link uuid.UUID) error {
	if err := w.meet("check"); err != nil {
		return err
	}
	_, err := w.visible(link)
	return err
}

func (w *letterWorld) Content(_ context.Context, _ outbound.Bearer, link uuid.UUID) ([]byte, error) {
	if err := w.meet("content"); err != nil {
		return nil, err
	}
	l, err := w.visible(link)
	switch {
	case err != nil:
	case l.noContent:
		err = runreport.Errorf(runreport.NAVError, "%w", navapi.ErrNotFound)
	default:
		err = l.unfetchable
	}
	if err != nil {
		return nil, err
	}
	l.fetched++
	return link[:], nil
}

func (w *letterWorld) Letters(
	_ context.Context, _ orgnumber.Number, _ hrmapi.LetterKind, from time.Time,
) (hrmapi.Letters, error) {
	if err := w.meet("letters"); err != nil {
		return hrmapi.Letters{}, err
	}
	w.lastFrom = from
	all := hrmapi.Letters{CompleteUntil: w.complete}
	byText := func(a, b uuid.UUID) int { return cmp.Compare(a.String(), b.String()) }
	for _, id := range slices.SortedFunc(maps.Keys(w.entries), byText) {
		entry := w.entries[id]
		entry.ContentWanted = w.contents[id] == nil && !w.unwanted[id]
		if !w.created[id].Before(from) {
			all.Letters = append(all.Letters, entry)
		}
	}
	return all, nil
}

func (w *letterWorld) StoreLetter(
	_ context.Context, _ orgnumber.Number, _ hrmapi.LetterKind, id uuid.UUID, l hrmapi.Letter,
) error {
	if err := w.meet("store"); err != nil {
		return err
	}
	if w.refuses != nil && w.refuses(id) {
		return runreport.Errorf(runreport.HRMBadResponse, "%w", hrm.ErrRefused)
	}
	w.entries[id], w.created[id] = hrmapi.LetterEntry{ID: id, LinkID: l.LinkID}, l.Created
	return nil
}

func (w *letterWorld) StoreLetterContent(
	_ context.Context, _ orgnumber.Number, _ hrmapi.LetterKind, id uuid.UUID, content []byte,
) error {
	if err := w.meet("store content"); err != nil {
		return err
	}
	if _, known := w.entries[id]; !known {
		return runreport.Errorf(runreport.HRMBadResponse, "%w", hrm.ErrNotFound)
	}
	w.contents[id] = content
	return nil
}

func (w *letterWorld) DeleteLetter(_ context.Context, _ orgnumber.Number, _ hrmapi.LetterKind, id uuid.UUID) error {
	if err := w.meet("delete"); err != nil {
		return err
	}
	delete(w.entries, id)
	delete(w.contents, id)
	return nil
}

func (w *letterWorld) SetLettersComplete(
	_ context.Context, _ orgnumber.Number, _ hrmapi.LetterKind, until time.Time,
) error {
	if err := w.meet("complete"); err != nil {
		return err
	}
	w.complete = &until
	return nil
}

// stored returns the numbers of the letters at the HRM system, those without content negative.
func (w *letterWorld) stored() []int64 {
	numbers := []int64{}
	for _, l := range w.atNAV {
		if _, known := w.entries[idOf(l.n)]; !known {
			continue
		}
		if w.contents[idOf(l.n)] == nil {
			numbers = append(numbers, -l.n)
			continue
		}
		numbers = append(numbers, l.n)
	}
	slices.Sort(numbers)
	return numbers
}

var errOutage = errors.New("an outage")

func outageOf(reason runreport.Reason) error { return runreport.Errorf(reason, "%w", errOutage) }

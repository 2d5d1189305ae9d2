// Package navletters is NAV's simulated API for documents that NAV sends employers: letters about dialogue meetings and
// follow-up plans made in NAV's own tool (navikt/syfo-dokumentporten on GitHub).
package navletters

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/identity"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// The types of documents, and their Altinn resources (navikt/syfo-dokumentporten, DocumentEntity.kt).
const (
	TypeDialogueMeeting = "DIALOGMOTE"
	TypeFollowUpPlan    = "OPPFOLGINGSPLAN"
	// typeUndefined exists in NAV's code, without a resource.
	typeUndefined = "UNDEFINED"
)

var resources = map[string]string{
	TypeDialogueMeeting: "nav_syfo_dialogmote", TypeFollowUpPlan: "nav_syfo_oppfolgingsplan",
}

// Status is how far NAV has come with delivering a document to Dialogporten.
type Status string

// The statuses.
const (
	StatusReceived  Status = "RECEIVED"
	StatusPending   Status = "PENDING"
	StatusCompleted Status = "COMPLETED"
	StatusError     Status = "ERROR"
)

// Letter is a document at NAV. Its content follows from its ID.
type Letter struct {
	// ID is NAV's documentId, and LinkID the id in the paths of the API.
	ID     uuid.UUID `json:"id"`
	LinkID uuid.UUID `json:"linkID"`
	// Unit is the organization number of the sub-unit, and Type one of the types.
	Unit string `json:"unit"`
	Type string `json:"type"`
	// Created is when NAV inserted it, in microseconds. Several may have the same.
	Created time.Time `json:"created"`
	// Visible is when the transaction of the insert commits.
	Visible time.Time `json:"visible"`
	Status  Status    `json:"status"`
	// Read reports that it was read: by the API, or by a person in Altinn.
	Read bool `json:"read,omitempty"`
	// Withdrawn reports that NAV has withdrawn it: lists leave it out, and it is no longer available.
	Withdrawn bool `json:"withdrawn,omitempty"`
	// NoContent reports that NAV does not have its bytes.
	NoContent bool `json:"noContent,omitempty"`
	// Fetched counts how often the API returned its bytes.
	Fetched int `json:"fetched"`
	// Person is the identity number of a synthetic person. Default: the same one for all. It is not shown.
	Person string `json:"-"`
}

// defaultPerson is synthetic.
const defaultPerson = "14838510117"

// Options configure NAV's API for letters.
type Options struct {
	// Now returns the time. Required.
	Now func() time.Time
	// Access verifies tokens and rights. Required.
	accesstoken.Access
	// Recorder records the calls. Default: one of its own.
	Recorder *wire.Recorder
}

// Service is NAV's API for letters, with its letters. It is safe for concurrent use.
type Service struct {
	*wire.Endpoint

	options  Options
	faults   atomic.Pointer[Faults]
	readings atomic.Pointer[Readings]

	mu sync.RWMutex
	// letters are in the order of created, and of their addition if that is the same.
	letters []*Letter
	// decisions has Altinn's decision for each system user, unit and resource.
	decisions accesstoken.Decisions
}

// New returns an API without letters.
func New(options Options) *Service {
	s := &Service{Endpoint: wire.NewEndpoint(endpointName, options.Now, options.Recorder), options: options}
	s.faults.Store(&Faults{})
	s.SetReadings(Readings{})
	return s
}

// Add adds a letter. It sets the fields that are zero: new ids, and now. It fails on an unknown type or status, on an
// invalid unit, on a person who may be real, and on a known id.
func (s *Service) Add(letter Letter) (Letter, error) {
	if resources[letter.Type] == "" {
		return Letter{}, fmt.Errorf("type %q is unknown, use %s or %s", letter.Type, TypeDialogueMeeting, TypeFollowUpPlan)
	}
	if err := identity.CheckOrganization(letter.Unit); err != nil {
		return Letter{}, fmt.Errorf("unit: %w", err)
	}
	if letter.Person == "" {
		letter.Person = defaultPerson
	}
	if err := identity.CheckPerson(letter.Person); err != nil {
		return Letter{}, err
	}
	letter.complete(s.options.Now())
	if !slices.Contains([]Status{StatusReceived, StatusPending, StatusCompleted, StatusError}, letter.Status) {
		return Letter{}, fmt.Errorf("status %q is unknown, use RECEIVED, PENDING, COMPLETED or ERROR", letter.Status)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.find(func(l *Letter) bool { return l.ID == letter.ID || l.LinkID == letter.LinkID }) != nil {
		return Letter{}, fmt.Errorf("NAV has a letter with id %s already", letter.ID)
	}
	at, _ := slices.BinarySearchFunc(s.letters, letter.Created, func(l *Letter, created time.Time) int {
		if l.Created.After(created) {
			return 1
		}
		return -1 // behind those of the same time
	})
	s.letters = slices.Insert(s.letters, at, &letter)
	return letter, nil
}

// complete sets the fields that are zero.
func (l *Letter) complete(now time.Time) {
	if l.ID == uuid.Nil {
		l.ID = uuid.New()
	}
	if l.LinkID == uuid.Nil {
		l.LinkID = uuid.New()
	}
	if l.Created.IsZero() {
		l.Created = now
	}
	l.Created = l.Created.UTC().Truncate(time.Microsecond)
	if l.Visible.IsZero() {
		l.Visible = l.Created
	}
	if l.Status == "" {
		l.Status = StatusCompleted
	}
}

// keptMonths is for how long NAV keeps a letter.
const keptMonths = 4

// isGone reports whether a letter is no longer available: NAV has withdrawn it, or deleted it because it is old
// (navikt/syfo-dokumentporten, DocumentRetention.kt and DocumentCleanupRepository.kt, after July 2026). In Java, the
// 31st plus months is the last day of a shorter month.
func (s *Service) isGone(l *Letter, now time.Time) bool {
	if l.Withdrawn || s.readings.Load().LettersNeverExpire {
		return l.Withdrawn
	}
	year, month, day := l.Created.Date()
	lastDay := time.Date(year, month+keptMonths+1, 0, 0, 0, 0, 0, time.UTC)
	expires := lastDay.AddDate(0, 0, min(day, lastDay.Day())-lastDay.Day()+1)
	return !now.Before(expires)
}

func (s *Service) find(is func(*Letter) bool) *Letter {
	if at := slices.IndexFunc(s.letters, is); at >= 0 {
		return s.letters[at]
	}
	return nil
}

// Withdraw withdraws a letter, as NAV does without notice. It fails on an unknown id.
func (s *Service) Withdraw(id uuid.UUID) (Letter, error) {
	return s.change(id, func(l *Letter) { l.Withdrawn = true })
}

// Read marks a letter as read, as a person does who opens it in Altinn. It fails on an unknown id.
func (s *Service) Read(id uuid.UUID) (Letter, error) {
	return s.change(id, func(l *Letter) { l.Read = true })
}

// Show commits the transaction of a late letter. It fails on an unknown id.
func (s *Service) Show(id uuid.UUID) (Letter, error) {
	return s.change(id, func(l *Letter) { l.Visible = s.options.Now() })
}

func (s *Service) change(id uuid.UUID, change func(*Letter)) (Letter, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	letter := s.find(func(l *Letter) bool { return l.ID == id })
	if letter == nil {
		return Letter{}, fmt.Errorf("NAV has no letter with id %s", id)
	}
	change(letter)
	return *letter, nil
}

// Letters lists the letters of a unit and type by created, also those that are withdrawn or not visible yet.
func (s *Service) Letters(unit, documentType string) []Letter {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found := []Letter{}
	for _, l := range s.letters {
		if l.Unit == unit && l.Type == documentType {
			found = append(found, *l)
		}
	}
	return found
}

// Content returns the bytes of a letter.
func Content(id uuid.UUID) []byte { return wire.PDF("Syntetisk brev " + id.String()) }

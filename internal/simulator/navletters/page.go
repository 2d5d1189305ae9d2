package navletters

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	defaultPageSize = 50
	maxPageSize     = 200
)

// listFilter has the parameters of a list.
type listFilter struct {
	unit, documentType string
	createdAfter       time.Time
	isRead             *bool
	pageSize           int
	// leavesOut leaves out every third letter.
	leavesOut bool
}

// readFilter checks the parameters in NAV's order (navikt/syfo-dokumentporten, Functions.kt).
func readFilter(query url.Values) (f listFilter, refused *refusal) {
	f = listFilter{unit: query.Get("orgNumber"), documentType: query.Get("documentType"), pageSize: defaultPageSize}
	if f.unit == "" {
		return f, badRequest("Missing parameter: orgNumber")
	}
	if f.documentType == "" {
		return f, badRequest("Missing parameter: documentType")
	}
	if !slices.Contains([]string{TypeDialogueMeeting, TypeFollowUpPlan, typeUndefined}, f.documentType) {
		return f, badRequest("Request parameter documentType couldn't be parsed/converted to DocumentType")
	}
	created := query.Get("createdAfter")
	if created == "" {
		return f, badRequest("Missing createdAfter parameter")
	}
	var err error
	if f.createdAfter, err = time.Parse(time.RFC3339Nano, created); err != nil {
		return f, badRequest("Invalid date format for createdAfter parameter. Expected ISO-8601 format.")
	}
	if query.Has("isRead") { // Kotlin's toBoolean, for which all other texts are false
		isRead := strings.EqualFold(query.Get("isRead"), "true")
		f.isRead = &isRead
	}
	if size, err := strconv.Atoi(query.Get("pageSize")); err == nil {
		f.pageSize = min(max(size, 1), maxPageSize)
	}
	return f, nil
}

func (f *listFilter) takes(l *Letter, now time.Time) bool {
	if f.leavesOut && l.ID[0]%3 == 0 {
		return false
	}
	return l.Unit == f.unit && l.Type == f.documentType && l.Created.After(f.createdAfter) &&
		!l.Visible.After(now) && (f.isRead == nil || *f.isRead == l.Read)
}

// resultPage is a page (navikt/syfo-dokumentporten, Page.kt).
type resultPage struct {
	Items []details `json:"items"`
	Meta  struct {
		Size       int  `json:"size"`
		PageSize   int  `json:"pageSize"`
		HasMore    bool `json:"hasMore"`
		ResultSize int  `json:"resultSize"`
	} `json:"meta"`
}

// page returns the first letters after a time.
func (s *Service) page(f listFilter, now time.Time) resultPage {
	s.mu.RLock()
	defer s.mu.RUnlock()
	page := resultPage{Items: []details{}}
	for _, l := range s.letters {
		if !f.takes(l, now) || s.isGone(l, now) {
			continue
		}
		page.Meta.ResultSize++
		if len(page.Items) < f.pageSize {
			page.Items = append(page.Items, detailsOf(l))
		}
	}
	page.Meta.Size, page.Meta.PageSize = len(page.Items), f.pageSize
	page.Meta.HasMore = page.Meta.ResultSize > page.Meta.Size
	return page
}

// details is a letter as NAV lists it (navikt/syfo-dokumentporten, DocumentDetails.kt).
type details struct {
	DocumentID     uuid.UUID  `json:"documentId"`
	Type           string     `json:"type"`
	ContentType    string     `json:"contentType"`
	LinkID         uuid.UUID  `json:"linkId"`
	Status         Status     `json:"status"`
	IsRead         bool       `json:"isRead"`
	Employee       string     `json:"employeeIdentificationNumber"`
	OrgNumber      string     `json:"orgNumber"`
	DialogID       *uuid.UUID `json:"dialogId"`
	TransmissionID *uuid.UUID `json:"transmissionId"`
	Created        string     `json:"created"`
	Updated        string     `json:"updated"`
}

func detailsOf(l *Letter) details {
	d := details{
		DocumentID: l.ID, Type: l.Type, ContentType: "application/pdf", LinkID: l.LinkID, Status: l.Status,
		IsRead: l.Read, Employee: l.Person, OrgNumber: l.Unit,
		Created: instant(l.Created), Updated: instant(l.Created.Add(4 * time.Second)),
	}
	if l.Status == StatusCompleted {
		dialog, transmission := uuid.NewSHA1(l.ID, []byte("dialog")), uuid.NewSHA1(l.ID, []byte("transmission"))
		d.DialogID, d.TransmissionID = &dialog, &transmission
	}
	return d
}

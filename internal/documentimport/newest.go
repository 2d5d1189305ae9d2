package documentimport

import (
	"context"
	"errors"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/navapi"
)

// runNew runs the scan of new documents. If the HRM system refuses many, it then stores the newest ones, so that
// refused documents do not hold these up. If the HRM system stores one of them, it works, and the refused documents are
// the cause: the scan runs again and passes them.
func (s *scan) runNew(ctx context.Context) error {
	refusal := s.run(ctx)
	if !errors.Is(refusal, errManyRefused) {
		return refusal
	}
	newest, err := s.newest(ctx)
	if err != nil {
		return err
	}
	d := &division{scan: s, limit: maxRefused, newestFirst: true}
	if err := d.store(ctx, newest); err != nil && !errors.Is(err, errManyRefused) {
		return err
	}
	if d.stored == 0 {
		return refusal
	}
	s.passRefused = true
	return s.restart(ctx)
}

// newest returns the newest documents after the scan's position, at most a batch of them.
func (s *scan) newest(ctx context.Context) ([]hrmapi.Document, error) {
	var newest []hrmapi.Document
	bytes, after := 0, s.after
	for began := after - 1; after > began; {
		began = after
		for d, err := range s.importer.list(ctx, navapi.Filter{Unit: s.unit, From: s.from, After: after}) {
			if err != nil && after == began {
				return nil, err
			}
			if err != nil { // the page broke off: continue after its last document, as run does
				break
			}
			after = max(after, d.SequenceNumber)
			if d.Problem != nil || d.SentBefore(s.importer.StartDate) {
				continue
			}
			newest, bytes = append(newest, documentOf(d)), bytes+len(d.Raw)
			for len(newest) > chunk || bytes > chunkBytes && len(newest) > 1 {
				newest, bytes = newest[1:], bytes-len(newest[0].Document)
			}
		}
	}
	return newest, nil
}

package documentimport

import (
	"context"
	"iter"
	"time"

	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/outbound"
)

// attempts is how often the request for a page may fail in a row.
const attempts = 3

// list returns the documents of a page, as NAV.List does. It repeats the request after transient errors, as
// long as NAV has sent no document.
func (i *Importer) list(ctx context.Context, f navapi.Filter) iter.Seq2[navapi.Document, error] {
	return func(yield func(navapi.Document, error) bool) {
		for attempt := 1; ; attempt++ {
			began, err := i.yieldPage(ctx, f, yield)
			if err == nil {
				return
			}
			if began || !navapi.IsTransient(err) || attempt == attempts ||
				i.Pause(ctx, time.Duration(attempt)*time.Second) != nil {
				yield(navapi.Document{}, err)
				return
			}
		}
	}
}

// yieldPage yields the documents of a page. began reports whether it has yielded a numbered one. It returns a nil error
// if yield returns false.
func (i *Importer) yieldPage(
	ctx context.Context, f navapi.Filter, yield func(navapi.Document, error) bool,
) (began bool, err error) {
	err = brokerclient.WithToken(ctx, i.Tokens, func(token outbound.Bearer) error {
		for d, err := range i.NAV.List(ctx, token, f) {
			if err != nil {
				return err
			}
			if !yield(d, nil) {
				return nil
			}
			began = began || d.SequenceNumber > 0
		}
		return nil
	})
	return began, err
}

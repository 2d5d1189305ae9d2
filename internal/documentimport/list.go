package documentimport

import (
	"context"
	"iter"
	"time"

	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/sickpay"
)

// attempts is how often the request for a page may fail in a row.
const attempts = 3

// list returns the documents of a page, as sickpay.Client.List does. If NAV fails before the first document, list
// repeats the request: after a transient error, and once if NAV rejects the token.
func (i *Importer) list(ctx context.Context, f sickpay.Filter) iter.Seq2[sickpay.Document, error] {
	return func(yield func(sickpay.Document, error) bool) {
		rejected, failures := false, 0
		for {
			began, err := i.yieldPage(ctx, rejected, f, yield)
			switch {
			case err == nil:
				return
			case !began && runreport.ReasonOf(err) == runreport.NAVTokenRejected && !rejected:
				rejected = true
				continue
			case !began && sickpay.IsTransient(err) && failures+1 < attempts:
				failures++
				if i.Pause(ctx, time.Duration(failures)*time.Second) == nil {
					continue
				}
			}
			yield(sickpay.Document{}, err)
			return
		}
	}
}

// yieldPage yields the documents of a page. began reports whether it has yielded a numbered one. It returns a nil error
// if yield returns false.
func (i *Importer) yieldPage(
	ctx context.Context, rejected bool, f sickpay.Filter, yield func(sickpay.Document, error) bool,
) (began bool, err error) {
	token, err := i.token(ctx, rejected)
	if err != nil {
		return false, err
	}
	for d, err := range i.NAV.List(ctx, token, i.Kind, f) {
		if err != nil {
			return began, err
		}
		if !yield(d, nil) {
			return true, nil
		}
		began = began || d.SequenceNumber > 0
	}
	return began, nil
}

// token returns an access token. If NAV has rejected the last one, it is another one.
func (i *Importer) token(ctx context.Context, rejected bool) (outbound.Bearer, error) {
	token, err := i.Tokens.Token(ctx, rejected)
	return token.AccessToken, err
}

package plugin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
)

// parallelPatches is how many customers are patched at the same time.
const parallelPatches = 8

// judgment is a command's verdict on a customer that it waits for.
type judgment struct {
	// done reports whether there is nothing more to wait for.
	done bool
	// code is the exit code, if it is done.
	code int
	// text is the result, or else what is awaited.
	text string
}

// judge judges the state of a customer.
type judge func(ctx context.Context, c *v1alpha1.CustomerIntegration) judgment

// pursuit waits for the results of customers' requests. It prints each as soon as it exists.
type pursuit struct {
	program  *Program
	lang     language.Language
	judge    judge
	started  time.Time
	timeout  time.Duration
	total    int
	progress progress
	// open has the customers without a result.
	open map[client.ObjectKey]*awaited
	// code is the worst of the results.
	code int
	// several reports whether the results are of several customers, and spaces whether of several namespaces.
	several, spaces bool
}

// awaited is a customer without a result.
type awaited struct {
	// customer is its last state, nil if it was not seen.
	customer *v1alpha1.CustomerIntegration
	// text is what is awaited, "" before the operator has seen the request.
	text string
}

// request sets an annotation of customers to a value.
func request(
	ctx context.Context, c client.Client, customers []v1alpha1.CustomerIntegration, annotation, value string,
) error {
	patches, ctx := errgroup.WithContext(ctx)
	patches.SetLimit(parallelPatches)
	for i := range customers {
		patches.Go(func() error {
			patched := &v1alpha1.CustomerIntegration{}
			patched.Namespace, patched.Name = customers[i].Namespace, customers[i].Name
			if err := c.Patch(ctx, patched, annotationPatch(annotation, value), fieldOwner); err != nil {
				return fmt.Errorf("setting the annotation %s of %s: %w", annotation, customers[i].Name, err)
			}
			return nil
		})
	}
	return patches.Wait()
}

// newPursuit returns a pursuit of customers.
func (p *Program) newPursuit(
	customers []v1alpha1.CustomerIntegration, timeout time.Duration, lang language.Language, j judge,
) *pursuit {
	u := &pursuit{
		program: p, lang: lang, judge: j, started: p.Now(), timeout: timeout, total: len(customers),
		progress: progress{w: p.ErrOut, visible: p.Terminal.ErrOut},
		open:     make(map[client.ObjectKey]*awaited, len(customers)), several: len(customers) > 1,
	}
	for i := range customers {
		u.open[client.ObjectKeyFromObject(&customers[i])] = &awaited{}
		u.spaces = u.spaces || customers[i].Namespace != customers[0].Namespace
	}
	return u
}

// run waits until each customer has a result, the time-out passes or the person interrupts. It returns the error that
// ends the program.
func (u *pursuit) run(ctx context.Context, c client.WithWatch, scope ...client.ListOption) error {
	if u.total == 0 {
		return nil
	}
	waiting, stop := context.WithTimeout(ctx, u.timeout)
	defer stop()
	err := follow(waiting, c, scope, u)
	u.progress.clear()
	switch {
	case err == nil:
		return u.end()
	case ctx.Err() != nil:
		_, _ = fmt.Fprintln(u.program.ErrOut, words.Text(u.lang, "follow.interrupted"))
		return exit(ExitNoResult)
	case errors.Is(err, context.DeadlineExceeded):
		return u.timedOut(err)
	default:
		return err
	}
}

// listed judges all customers, and concludes that those which are missing were deleted.
func (u *pursuit) listed(ctx context.Context, all []v1alpha1.CustomerIntegration) bool {
	exists := make(map[client.ObjectKey]bool, len(all))
	for i := range all {
		exists[client.ObjectKeyFromObject(&all[i])] = true
		u.seen(ctx, &all[i])
	}
	for _, key := range sortedKeys(u.open) {
		if !exists[key] {
			u.concludeDeleted(key)
		}
	}
	return len(u.open) == 0
}

// seen judges a customer.
func (u *pursuit) seen(ctx context.Context, c *v1alpha1.CustomerIntegration) bool {
	if a := u.open[client.ObjectKeyFromObject(c)]; a != nil {
		a.customer = c
		u.rejudge(ctx, a)
		u.show()
	}
	return len(u.open) == 0
}

// rejudge judges a customer by its last state, and concludes if there is a result.
func (u *pursuit) rejudge(ctx context.Context, a *awaited) {
	j := u.judge(ctx, a.customer)
	if j.done {
		u.conclude(client.ObjectKeyFromObject(a.customer), j)
		return
	}
	a.text = j.text
}

// deleted concludes that a customer was deleted.
func (u *pursuit) deleted(c *v1alpha1.CustomerIntegration) bool {
	if key := client.ObjectKeyFromObject(c); u.open[key] != nil {
		u.concludeDeleted(key)
	}
	return len(u.open) == 0
}

// concludeDeleted concludes that a customer has no result any more.
func (u *pursuit) concludeDeleted(key client.ObjectKey) {
	u.conclude(key, judgment{code: ExitError, text: words.Text(u.lang, "follow.deleted")})
}

// ticked judges again: the Supplier may have changed.
func (u *pursuit) ticked(ctx context.Context) bool {
	for _, a := range u.open {
		if a.customer != nil {
			u.rejudge(ctx, a)
		}
	}
	u.show()
	return len(u.open) == 0
}

// conclude prints a result.
func (u *pursuit) conclude(key client.ObjectKey, j judgment) {
	delete(u.open, key)
	u.code = worse(u.code, j.code)
	u.progress.clear()
	_, _ = fmt.Fprintf(u.program.Out, "%s: %s\n", u.title(key), j.text)
}

// show shows the progress.
func (u *pursuit) show() {
	seconds := fmt.Sprint(int(u.program.Now().Sub(u.started).Seconds()))
	if u.several {
		u.progress.show(words.Text(u.lang, "follow.several", "done", fmt.Sprint(u.total-len(u.open)),
			"total", fmt.Sprint(u.total), "seconds", seconds))
		return
	}
	for key, a := range u.open {
		u.progress.show(words.Text(u.lang, "follow.one", "name", u.title(key),
			"awaited", cmp.Or(a.text, words.Text(u.lang, "follow.unseen")), "seconds", seconds))
	}
}

// title names a customer in the output.
func (u *pursuit) title(key client.ObjectKey) string {
	if u.spaces {
		return key.String()
	}
	return key.Name
}

// end returns the error of the worst result, nil if all are good.
func (u *pursuit) end() error {
	if u.code == ExitGood {
		return nil
	}
	return exit(u.code)
}

// timedOut prints the customers without a result, and the error of the API server if it did not respond at the end.
func (u *pursuit) timedOut(err error) error {
	if err.Error() != context.DeadlineExceeded.Error() {
		_, _ = fmt.Fprintln(u.program.ErrOut, "Warning:", err)
	}
	for _, key := range sortedKeys(u.open) {
		text := cmp.Or(u.open[key].text, words.Text(u.lang, "follow.unanswered"))
		_, _ = fmt.Fprintf(u.program.Out, "%s: %s\n", u.title(key),
			words.Text(u.lang, "follow.timedOut", "timeout", u.timeout.String(), "awaited", text))
	}
	_, _ = fmt.Fprintln(u.program.ErrOut, words.Text(u.lang, "follow.stands"))
	return exit(worse(u.code, ExitNoResult))
}

// worse returns the exit code of two results: an error is worse than a bad result, and that than none.
func worse(a, b int) int {
	for _, code := range []int{ExitError, ExitBad, ExitNoResult} {
		if a == code || b == code {
			return code
		}
	}
	return ExitGood
}

package verification

import (
	"fmt"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// costs are the costs of customers' reconciles, without those of the Supplier.
type costs struct {
	posts, gets, tokens, own, writes int
}

// maxOwn is how many tokens of our own for Altinn one step needs at most, one for each scope. It needs fewer if one is
// still valid: they live for two minutes, and the Supplier's proof may have requested one just before.
const maxOwn = 3

// String returns the costs of a step, without our own tokens: requests to Altinn that create a request, requests that
// read, tokens on the customer's behalf, and status writes.
func (c costs) String() string {
	return fmt.Sprintf("%d POST, %d GET, %d tokens, %d writes", c.posts, c.gets, c.tokens, c.writes)
}

// count starts counting the costs of a reconcile, and returns the function that ends it.
func (l *loop) count(key client.ObjectKey) func() {
	if l.costs == nil || key.Namespace == "" {
		return func() {}
	}
	l.simulator.Recorder.Reset()
	before := l.customerVersion(key)
	return func() {
		for _, r := range l.simulator.Recorder.Report().Recent {
			if r.Consumer == supplierNumber {
				l.costs.own++
				continue
			}
			l.costs.tokens++
		}
		for _, c := range l.simulator.Recorder.Report().RecentCalls {
			if strings.HasPrefix(c.Operation, "POST ") {
				l.costs.posts++
				continue
			}
			l.costs.gets++
		}
		if l.customerVersion(key) != before {
			l.costs.writes++
		}
	}
}

// customerVersion returns a customer's resource version: a reconcile writes once, or not at all.
func (l *loop) customerVersion(key client.ObjectKey) string {
	return l.customer(key).ResourceVersion
}

// stillAsked checks that no request went to the customer or to Altinn, and that tokens were requested no more often
// than a bound, and no less often than half of it.
func (l *loop) stillAsked(step string, atMost int) {
	l.t.Helper()
	c := *l.costs
	l.t.Logf("%-32s %s", step+":", c)
	if c.posts+c.gets+c.own != 0 || c.tokens > atMost || c.tokens < atMost/2 {
		l.t.Errorf("%s: %s, %d tokens of our own, want the customer's alone, at most %d", step, c, c.own, atMost)
	}
	*l.costs = costs{}
}

// cost compares the costs of a step with the wanted ones, and starts counting anew.
func (l *loop) cost(step, want string) {
	l.t.Helper()
	got := l.costs.String()
	l.t.Logf("%-32s %s", step+":", got)
	if got != want || l.costs.own > maxOwn {
		l.t.Errorf("%s: %s, %d tokens of our own, want %s, at most %d", step, got, l.costs.own, want, maxOwn)
	}
	*l.costs = costs{}
}

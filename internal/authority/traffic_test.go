package authority

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/test/sample"
)

// crowd is a TokenSource that responds to each customer in its own way, by its organization number.
type crowd struct {
	t   testing.TB
	now time.Time

	mu    sync.Mutex
	all   maskinporten.Class            // what every customer meets, "" if nothing
	meets map[string]maskinporten.Class // and what single ones meet
	asked []string                      // the customers in the order of their requests, "us" for the supplier itself
}

func newCrowd(t testing.TB) *crowd {
	return &crowd{t: t, now: noon, meets: map[string]maskinporten.Class{}}
}

func (c *crowd) guard() *Guard {
	return makeGuard(c.t, func() time.Time { return c.now }, Limits{Failures: 1000}, c.ask)
}

func (c *crowd) ask(_ context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name := customerName(r)
	c.asked = append(c.asked, name)
	class := c.all
	if own, has := c.meets[name]; has {
		class = own
	}
	if name == "us" {
		class = c.meets["us"]
	}
	if class != "" {
		return nil, &maskinporten.Error{Class: class}
	}
	return &maskinporten.Token{}, nil
}

func customerName(r maskinporten.Request) string {
	switch {
	case !r.Consumer.IsZero():
		return r.Consumer.String()
	case !r.SystemUser.IsZero():
		return r.SystemUser.Owner.String()
	default:
		return "us"
	}
}

// numbers are organization numbers of customers, made up.
var numbers = sample.Numbers(6)

// one is a request on behalf of the customer of that number.
func one(number string) TokenRequest {
	return TokenRequest{
		Customer: types.NamespacedName{Namespace: "customers", Name: number},
		Request:  maskinporten.Request{Scope: scope, Consumer: orgnumber.MustParse(number)}, Priority: PriorityChanged,
	}
}

// bySystemUser is one by the customer's system user.
func bySystemUser(number string) TokenRequest {
	q := one(number)
	q.Request.Consumer, q.Request.SystemUser = orgnumber.Number{},
		maskinporten.SystemUserRequest{Owner: orgnumber.MustParse(number)}
	return q
}

func (c *crowd) met(g *Guard, q TokenRequest) maskinporten.Class {
	c.t.Helper()
	_, err := g.Token(c.t.Context(), q)
	return maskinporten.ClassOf(err)
}

// witnessed reports whether a request meets a refusal that is the customer's own by another customer's answer.
func (c *crowd) witnessed(g *Guard, q TokenRequest) bool {
	_, err := g.Token(c.t.Context(), q)
	return IsWitnessed(err)
}

// sent returns the customers of the requests since it was last called.
func (c *crowd) sent() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	sent := c.asked
	c.asked = nil
	return sent
}

// TestRefusalOfOneCustomerIsItsOwn refuses single customers with what may concern all. The refusal is believed when
// another customer's later request is answered, or, where there is none, after a minute.
func TestRefusalOfOneCustomerIsItsOwn(t *testing.T) {
	const ours = maskinporten.ClassClientRejected
	for _, refused := range []maskinporten.Class{
		maskinporten.ClassRequestRejected, maskinporten.ClassConsumerIsSupplier, maskinporten.ClassScopeNotGranted,
	} {
		t.Run(string(refused), func(t *testing.T) {
			c := newCrowd(t)
			g := c.guard()
			a, b, bad := one(numbers[0]), one(numbers[1]), one(numbers[2])
			c.meets[numbers[2]] = refused
			for i := range 3 { // no other customer is known
				if got := c.met(g, bad); got != ours {
					t.Errorf("refusal %d: %q", i, got)
				}
			}
			c.now = c.now.Add(time.Minute)
			if got := c.met(g, bad); got != refused || c.witnessed(g, bad) {
				t.Errorf("alone for a minute: %q", got)
			}
			g = c.guard()
			_, _ = c.met(g, a), c.met(g, b)
			_ = c.sent()
			if got := c.met(g, bad); got != refused {
				t.Errorf("another customer is answered: %q", got)
			}
			if diff := cmp.Diff([]string{numbers[2], numbers[1]}, c.sent()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			c.now = c.now.Add(time.Minute)
			if got := c.met(g, bad); got != refused {
				t.Errorf("it is known: %q", got)
			}
			if diff := cmp.Diff([]string{numbers[2]}, c.sent()); diff != "" {
				t.Errorf("requests, once it is known (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWitness rejects one customer with access, whose rejections are known to be its own. Each one is witnessed by
// another customer's token of the same seconds, until Maskinporten rejects all.
func TestWitness(t *testing.T) {
	const rejected = maskinporten.ClassRequestRejected
	c := newCrowd(t)
	g := c.guard()
	other, bad := one(numbers[0]), one(numbers[1])
	bad.Granted = true
	_ = c.met(g, other)
	c.meets[numbers[1]] = rejected
	steps := []struct {
		reason    string
		after     time.Duration
		all       maskinporten.Class
		answered  bool // the other one, before
		sent      []string
		witnessed bool
	}{
		{reason: "the other one is verified", sent: numbers[:2], witnessed: true},
		{reason: "its token is of the same seconds", after: time.Second, sent: numbers[1:2], witnessed: true},
		{reason: "its token is old, so it is verified again", after: time.Minute, sent: numbers[:2], witnessed: true},
		{reason: "all are rejected now", after: time.Minute, all: rejected, sent: numbers[:2]},
		{reason: "they are no longer, but this one", after: time.Minute, sent: numbers[1:2]},
		{reason: "the other one was answered", after: time.Minute, answered: true, sent: numbers[:2], witnessed: true},
	}
	for _, s := range steps {
		if s.answered {
			_ = c.met(g, other)
		}
		c.now, c.all = c.now.Add(s.after), s.all
		_ = c.sent()
		_, err := g.Token(t.Context(), bad)
		if got := maskinporten.ClassOf(err); got != rejected || IsWitnessed(err) != s.witnessed {
			t.Errorf("%s: %q, witnessed: %t", s.reason, got, IsWitnessed(err))
		}
		sent := c.sent()
		slices.Sort(sent)
		want := slices.Sorted(slices.Values(s.sent))
		if diff := cmp.Diff(want, sent); diff != "" {
			t.Errorf("%s: requests (-want +got):\n%s", s.reason, diff)
		}
	}
}

// TestOldReferences verifies that a customer whose response is old is no reference: it may have been suspended since.
func TestOldReferences(t *testing.T) {
	c := newCrowd(t)
	g := c.guard()
	_ = c.met(g, one(numbers[0]))
	c.now = c.now.Add(referenceAge + 1)
	c.meets[numbers[1]] = maskinporten.ClassRequestRejected
	_ = c.sent()
	if got := c.met(g, one(numbers[1])); got != maskinporten.ClassClientRejected {
		t.Errorf("no customer to compare with: %q", got)
	}
	if diff := cmp.Diff([]string{numbers[1]}, c.sent()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// TestRefusalOfAllCustomersIsOurs refuses every customer at once. Nothing is concluded about any, however often they
// are refused, until one of them is answered.
func TestRefusalOfAllCustomersIsOurs(t *testing.T) {
	for _, class := range []maskinporten.Class{maskinporten.ClassRequestRejected, maskinporten.ClassScopeNotGranted} {
		t.Run(string(class), func(t *testing.T) {
			c := newCrowd(t)
			g := c.guard()
			for _, number := range numbers[:4] {
				_ = c.met(g, one(number))
			}
			c.all = class
			for range 30 {
				c.now = c.now.Add(30 * time.Second)
				for _, number := range numbers {
					if got := c.met(g, one(number)); got != maskinporten.ClassClientRejected {
						t.Fatalf("%s gets %q", number, got)
					}
				}
			}
			_, err := g.Token(t.Context(), one(numbers[0]))
			if got := ResponseClass(err); got != class {
				t.Errorf("what was met is %q, want %q", got, class)
			}
			c.all = ""
			_ = c.met(g, one(numbers[1]))
			c.all = class
			if got := c.met(g, one(numbers[0])); got != maskinporten.ClassClientRejected {
				t.Errorf("an answer between two faults proves nothing: %q", got)
			}
			c.all = ""
			c.now = c.now.Add(checkInterval)
			c.meets[numbers[0]] = class
			if got := c.met(g, one(numbers[1])); got != "" {
				t.Errorf("the fault has ended: %q", got)
			}
			if got := c.met(g, one(numbers[0])); got != class {
				t.Errorf("the one that is still refused: %q", got)
			}
		})
	}
}

// TestMissingSystemUser verifies that MP-303 of one customer differs from that of all, if Altinn's register is not
// read. MP-303 of another customer proves nothing.
func TestMissingSystemUser(t *testing.T) {
	const missing = maskinporten.ClassSystemUserMissing
	c := newCrowd(t)
	g := c.guard()
	a, b := bySystemUser(numbers[0]), bySystemUser(numbers[1])
	_ = c.met(g, a)
	c.all = missing
	if got := c.met(g, b); got != maskinporten.ClassClientRejected {
		t.Errorf("all have none: %q", got)
	}
	waiting := bySystemUser(numbers[2])
	if err := g.SystemUsers(waiting).Token(t.Context(), ""); maskinporten.ClassOf(err) != missing {
		t.Errorf("while it is negotiated: %v", err)
	}
	if got := c.met(g, b); got != maskinporten.ClassClientRejected {
		t.Errorf("one that waits has none either: %q", got)
	}
	c.meets[numbers[0]] = ""
	c.now = c.now.Add(checkInterval)
	if got := c.met(g, a); got != "" {
		t.Errorf("another has one: %q", got)
	}
	c.now = c.now.Add(checkInterval)
	if got := c.met(g, b); got != missing {
		t.Errorf("so it is this customer's: %q", got)
	}
}

// TestUnanswered has customers fail while Maskinporten issues our own token.
func TestUnanswered(t *testing.T) {
	const down = maskinporten.ClassServerError
	compared := func(yes bool) []Unanswered {
		return []Unanswered{{Scope: scope, Class: down, Compared: yes}}
	}
	type step struct {
		reason string
		fails  []string // "all", or single customers
		asks   []string
		proves bool
		want   []Unanswered
	}
	cases := map[string][]step{
		"all": {
			{reason: "well", asks: numbers[:5]},
			{reason: "two fail", fails: []string{"all"}, asks: numbers[:2], want: compared(false)},
			{
				reason: "a proof compares them with no other: they are too few", fails: []string{"all"}, proves: true,
				want: compared(false),
			},
			{reason: "three fail", fails: []string{"all"}, asks: numbers[:3], want: compared(false)},
			{reason: "a proof verifies another one", fails: []string{"all"}, proves: true, want: compared(false)},
			{reason: "and the next one the last", fails: []string{"all"}, proves: true, want: compared(true)},
			{reason: "one is answered", asks: numbers[3:4]},
		},
		"some": {
			{reason: "well", asks: numbers},
			{reason: "three fail", fails: numbers[:3], asks: numbers[:3], want: compared(false)},
			{reason: "a proof finds that another one is answered", fails: numbers[:3], proves: true},
		},
		"never answered": {
			{
				reason: "there is no customer to compare with", fails: []string{"all"}, asks: numbers, proves: true,
				want: compared(false),
			},
		},
		"our own": {
			{reason: "well", asks: numbers[:3]},
			{reason: "customers fail", fails: []string{"all"}, asks: numbers[:3], want: compared(true)},
			{
				reason: "our own token is refused as well: it is not about customers", fails: []string{"all", "us"}, proves: true,
				want: compared(true),
			},
			{reason: "and returned again: customers' requests come first", fails: []string{"all"}, proves: true},
		},
	}
	for name, steps := range cases {
		t.Run(name, func(t *testing.T) {
			c := newCrowd(t)
			g := c.guard()
			for i, s := range steps {
				c.all, c.meets = "", map[string]maskinporten.Class{}
				for _, who := range s.fails {
					if who == "all" {
						c.all = down
						continue
					}
					c.meets[who] = down
				}
				for _, number := range s.asks {
					_ = c.met(g, one(number))
				}
				if s.proves {
					c.now = c.now.Add(checkInterval)
					_ = g.Prove(t.Context(), fmt.Sprint(i), ownScopes(scope)...)
				}
				got := g.Traffic.UnansweredScopes()
				for i := range got {
					got[i].Failures = 0
				}
				if diff := cmp.Diff(s.want, got); diff != "" {
					t.Errorf("step %d, %s (-want +got):\n%s", i, s.reason, diff)
				}
			}
		})
	}
}

// TestAnswerIsReported verifies that a response that was watched for raises the alarm once.
func TestAnswerIsReported(t *testing.T) {
	c := newCrowd(t)
	g := c.guard()
	_ = c.met(g, one(numbers[0]))
	c.all = maskinporten.ClassServerError
	_ = c.met(g, one(numbers[0]))
	if !g.Alarm.Take() || g.Alarm.Take() {
		t.Error("a failure is not reported, or twice")
	}
	g.Traffic.WatchForAnswer(scope)
	c.all = ""
	_ = c.met(g, one(numbers[0]))
	if !g.Alarm.Take() || g.Alarm.Take() {
		t.Error("an answer is not reported, or twice")
	}
}

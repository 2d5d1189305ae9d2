package authority

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/systemuser"
)

// TestWithdrawalNeedsOurOwnToken refuses a customer with MP-251. It is a withdrawal if Maskinporten returns us a token
// of our own after it, also before this process has proved anything. A refusal that meets us as well is not about the
// customer.
func TestWithdrawalNeedsOurOwnToken(t *testing.T) {
	const withdrawn, ours = maskinporten.ClassNotDelegated, maskinporten.ClassClientRejected
	granted := one(numbers[0])
	granted.Granted = true
	cases := map[string]struct {
		reason string
		q      TokenRequest
		us     maskinporten.Class // what our own request meets
		want   maskinporten.Class
		sent   []string
	}{
		"withdrawal": {
			reason: "the one customer that there is", q: granted, want: withdrawn,
			sent: []string{numbers[0], "us"},
		},
		"all, us too": {
			reason: "an organization cannot delegate to itself", q: granted, us: withdrawn, want: ours,
			sent: []string{numbers[0], "us"},
		},
		"an outage": {
			reason: "nothing is known of us", q: granted, us: maskinporten.ClassServerError, want: ours,
			sent: []string{numbers[0], "us"},
		},
		"was not granted": {
			reason: "nothing is taken away", q: one(numbers[0]), us: withdrawn, want: withdrawn,
			sent: []string{numbers[0]},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := newCrowd(t)
			c.all, c.meets["us"] = withdrawn, tc.us
			if got := c.met(c.guard(), tc.q); got != tc.want {
				t.Errorf("%s: %q, want %q", tc.reason, got, tc.want)
			}
			if diff := cmp.Diff(tc.sent, c.sent()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWithdrawalAfterTheFault refuses all customers, and us too. Not each customer costs a request of ours, and the
// first withdrawal after the fault counts.
func TestWithdrawalAfterTheFault(t *testing.T) {
	c := newCrowd(t)
	g := c.guard()
	c.all, c.meets["us"] = maskinporten.ClassNotDelegated, maskinporten.ClassNotDelegated
	for _, number := range numbers {
		q := one(number)
		q.Granted = true
		if got := c.met(g, q); got != maskinporten.ClassClientRejected {
			t.Errorf("%s gets %q", number, got)
		}
	}
	if diff := cmp.Diff(append([]string{numbers[0], "us"}, numbers[1:]...), c.sent()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	c.meets["us"] = ""
	c.now = c.now.Add(checkInterval)
	q := one(numbers[0])
	q.Granted = true
	if got := c.met(g, q); got != maskinporten.ClassNotDelegated {
		t.Errorf("the fault is over, and its own withdrawal is %q", got)
	}
}

// TestPeerThatWithdrewToo has a witness without a system user while no other customer is known, because a leader has
// just begun. The next witness is tried then.
func TestPeerThatWithdrewToo(t *testing.T) {
	const missing = maskinporten.ClassSystemUserMissing
	c := newCrowd(t)
	c.meets[numbers[0]], c.meets[numbers[1]] = missing, missing
	q := bySystemUser(numbers[0])
	q.Granted = true
	err := c.guard().SystemUsers(q).PeerToken(t.Context(), systemuser.Peer{Owner: orgnumber.MustParse(numbers[1])})
	if got := maskinporten.ClassOf(err); got != missing {
		t.Errorf("the witness has %q, want %q", got, missing)
	}
}

// TestReferenceHasSystemUser compares refusals with a customer that has a token. One that has deleted its system user
// is none, nor is it by the token of its witness.
func TestReferenceHasSystemUser(t *testing.T) {
	const refused = maskinporten.ClassRequestRejected
	for name, witness := range map[string]bool{"deleted": false, "deleted, with a witness": true} {
		t.Run(name, func(t *testing.T) {
			c := newCrowd(t)
			g := c.guard()
			other, peer, gone := bySystemUser(numbers[0]), bySystemUser(numbers[1]), bySystemUser(numbers[2])
			peer.Granted = true
			_, _, _ = c.met(g, other), c.met(g, peer), c.met(g, gone)
			c.meets[numbers[2]] = maskinporten.ClassSystemUserMissing
			s := g.SystemUsers(gone)
			_ = s.Token(t.Context(), "")
			if witness {
				_ = s.PeerToken(t.Context(), systemuser.Peer{Owner: orgnumber.MustParse(numbers[1])})
			}
			c.meets[numbers[1]] = refused
			_ = c.sent()
			if got := c.met(g, peer); got != refused {
				t.Errorf("its own refusal is %q", got)
			}
			if diff := cmp.Diff([]string{numbers[1], numbers[0]}, c.sent()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRefusalOfPeer rejects a witness again and again while no other customer is known: the refusal never becomes the
// customer's.
func TestRefusalOfPeer(t *testing.T) {
	for _, refused := range []maskinporten.Class{maskinporten.ClassRequestRejected, maskinporten.ClassConsumerIsSupplier} {
		t.Run(string(refused), func(t *testing.T) {
			c := newCrowd(t)
			c.meets[numbers[1]] = refused
			s := c.guard().SystemUsers(bySystemUser(numbers[0]))
			for range 2 * enoughRefusals {
				err := s.PeerToken(t.Context(), systemuser.Peer{Owner: orgnumber.MustParse(numbers[1])})
				if maskinporten.ClassOf(err) != maskinporten.ClassClientRejected || ResponseClass(err) != refused {
					t.Fatalf("the witness has %v", err)
				}
				c.now = c.now.Add(refusalsLast)
			}
			if len(c.sent()) != 2*enoughRefusals {
				t.Error("not every request was sent")
			}
		})
	}
}

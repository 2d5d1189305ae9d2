package maskinporten

import (
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/conclusion"
)

// unknownFor is how long a key that Maskinporten did not know is not tried first. A change of a client's keys takes up
// to two minutes to reach Maskinporten (docs.digdir.no, Maskinporten troubleshooting).
const unknownFor = time.Minute

// keyRing decides which key signs. There is one, or two while the keys registered on the client are changed: the new
// one first, and the old one until Maskinporten knows the new one everywhere.
//
// A grant of the second key is not a retry of a request that was answered, or perhaps lost. Maskinporten refused the
// first grant because of its key, the second is another grant, and there is no third. Any other response, or none, ends
// the call.
//
//	first leads -- Maskinporten knows only the second --> second leads
//	     ^                                                    |
//	     +-------------------- unknownFor --------------------+
type keyRing struct {
	keys []*SigningKey
	now  func() time.Time

	mu           sync.Mutex
	secondLeads  time.Time // until when the second is tried first
	lastAccepted *SigningKey
}

// try sends a grant of each key in turn until Maskinporten knows one.
func (r *keyRing) try(send func(*SigningKey) (*Token, error)) (token *Token, err error) {
	for _, key := range r.orderedKeys() {
		token, err = send(key)
		r.note(key, ClassOf(err))
		if !isUnknownKey(ClassOf(err)) {
			break
		}
	}
	return token, err
}

// isUnknownKey reports whether a refusal may mean that Maskinporten does not know the key. The code of an unknown kid
// is not documented: it may be MP-100, which is also that of an unknown client.
func isUnknownKey(c Class) bool {
	return c == ClassKeyUnknown || c == ClassClientUnknown
}

// orderedKeys returns the keys in the order in which they are tried now.
func (r *keyRing) orderedKeys() []*SigningKey {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.keys) == maxKeys && r.now().Before(r.secondLeads) {
		return []*SigningKey{r.keys[1], r.keys[0]}
	}
	return r.keys
}

// note records the result of a grant of a key.
func (r *keyRing) note(key *SigningKey, class Class) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case class == "" || class.Kind() == conclusion.Answer:
		r.lastAccepted = key
	case !isUnknownKey(class):
	case key == r.keys[0]:
		r.secondLeads = r.now().Add(unknownFor)
	default: // Maskinporten does not know the second either
		r.secondLeads = time.Time{}
	}
}

func (r *keyRing) acceptedKey() *SigningKey {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lastAccepted == nil {
		return r.keys[0]
	}
	return r.lastAccepted
}

package customerintegration

import (
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/pacing"
)

// keptAnswer is what a request on a customer's behalf led to.
type keptAnswer struct {
	// known is the access as the status shall say it.
	known v1alpha1.Authorization
	// retry is when to send the request again, if the response decided nothing; the zero time if it decided something.
	retry time.Time
	// fault says that there was no response that can be used.
	fault bool
	// tried is the value of the annotation that it was sent for, "" if for none.
	tried string
	// at is when the request was sent.
	at time.Time
	// requested is the value of the annotation that was handled by it, "" if none was.
	requested string
}

// keptCustomer has what is kept of one customer.
type keptCustomer struct {
	uid       types.UID
	authority v1alpha1.Authority
	services  map[v1alpha1.ServiceName]keptAnswer
}

// keptAnswers remembers responses until they are in the status: if a write fails, the next reconcile writes them and sends no
// request again. It holds one response per customer and service, for as long as that response would count if it were written.
// The zero value is ready to use.
type keptAnswers struct {
	mu  sync.Mutex
	all map[types.NamespacedName]keptCustomer
}

// keep remembers the responses of a reconcile. It is called before anything that can fail.
func (k *keptAnswers) keep(s *scope) {
	if len(s.answers) == 0 {
		return
	}
	judged := judge(s)
	k.mu.Lock()
	defer k.mu.Unlock()
	key := client.ObjectKeyFromObject(s.customer)
	kept := k.all[key]
	if kept.uid != s.customer.UID || kept.authority != s.authority() {
		kept = keptCustomer{uid: s.customer.UID, authority: s.authority(), services: map[v1alpha1.ServiceName]keptAnswer{}}
	}
	for i := range judged {
		if a, asked := s.answers[judged[i].Name]; asked && !a.held {
			kept.services[judged[i].Name] = keptAnswerOf(s, judged[i], a)
		}
	}
	if len(kept.services) == 0 {
		return
	}
	if k.all == nil {
		k.all = map[types.NamespacedName]keptCustomer{}
	}
	k.all[key] = kept
}

// keptAnswerOf returns what is kept of a response.
func keptAnswerOf(s *scope, judged v1alpha1.CustomerServiceStatus, a answer) keptAnswer {
	kept := keptAnswer{known: judged.Authorization, fault: authority.IsFault(a.class), at: s.now, tried: s.requested(), requested: s.requested()}
	at := kept.known.LastVerifiedTime
	switch {
	case kept.fault:
		kept.requested = ""
		kept.retry = s.now.Add(pacing.RetryAfter(pacing.IntervalsOf(s.supplier).Granted, s.customer.UID))
	case at == nil || !at.Equal(&metav1.Time{Time: s.now}):
		kept.retry = s.now.Add(pacing.Jitter(pacing.IntervalsOf(s.supplier).Waiting, s.customer.UID))
	}
	return kept
}

// recall gives a reconcile the responses that are not in the status yet, and forgets those that are, or that no longer count.
func (k *keptAnswers) recall(s *scope) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := client.ObjectKeyFromObject(s.customer)
	kept, ok := k.all[key]
	if !ok {
		return
	}
	if kept.uid != s.customer.UID || kept.authority != s.authority() {
		delete(k.all, key)
		return
	}
	s.kept = map[v1alpha1.ServiceName]keptAnswer{}
	for name, a := range kept.services {
		if a.over(s.authorization(name), s.now) || a.fault && provedSince(s.guard, a.at) {
			delete(kept.services, name)
			continue
		}
		s.kept[name] = a
	}
	if len(kept.services) == 0 {
		delete(k.all, key)
	}
}

// over reports whether a response no longer counts: the status says as much or more, or it is time for the next request.
func (a keptAnswer) over(written v1alpha1.Authorization, now time.Time) bool {
	was, is := a.known.LastVerifiedTime, written.LastVerifiedTime
	if is != nil && (was == nil || is.After(was.Time)) {
		return true
	}
	if a.retry.IsZero() {
		return is != nil && is.Equal(was) || clock.InFuture(a.at, now)
	}
	return !a.retry.After(now) || clock.InFuture(a.at, now)
}

// provedSince reports whether the Supplier has proved its own credentials since a fault: then the fault may be over.
func provedSince(g *authority.Guard, fault time.Time) bool {
	return g == nil || g.Proof.Fault() == "" && g.Proof.Tried().After(fault)
}

// settle forgets what a reconcile that did all it had to do has written. What decided nothing is kept until it is time for the
// next request, for the status does not tell that one was sent.
func (k *keptAnswers) settle(s *scope) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := client.ObjectKeyFromObject(s.customer)
	kept, ok := k.all[key]
	if !ok {
		return
	}
	for name, a := range kept.services {
		if a.retry.IsZero() {
			delete(kept.services, name)
		}
	}
	if len(kept.services) == 0 {
		delete(k.all, key)
	}
}

// forget drops what is kept of a customer that is gone.
func (k *keptAnswers) forget(key types.NamespacedName) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.all, key)
}

// Package guestlink finds the customer of a link to a customer's own page.
package guestlink

import (
	"crypto/sha256"
	"sync"

	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/customerlink"
)

// digest is a token's hash. The index is by hash, so that the duration of a look-up reveals nothing about tokens.
type digest [sha256.Size]byte

// source is what a token is made of.
type source struct {
	uid      types.UID
	revision string
}

// Index finds customers by the tokens of their links. It is safe for concurrent use.
type Index struct {
	key func() (customerlink.Key, int)

	mu      sync.Mutex
	version int              // of current
	current customerlink.Key // makes the tokens
	sources map[types.NamespacedName]source
	tokens  map[digest]types.NamespacedName
}

// New returns an empty Index. key returns the key, and a number that changes with it.
func New(key func() (customerlink.Key, int)) *Index {
	return &Index{
		key: key, sources: map[types.NamespacedName]source{}, tokens: map[digest]types.NamespacedName{},
	}
}

// Token returns the token of a customer's link.
func (x *Index) Token(c *v1alpha1.CustomerIntegration) string {
	key, _ := x.key()
	s := sourceOf(c)
	return key.Token(s.uid, s.revision)
}

// Opens reports whether a token is the current one of a customer.
func (x *Index) Opens(token string, c *v1alpha1.CustomerIntegration) bool {
	return customerlink.Equal(x.Token(c), token)
}

// Find returns the customer with a token.
func (x *Index) Find(token string) (types.NamespacedName, bool) {
	sum := digest(sha256.Sum256([]byte(token)))
	x.mu.Lock()
	defer x.mu.Unlock()
	x.rebuild()
	found, ok := x.tokens[sum]
	return found, ok
}

// Handler returns the handler of the informer of CustomerIntegrations that keeps the index.
func (x *Index) Handler() toolscache.ResourceEventHandler {
	return toolscache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { x.put(o) },
		UpdateFunc: func(_, o any) { x.put(o) },
		DeleteFunc: func(o any) { x.remove(o) },
	}
}

func (x *Index) put(o any) {
	c, ok := o.(*v1alpha1.CustomerIntegration)
	if !ok {
		return
	}
	name := types.NamespacedName{Namespace: c.Namespace, Name: c.Name}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.rebuild()
	s := sourceOf(c)
	if before, ok := x.sources[name]; ok {
		if before == s {
			return
		}
		delete(x.tokens, x.digest(before))
	}
	x.sources[name] = s
	x.tokens[x.digest(s)] = name
}

func (x *Index) remove(o any) {
	if last, ok := o.(toolscache.DeletedFinalStateUnknown); ok {
		o = last.Obj
	}
	c, ok := o.(*v1alpha1.CustomerIntegration)
	if !ok {
		return
	}
	name := types.NamespacedName{Namespace: c.Namespace, Name: c.Name}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.rebuild()
	if before, ok := x.sources[name]; ok {
		delete(x.tokens, x.digest(before))
		delete(x.sources, name)
	}
}

// rebuild makes the tokens of another key. Ten thousand take some milliseconds.
func (x *Index) rebuild() {
	key, version := x.key()
	if version == x.version {
		return
	}
	x.current, x.version = key, version
	x.tokens = make(map[digest]types.NamespacedName, len(x.sources))
	for name, s := range x.sources {
		x.tokens[x.digest(s)] = name
	}
}

func (x *Index) digest(s source) digest {
	return sha256.Sum256([]byte(x.current.Token(s.uid, s.revision)))
}

func sourceOf(c *v1alpha1.CustomerIntegration) source {
	return source{uid: c.UID, revision: c.Annotations[v1alpha1.AnnotationLinkRevision]}
}

package verification

import (
	"context"
	"flag"
	"fmt"
	"sync"

	"github.com/google/uuid"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

var seed = flag.Int("seed", 0, "seed of the UIDs, and so of all jitter, in tests with a clock of their own")

// fixedUIDs is a client that replaces the UIDs of Suppliers and customers, which API servers choose at random. They
// decide all jitter, so a test of a loop takes the same course each time; another -seed takes another one.
type fixedUIDs struct {
	client.Client

	test string

	mu    sync.Mutex
	fixed map[types.UID]types.UID // by the API server's
	given map[types.UID]types.UID // the API server's, by the fixed one
	named map[string]int          // how many objects of a name there were
}

func newFixedUIDs(api client.Client, test string) *fixedUIDs {
	return &fixedUIDs{
		Client: api, test: test,
		fixed: map[types.UID]types.UID{}, given: map[types.UID]types.UID{}, named: map[string]int{},
	}
}

// fix replaces the UID of an object that the API server has returned.
func (f *fixedUIDs) fix(o runtime.Object) {
	switch o := o.(type) {
	case *v1alpha1.Supplier: // its name differs from run to run, and a world has one
		o.UID = f.of("Supplier", o.UID)
	case *v1alpha1.CustomerIntegration:
		o.UID = f.of(o.Name, o.UID)
	}
}

// of returns the UID that replaces one, which may be empty or replaced already.
func (f *fixedUIDs) of(name string, uid types.UID) types.UID {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, isFixed := f.given[uid]; isFixed || uid == "" {
		return uid
	}
	if f.fixed[uid] == "" {
		f.named[name]++
		source := fmt.Sprintf("%d %s %s %d", *seed, f.test, name, f.named[name])
		fixed := types.UID(uuid.NewSHA1(uuid.NameSpaceOID, []byte(source)).String())
		f.fixed[uid], f.given[fixed] = fixed, uid
	}
	return f.fixed[uid]
}

// restore sets the UID of the API server again, which compares it at an update.
func (f *fixedUIDs) restore(o client.Object) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if given, isFixed := f.given[o.GetUID()]; isFixed {
		o.SetUID(given)
	}
}

// Get reads an object.
func (f *fixedUIDs) Get(ctx context.Context, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
	defer f.fix(o)
	return f.Client.Get(ctx, key, o, opts...)
}

// List lists objects.
func (f *fixedUIDs) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	if err := f.Client.List(ctx, list, opts...); err != nil {
		return err
	}
	return meta.EachListItem(list, func(o runtime.Object) error {
		f.fix(o)
		return nil
	})
}

// Create creates an object.
func (f *fixedUIDs) Create(ctx context.Context, o client.Object, opts ...client.CreateOption) error {
	defer f.fix(o)
	return f.Client.Create(ctx, o, opts...)
}

// Update updates an object.
func (f *fixedUIDs) Update(ctx context.Context, o client.Object, opts ...client.UpdateOption) error {
	f.restore(o)
	defer f.fix(o)
	return f.Client.Update(ctx, o, opts...)
}

// Patch patches an object. No patch has the UID, because it is the same before and after.
func (f *fixedUIDs) Patch(ctx context.Context, o client.Object, patch client.Patch, opts ...client.PatchOption) error {
	defer f.fix(o)
	return f.Client.Patch(ctx, o, patch, opts...)
}

// Status returns a writer of status.
func (f *fixedUIDs) Status() client.SubResourceWriter { return fixedStatus{f.Client.Status(), f} }

type fixedStatus struct {
	client.SubResourceWriter

	uids *fixedUIDs
}

// Update updates an object's status.
func (s fixedStatus) Update(ctx context.Context, o client.Object, opts ...client.SubResourceUpdateOption) error {
	s.uids.restore(o)
	defer s.uids.fix(o)
	return s.SubResourceWriter.Update(ctx, o, opts...)
}

// Patch patches an object's status.
func (s fixedStatus) Patch(
	ctx context.Context, o client.Object, patch client.Patch, opts ...client.SubResourcePatchOption,
) error {
	defer s.uids.fix(o)
	return s.SubResourceWriter.Patch(ctx, o, patch, opts...)
}

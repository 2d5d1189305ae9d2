package emergencystop

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// AcrossShards returns a reader for In, for a cache that has one shard's objects only: a Supplier that it lacks is read
// from the API server, so that a stop of another shard's Supplier is not taken for a misspelt one. Customers of a
// Supplier that does not exist are found within the shard only.
func AcrossShards(cached, live client.Reader) client.Reader { return acrossShards{cached, live} }

type acrossShards struct {
	client.Reader
	live client.Reader
}

// Get reads an object.
func (r acrossShards) Get(ctx context.Context, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
	err := r.Reader.Get(ctx, key, o, opts...)
	if _, ok := o.(*v1alpha1.Supplier); ok && apierrors.IsNotFound(err) {
		return r.live.Get(ctx, key, o, opts...)
	}
	return err
}

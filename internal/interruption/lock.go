package interruption

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"
	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	coordinationv1client "k8s.io/client-go/kubernetes/typed/coordination/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// NewLock returns the lock of a leader election whose Leases a Watch checks. The election records its events with
// events. The timeout bounds a request for the Lease; controller-runtime's own lock has half of the renew deadline.
func NewLock(config *rest.Config, namespace, name string, w *Watch,
	events resourcelock.EventRecorder, timeout time.Duration,
) (resourcelock.Interface, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("naming this replica: %w", err)
	}
	config = rest.CopyConfig(config)
	config.UserAgent += "/leader-election"
	config.Timeout = timeout
	client, err := coordinationv1client.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("making a client for the Lease: %w", err)
	}
	return &resourcelock.LeaseLock{
		LeaseMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Client:    watchedLeases{client, w},
		LockConfig: resourcelock.ResourceLockConfig{
			Identity: host + "_" + uuid.NewString(), EventRecorder: events,
		},
	}, nil
}

// watchedLeases returns clients whose Leases a Watch checks.
type watchedLeases struct {
	coordinationv1client.LeasesGetter
	watch *Watch
}

func (l watchedLeases) Leases(namespace string) coordinationv1client.LeaseInterface {
	return watchedNamespace{l.LeasesGetter.Leases(namespace), l.watch}
}

type watchedNamespace struct {
	coordinationv1client.LeaseInterface
	watch *Watch
}

func (l watchedNamespace) Get(ctx context.Context, name string, o metav1.GetOptions) (*coordinationv1.Lease, error) {
	lease, err := l.LeaseInterface.Get(ctx, name, o)
	if apierrors.IsNotFound(err) {
		l.watch.noteMissing()
	}
	if err != nil {
		return nil, err //nolint:wrapcheck // The election distinguishes the API server's errors.
	}
	if err := l.watch.checkRead(ctx, lease); err != nil {
		return nil, err
	}
	return lease, nil
}

func (l watchedNamespace) Create(ctx context.Context, lease *coordinationv1.Lease,
	o metav1.CreateOptions,
) (*coordinationv1.Lease, error) {
	if err := l.watch.checkWrite(ctx, lease); err != nil {
		return nil, err
	}
	created, err := l.LeaseInterface.Create(ctx, lease, o)
	if err != nil {
		return nil, err //nolint:wrapcheck // As in Get.
	}
	l.watch.noteWritten(created)
	return created, nil
}

func (l watchedNamespace) Update(ctx context.Context, lease *coordinationv1.Lease,
	o metav1.UpdateOptions,
) (*coordinationv1.Lease, error) {
	if err := l.watch.checkWrite(ctx, lease); err != nil {
		return nil, err
	}
	updated, err := l.LeaseInterface.Update(ctx, lease, o)
	if err != nil {
		return nil, err //nolint:wrapcheck // As in Get.
	}
	l.watch.noteWritten(updated)
	return updated, nil
}

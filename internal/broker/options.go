package broker

import (
	"cmp"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/internal/authority"
)

// Options are what a Broker needs. All are required, save Log, Limits, Source and AnyPod.
type Options struct {
	// Client reads CustomerIntegrations (with the index IndexChild), Suppliers and the Secret of the certificate
	// authority from the manager's cache. It creates TokenReviews and that Secret.
	Client client.Client
	// Live reads past the cache: pods and what they belong to, and the Secret before one is created.
	Live client.Reader
	// Pool is the controllers' own, so that what one of them learns of Maskinporten holds for the other.
	Pool *authority.Pool
	// Namespace is the manager's own. The certificate authority's Secret and the Service are there.
	Namespace string
	// Namespaces are those whose CustomerIntegrations are in the cache. An account of another one gets nothing.
	Namespaces []string
	// ListenAddress is the TCP address to serve at, such as ":8444".
	ListenAddress string
	// Now is the clock.
	Now func() time.Time
	// Log has a line for each token given and for each refusal. Its zero value logs nothing.
	Log logr.Logger
	// Limits bound how often is asked.
	Limits Limits
	// Source says which addresses a pod's request may come from. "": SourceNode.
	Source Source
	// AnyPod makes the broker accept pods that are not as the operator made them, as long as account, Job and CronJob are
	// right. It is for clusters whose admission changes image, environment or mounts of all pods.
	AnyPod bool
}

// Limits bound how often is asked. Each has a burst, which is there again after a while of silence.
type Limits struct {
	// AccountEvery is how often an account may ask in the long run. 0: 2 s.
	AccountEvery time.Duration
	// AccountBurst is how often it may do so in a row. 0: 10.
	AccountBurst int
	// FailureEvery is how often the API server is asked, for all callers together, about tokens that turn out to be
	// nobody's. 0: 100 ms.
	FailureEvery time.Duration
	// FailureBurst is how many such questions may come in a row. 0: 50.
	FailureBurst int
	// AddressEvery is how often it is asked about nobody's tokens from one IP address. It is tighter than FailureEvery,
	// so that one pod's garbage does not close the door on all others. 0: 5 s.
	AddressEvery time.Duration
	// AddressBurst is how many such questions may come from it in a row. 0: 10.
	AddressBurst int
}

const (
	defaultAccountEvery = 2 * time.Second
	defaultAccountBurst = 10
	defaultFailureEvery = 100 * time.Millisecond
	defaultFailureBurst = 50
	defaultAddressEvery = 5 * time.Second
	defaultAddressBurst = 10
)

func (l Limits) withDefaults() Limits {
	return Limits{
		AccountEvery: cmp.Or(l.AccountEvery, defaultAccountEvery),
		AccountBurst: cmp.Or(l.AccountBurst, defaultAccountBurst),
		FailureEvery: cmp.Or(l.FailureEvery, defaultFailureEvery),
		FailureBurst: cmp.Or(l.FailureBurst, defaultFailureBurst),
		AddressEvery: cmp.Or(l.AddressEvery, defaultAddressEvery),
		AddressBurst: cmp.Or(l.AddressBurst, defaultAddressBurst),
	}
}

package broker

import (
	"cmp"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/emergencystop"
	"github.com/4human/integration-operator/internal/metrics"
)

// Options configure a Broker. All but Stop, Log, Metrics, Limits, Source, Sharded and AnyPod are required.
type Options struct {
	// Client reads CustomerIntegrations (with the index IndexChild), Suppliers and the Secret of the certificate authority
	// from the manager's cache. It creates TokenReviews and that Secret.
	Client client.Client
	// Live reads past the cache: pods, their owners, and the Secret before it is created.
	Live client.Reader
	// Pool is the Pool that the controllers use too, so that both share what they learn about Maskinporten.
	Pool *authority.Pool
	// Stop finds the emergency stop of a Supplier. It may be nil.
	Stop emergencystop.Find
	// Namespace is the manager's own, with the certificate authority's Secret and the broker's Service.
	Namespace string
	// Namespaces are the namespaces of CustomerIntegrations. Accounts of other namespaces get no token.
	Namespaces []string
	// ListenAddress is the TCP address to serve at, such as ":8444".
	ListenAddress string
	Now           func() time.Time
	// Log has a line for each issued token and for each refusal. Its zero value logs nothing.
	Log logr.Logger
	// Metrics counts the responses; nil: nothing is published.
	Metrics *metrics.Metrics
	// Limits limit requests.
	Limits Limits
	// Source says which addresses a pod's request may come from. Default: SourceNode.
	Source Source
	// Sharded says that CustomerIntegrations and Suppliers of other shards are not in the cache of Client. They are read
	// past it.
	Sharded bool
	// AnyPod accepts pods without a valid seal whose account, Job and CronJob are valid. It is for clusters whose
	// admission changes image, environment or mounts of all pods.
	AnyPod bool
}

// Limits limit requests. An idle caller gets its whole burst back after a while.
type Limits struct {
	// AccountEvery is the interval at which an account may send requests in the long run. Default: 2 s.
	AccountEvery time.Duration
	// AccountBurst is how many requests it may send in a row. Default: 10.
	AccountBurst int
	// FailureEvery is the interval at which the broker sends reviews of invalid tokens to the API server, for all callers
	// together. Default: 100 ms.
	FailureEvery time.Duration
	// FailureBurst is how many such reviews may be sent in a row. Default: 50.
	FailureBurst int
	// AddressEvery is that interval for tokens from one IP address. It is longer than FailureEvery, so one pod's invalid
	// tokens do not block the others. Default: 5 s.
	AddressEvery time.Duration
	// AddressBurst is how many such reviews may be sent in a row for one IP address. Default: 10.
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

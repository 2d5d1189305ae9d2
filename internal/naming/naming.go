// Package naming computes the names of customers' objects. A name identifies the customer and service that an object is
// for; labels do not.
package naming

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

const (
	// maxPrefix is the length of the part of a customer's name in the names of its children, for people. With a service's
	// part of at most 12 characters, a hash and two hyphens a name has at most 52 characters, the limit of CronJobs.
	maxPrefix = 30
	// hashLength is the number of hexadecimal digits of the hash that makes names unique.
	hashLength = 8
)

// Child returns the name of the CronJob and of the ServiceAccount of one service of a CustomerIntegration, in its
// namespace.
func Child(integration string, service v1alpha1.ServiceName) string {
	prefix := integration
	if len(prefix) > maxPrefix {
		prefix = prefix[:maxPrefix]
	}
	return prefix + "-" + services.ShortName(service) + "-" + hash(integration+"\n"+string(service))
}

// FirstJob returns the name of the Job that is created at once when access is granted, at the time of that transition.
// A transition has one name.
func FirstJob(integration string, service v1alpha1.ServiceName, since time.Time) string {
	return Child(integration, service) + "-" + hash(since.UTC().Format(time.RFC3339))
}

// RequestedJob returns the name of the Job that is created for a value of the annotation
// reconcile.fluxcd.io/requestedAt.
func RequestedJob(integration string, service v1alpha1.ServiceName, request string) string {
	return Child(integration, service) + "-" + hash("requested\n"+request)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:hashLength]
}

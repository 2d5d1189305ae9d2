// Package naming computes the names of what is made for a customer. A name says for whom it was made: nothing else, no
// label above all, is asked when that matters.
package naming

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const (
	// maxPrefix is how much of a customer's name is in the names of its children, for people to read.
	maxPrefix = 30
	// hashLength is how many hexadecimal digits of a hash make names differ.
	hashLength = 8
)

// shortNames stand for services in names. With a prefix, a hash and two hyphens a name has at most the 52 characters
// that Kubernetes lets a CronJob have.
var shortNames = map[v1alpha1.ServiceName]string{
	v1alpha1.ServiceFollowUpPlans:       "plans",
	v1alpha1.ServiceSickNotes:           "sick-notes",
	v1alpha1.ServiceSickPayApplications: "sick-pay",
}

// Child gives the name of the CronJob and of the ServiceAccount of one service of the CustomerIntegration with a name.
// Both are in its namespace.
func Child(integration string, service v1alpha1.ServiceName) string {
	prefix := integration
	if len(prefix) > maxPrefix {
		prefix = prefix[:maxPrefix]
	}
	return prefix + "-" + shortNames[service] + "-" + hash(integration+"\n"+string(service))
}

// FirstJob gives the name of the Job that is made at once when access has been given, for the transition at a time: the
// same one, however often it is made.
func FirstJob(integration string, service v1alpha1.ServiceName, since time.Time) string {
	return Child(integration, service) + "-" + hash(since.UTC().Format(time.RFC3339))
}

// RequestedJob gives the name of the Job that is made because somebody asked for one, by a value of the annotation that
// asks.
func RequestedJob(integration string, service v1alpha1.ServiceName, request string) string {
	return Child(integration, service) + "-" + hash("requested\n"+request)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:hashLength]
}

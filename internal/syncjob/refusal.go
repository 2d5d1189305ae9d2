package syncjob

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/types"
)

const (
	// FailedCreate is the reason of the events by which the Job controller reports that the API server refuses a pod.
	FailedCreate = "FailedCreate"
	// refusalLimit is how long the pod of a Job may be missing before its refusal is reported. The Job controller tries
	// again after 1, 2, 4, 8 and 16 seconds; a webhook that restarts refuses some.
	refusalLimit = 30 * time.Second
	// maxRefusal bounds the text of a refusal, in bytes.
	maxRefusal = 200
)

// Refusal is why the API server refuses the pod of a Job.
type Refusal struct {
	// Job is the name of the Job.
	Job string
	// Text is the API server's message, shortened. It is "" if its event has expired.
	Text string
	// At is when it was last refused.
	At time.Time
}

// Refusals are the refusals of a namespace, by the UID of the Job.
type Refusals map[types.UID]Refusal

// Note adds what an event reports, unless a later one is known.
func (r Refusals) Note(e *eventsv1.Event) {
	at := e.DeprecatedLastTimestamp.Time
	if at.IsZero() {
		at = e.EventTime.Time
	}
	if e.Series != nil && e.Series.LastObservedTime.After(at) {
		at = e.Series.LastObservedTime.Time
	}
	if known, ok := r[e.Regarding.UID]; ok && !at.After(known.At) {
		return
	}
	r[e.Regarding.UID] = Refusal{Job: e.Regarding.Name, Text: shortRefusal(e.Note, e.Regarding.Name), At: at}
}

var (
	// refusalPrefix is what clients put before the API server's words.
	refusalPrefix = regexp.MustCompile(`^(\(combined from similar events\): )?(Error creating: )?` +
		`(pods "[^"]*" is forbidden: )?`)
	// usedOfQuota is the part of a quota's refusal that changes all the time.
	usedOfQuota = regexp.MustCompile(`, used: .*?, limited: `)
)

// shortRefusal returns the API server's message about a pod of a Job: without what differs from attempt to
// attempt, in one line of printable characters, and bounded.
func shortRefusal(note, job string) string {
	text := refusalPrefix.ReplaceAllString(note, "")
	text = usedOfQuota.ReplaceAllString(text, ", limited: ")
	text = regexp.MustCompile(regexp.QuoteMeta(job)+`-[a-z0-9]{5}\b`).ReplaceAllLiteralString(text, job)
	isBlank := func(c rune) bool { return unicode.IsSpace(c) || !unicode.IsPrint(c) }
	text = strings.Join(strings.FieldsFunc(text, isBlank), " ")
	text = strings.TrimRight(text, ". ")
	if len(text) <= maxRefusal {
		return text
	}
	cut := maxRefusal - len("…")
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}

// LacksPod reports whether a Job has no pod: it waits for one, or has waited until its deadline.
func LacksPod(c *Child, job *batchv1.Job) bool {
	finished, _ := FinishOf(job)
	return job.DeletionTimestamp.IsZero() && len(podsOf(c.Pods, job)) == 0 && (finished.IsZero() || tookTooLong(job))
}

// RefusalOf returns why the pod of a service's run cannot be created now, nil if no Job waits for its pod.
func RefusalOf(c *Child, now time.Time) *Refusal {
	for i := range c.Jobs {
		job := &c.Jobs[i]
		refused, known := c.Refusals[job.UID]
		if finished, _ := FinishOf(job); known && finished.IsZero() && MayBeRefused(c, job, now) {
			return &refused
		}
	}
	return nil
}

// LastRefusal returns why the last run had no pod, with as much as is still known.
func LastRefusal(c *Child, jobUID string) *Refusal {
	refused := c.Refusals[types.UID(jobUID)]
	for i := range c.Jobs {
		if string(c.Jobs[i].UID) == jobUID {
			refused.Job = c.Jobs[i].Name
		}
	}
	return &refused
}

// HasStartedSince reports whether a pod that was created after a time has started.
func HasStartedSince(c *Child, at time.Time) bool {
	for i := range c.Pods {
		if pod := &c.Pods[i]; pod.CreationTimestamp.After(at) && pod.Status.Phase != corev1.PodPending {
			return true
		}
	}
	return false
}

// NextLook returns when to look for the refusal of a Job that waits for its pod: after refusalLimit, and then at twice
// the age each time, because most Jobs wait only for a busy Job controller; hourly after a day. It is zero if the Job
// has its pod.
func NextLook(c *Child, job *batchv1.Job, now time.Time) time.Time {
	if finished, _ := FinishOf(job); !finished.IsZero() || !LacksPod(c, job) {
		return time.Time{}
	}
	age, next := now.Sub(job.CreationTimestamp.Time), refusalLimit
	if age > 24*time.Hour {
		return now.Add(time.Hour)
	}
	for next <= age {
		next *= 2
	}
	return job.CreationTimestamp.Add(next)
}

// MayBeRefused reports whether a Job has waited for its pod so long that its refusal is worth looking for.
func MayBeRefused(c *Child, job *batchv1.Job, now time.Time) bool {
	return LacksPod(c, job) && !now.Before(job.CreationTimestamp.Add(refusalLimit))
}

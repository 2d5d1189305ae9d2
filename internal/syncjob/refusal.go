package syncjob

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/clock"
)

const (
	// FailedCreate is the reason of the events by which Kubernetes' controllers report that the API server refuses a pod
	// or a Job.
	FailedCreate = "FailedCreate"
	// RefusalLimit is how long a pod or a Job may be missing before its refusal is reported. Kubernetes' controllers try
	// again within seconds; a webhook that restarts refuses some.
	RefusalLimit = 30 * time.Second
	// maxRefusal bounds the text of a refusal, in bytes.
	maxRefusal = 200
)

// Refusal is why the API server refuses the pod of a Job, a Job of a CronJob, or what the operator writes.
type Refusal struct {
	// Name is the name of the Job that lacks its pod or of the CronJob that lacks a Job, or kind and name of an object
	// that the operator writes.
	Name string
	// Text is the API server's message, shortened. It is "" if its event has expired.
	Text string
	// At is when it was last refused.
	At time.Time
}

// Refusals are the refusals of a namespace, by the UID of the Job or CronJob.
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
	r[e.Regarding.UID] = Refusal{Name: e.Regarding.Name, Text: shortRefusal(e.Note, e.Regarding.Name), At: at}
}

var (
	// refusalPrefix is what clients put before the API server's words.
	refusalPrefix = regexp.MustCompile(`^(\(combined from similar events\): )?(Error creating( job)?: )?` +
		`([a-z.]+ "[^"]*" is (forbidden|invalid): )?`)
	// usedOfQuota is the part of a quota's refusal that changes all the time.
	usedOfQuota = regexp.MustCompile(`, used: .*?, limited: `)
)

// shortRefusal returns the API server's message about a pod of a Job or a Job of a CronJob: without what differs from
// attempt to attempt, in one line of printable characters, and bounded.
func shortRefusal(note, owner string) string {
	text := refusalPrefix.ReplaceAllString(note, "")
	text = usedOfQuota.ReplaceAllString(text, ", limited: ")
	text = regexp.MustCompile(regexp.QuoteMeta(owner)+`-([a-z0-9]{5}|\d+)\b`).ReplaceAllLiteralString(text, owner)
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

// RefusalOfWrite returns the refusal of an object that the operator writes.
func RefusalOfWrite(kind, name string, err error, now time.Time) Refusal {
	return Refusal{Name: kind + " " + name, Text: shortRefusal(err.Error(), name), At: now}
}

// waitsSince returns since when a Job waits for a pod: since its creation, or since its last pod was disrupted. It is
// zero if the Job has its pod.
func waitsSince(c *Child, job *batchv1.Job) time.Time {
	last := lastPod(podsOf(c.Pods, job))
	switch {
	case last == nil:
		return job.CreationTimestamp.Time
	case hasEnded(last) && isDisrupted(last):
		return clock.Later(endOfPod(last), job.CreationTimestamp.Time)
	default:
		return time.Time{}
	}
}

// endOfPod returns when a disrupted pod ended: when its worker did or, if that never ran, when it was disrupted.
func endOfPod(pod *corev1.Pod) time.Time {
	if state := terminatedState(pod); state != nil {
		return state.FinishedAt.Time
	}
	i := slices.IndexFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.DisruptionTarget
	})
	return pod.Status.Conditions[i].LastTransitionTime.Time
}

// lacksPod reports whether a Job has no pod: it waits for one, or has waited until its deadline.
func lacksPod(c *Child, job *batchv1.Job) bool {
	finished, _ := FinishOf(job)
	return job.DeletionTimestamp.IsZero() && !waitsSince(c, job).IsZero() && (finished.IsZero() || tookTooLong(job))
}

// refusalOfPod returns why the pod that a Job waits for is refused, nil if that is not known.
func refusalOfPod(c *Child, job *batchv1.Job) *Refusal {
	refused, known := c.Refusals[job.UID]
	if since := waitsSince(c, job); !known || since.IsZero() || refused.At.Before(since) {
		return nil
	}
	return &refused
}

// RefusalOf returns why the pod of a service's run cannot be created now, nil if no Job waits for its pod.
func RefusalOf(c *Child, now time.Time) *Refusal {
	for i := range c.Jobs {
		job := &c.Jobs[i]
		refused := refusalOfPod(c, job)
		if finished, _ := FinishOf(job); refused != nil && finished.IsZero() && MayBeRefused(c, job, now) {
			return refused
		}
	}
	return nil
}

// LastRefusal returns why the last run had no pod. Its text and name are "" if they are no longer known.
func LastRefusal(c *Child, jobUID string) *Refusal {
	refused := c.Refusals[types.UID(jobUID)]
	for i := range c.Jobs {
		if string(c.Jobs[i].UID) == jobUID {
			refused.Name = c.Jobs[i].Name
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

// NextLook returns when to look for the refusal of a Job that waits for its pod: after RefusalLimit, and then at twice
// the age each time, because most Jobs wait only for a busy Job controller; hourly after a day. It is zero if the Job
// has its pod.
func NextLook(c *Child, job *batchv1.Job, now time.Time) time.Time {
	if finished, _ := FinishOf(job); !finished.IsZero() || !lacksPod(c, job) {
		return time.Time{}
	}
	since := waitsSince(c, job)
	waited, next := now.Sub(since), RefusalLimit
	if waited > 24*time.Hour {
		return now.Add(time.Hour)
	}
	for next <= waited {
		next *= 2
	}
	return since.Add(next)
}

// MayBeRefused reports whether a Job has waited for its pod so long that its refusal is worth looking for.
func MayBeRefused(c *Child, job *batchv1.Job, now time.Time) bool {
	return lacksPod(c, job) && !now.Before(waitsSince(c, job).Add(RefusalLimit))
}

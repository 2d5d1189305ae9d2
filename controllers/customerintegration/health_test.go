package customerintegration

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/syncjob"
)

// lastRan is what is known of the jobs of a service of which the last run ended a while ago. Data has been allowed to
// flow for an hour.
func lastRan(after time.Duration, reason string, failures int32) v1alpha1.ServiceSync {
	sync := v1alpha1.ServiceSync{ActiveSince: ago(time.Hour), Failures: failures, SameFailures: failures}
	sync.LastRun = v1alpha1.SyncRun{
		Outcome: v1alpha1.SyncSucceeded, Reason: reason, FinishedTime: metav1.NewTime(fixture.Noon.Add(-after)), JobUID: "1",
	}
	if reason != "" {
		sync.LastRun.Outcome = v1alpha1.SyncFailed
	}
	return sync
}

// otherwise lets all but the last few failures in a row have had another reason.
func otherwise(sync v1alpha1.ServiceSync, same int32) v1alpha1.ServiceSync {
	sync.SameFailures = same
	return sync
}

// unsettled lets plans wait for a person.
func unsettled(sync v1alpha1.ServiceSync) v1alpha1.ServiceSync {
	sync.OpenUnknown = 1
	return sync
}

// TestHealthOf verifies the health of the jobs of one service.
func TestHealthOf(t *testing.T) {
	const mismatch = string(runreport.HRMOrganizationMismatch)
	longAgo := v1alpha1.ServiceSync{ActiveSince: ago(3 * time.Hour)}
	cases := map[string]struct {
		reason string
		sync   v1alpha1.ServiceSync
		pod    string // what it waits for
		want   string
	}{
		"idle": {
			reason: "none shall run",
			sync:   v1alpha1.ServiceSync{Failures: 7, LastRun: lastRan(0, mismatch, 7).LastRun}, pod: "ErrImagePull", want: "",
		},
		"new": {reason: "none has ended", sync: v1alpha1.ServiceSync{ActiveSince: at(0)}, want: "NoRunYet"},
		"new-again": {
			reason: "none has ended since data may flow again",
			sync:   lastRan(2*time.Hour, "NAVError", 0), want: "NoRunYet",
		},
		"first": {
			reason: "it ended in the second in which it all began",
			sync:   lastRan(time.Hour, "", 0), want: "SyncSucceeded",
		},
		"well":          {reason: "it did what there was to do", sync: lastRan(0, "", 0), want: "SyncSucceeded"},
		"failed":        {reason: "once is an everyday thing", sync: lastRan(0, "NAVError", 1), want: "SyncRetrying"},
		"failed-twice":  {reason: "so is twice", sync: lastRan(0, "NAVError", 2), want: "SyncRetrying"},
		"failed-thrice": {reason: "a person has to act", sync: lastRan(0, "NAVError", 3), want: "SyncFailing"},
		"mismatch": {
			reason: "at once, for it does not get better by itself",
			sync:   lastRan(0, mismatch, 1), want: "HRMOrganizationMismatch",
		},
		"credentials": {
			reason: "a person has to act before a run can succeed",
			sync:   lastRan(0, "HRMCredentialsMissing", 1), want: "HRMCredentialsMissing",
		},
		"unauthorized": {reason: "as above", sync: lastRan(0, "HRMUnauthorized", 1), want: "HRMUnauthorized"},
		"address":      {reason: "as above", sync: lastRan(0, "HRMAddressNotAllowed", 1), want: "HRMAddressNotAllowed"},
		"worker":       {reason: "as above", sync: lastRan(0, "ConfigurationInvalid", 1), want: "WorkerMismatch"},
		"no-token": {
			reason: "it may be the restart of the manager",
			sync:   lastRan(0, "BrokerUnavailable", 2), want: "SyncRetrying",
		},
		"no-token-often": {
			reason: "its pods do not reach the broker",
			sync:   lastRan(0, "BrokerUnavailable", 3), want: "SyncFailing",
		},
		"evicted": {reason: "no failure was counted", sync: lastRan(0, "Evicted", 0), want: "SyncRetrying"},
		"mismatch-before": {
			reason: "that was before a break, and may have been mended",
			sync:   lastRan(2*time.Hour, mismatch, 0), want: "NoRunYet",
		},
		"mismatch-first": {
			reason: "it comes before whatever else is wrong",
			sync:   lastRan(0, mismatch, 9), pod: "InvalidImageName", want: "HRMOrganizationMismatch",
		},
		"no-start": {
			reason: "a pod does not start",
			sync:   lastRan(0, "", 0), pod: "InvalidImageName", want: "SyncPodNotStarting",
		},
		"no-start-failed": {
			reason: "which is why runs fail",
			sync:   lastRan(0, string(runreport.NeverStarted), 9), pod: "InvalidImageName", want: "SyncPodNotStarting",
		},
		"refused": {reason: "until a pod starts", sync: lastRan(0, string(runreport.PodRefused), 1), want: "SyncPodRefused"},
		"refused-before": {
			reason: "a pod was created, and cannot start",
			sync:   lastRan(0, string(runreport.PodRefused), 1), pod: "InvalidImageName", want: "SyncPodNotStarting",
		},
		"starting": {reason: "a pod is about to", sync: lastRan(0, "", 0), pod: "ContainerCreating", want: "SyncSucceeded"},
		"stale":    {reason: "nothing has ended for three periods", sync: longAgo, want: "SyncStale"},
		"stale-unscheduled": {
			reason: "the CronJob keeps its schedule while the Supplier's is invalid",
			sync:   longAgo, want: "SyncStale",
		},
		"almost-stale": {
			reason: "a second is left",
			sync:   v1alpha1.ServiceSync{ActiveSince: ago(3*time.Hour - time.Second)}, want: "NoRunYet",
		},
		"right": {
			reason: "NAV's own access service may be down",
			sync:   lastRan(0, "RightMissing", 2), want: "SyncRetrying",
		},
		"right-thrice": {reason: "the customer has to act", sync: lastRan(0, "RightMissing", 3), want: "RightMissing"},
		"right-mixed": {
			reason: "it was not the right each time",
			sync:   otherwise(lastRan(0, "RightMissing", 3), 2), want: "SyncFailing",
		},
		"right-before": {
			reason: "that is not how the last one failed",
			sync:   otherwise(lastRan(0, "NAVError", 4), 1), want: "SyncFailing",
		},
		"unsettled": {reason: "a person must find out", sync: unsettled(lastRan(0, "", 0)), want: "PlansUnsettled"},
		"unsettled-once": {
			reason: "a run that failed changes nothing of it",
			sync:   unsettled(lastRan(0, "NAVError", 1)), want: "PlansUnsettled",
		},
		"unsettled-new": {reason: "nor does a break", sync: unsettled(lastRan(2*time.Hour, "", 0)), want: "PlansUnsettled"},
		"unsettled-fails": {
			reason: "what is settled is seen once runs go well",
			sync:   unsettled(lastRan(0, "NAVError", 3)), want: "SyncFailing",
		},
		"unsettled-idle": {reason: "no run would see that it is settled", sync: unsettled(v1alpha1.ServiceSync{}), want: ""},
		"stale-failed": {
			reason: "the last success is too long ago, though runs fail less often than is reported",
			sync: v1alpha1.ServiceSync{
				ActiveSince: ago(9 * time.Hour), LastSuccessTime: ago(3 * time.Hour), Failures: 2, LastRun: lastRan(0, "NAVError",
					2).LastRun,
			},
			want: "SyncStale",
		},
		"failing-stale": {
			reason: "the cause is reported rather than the duration",
			sync: v1alpha1.ServiceSync{
				ActiveSince: ago(9 * time.Hour), Failures: 9,
				LastRun: lastRan(0, "NAVError", 9).LastRun,
			},
			want: "SyncFailing",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := makeCustomer().granted(0).inPlace()
			if c.pod != "" {
				b.with(podWaits(c.pod))
				b.s.children.Of(fixture.FollowUpPlans).Pods[0].CreationTimestamp = metav1.NewTime(fixture.Noon)
			}
			if name == "stale-unscheduled" {
				b.with(spoilSchedule)
			}
			known := v1alpha1.CustomerServiceStatus{Name: fixture.FollowUpPlans, Sync: c.sync}
			got := healthOf(b.s.withJobs(known), &known)
			if got.reason != c.want || (got.fact == "") != (c.want == "") {
				t.Errorf("%s: %+v, want %q", c.reason, got, c.want)
			}
			if c.want != "" {
				fixture.IsWellFormed(t, got.reason, sentences(got.fact, got.action))
			}
		})
	}
}

// ailing returns a status of a service that has a reason of SyncHealthy, and puts the service's pods in that state.
func ailing(s *scope, name v1alpha1.ServiceName, reason string) v1alpha1.CustomerServiceStatus {
	known := v1alpha1.CustomerServiceStatus{Name: name, Sync: lastRan(0, "", 0)}
	for _, run := range condition.Runs() {
		if run.AtOnce == reason {
			known.Sync = lastRan(0, string(run.Reason), 1)
		}
	}
	for _, cause := range condition.RunCauses() {
		if cause.AtOnce == reason && cause.AtOnce != "" {
			known.Sync = lastRan(0, string(runreport.ConfigurationInvalid), 1)
			known.Sync.LastRun.Cause = string(cause.Cause)
		}
	}
	switch reason {
	case v1alpha1.ReasonSyncPodNotStarting:
		pod := fixture.Pending(0)
		pod.Status.ContainerStatuses[0].State = fixture.Waiting("InvalidImageName", "")
		s.children.Services[name] = &syncjob.Child{Pods: []corev1.Pod{pod}}
	case v1alpha1.ReasonSyncPodRefused:
		known.Sync = lastRan(0, string(runreport.PodRefused), 1)
	case v1alpha1.ReasonSyncJobRefused:
		known.Sync.JobRefusedTime = at(0)
	case v1alpha1.ReasonRightMissing:
		known.Sync = lastRan(0, "RightMissing", 3)
	case v1alpha1.ReasonPlansUnsettled:
		known.Sync = unsettled(known.Sync)
	case v1alpha1.ReasonSyncFailing:
		known.Sync = lastRan(0, "NAVError", 3)
	case v1alpha1.ReasonSyncStale:
		known.Sync.ActiveSince = ago(1000 * time.Hour)
	case v1alpha1.ReasonSyncRetrying:
		known.Sync = lastRan(0, "NAVError", 1)
	case v1alpha1.ReasonNoRunYet:
		known.Sync = v1alpha1.ServiceSync{ActiveSince: at(0)}
	case v1alpha1.ReasonNotSyncing:
		known.Sync = v1alpha1.ServiceSync{}
	}
	return known
}

// healthReasons lists the reasons of SyncHealthy in order of rank.
func healthReasons() []string {
	var all []string
	for _, row := range condition.Rows() {
		if _, ok := row.At(condition.Customer, v1alpha1.ConditionSyncHealthy); ok {
			all = append(all, row.Reason)
		}
	}
	return all
}

// TestSyncHealthyOfTwo verifies that SyncHealthy reports the worse of two services, or both if they have one reason.
func TestSyncHealthyOfTwo(t *testing.T) {
	reasons := healthReasons()
	for i, plans := range reasons {
		for j, notes := range reasons {
			s := makeCustomer().services(fixture.FollowUpPlans, fixture.SickNotes).s
			all := []v1alpha1.CustomerServiceStatus{ailing(s, fixture.FollowUpPlans, plans), ailing(s, fixture.SickNotes, notes)}
			got, want := syncCondition(s.verdict(), healthOfJobs(s.withJobs(all...), all), condition.State{}), reasons[min(i, j)]
			status, _ := condition.Of(want).At(condition.Customer, v1alpha1.ConditionSyncHealthy)
			if got.Reason != want || got.Status != status {
				t.Errorf("plans %s, sick notes %s: %s %s, want %s %s", plans, notes, got.Status, got.Reason, status, want)
			}
			fixture.IsWellFormed(t, plans+" and "+notes, got.Message)
			if want == v1alpha1.ReasonNotSyncing {
				continue
			}
			if told := strings.Contains(got.Message, "FollowUpPlans: "); told != (i <= j) {
				t.Errorf("plans %s, sick notes %s: plans are reported: %t: %s", plans, notes, told, got.Message)
			}
			if told := strings.Contains(got.Message, "SickNotes: "); told != (j <= i) {
				t.Errorf("plans %s, sick notes %s: sick notes are reported: %t: %s", plans, notes, told, got.Message)
			}
		}
	}
}

// TestHealthReasonsRank checks that what a person must act on ranks before what passes without one.
func TestHealthReasonsRank(t *testing.T) {
	order := []metav1.ConditionStatus{metav1.ConditionFalse, metav1.ConditionUnknown, metav1.ConditionTrue}
	var statuses []int
	for _, reason := range healthReasons() {
		if reason != v1alpha1.ReasonNotSyncing {
			status, _ := condition.Of(reason).At(condition.Customer, v1alpha1.ConditionSyncHealthy)
			statuses = append(statuses, slices.Index(order, status))
		}
	}
	if !slices.IsSorted(statuses) {
		t.Errorf("the ranks are %v", healthReasons())
	}
}

// TestOutageOfNAV verifies that a customer's failed runs are excused while NAV does not serve those of many customers.
func TestOutageOfNAV(t *testing.T) {
	cases := map[string]struct {
		fault string
		since time.Duration // before noon, when the last run ended
		last  string        // the last run's reason
		want  string
	}{
		"nav-well": {since: time.Hour, last: "NAVError", want: v1alpha1.ReasonSyncFailing},
		"nav-down": {
			fault: v1alpha1.ReasonCustomerRunsFailing, since: time.Hour, last: "NAVError", want: v1alpha1.ReasonSyncRetrying,
		},
		"no-right": {
			fault: v1alpha1.ReasonCustomerRunsFailing, since: time.Hour, last: "RightMissing",
			want: v1alpha1.ReasonSyncRetrying,
		},
		"plans-refused": {
			fault: v1alpha1.ReasonManyRejections, since: time.Hour, last: "NAVRefusing", want: v1alpha1.ReasonSyncRetrying,
		},
		"nav-recovered": {since: -time.Minute, last: "NAVError", want: v1alpha1.ReasonSyncRetrying},
		"hrm-down": {
			fault: v1alpha1.ReasonCustomerRunsFailing, since: time.Hour, last: "HRMUnreachable",
			want: v1alpha1.ReasonSyncFailing,
		},
		"our-fault": {
			fault: v1alpha1.ReasonSupplierNotReady, since: time.Hour, last: "NAVError", want: v1alpha1.ReasonSyncFailing,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := makeCustomer().granted(0).inPlace()
			available(b.s, c.fault, c.since)
			known := v1alpha1.CustomerServiceStatus{Name: fixture.FollowUpPlans, Sync: lastRan(0, c.last, 3)}
			got := healthOf(b.s.withJobs(known), &known)
			if got.reason != c.want {
				t.Errorf("%+v, want %s", got, c.want)
			}
		})
	}
}

// TestNotSyncing verifies why no run is allowed.
func TestNotSyncing(t *testing.T) {
	cases := map[string]struct {
		reason string
		pass   customerBuilder
		want   string
	}{
		"disabled": {
			reason: "it was chosen",
			pass:   makeCustomer().with(func(s *scope) { s.customer.Spec.Sync = v1alpha1.SyncDisabled }),
			want:   "spec.sync is Disabled: access is verified, and no jobs run.",
		},
		"no-access": {reason: "Ready says whose turn it is", pass: makeCustomer(), want: "Sync is not allowed; see Ready."},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := syncCondition(c.pass.s.verdict(), jobHealth{}, condition.State{})
			if got != (condition.State{Status: metav1.ConditionUnknown, Reason: v1alpha1.ReasonNotSyncing, Message: c.want}) {
				t.Errorf("%s: %v", c.reason, got)
			}
		})
	}
}

// advice has a part of what to do about each reason of a run that failed.
var advice = map[string]string{
	"AccessRefused":           "manager's log and Supplier/default",
	"BrokerUnavailable":       "Service token-broker",
	"ConfigurationInvalid":    "spec.sync.image of Supplier/default",
	"CursorMoved":             "the HRM system at https://tiger.hrm.4human.example/integration. Find it",
	"DocumentRefused":         "Send its vendor unit, number and id",
	"DocumentUnreadable":      "unit, number and id",
	"DocumentsHidden":         "contact NAV's support",
	"HRMAddressNotAllowed":    "spec.hrm.allowedAddresses of Supplier/default",
	"HRMBadResponse":          "Check the HRM system at https://tiger.hrm.4human.example/integration",
	"HRMCredentialsMissing":   `Create it with the bearer token under "token"`,
	"HRMOrganizationMismatch": "Correct spec.hrm",
	"HRMUnauthorized":         "Secret customers/tiger-hrm",
	"HRMUnreachable":          "Check the HRM system at https://tiger.hrm.4human.example/integration",
	"InternalError":           "kubectl logs -n customers -l integrations.4human.no/integration=dynamisk-altetende-tiger",
	"Interrupted":             "kubectl get events -n customers",
	"NAVError":                "Nav-Call-Id",
	"NAVRefusing":             "sent again",
	"NAVTokenRejected":        "Nav-Call-Id",
	"NAVUnreachable":          "Nav-Call-Id",
	"ServiceError":            "kubectl logs",
	"ServiceRefused":          "kubectl logs",
	"ServiceTokenRejected":    "kubectl logs",
	"ServiceUnreachable":      "kubectl logs",
	"RightMissing":            "Wait for the next run", // the third in a row is reported otherwise: see missingRight
	"TimedOut":                "kubectl logs",

	"DeadlineExceeded": "kubectl logs",
	"Evicted":          "kubectl get events -n customers",
	"NeverStarted":     "kubectl get events -n customers",
	"PodRefused":       "kubectl get events -n customers",
	"NoReport":         "kubectl logs",
	"OOMKilled":        "Raise spec.sync.resources.limits.memory of Supplier/default",
	"PodGone":          "kubectl get events -n customers",
}

// TestAdvice verifies that each reason of a failed run has an action.
func TestAdvice(t *testing.T) {
	all := slices.Concat(runreport.Reasons(), runreport.PodReasons())
	if len(all) != len(advice) {
		t.Errorf("there are %d reasons, and advice about %d", len(all), len(advice))
	}
	v := makeCustomer().s.verdict()
	for _, reason := range all {
		known := &v1alpha1.CustomerServiceStatus{Name: fixture.FollowUpPlans}
		known.Sync.LastRun.Reason = string(reason)
		got := fill(v, known, condition.RunOf(string(reason)).Action)
		fixture.IsWellFormed(t, string(reason), got)
		if want := advice[string(reason)]; want == "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q in it", reason, got, want)
		}
	}
}

// TestAdviceAboutACustomJob verifies that the action names the fields of a custom service.
func TestAdviceAboutACustomJob(t *testing.T) {
	v := makeCustomer().s.verdict()
	v.Supplier = v.Supplier.DeepCopy()
	v.Supplier.Spec.Services = append(v.Supplier.Spec.Services, v1alpha1.OfferedService{
		Name: "NetRegistration", Custom: &v1alpha1.CustomService{Title: "Innrapportering til NRL"},
	})
	for reason, want := range map[runreport.Reason]string{
		runreport.ConfigurationInvalid: "correct custom.job of NetRegistration in Supplier/default",
		runreport.OutOfMemory:          "Raise custom.job.resources.limits.memory of NetRegistration in Supplier/default.",
	} {
		known := &v1alpha1.CustomerServiceStatus{Name: "NetRegistration"}
		if got := fill(v, known, condition.RunOf(string(reason)).Action); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q in it", reason, got, want)
		}
	}
}

// TestCauses reports the cause of the last failure in place of its reason, with the command for this customer.
func TestCauses(t *testing.T) {
	const (
		endpoint = "https://tiger.hrm.4human.example/integration"
		patch    = "kubectl patch secret tiger-hrm -n customers --type=merge -p " +
			`'{"data":{"token":"'$(base64 <FILE | tr -d '\n')'"}}'`
		create = "kubectl create secret generic tiger-hrm -n customers --from-file=token=FILE"
	)
	for name, c := range map[string]struct {
		reason, why string
		want        []string
	}{
		"NameNotResolved": {
			reason: "HRMUnreachable",
			why:    "DNS", want: []string{"HRM system does not resolve", "nslookup tiger.hrm.4human.example"},
		},
		"ConnectionRefused": {
			reason: "HRMUnreachable",
			why:    "no server", want: []string{"refuses the connection", "curl -v " + endpoint},
		},
		"TimedOut": {
			reason: "HRMUnreachable",
			why:    "a firewall", want: []string{"does not respond in time", "NetworkPolicies"},
		},
		"CertificateUntrusted": {
			reason: "HRMUnreachable",
			why:    "a private CA", want: []string{`Put its CA into Secret customers/tiger-hrm under "ca.crt"`},
		},
		"CertificateMismatch": {
			reason: "NAVUnreachable",
			why:    "a proxy", want: []string{"certificate of NAV", "-connect lps-oppfolgingsplan-mottak.nav.no:443"},
		},
		"ProxyFailed": {
			reason: "NAVUnreachable",
			why:    "a proxy", want: []string{"proxy does not connect to NAV", "spec.sync.proxy"},
		},
		"TokenByteMark": {reason: "HRMCredentialsMissing", why: "Notepad", want: []string{"byte order mark", patch}},
		"TokenWithScheme": {
			reason: "HRMCredentialsMissing",
			why:    "the header", want: []string{`begins with "Bearer "`, patch},
		},
		"TokenOfLines": {reason: "HRMCredentialsMissing", why: "a file of two", want: []string{"several lines", patch}},
		"TokenEmpty":   {reason: "HRMCredentialsMissing", why: "forgotten", want: []string{"is empty", patch}},
		"TokenMissing": {
			reason: "HRMCredentialsMissing",
			why:    "no key or no Secret", want: []string{"is missing, or the Secret is", create, patch},
		},
		"TokenOfServiceAccount": {
			reason: "HRMCredentialsMissing",
			why:    "the wrong Secret", want: []string{"not sent", "spec.hrm.credentialsSecretRef"},
		},
		"CAConfigMapUnreadable": {
			reason: "ConfigurationInvalid",
			why:    "a name that no ConfigMap has",
			want: []string{
				"ConfigMap customers/corporate-ca (key bundle.pem) is missing", "spec.sync.caConfigMapRef of Supplier/default",
			},
		},
		"SecretOfAnother": {
			reason: "HRMCredentialsMissing",
			why:    "the wrong Secret", want: []string{"another customer's", "310330701"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			sync := lastRan(0, c.reason, 3)
			sync.LastRun.Cause = name
			known := v1alpha1.CustomerServiceStatus{Name: fixture.FollowUpPlans, Sync: sync}
			s := makeCustomer().s
			s.supplier.Spec.Sync.CAConfigMapRef = v1alpha1.ConfigMapKeyReference{Name: "corporate-ca", Key: "bundle.pem"}
			got := healthOf(s.verdict(), &known)
			text := sentences(got.fact, got.action)
			fixture.IsWellFormed(t, name, text)
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("%s: %q lacks %q", c.why, text, want)
				}
			}
			if placeholder.MatchString(text) || strings.Contains(text, "--dry-run") {
				t.Errorf("%s: %q", c.why, text)
			}
		})
	}
}

// placeholder matches what fill replaces.
var placeholder = regexp.MustCompile(`\{[a-zA-Z]+\}`)

// changing matches what changes from call to call: times, uids and names of runs.
var changing = regexp.MustCompile(`20\d\d-|\d\d:\d\d|[0-9a-f]{8}-[0-9a-f]{4}|run-|\bago\b`)

// TestHealthMessages verifies that messages are whole if every name is as long as the API allows, and the same for one
// run after another: another message is another write.
func TestHealthMessages(t *testing.T) {
	s := makeCustomer().services(fixture.FollowUpPlans).with(func(s *scope) {
		s.supplier = fixture.LongestSupplier()
		s.customer.Name, s.customer.Namespace = strings.Repeat("c", 63), strings.Repeat("n", 63)
		s.supplier.Spec.AllowedNamespaces = []string{s.customer.Namespace}
		s.customer.Spec.HRM.CredentialsSecretRef.Name = strings.Repeat("s", 253)
		s.customer.Spec.HRM.Endpoint = "https://tiger.hrm.4human.example/" + strings.Repeat("i", 479)
	}).s
	say := func(reason string, change func(*v1alpha1.ServiceSync)) string {
		known := ailing(s, fixture.FollowUpPlans, reason)
		if known.Sync.LastRun.JobUID != "" {
			change(&known.Sync)
		}
		got := healthOf(s.withJobs(known), &known)
		if got.reason != reason {
			t.Fatalf("%s is reported as %s", reason, got.reason)
		}
		return sentences(got.fact, got.action)
	}
	seen := map[string]string{}
	for _, reason := range healthReasons() {
		if reason == v1alpha1.ReasonNotSyncing {
			continue
		}
		s.children.Services = map[v1alpha1.ServiceName]*syncjob.Child{}
		first := say(reason, func(*v1alpha1.ServiceSync) {})
		second := say(reason, func(sync *v1alpha1.ServiceSync) {
			sync.LastRun.JobUID, sync.LastRun.FinishedTime = "2b1e4f5a-77f2-4c55-b1f0-2f5f5a1a3b11", metav1.NewTime(
				fixture.Noon.Add(-time.Second))
			if sync.Failures > tolerated {
				sync.Failures++
				sync.SameFailures++
			}
			if sync.OpenUnknown > 0 {
				sync.OpenUnknown++
			}
			sync.LastSuccessTime = sync.ActiveSince
		})
		if first != second {
			t.Errorf("%s: of two runs it is said\n%s\n%s", reason, first, second)
		}
		if found := changing.FindString(first); found != "" {
			t.Errorf("%s: %q changes from run to run: %s", reason, found, first)
		}
		if other, ok := seen[first]; ok {
			t.Errorf("%s and %s say the same: %s", reason, other, first)
		}
		seen[first] = reason
		fixture.IsWellFormed(t, reason, first)
	}
	for reason := range advice {
		known := v1alpha1.CustomerServiceStatus{Name: fixture.FollowUpPlans, Sync: lastRan(0, reason, 3)}
		got := healthOf(s.withJobs(known), &known)
		fixture.IsWellFormed(t, reason, sentences(got.fact, got.action))
	}
}

// TestStaleWithoutCronJob verifies the advice for stale data if there is no CronJob.
func TestStaleWithoutCronJob(t *testing.T) {
	s := makeCustomer().granted(0).synced(v1alpha1.ServiceSync{}).s
	status := statusOf(s.verdict())
	got := healthOf(s.verdict(), &status.Services[0])
	want := "kubectl describe cronjob -n customers " + naming.Child("dynamisk-altetende-tiger", fixture.FollowUpPlans)
	if got.reason != "SyncStale" || !strings.HasSuffix(got.action, want) {
		t.Errorf("%+v", got)
	}
}

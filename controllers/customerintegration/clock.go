package customerintegration

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/syncjob"
)

// mendClock replaces all times in a customer's status that are in the future. An access that was verified in the future
// is due at once.
func mendClock(o *verdict.Observed) {
	iv := pacing.Intervals{Granted: v1alpha1.DefaultVerificationInterval, Waiting: v1alpha1.DefaultWaitingInterval}
	if o.Supplier != nil {
		iv = pacing.IntervalsOf(o.Supplier)
	}
	status := &o.Customer.Status
	clock.ClampConditions(status.Conditions, o.Now)
	if status.Turn.Actor != "" {
		status.Turn.Since = *clock.Clamp(&status.Turn.Since, o.Now, o.Now)
	}
	for i := range status.Services {
		known := &status.Services[i]
		mendSince(o, known)
		known.Authorization.LastVerifiedTime = clock.Clamp(known.Authorization.LastVerifiedTime, o.Now,
			pacing.OverdueBy(o.Now, iv))
		known.Authorization.LastRejectedTime = clock.Clamp(known.Authorization.LastRejectedTime, o.Now,
			pacing.OverdueBy(o.Now, iv))
		syncjob.MendSync(&known.Sync, o.Children.Of(known.Name), o.Now)
	}
}

// mendSince replaces the time of an access's last change if it is in the future. The name of the first Job derives from
// that time. If that Job was created, its name is replaced too, so that it is not created again.
func mendSince(o *verdict.Observed, known *v1alpha1.CustomerServiceStatus) {
	a := &known.Authorization
	if a.Since == nil || !clock.InFuture(a.Since.Time, o.Now) {
		return
	}
	firstJob := known.Sync.FirstJobName
	created := firstJob != "" && firstJob == naming.FirstJob(o.Customer.Name, known.Name, a.Since.Time)
	a.Since = new(metav1.NewTime(o.Now))
	if created {
		known.Sync.FirstJobName = naming.FirstJob(o.Customer.Name, known.Name, o.Now)
	}
}

package syncjob

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// resources returns the resources of the pod: of each amount the service's own, the Supplier's, or the default.
func (d Desired) resources() *corev1ac.ResourceRequirementsApplyConfiguration {
	wanted := []v1alpha1.SyncResources{d.Supplier.Spec.Sync.Resources}
	if job := d.custom(); job != nil {
		wanted = []v1alpha1.SyncResources{job.Resources, d.Supplier.Spec.Sync.Resources}
	}
	return desiredResources(wanted...)
}

// Default resources of a pod: a run mostly waits for responses.
var (
	defaultRequests = corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse("10m"), corev1.ResourceMemory: resource.MustParse("32Mi"),
	}
	defaultLimits = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("128Mi")}
)

// desiredResources returns a pod's resources. An amount that the first wanted ones do not set is that of the next ones,
// and at last the default, adjusted so that no request exceeds its limit.
func desiredResources(wanted ...v1alpha1.SyncResources) *corev1ac.ResourceRequirementsApplyConfiguration {
	requests, limits := corev1.ResourceList{}, corev1.ResourceList{}
	for _, r := range wanted {
		addAmounts(requests, limits, amounts(r.Requests), amounts(r.Limits))
	}
	addAmounts(requests, limits, defaultRequests, defaultLimits)
	return corev1ac.ResourceRequirements().WithRequests(requests).WithLimits(limits)
}

// addAmounts adds amounts that are not set, adjusted so that no request exceeds its limit.
func addAmounts(requests, limits, moreRequests, moreLimits corev1.ResourceList) {
	for name, limit := range moreLimits {
		if _, set := limits[name]; set {
			continue
		}
		if request := requests[name]; request.Cmp(limit) > 0 {
			limit = request
		}
		limits[name] = limit
	}
	for name, request := range moreRequests {
		if _, set := requests[name]; set {
			continue
		}
		if limit, set := limits[name]; set && request.Cmp(limit) > 0 {
			request = limit
		}
		requests[name] = request
	}
}

// amounts returns quantities as Kubernetes stores them, without invalid ones, which the CRD's rules reject.
func amounts(a v1alpha1.ResourceAmounts) corev1.ResourceList {
	list := corev1.ResourceList{}
	for name, amount := range map[corev1.ResourceName]v1alpha1.Amount{
		corev1.ResourceCPU: a.CPU, corev1.ResourceMemory: a.Memory,
	} {
		if quantity, err := resource.ParseQuantity(string(amount)); err == nil {
			list[name] = quantity
		}
	}
	return list
}

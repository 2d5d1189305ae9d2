package syncjob

import (
	"cmp"

	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// custom returns the job of a service that the Supplier declares itself, nil for a built-in service.
func (d Desired) custom() *v1alpha1.CustomJob {
	if service, _ := services.Of(d.Supplier, d.Service); service.Custom != nil {
		return &service.Custom.Job
	}
	return nil
}

// access returns the AccessID of the service.
func (d Desired) access() string {
	service, _ := services.Of(d.Supplier, d.Service)
	return service.AccessID()
}

// image returns the image of the worker: the service's own, that of all workers of the Supplier, or the manager's.
func (d Desired) image() string {
	if job := d.custom(); job != nil {
		return string(job.Image)
	}
	return cmp.Or(string(d.Supplier.Spec.Sync.Image), d.Image)
}

// args returns the arguments of the image's entry point. Our own worker has none.
func (d Desired) args() []string {
	job := d.custom()
	if job == nil {
		return nil
	}
	args := make([]string, len(job.Args))
	for i, arg := range job.Args {
		args[i] = literal(arg)
	}
	return args
}

// ownVariables returns the environment variables that a service declares itself.
func (d Desired) ownVariables() []*corev1ac.EnvVarApplyConfiguration {
	job := d.custom()
	if job == nil {
		return nil
	}
	all := make([]*corev1ac.EnvVarApplyConfiguration, len(job.Env))
	for i, v := range job.Env {
		all[i] = corev1ac.EnvVar().WithName(v.Name)
		if v.Value != "" { // as Kubernetes stores it
			all[i].WithValue(literal(v.Value))
		}
	}
	return all
}

// resources returns the resources of the pod: of each amount the service's own, the Supplier's, or the default.
func (d Desired) resources() *corev1ac.ResourceRequirementsApplyConfiguration {
	wanted := []v1alpha1.SyncResources{d.Supplier.Spec.Sync.Resources}
	if job := d.custom(); job != nil {
		wanted = []v1alpha1.SyncResources{job.Resources, d.Supplier.Spec.Sync.Resources}
	}
	return desiredResources(wanted...)
}

// usesHRM reports whether the pod gets the address and credentials of the customer's HRM system.
func (d Desired) usesHRM() bool {
	service, _ := services.Of(d.Supplier, d.Service)
	return service.UsesHRM()
}

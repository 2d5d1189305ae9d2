package syncjob

import (
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// custom returns the job of a service that the Supplier declares itself, nil for a built-in service.
func (d Desired) custom() *v1alpha1.CustomJob {
	if service := d.service(); service.Custom != nil {
		return &service.Custom.Job
	}
	return nil
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

// declaredVariables returns the environment variables that a service declares itself.
func (d Desired) declaredVariables() []*corev1ac.EnvVarApplyConfiguration {
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

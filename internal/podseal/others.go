package podseal

import (
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// checkOthers returns an error if something else in a pod can reach the worker's token: a container beside the worker
// that mounts one of its volumes, a volume beside its own with a token for the same audience, or a container for
// debugging, which may share the worker's processes.
func checkOthers(pod *corev1.PodSpec, worker *corev1.Container) error {
	if len(pod.EphemeralContainers) > 0 {
		return errors.New("it has an ephemeral container")
	}
	others := append([]corev1.Container{}, pod.InitContainers...)
	for i := range pod.Containers {
		if &pod.Containers[i] != worker {
			others = append(others, pod.Containers[i])
		}
	}
	for i := range others {
		for _, m := range others[i].VolumeMounts {
			if mounts(worker.VolumeMounts, m.Name) {
				return fmt.Errorf("its container %s mounts the volume %s of the container %s", others[i].Name, m.Name, Container)
			}
		}
	}
	return checkAudiences(pod, worker)
}

// checkAudiences returns an error if a volume that the worker does not mount has a token for the same audience as a
// volume that the worker mounts.
func checkAudiences(pod *corev1.PodSpec, worker *corev1.Container) error {
	audiences := map[string]bool{}
	for _, v := range volumesOf(pod, worker) {
		for _, audience := range audiencesOf(v) {
			audiences[audience] = true
		}
	}
	for _, v := range pod.Volumes {
		if mounts(worker.VolumeMounts, v.Name) {
			continue
		}
		for _, audience := range audiencesOf(v) {
			if audiences[audience] {
				return fmt.Errorf("its volume %s has another token for the audience of the container %s", v.Name, Container)
			}
		}
	}
	return nil
}

func audiencesOf(v corev1.Volume) []string {
	var audiences []string
	if v.Projected == nil {
		return nil
	}
	for _, source := range v.Projected.Sources {
		if source.ServiceAccountToken != nil {
			audiences = append(audiences, source.ServiceAccountToken.Audience)
		}
	}
	return audiences
}

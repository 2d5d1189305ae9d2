package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// envPod is the variable with the name of the manager's own Pod, from the downward API.
	envPod = "POD_NAME"
	// syncContainer is the init container of that Pod whose image the jobs of customers use. It is in the Deployment of
	// config/manager, where kustomize's images transformer reaches it, and manager and worker are rolled out together.
	syncContainer = "sync"
)

// findSyncImage returns the image of jobs: that of --sync-image, or that of the init container of the manager's Pod.
func findSyncImage(ctx context.Context, pods client.Reader, o options) (string, error) {
	if o.syncImage != "" {
		return o.syncImage, nil
	}
	var pod corev1.Pod
	if err := pods.Get(ctx, client.ObjectKey{Namespace: o.namespace, Name: o.pod}, &pod); err != nil {
		return "", fmt.Errorf("reading the image of jobs from the manager's Pod %s/%s, because --sync-image is not set: %w",
			o.namespace, o.pod, err)
	}
	for i := range pod.Spec.InitContainers {
		if pod.Spec.InitContainers[i].Name == syncContainer {
			return pod.Spec.InitContainers[i].Image, nil
		}
	}
	return "", fmt.Errorf("the Pod %s/%s has no init container %q with the image of jobs: add it as in config/manager, "+
		"or set --sync-image", o.namespace, o.pod, syncContainer)
}

//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/internal/runreport"
)

// podLasts is how long the pods of the fake kubelet run.
const podLasts = 5 * time.Second

// podEvents are what scheduler and kubelet say about each pod.
var podEvents = []string{"Scheduled", "Pulled", "Created", "Started"}

// kubelet is a fake scheduler and kubelet: it binds each pod, says that it runs, and ends it with a report. It makes as
// many writes as the real ones.
type kubelet struct {
	set     kubernetes.Interface
	message string
	begin   func(job string, created time.Time)
	end     func(job string)
	fail    func(error)
}

// begun returns a function that runs a new pod, in a goroutine of its own.
func (k *kubelet) begun(ctx context.Context, running *sync.WaitGroup) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		if pod.Spec.NodeName != "" || pod.Status.Phase != corev1.PodPending {
			return
		}
		job := pod.Labels["batch.kubernetes.io/job-name"]
		k.begin(job, pod.CreationTimestamp.Time)
		running.Go(func() {
			if err := k.run(ctx, pod); err == nil {
				k.end(job)
			} else if ctx.Err() == nil {
				k.fail(err)
			}
		})
	}
}

// run runs a pod.
func (k *kubelet) run(ctx context.Context, pod *corev1.Pod) error {
	binding := &corev1.Binding{ObjectMeta: metav1.ObjectMeta{Name: pod.Name}, Target: corev1.ObjectReference{
		Kind: "Node", Name: "node",
	}}
	if err := k.set.CoreV1().Pods(pod.Namespace).Bind(ctx, binding, metav1.CreateOptions{}); err != nil {
		return err
	}
	for _, reason := range podEvents {
		if err := k.emit(ctx, pod, reason); err != nil {
			return err
		}
	}
	began := metav1.Now()
	running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: began}}
	if err := k.write(ctx, pod, corev1.PodRunning, began, running); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(podLasts):
	}
	ended := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		StartedAt: began, FinishedAt: metav1.Now(), Reason: "Completed", Message: k.message,
	}}
	return k.write(ctx, pod, corev1.PodSucceeded, began, ended)
}

// write writes the status of a pod.
func (k *kubelet) write(
	ctx context.Context, pod *corev1.Pod, phase corev1.PodPhase, began metav1.Time, state corev1.ContainerState,
) error {
	patch, err := json.Marshal(map[string]any{"status": corev1.PodStatus{
		Phase: phase, StartTime: &began, ContainerStatuses: []corev1.ContainerStatus{{
			Name: podseal.Container, Image: "registry.example/sync:1", Ready: state.Running != nil, State: state,
		}},
	}})
	if err != nil {
		return err
	}
	_, err = k.set.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.MergePatchType, patch, metav1.PatchOptions{},
		"status")
	return err
}

// emit creates an event about a pod.
func (k *kubelet) emit(ctx context.Context, pod *corev1.Pod, reason string) error {
	now := metav1.Now()
	_, err := k.set.CoreV1().Events(pod.Namespace).Create(ctx, &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{GenerateName: pod.Name + ".", Namespace: pod.Namespace},
		InvolvedObject: corev1.ObjectReference{
			APIVersion: "v1", Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID,
		},
		Reason: reason, Message: reason + " in the benchmark", Type: corev1.EventTypeNormal, Count: 1,
		FirstTimestamp: now, LastTimestamp: now, Source: corev1.EventSource{Component: "kubelet", Host: "node"},
	}, metav1.CreateOptions{})
	return err
}

// reportOfRun returns the termination message of a run.
func reportOfRun() (string, error) {
	report, err := runreport.Report{Outcome: runreport.Succeeded}.Encode()
	return string(report), err
}

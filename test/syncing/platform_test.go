package syncing

import (
	"net/http"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// limitPods creates default resources for containers in the world's namespace.
func (w *world) limitPods() {
	w.t.Helper()
	w.create(&corev1.LimitRange{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.name, Name: "defaults"},
		Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{
			Type: corev1.LimitTypeContainer, Default: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1")},
		}}},
	})
}

// inject changes a pod as platforms' admission does: a mesh's proxy with its own token, a toleration, a pull policy and
// secret, and a digest.
func inject(pod *corev1.PodSpec) {
	always := corev1.ContainerRestartPolicyAlways
	pod.InitContainers = []corev1.Container{{
		Name: "istio-proxy", Image: "registry.example/proxy:1", RestartPolicy: &always,
		VolumeMounts: []corev1.VolumeMount{{Name: "istio-token", MountPath: "/var/run/secrets/tokens"}},
	}}
	pod.Volumes = append(pod.Volumes, corev1.Volume{Name: "istio-token", VolumeSource: corev1.VolumeSource{
		Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{{
			ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Audience: "istio-ca", Path: "istio-token"},
		}}},
	}})
	pod.Tolerations = append(pod.Tolerations, corev1.Toleration{Key: "spot", Operator: corev1.TolerationOpExists})
	pod.ImagePullSecrets = []corev1.LocalObjectReference{{Name: "mirror"}}
	pod.Containers[0].ImagePullPolicy = corev1.PullAlways
	pod.Containers[0].Image += "@sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
}

// TestPodsOfPlatforms creates a run with kubectl, whose pod is changed by defaults and admission. The broker returns a
// token to it, and the manager restores nothing.
func TestPodsOfPlatforms(t *testing.T) {
	w := newWorld(t, &clock{})
	w.limitPods()
	w.grant()
	p := w.startProcess("")
	p.until("jobs of the customer", w.started)
	version := w.cronJob().ResourceVersion

	if _, stderr, err := server.Kubectl(t.Context(), "", "create", "job", "manual", "--namespace", w.name,
		"--from=cronjob/"+child); err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	job := w.job("manual")
	inject(&job.Spec.Template.Spec)
	pod := w.pod(job, working())
	if pod.Spec.Containers[0].Resources.Limits.Cpu().IsZero() {
		t.Fatal("the LimitRange changed nothing")
	}
	if status, body, err := w.requestToken(p, w.boundToken(pod)); err != nil || status != http.StatusOK {
		t.Errorf("the broker responds with %d %s, %v", status, body, err)
	}
	if got := w.cronJob().ResourceVersion; got != version {
		t.Errorf("the CronJob was written: version %s, want %s", got, version)
	}
	p.Stop()
}

package podseal

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

func makeKey(t *testing.T, secret string) Key {
	t.Helper()
	key, err := NewKey([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// makePod gives a pod as the operator makes it, sealed.
func makePod(t *testing.T, key Key) *corev1.Pod {
	t.Helper()
	pod := &corev1.Pod{}
	pod.Namespace = "customers"
	pod.Spec = corev1.PodSpec{
		ServiceAccountName: "tiger-plans",
		Containers: []corev1.Container{{
			Name: Container, Image: "registry.example/sync:1", Args: []string{"--service=FollowUpPlans"},
			VolumeMounts: []corev1.VolumeMount{{Name: "token", MountPath: "/token", ReadOnly: true}, {Name: "hrm", MountPath: "/hrm"}},
		}},
		Volumes: []corev1.Volume{tokenVolume("token", "broker"), {Name: "hrm", VolumeSource: corev1.VolumeSource{
			Secret: &corev1.SecretVolumeSource{SecretName: "tiger-hrm"},
		}}},
	}
	seal, err := key.Seal(pod.Namespace, &pod.Spec)
	if err != nil {
		t.Fatal(err)
	}
	pod.Annotations = map[string]string{Annotation: seal}
	return pod
}

func tokenVolume(name, audience string) corev1.Volume {
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{
		Sources: []corev1.VolumeProjection{{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Audience: audience, Path: "token"}}},
	}}}
}

// TestRecognized has pods as platforms change them: each is still the operator's.
func TestRecognized(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*corev1.Pod)
	}{
		"as made":     {"nothing was changed", func(*corev1.Pod) {}},
		"labels":      {"the Job controller adds some", func(p *corev1.Pod) { p.Labels = map[string]string{"job-name": "a"} }},
		"annotations": {"networks add some", func(p *corev1.Pod) { p.Annotations["cni.example/ip"] = "10.0.0.1" }},
		"scheduled": {"the scheduler and admission add these", func(p *corev1.Pod) {
			p.Spec.NodeName, p.Spec.Priority, p.Spec.SchedulerName = "node-1", new(int32(0)), "default-scheduler"
			p.Spec.Tolerations = []corev1.Toleration{{Key: "node.kubernetes.io/not-ready"}}
		}},
		"limits": {"a LimitRange sets some", func(p *corev1.Pod) {
			p.Spec.Containers[0].Resources.Limits = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1")}
		}},
		"user": {"OpenShift sets users", func(p *corev1.Pod) {
			p.Spec.Containers[0].SecurityContext = &corev1.SecurityContext{RunAsUser: new(int64(1000670000))}
		}},
		"mesh": {"a mesh adds its proxy, with volumes of its own", func(p *corev1.Pod) {
			p.Spec.InitContainers = []corev1.Container{{Name: "istio-init"}}
			p.Spec.Containers = append([]corev1.Container{{
				Name: "istio-proxy", VolumeMounts: []corev1.VolumeMount{{Name: "istio-token", MountPath: "/var/run"}},
			}}, p.Spec.Containers...)
			p.Spec.Volumes = append(p.Spec.Volumes, tokenVolume("istio-token", "istio-ca"), corev1.Volume{Name: "istio-envoy"})
		}},
		"digest": {"a policy pins the tag", func(p *corev1.Pod) { p.Spec.Containers[0].Image += "@sha256:0123" }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			pod := makePod(t, makeKey(t, "secret"))
			c.change(pod)
			if err := makeKey(t, "secret").Verify(pod); err != nil {
				t.Errorf("%s: %v", c.reason, err)
			}
		})
	}
}

// TestNotRecognized has pods that were forged or edited.
func TestNotRecognized(t *testing.T) {
	worker := func(change func(*corev1.Container)) func(*corev1.Pod) {
		return func(p *corev1.Pod) { change(&p.Spec.Containers[0]) }
	}
	sidecar := func(m corev1.VolumeMount) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "thief", VolumeMounts: []corev1.VolumeMount{m}})
		}
	}
	const seal = "its seal is not that of its container"
	cases := map[string]struct {
		reason string
		change func(*corev1.Pod)
		want   string
	}{
		"image":       {"another program", worker(func(c *corev1.Container) { c.Image = "evil.example/sync:1" }), seal},
		"no tag":      {"the digest decides what runs", worker(func(c *corev1.Container) { c.Image = "registry.example/sync@sha256:0123" }), seal},
		"command":     {"another program of the image", worker(func(c *corev1.Container) { c.Command = []string{"/bin/sh"} }), seal},
		"args":        {"another customer or address", worker(func(c *corev1.Container) { c.Args[0] = "--service=SickNotes" }), seal},
		"env":         {"a proxy, and an authority of its own", worker(func(c *corev1.Container) { c.Env = []corev1.EnvVar{{Name: "HTTPS_PROXY"}} }), seal},
		"env from":    {"the same", worker(func(c *corev1.Container) { c.EnvFrom = []corev1.EnvFromSource{{Prefix: "a"}} }), seal},
		"mount":       {"files over the program", worker(func(c *corev1.Container) { c.VolumeMounts[1].MountPath = "/" }), seal},
		"hook":        {"a program beside the worker", worker(func(c *corev1.Container) { c.Lifecycle = &corev1.Lifecycle{} }), seal},
		"probe":       {"the same", worker(func(c *corev1.Container) { c.LivenessProbe = &corev1.Probe{} }), seal},
		"account":     {"another customer's", func(p *corev1.Pod) { p.Spec.ServiceAccountName = "lion-plans" }, seal},
		"namespace":   {"another namespace's", func(p *corev1.Pod) { p.Namespace = "others" }, seal},
		"secret":      {"another customer's", func(p *corev1.Pod) { p.Spec.Volumes[1].Secret.SecretName = "lion-hrm" }, seal},
		"network":     {"the node's addresses", func(p *corev1.Pod) { p.Spec.HostNetwork = true }, seal},
		"processes":   {"of the node", func(p *corev1.Pod) { p.Spec.HostPID = true }, seal},
		"memory":      {"of the node", func(p *corev1.Pod) { p.Spec.HostIPC = true }, seal},
		"shared":      {"another container sees the worker's files", func(p *corev1.Pod) { p.Spec.ShareProcessNamespace = new(true) }, seal},
		"other seal":  {"made up", func(p *corev1.Pod) { p.Annotations[Annotation] = version + "AAAA" }, seal},
		"other key":   {"another operator's", func(p *corev1.Pod) { p.Annotations = makePod(t, makeKey(t, "other")).Annotations }, seal},
		"debug":       {"kubectl debug --target", func(p *corev1.Pod) { p.Spec.EphemeralContainers = []corev1.EphemeralContainer{{}} }, "an ephemeral container"},
		"sidecar":     {"it reads the token", sidecar(corev1.VolumeMount{Name: "token"}), "container thief mounts the volume token"},
		"sidecar hrm": {"it reads the HRM system's token", sidecar(corev1.VolumeMount{Name: "hrm"}), "container thief mounts the volume hrm"},
		"before": {"it reads the token", func(p *corev1.Pod) {
			p.Spec.InitContainers = []corev1.Container{{Name: "early", VolumeMounts: []corev1.VolumeMount{{Name: "token"}}}}
		}, "container early mounts the volume token"},
		"own token": {"it has one of its own", func(p *corev1.Pod) { p.Spec.Volumes = append(p.Spec.Volumes, tokenVolume("mine", "broker")) }, "volume mine has another token"},
		"no worker": {"there is nothing to recognize", func(p *corev1.Pod) { p.Spec.Containers[0].Name = "main" }, "no container sync"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			key := makeKey(t, "secret")
			pod := makePod(t, key)
			c.change(pod)
			if err := key.Verify(pod); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", c.reason, err, c.want)
			}
		})
	}
}

// TestUnsealed tells a pod without a seal, or with one of another version, from one with a wrong seal.
func TestUnsealed(t *testing.T) {
	key := makeKey(t, "secret")
	for name, annotations := range map[string]map[string]string{"none": nil, "another version": {Annotation: "v0.AAAA"}} {
		t.Run(name, func(t *testing.T) {
			pod := makePod(t, key)
			pod.Annotations = annotations
			if err := key.Verify(pod); !errors.Is(err, ErrUnsealed) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestKey hides its secret, and without one it neither seals nor recognizes.
func TestKey(t *testing.T) {
	key := makeKey(t, "hush")
	text, err := json.Marshal(key) //nolint:staticcheck // The test is that nothing of it is marshaled.
	if shown := fmt.Sprintf("%v %+v %s", key, key, text); err != nil || strings.Contains(shown, "hush") {
		t.Errorf("it shows %s, %v", shown, err)
	}
	pod := makePod(t, key)
	if _, err := (Key{}).Seal("customers", &pod.Spec); err == nil {
		t.Error("no key sealed")
	}
	if err := (Key{}).Verify(pod); err == nil {
		t.Error("no key recognized")
	}
	if _, err := key.Seal("customers", &corev1.PodSpec{}); err == nil {
		t.Error("a pod without a worker was sealed")
	}
}

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

// makePod returns a sealed pod.
func makePod(t *testing.T, key Key) *corev1.Pod {
	t.Helper()
	pod := &corev1.Pod{}
	pod.Namespace = "customers"
	pod.Spec = corev1.PodSpec{
		ServiceAccountName: "tiger-plans",
		Containers: []corev1.Container{{
			Name: Container, Image: "registry.example/sync:1", Args: []string{"--service=FollowUpPlans"},
			VolumeMounts: []corev1.VolumeMount{
				{Name: "token", MountPath: "/token", ReadOnly: true},
				{Name: "hrm", MountPath: "/hrm"},
			},
		}},
		Volumes: []corev1.Volume{tokenVolume("token", "broker"), {Name: "hrm", VolumeSource: corev1.VolumeSource{
			Secret: &corev1.SecretVolumeSource{SecretName: "tiger-hrm"},
		}}},
	}
	seal, err := key.Seal(pod.Namespace, "", &pod.Spec)
	if err != nil {
		t.Fatal(err)
	}
	pod.Annotations = map[string]string{Annotation: seal}
	return pod
}

func tokenVolume(name, audience string) corev1.Volume {
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{
		Sources: []corev1.VolumeProjection{{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{
			Audience: audience,
			Path:     "token",
		}}},
	}}}
}

// TestRecognized verifies that pods with platforms' changes are recognized.
func TestRecognized(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*corev1.Pod)
	}{
		"as made": {reason: "nothing changed", change: func(*corev1.Pod) {}},
		"labels": {
			reason: "the Job controller adds labels",
			change: func(p *corev1.Pod) { p.Labels = map[string]string{"job-name": "a"} },
		},
		"annotations": {
			reason: "networks add annotations",
			change: func(p *corev1.Pod) { p.Annotations["cni.example/ip"] = "10.0.0.1" },
		},
		"scheduled": {reason: "the scheduler and admission set fields", change: func(p *corev1.Pod) {
			p.Spec.NodeName, p.Spec.Priority, p.Spec.SchedulerName = "node-1", new(int32(0)), "default-scheduler"
			p.Spec.Tolerations = []corev1.Toleration{{Key: "node.kubernetes.io/not-ready"}}
		}},
		"limits": {reason: "a LimitRange sets limits", change: func(p *corev1.Pod) {
			p.Spec.Containers[0].Resources.Limits = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1")}
		}},
		"user": {reason: "OpenShift sets users", change: func(p *corev1.Pod) {
			p.Spec.Containers[0].SecurityContext = &corev1.SecurityContext{RunAsUser: new(int64(1000670000))}
		}},
		"mesh": {reason: "a mesh adds its proxy, with volumes of its own", change: func(p *corev1.Pod) {
			p.Spec.InitContainers = []corev1.Container{{Name: "istio-init"}}
			p.Spec.Containers = append([]corev1.Container{{
				Name: "istio-proxy", VolumeMounts: []corev1.VolumeMount{{Name: "istio-token", MountPath: "/var/run"}},
			}}, p.Spec.Containers...)
			p.Spec.Volumes = append(p.Spec.Volumes, tokenVolume("istio-token", "istio-ca"), corev1.Volume{Name: "istio-envoy"})
		}},
		"digest": {
			reason: "a policy pins the tag",
			change: func(p *corev1.Pod) { p.Spec.Containers[0].Image += "@sha256:0123" },
		},
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

// TestNotRecognized verifies that forged or edited pods are not recognized.
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
		"image": {
			reason: "another program",
			change: worker(func(c *corev1.Container) { c.Image = "evil.example/sync:1" }), want: seal,
		},
		"no tag": {
			reason: "the digest selects what runs",
			change: worker(func(c *corev1.Container) { c.Image = "registry.example/sync@sha256:0123" }), want: seal,
		},
		"command": {
			reason: "another program in the image",
			change: worker(func(c *corev1.Container) { c.Command = []string{"/bin/sh"} }), want: seal,
		},
		"args": {
			reason: "another service",
			change: worker(func(c *corev1.Container) { c.Args[0] = "--service=SickNotes" }), want: seal,
		},
		"env": {
			reason: "a proxy",
			change: worker(func(c *corev1.Container) { c.Env = []corev1.EnvVar{{Name: "HTTPS_PROXY"}} }), want: seal,
		},
		"env from": {
			reason: "the same",
			change: worker(func(c *corev1.Container) { c.EnvFrom = []corev1.EnvFromSource{{Prefix: "a"}} }), want: seal,
		},
		"mount": {
			reason: "files over the program",
			change: worker(func(c *corev1.Container) { c.VolumeMounts[1].MountPath = "/" }), want: seal,
		},
		"hook": {
			reason: "a program beside the worker",
			change: worker(func(c *corev1.Container) { c.Lifecycle = &corev1.Lifecycle{} }), want: seal,
		},
		"probe": {
			reason: "the same", change: worker(func(c *corev1.Container) { c.LivenessProbe = &corev1.Probe{} }),
			want: seal,
		},
		"account": {
			reason: "another customer's",
			change: func(p *corev1.Pod) { p.Spec.ServiceAccountName = "lion-plans" }, want: seal,
		},
		"access": {
			reason: "another access of the service's",
			change: func(p *corev1.Pod) { p.Annotations[AnnotationAccess] = "kartverk:nrl.rapportering" }, want: seal,
		},
		"namespace": {reason: "another namespace's", change: func(p *corev1.Pod) { p.Namespace = "others" }, want: seal},
		"secret": {
			reason: "another customer's",
			change: func(p *corev1.Pod) { p.Spec.Volumes[1].Secret.SecretName = "lion-hrm" }, want: seal,
		},
		"network": {
			reason: "the node's addresses", change: func(p *corev1.Pod) { p.Spec.HostNetwork = true },
			want: seal,
		},
		"processes": {reason: "the node's processes", change: func(p *corev1.Pod) { p.Spec.HostPID = true }, want: seal},
		"memory":    {reason: "the node's IPC", change: func(p *corev1.Pod) { p.Spec.HostIPC = true }, want: seal},
		"shared": {
			reason: "another container sees the worker's files",
			change: func(p *corev1.Pod) { p.Spec.ShareProcessNamespace = new(true) }, want: seal,
		},
		"other seal": {
			reason: "made up", change: func(p *corev1.Pod) { p.Annotations[Annotation] = version + "AAAA" },
			want: seal,
		},
		"other key": {
			reason: "another operator's",
			change: func(p *corev1.Pod) { p.Annotations = makePod(t, makeKey(t, "other")).Annotations }, want: seal,
		},
		"debug": {
			reason: "kubectl debug --target",
			change: func(p *corev1.Pod) { p.Spec.EphemeralContainers = []corev1.EphemeralContainer{{}} },
			want:   "an ephemeral container",
		},
		"sidecar": {
			reason: "it can read the token", change: sidecar(corev1.VolumeMount{Name: "token"}),
			want: "container thief mounts the volume token",
		},
		"sidecar hrm": {
			reason: "it can read the HRM system's token", change: sidecar(corev1.VolumeMount{Name: "hrm"}),
			want: "container thief mounts the volume hrm",
		},
		"before": {reason: "it can read the token", change: func(p *corev1.Pod) {
			p.Spec.InitContainers = []corev1.Container{{Name: "early", VolumeMounts: []corev1.VolumeMount{{Name: "token"}}}}
		}, want: "container early mounts the volume token"},
		"own token": {
			reason: "it has a token of its own",
			change: func(p *corev1.Pod) {
				p.Spec.Volumes = append(p.Spec.Volumes,
					tokenVolume("mine", "broker"))
			}, want: "volume mine has another token",
		},
		"no worker": {
			reason: "the worker's container is missing",
			change: func(p *corev1.Pod) { p.Spec.Containers[0].Name = "main" }, want: "no container sync",
		},
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

// TestUnsealed verifies that ErrUnsealed is returned for a missing or older seal, but not for a wrong one.
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

// TestKey verifies that a Key does not reveal its secret, and that the zero Key neither seals nor recognizes.
func TestKey(t *testing.T) {
	key := makeKey(t, "hush")
	text, err := json.Marshal(key) //nolint:staticcheck // The test verifies that nothing is marshaled.
	if shown := fmt.Sprintf("%v %+v %s", key, key, text); err != nil || strings.Contains(shown, "hush") {
		t.Errorf("the key reveals %s, %v", shown, err)
	}
	pod := makePod(t, key)
	if _, err := (Key{}).Seal("customers", "", &pod.Spec); err == nil {
		t.Error("no key sealed")
	}
	if err := (Key{}).Verify(pod); err == nil {
		t.Error("no key recognized")
	}
	if _, err := key.Seal("customers", "", &corev1.PodSpec{}); err == nil {
		t.Error("a pod without a worker was sealed")
	}
}

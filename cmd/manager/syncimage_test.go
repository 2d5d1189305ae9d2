package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// podReader returns one Pod, or an error.
type podReader struct {
	client.Reader
	pod *corev1.Pod
	err error
}

func (r podReader) Get(_ context.Context, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	if key != (client.ObjectKey{Namespace: system, Name: ownPod}) {
		return errors.New("another Pod was read")
	}
	if pod, ok := into.(*corev1.Pod); ok && r.pod != nil {
		r.pod.DeepCopyInto(pod)
	}
	return r.err
}

// podWith returns the manager's Pod with an init container and another one that admission added before it.
func podWith(initContainer string) *corev1.Pod {
	return &corev1.Pod{Spec: corev1.PodSpec{InitContainers: []corev1.Container{
		{Name: "proxy", Image: "registry.example/proxy:1"}, {Name: initContainer, Image: podImage},
	}}}
}

// TestSyncImage verifies where the image of jobs comes from, and what the error says to do.
func TestSyncImage(t *testing.T) {
	cases := map[string]struct {
		reason string
		flag   string
		pods   podReader
		want   string
		err    string
	}{
		"flag": {reason: "the Pod is not read", flag: "i", pods: podReader{err: errors.New("read")}, want: "i"},
		"pod":  {reason: "its own image counts", pods: podReader{pod: podWith(syncContainer)}, want: podImage},
		"no-container": {
			reason: "a patch removed it", pods: podReader{pod: podWith("other")}, err: "add it as in config/manager",
		},
		"no-right": {
			reason: "a Role lacks the rule", pods: podReader{err: errors.New("no right")},
			err: "--sync-image is not set: no right",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := findSyncImage(t.Context(), c.pods, options{namespace: system, pod: ownPod, syncImage: c.flag})
			if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %q, %v; want %q, %q", c.reason, got, err, c.want, c.err)
			}
		})
	}
}

package broker

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// TestSource says from where each setting accepts a request of a pod that has the addresses 10.1.2.3 and fd00::3, on the node
// 10.0.0.1.
func TestSource(t *testing.T) {
	pod := &corev1.Pod{Status: corev1.PodStatus{
		PodIP: "10.1.2.3", PodIPs: []corev1.PodIP{{IP: "10.1.2.3"}, {IP: "fd00::3"}},
		HostIP: "10.0.0.1", HostIPs: []corev1.HostIP{{IP: "10.0.0.1"}, {IP: "fd00:1::1"}},
	}}
	cases := map[string]struct {
		reason         string
		address        string
		pod, node, any bool
	}{
		"pod":         {"the network keeps the address", "10.1.2.3", true, true, true},
		"second":      {"a pod may have two", "fd00::3", true, true, true},
		"mapped":      {"a listener of both families", "::ffff:10.1.2.3", true, true, true},
		"node":        {"its node's NAT", "10.0.0.1", false, true, true},
		"node-second": {"in the other family", "fd00:1::1", false, true, true},
		"proxy":       {"a mesh's proxy beside the broker", "127.0.0.6", false, true, true},
		"proxy-ipv6":  {"in the other family", "::1", false, true, true},
		"other-pod":   {"a stolen token", "10.1.2.4", false, false, true},
		"other-node":  {"likewise", "10.0.0.2", false, false, true},
		"internet":    {"likewise", "93.184.216.34", false, false, true},
		"no-address":  {"nothing is known of it", "pipe", false, false, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for source, want := range map[Source]bool{SourcePod: c.pod, SourceNode: c.node, "": c.node, SourceAny: c.any} {
				err := checkSource(source, &question{address: c.address}, pod)
				if got := err == nil; got != want {
					t.Errorf("%s: %q accepts it: %t (%v), want %t", c.reason, source, got, err, want)
				}
				if err != nil && refusalOf(err).status != http.StatusForbidden {
					t.Errorf("%s: %q answers %d", c.reason, source, refusalOf(err).status)
				}
			}
		})
	}
}

// TestAnyPod accepts a pod that admission has changed, if that is what the platform team wants.
func TestAnyPod(t *testing.T) {
	w := makeWorld(t, func(o *objects) { o.pod.Spec.Containers[0].Image = "mirror.example/sync:1" })
	if got := w.ask(nil); got != unknownCaller {
		t.Errorf("by default: %+v", got)
	}
	w.broker.options.AnyPod = true
	if got := w.ask(nil); got.Status != http.StatusOK {
		t.Errorf("wanted: %+v", got)
	}
}

// TestBeside has requests as a mesh's proxy in the broker's pod passes them on.
func TestBeside(t *testing.T) {
	pod := &corev1.Pod{Status: corev1.PodStatus{PodIP: "10.1.2.3", HostIP: "10.0.0.1"}}
	cases := map[string]struct {
		reason        string
		remote, local string
		accepted      bool
	}{
		"linkerd":   {"it connects to the pod's address, from the same one", "10.1.9.9:40000", "10.1.9.9:8444", true},
		"ipv6":      {"in the other family", "[fd00::9]:40000", "[fd00::9]:8444", true},
		"other-pod": {"a stolen token", "10.1.2.4:40000", "10.1.9.9:8444", false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			local := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(c.local))
			r := httptest.NewRequestWithContext(context.WithValue(t.Context(), http.LocalAddrContextKey, local), http.MethodPost, Path, http.NoBody)
			r.RemoteAddr = c.remote
			for source, want := range map[Source]bool{SourcePod: false, SourceNode: c.accepted, SourceAny: true} {
				err := checkSource(source, &question{address: addressOf(r), beside: isBeside(r)}, pod)
				if got := err == nil; got != want {
					t.Errorf("%s: %s accepts it: %t (%v), want %t", c.reason, source, got, err, want)
				}
			}
		})
	}
}

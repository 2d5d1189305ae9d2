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

// TestSource verifies which source addresses each setting accepts for a pod with the addresses 10.1.2.3 and fd00::3, on
// the node 10.0.0.1.
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
		"pod":         {reason: "the pod's address", address: "10.1.2.3", pod: true, node: true, any: true},
		"second":      {reason: "the pod's second address", address: "fd00::3", pod: true, node: true, any: true},
		"mapped":      {reason: "an IPv4-mapped address", address: "::ffff:10.1.2.3", pod: true, node: true, any: true},
		"node":        {reason: "source NAT of the node", address: "10.0.0.1", node: true, any: true},
		"node-second": {reason: "the node's IPv6 address", address: "fd00:1::1", node: true, any: true},
		"proxy":       {reason: "a mesh's proxy in the broker's pod", address: "127.0.0.6", node: true, any: true},
		"proxy-ipv6":  {reason: "the proxy's IPv6 address", address: "::1", node: true, any: true},
		"other-pod":   {reason: "another pod's address", address: "10.1.2.4", any: true},
		"other-node":  {reason: "likewise", address: "10.0.0.2", any: true},
		"internet":    {reason: "likewise", address: "93.184.216.34", any: true},
		"no-address":  {reason: "no IP address", address: "pipe", any: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for source, want := range map[Source]bool{SourcePod: c.pod, SourceNode: c.node, "": c.node, SourceAny: c.any} {
				err := checkSource(source, &tokenRequest{address: c.address}, pod)
				if got := err == nil; got != want {
					t.Errorf("%s: %q accepted: %t (%v), want %t", c.reason, source, got, err, want)
				}
				if err != nil && refusalOf(err).status != http.StatusForbidden {
					t.Errorf("%s: %q: status %d", c.reason, source, refusalOf(err).status)
				}
			}
		})
	}
}

// TestAnyPod verifies that AnyPod accepts a pod that admission has changed.
func TestAnyPod(t *testing.T) {
	w := makeWorld(t, func(o *objects) { o.pod.Spec.Containers[0].Image = "mirror.example/sync:1" })
	if got := w.ask(nil); got != wantUnknown {
		t.Errorf("without AnyPod: %+v", got)
	}
	w.broker.options.AnyPod = true
	if got := w.ask(nil); got.Status != http.StatusOK {
		t.Errorf("with AnyPod: %+v", got)
	}
}

// TestSameHost sends requests as a mesh's proxy in the broker's pod does.
func TestSameHost(t *testing.T) {
	pod := &corev1.Pod{Status: corev1.PodStatus{PodIP: "10.1.2.3", HostIP: "10.0.0.1"}}
	cases := map[string]struct {
		reason        string
		remote, local string
		accepted      bool
	}{
		"linkerd": {
			reason: "the proxy connects from the pod's own address", remote: "10.1.9.9:40000",
			local: "10.1.9.9:8444", accepted: true,
		},
		"ipv6":      {reason: "the same over IPv6", remote: "[fd00::9]:40000", local: "[fd00::9]:8444", accepted: true},
		"other-pod": {reason: "another pod's address", remote: "10.1.2.4:40000", local: "10.1.9.9:8444"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			local := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(c.local))
			r := httptest.NewRequestWithContext(context.WithValue(t.Context(), http.LocalAddrContextKey, local), http.MethodPost,
				Path, http.NoBody)
			r.RemoteAddr = c.remote
			for source, want := range map[Source]bool{SourcePod: false, SourceNode: c.accepted, SourceAny: true} {
				err := checkSource(source, &tokenRequest{address: addressOf(r), sameHost: isFromSameHost(r)}, pod)
				if got := err == nil; got != want {
					t.Errorf("%s: %s accepted: %t (%v), want %t", c.reason, source, got, err, want)
				}
			}
		})
	}
}

package broker

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// Source says which addresses a pod's request may come from. It prevents the use, elsewhere, of a token that was stolen
// from a pod, or created with the right to create serviceaccounts/token.
type Source string

const (
	// SourcePod accepts requests from the pod's own addresses only. It is for networks that keep the source address.
	SourcePod Source = "pod"
	// SourceNode also accepts addresses of the pod's node (source NAT), loopback, and the broker's own address (a mesh's
	// proxy: Istio's sends from 127.0.0.6, Linkerd's from the address of its pod). It refuses every other pod and node.
	SourceNode Source = "node"
	// SourceAny accepts every address. It is for networks that replace the source address.
	SourceAny Source = "any"
)

// Sources lists the values of Source.
func Sources() []Source { return []Source{SourcePod, SourceNode, SourceAny} }

// checkSource returns a refusal of a request from an address that source does not allow. A node may report a running
// pod before its address; the caller may then retry.
func checkSource(source Source, req *tokenRequest, pod *corev1.Pod) error {
	if source == SourceAny {
		return nil
	}
	from, err := netip.ParseAddr(req.address)
	if err != nil {
		return unknownCaller(errors.New("the request's source address is invalid"))
	}
	from = from.Unmap().WithZone("")
	own := podAddresses(pod)
	if slices.Contains(own, from) {
		return nil
	}
	if source != SourcePod && (req.sameHost || from.IsLoopback() || slices.Contains(nodeAddresses(pod), from)) {
		return nil
	}
	if len(own) == 0 {
		return pendingPod("its pod's address is not reported yet")
	}
	return unknownCaller(fmt.Errorf("the request does not come from its pod, which has the address %s", own[0]))
}

func podAddresses(pod *corev1.Pod) []netip.Addr {
	addresses := parseAddresses(pod.Status.PodIP)
	for _, ip := range pod.Status.PodIPs {
		addresses = append(addresses, parseAddresses(ip.IP)...)
	}
	return addresses
}

func nodeAddresses(pod *corev1.Pod) []netip.Addr {
	addresses := parseAddresses(pod.Status.HostIP)
	for _, ip := range pod.Status.HostIPs {
		addresses = append(addresses, parseAddresses(ip.IP)...)
	}
	return addresses
}

// parseAddresses returns the address in a text, if it is valid.
func parseAddresses(text string) []netip.Addr {
	address, err := netip.ParseAddr(text)
	if err != nil {
		return nil
	}
	return []netip.Addr{address.Unmap()}
}

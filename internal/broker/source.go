package broker

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// Source says which addresses the request of a pod may come from. It stops a token that was stolen from a pod, or made for a
// pod with the right to create serviceaccounts/token, from being used elsewhere.
type Source string

const (
	// SourcePod accepts requests from the pod's own addresses alone. It is for networks that keep the source address.
	SourcePod Source = "pod"
	// SourceNode accepts also requests from addresses of the pod's node, which the node's source NAT puts in place of the
	// pod's, and from loopback, where a proxy beside the broker hands them on. Every other pod and node is refused.
	SourceNode Source = "node"
	// SourceAny accepts requests from every address. It is for networks that replace the source address with another one.
	SourceAny Source = "any"
)

// Sources lists the values of Source.
func Sources() []Source { return []Source{SourcePod, SourceNode, SourceAny} }

// checkSource refuses a request that does not come from where a pod's requests come from. A node may report that a pod runs
// before it reports the pod's address; then the pod is to come again.
func checkSource(source Source, address string, pod *corev1.Pod) error {
	if source == SourceAny {
		return nil
	}
	from, err := netip.ParseAddr(address)
	if err != nil {
		return unknown(errors.New("the request's source address cannot be read"))
	}
	from = from.Unmap().WithZone("")
	own := podAddresses(pod)
	if slices.Contains(own, from) {
		return nil
	}
	if source != SourcePod && (from.IsLoopback() || slices.Contains(nodeAddresses(pod), from)) {
		return nil
	}
	if len(own) == 0 {
		return notYet("its pod's address is not known yet")
	}
	return unknown(fmt.Errorf("the request does not come from its pod, which has the address %s", own[0]))
}

// podAddresses returns the addresses of a pod.
func podAddresses(pod *corev1.Pod) []netip.Addr {
	texts := make([]string, 0, 1+len(pod.Status.PodIPs))
	texts = append(texts, pod.Status.PodIP)
	for _, ip := range pod.Status.PodIPs {
		texts = append(texts, ip.IP)
	}
	return parseAddresses(texts)
}

// nodeAddresses returns the addresses of the node that a pod runs on.
func nodeAddresses(pod *corev1.Pod) []netip.Addr {
	texts := make([]string, 0, 1+len(pod.Status.HostIPs))
	texts = append(texts, pod.Status.HostIP)
	for _, ip := range pod.Status.HostIPs {
		texts = append(texts, ip.IP)
	}
	return parseAddresses(texts)
}

// parseAddresses returns the addresses that can be read.
func parseAddresses(texts []string) []netip.Addr {
	var all []netip.Addr
	for _, text := range texts {
		if address, err := netip.ParseAddr(text); err == nil {
			all = append(all, address.Unmap())
		}
	}
	return all
}

// Command policies enforces NetworkPolicies on the node of the test cluster. The node's iptables send it the first
// packet of each connection of a pod.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "path of the kubeconfig")
	node := flag.String("node", "", "name of the node")
	queue := flag.Int("queue", 100, "number of the queue (NFQUEUE) that packets come from")
	flag.Parse()

	if err := run(context.Background(), *kubeconfig, networkpolicy.Config{
		NodeName: *node, QueueID: *queue,
	}); err != nil {
		fmt.Fprintln(os.Stderr, "policies:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, kubeconfig string, config networkpolicy.Config) error {
	rest, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(rest)
	if err != nil {
		return err
	}
	all := informers.NewSharedInformerFactory(client, 0)
	controller, err := networkpolicy.NewController(client, all.Networking().V1().NetworkPolicies(),
		all.Core().V1().Namespaces(), all.Core().V1().Pods(), nil, nil, nil, nil, config)
	if err != nil {
		return err
	}
	all.Start(ctx.Done())

	return controller.Run(ctx)
}

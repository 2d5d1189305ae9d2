// Command kube is every program of a small Kubernetes cluster. It runs as the program by whose name it is called: link it as
// kube-apiserver, kubectl, etcd, ...
//
// It is linked once, where eight programs would each link most of Kubernetes.
package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	"k8s.io/component-base/logs"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
)

// programs are the programs, each of which returns an exit code. Tests need these three, on any system; nodePrograms are the
// rest of a cluster.
var programs = map[string]func() int{
	"etcd":           runEtcd,
	"kube-apiserver": func() int { return cli.Run(apiserver.NewAPIServerCommand()) },
	"kubectl":        runKubectl,
}

func main() {
	name := filepath.Base(os.Args[0])
	maps.Copy(programs, nodePrograms)

	run, ok := programs[name]
	if !ok {
		names := slices.Sorted(maps.Keys(programs))
		fmt.Fprintf(os.Stderr, "%s: link this program as one of %s\n",
			name, strings.Join(names, ", "))
		os.Exit(2)
	}

	os.Exit(run())
}

// runEtcd exits if etcd fails.
func runEtcd() int {
	etcdmain.Main(os.Args)

	return 0
}

// runKubectl prints errors as kubectl does, and exits with their code (for `kubectl exec` the command's).
func runKubectl() int {
	if _, err := logs.GlogSetter(kubectl.GetLogVerbosity(os.Args)); err != nil {
		fmt.Fprintln(os.Stderr, "cannot set the log level:", err)

		return 1
	}
	if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
		util.CheckErr(err)
	}

	return 0
}

//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// clusterServer is the URL of the API server of hack/cluster, in a network namespace of its own.
const clusterServer = "https://10.89.0.1:6443"

// errNotOurs is returned for another cluster than that of hack/e2e.sh, because the story deletes namespaces and kills
// processes.
var errNotOurs = errors.New("not the test cluster: run the story with `make e2e`")

// cluster is an administrator's access to the cluster. The client does not cache.
type cluster struct {
	client.WithWatch

	kubernetes kubernetes.Interface
}

// connect connects to the cluster of $KUBECONFIG.
func connect() (*cluster, error) {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return nil, errors.Join(errNotOurs, err)
	}
	if config.Host != clusterServer {
		return nil, fmt.Errorf("%s: %w", config.Host, errNotOurs)
	}
	config.QPS, config.Burst = 500, 1000
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		return nil, fmt.Errorf("registering kinds: %w", err)
	}
	c := &cluster{}
	if c.WithWatch, err = client.NewWithWatch(config, client.Options{Scheme: scheme}); err != nil {
		return nil, fmt.Errorf("making a client: %w", err)
	}
	if c.kubernetes, err = kubernetes.NewForConfig(config); err != nil {
		return nil, fmt.Errorf("making a client of Kubernetes' own kinds: %w", err)
	}
	return c, nil
}

// kubectl runs kubectl and returns its output.
func kubectl(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	var out, problems bytes.Buffer
	command := exec.CommandContext(ctx, "kubectl", args...)
	command.Stdout, command.Stderr = &out, &problems
	if err := command.Run(); err != nil {
		t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, problems.String())
	}
	return out.String()
}

// await waits until missing returns "", and returns how long that took. Until then missing returns what is missing.
func await(t *testing.T, missing func() string) time.Duration {
	t.Helper()
	start := time.Now()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		lacks := missing()
		if lacks == "" {
			return time.Since(start)
		}
		select {
		case <-deadline.C:
			t.Fatalf("waited %s in vain: %s", patience, lacks)
		case <-tick.C:
		}
	}
}

// seconds formats a duration.
func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

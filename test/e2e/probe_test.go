//go:build e2e

package e2e

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// probeVariable makes this program the probe, which runs in a pod in place of the worker and reports what it finds.
	probeVariable = "E2E_PROBE"
	// addressesVariable has the addresses to which the probe tries to connect, separated by commas.
	addressesVariable = "E2E_PROBE_ADDRESSES"
	// probePatience is how long the probe waits for a response. Packets that a NetworkPolicy forbids get none.
	probePatience = 3 * time.Second
	// probeImage is the image of this program, which hack/e2e.sh builds.
	probeImage = "localhost/integration-operator-probe:dev"
	// probeFiles is how much the probe reads of a file. The pod's files are smaller.
	probeFiles = 64 << 10
)

// found is the report of a probe.
type found struct {
	// Files are the contents of all files by path, without the kernel's and the program.
	Files map[string]string `json:"files"`
	// Environment are the environment variables.
	Environment []string `json:"environment"`
	// API has the status of each request to the API server, by token and path.
	API map[string]int `json:"api"`
	// Reached are the addresses of addressesVariable that accepted a connection.
	Reached []string `json:"reached"`
}

// runProbe runs the probe in the pod and returns its exit code.
func runProbe() int {
	f := found{Files: map[string]string{}, Environment: os.Environ(), API: map[string]int{}}
	if err := filepath.WalkDir("/", f.look); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	token, err := os.ReadFile("/var/run/secrets/token-broker/token")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	f.askAPIServer(string(token))
	f.Reached = reachable(strings.Split(os.Getenv(addressesVariable), ","))
	if err := json.NewEncoder(os.Stdout).Encode(f); err != nil {
		return 1
	}
	return 0
}

// reachable returns those of addresses that accept a connection, in order. It tries all at once, because what a
// NetworkPolicy forbids takes probePatience.
func reachable(addresses []string) []string {
	accepted := make([]bool, len(addresses))
	var tries sync.WaitGroup
	for i, address := range addresses {
		tries.Go(func() {
			connection, err := (&net.Dialer{Timeout: probePatience}).DialContext(context.Background(), "tcp", address)
			if err == nil {
				accepted[i] = true
				_ = connection.Close()
			}
		})
	}
	tries.Wait()
	var reached []string
	for i, address := range addresses {
		if accepted[i] {
			reached = append(reached, address)
		}
	}
	return reached
}

// look reads a file.
func (f *found) look(path string, entry fs.DirEntry, err error) error {
	if err != nil {
		return nil //nolint:nilerr // A thief cannot read it either.
	}
	if entry.IsDir() && slices.Contains([]string{"/proc", "/sys", "/dev"}, path) {
		return fs.SkipDir
	}
	info, err := os.Stat(path) // through the links of mounted volumes
	if err != nil || !info.Mode().IsRegular() || info.Size() > probeFiles {
		return nil //nolint:nilerr // Likewise.
	}
	if content, err := os.ReadFile(path); err == nil {
		f.Files[path] = string(content)
	}
	return nil
}

// askAPIServer sends requests to the API server, all at once, without a token and with the pod's.
func (f *found) askAPIServer(token string) {
	var mu sync.Mutex
	var requests sync.WaitGroup
	for shown, bearer := range map[string]string{"nothing": "", "the pod's token": token} {
		for _, path := range []string{
			"/api/v1/namespaces/" + systemNamespace + "/secrets/" + keySecret,
			"/api/v1/namespaces/" + customersNamespace + "/secrets",
			"/apis/integrations.4human.no/v1alpha1/namespaces/" + customersNamespace + "/customerintegrations",
		} {
			requests.Go(func() {
				status := statusOf(path, bearer)
				mu.Lock()
				defer mu.Unlock()
				f.API[shown+" "+path] = status
			})
		}
	}
	requests.Wait()
}

// statusOf returns the status of a request to the API server, or 0 without a response.
func statusOf(path, bearer string) int {
	ctx, cancel := context.WithTimeout(context.Background(), probePatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://kubernetes.default.svc"+path, http.NoBody)
	if err != nil {
		return 0
	}
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // A thief verifies no certificate.
	response, err := transport.RoundTrip(request)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// probe runs this program in place of the tiger's worker, in a pod that is the worker's except for the labels. Its
// files and environment have no signing key. The API server rejects its requests, or NetworkPolicies drop them. It
// reaches neither the token broker nor the metrics.
func (s *story) probe(t *testing.T) {
	guarded := s.guardedAddresses(t)
	if diff := cmp.Diff(guarded, reachable(guarded)); diff != "" {
		t.Fatalf("the node reaches (-want +got):\n%s", diff)
	}
	f := s.findInPod(t, guarded)
	if len(f.Reached) > 0 {
		t.Errorf("a foreign pod reaches %q", f.Reached)
	}
	key := s.privateKeyText(t)
	for path, content := range f.Files {
		for member, secret := range key {
			if pieceOf(secret, content) != "" {
				t.Errorf("%s has a part of %s", path, member)
			}
		}
		if strings.Contains(content, "PRIVATE KEY") {
			t.Errorf("%s has a private key", path)
		}
	}
	for _, variable := range f.Environment {
		for member, secret := range key {
			if pieceOf(secret, variable) != "" {
				t.Errorf("the environment has a part of %s", member)
			}
		}
	}
	for asked, status := range f.API {
		if status != 0 && status != http.StatusUnauthorized && status != http.StatusForbidden {
			t.Errorf("the API server, with %s: %d, want 401, 403 or no response", asked, status)
		}
	}
	var given []string
	for path := range f.Files {
		if !strings.Contains(path, "/..") && !strings.HasPrefix(path, "/etc/host") && path != "/etc/resolv.conf" {
			given = append(given, path)
		}
	}
	slices.Sort(given)
	want := []string{
		"/var/run/secrets/hrm/token", "/var/run/secrets/token-broker/token",
	}
	if diff := cmp.Diff(want, given); diff != "" {
		t.Errorf("files in the pod (-want +got):\n%s", diff)
	}
	t.Logf("%d files and %d variables in the pod, and no key; the API server refused %d requests; the pod reached none of %d "+
		"addresses", len(f.Files), len(f.Environment), len(f.API), len(guarded))
}

// guardedAddresses returns the addresses of the token broker and the metrics of a manager's pod.
func (s *story) guardedAddresses(t *testing.T) []string {
	t.Helper()
	var pods corev1.PodList
	must(t, s.List(t.Context(), &pods, client.InNamespace(systemNamespace),
		client.MatchingLabels{"app.kubernetes.io/name": "integration-operator"}))
	var addresses []string
	for _, pod := range pods.Items {
		if pod.Status.Phase != corev1.PodRunning || pod.DeletionTimestamp != nil {
			continue
		}
		for _, port := range pod.Spec.Containers[0].Ports {
			if port.Name != "health" {
				addresses = append(addresses, fmt.Sprintf("%s:%d", pod.Status.PodIP, port.ContainerPort))
			}
		}
	}
	if len(addresses) < 2 {
		t.Fatalf("the manager's pods have the ports %q", addresses)
	}
	return addresses
}

// findInPod runs the probe, which tries to connect to addresses, and returns its report.
func (s *story) findInPod(t *testing.T, addresses []string) found {
	t.Helper()
	var cronJob batchv1.CronJob
	must(t, s.Get(t.Context(), client.ObjectKey{Namespace: customersNamespace, Name: plansOf(tiger)}, &cronJob))
	job := &batchv1.Job{Spec: cronJob.Spec.JobTemplate.Spec}
	job.Name, job.Namespace = "probe", customersNamespace
	container := &job.Spec.Template.Spec.Containers[0]
	container.Image = probeImage
	container.Env = []corev1.EnvVar{
		{Name: probeVariable, Value: "1"}, {Name: addressesVariable, Value: strings.Join(addresses, ",")},
	}
	container.Resources = corev1.ResourceRequirements{}
	job.Spec.Template.Labels = nil // not a run of the tiger's
	must(t, s.Create(t.Context(), job))
	var pods corev1.PodList
	await(t, func() string {
		must(t, s.List(t.Context(), &pods, client.InNamespace(customersNamespace),
			client.MatchingLabels{batchv1.JobNameLabel: job.Name}))
		if len(pods.Items) == 1 && pods.Items[0].Status.Phase == corev1.PodSucceeded {
			return ""
		}
		return "the probe to end"
	})
	text, err := s.kubernetes.CoreV1().Pods(customersNamespace).GetLogs(pods.Items[0].Name, &corev1.PodLogOptions{}).
		DoRaw(t.Context())
	must(t, err)
	var f found
	must(t, json.Unmarshal(text, &f))
	must(t, s.Delete(t.Context(), job, client.PropagationPolicy("Background")))
	return f
}

// privateKeyText returns the private members of the key that signs grants. The token broker's key is not searched for
// by pieces, because each certificate has its public half.
func (s *story) privateKeyText(t *testing.T) map[string]string {
	t.Helper()
	var key map[string]any
	must(t, json.Unmarshal(s.keyData(t), &key))
	secrets := map[string]string{}
	for _, member := range []string{"d", "p", "q", "dp", "dq", "qi"} {
		secrets["the key's "+member] = key[member].(string)
	}
	return secrets
}

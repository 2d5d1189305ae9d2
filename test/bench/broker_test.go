//go:build bench

package bench

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	authenticationv1 "k8s.io/api/authentication/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/broker"
	"github.com/4human/integration-operator/test/bench/figures"
)

// tokenClients is how many pods request a token at a time.
const tokenClients = 10

// tokens requests tokens from the token broker as the pods of all customers do: first tokens that Maskinporten must
// issue, then those in memory.
func (s *setup) tokens(t *testing.T) {
	w, p, _ := s.ready(t, withJobs, "--token-broker-source=any")
	pods := w.addRunningPods()
	w.requestTokens(p, pods, "fresh=true", "from Maskinporten")
	w.requestTokens(p, pods, "", "from memory")
}

// addRunningPods creates the running pod of each Job, and returns the tokens that the kubelet would mount into them.
func (w *world) addRunningPods() []string {
	w.t.Helper()
	var jobs batchv1.JobList
	must(w.t, w.admin.List(w.t.Context(), &jobs, client.InNamespace(customers)))
	tokens := make([]string, len(jobs.Items))
	group, ctx := errgroup.WithContext(w.t.Context())
	group.SetLimit(creators)
	for i := range jobs.Items {
		group.Go(func() error {
			pod, err := w.addPod(ctx, &jobs.Items[i], corev1.PodStatus{Phase: corev1.PodRunning})
			if err != nil {
				return err
			}
			tokens[i], err = w.mountedToken(ctx, pod)
			return err
		})
	}
	must(w.t, group.Wait())
	return tokens
}

func (w *world) mountedToken(ctx context.Context, pod *corev1.Pod) (string, error) {
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{
		Namespace: pod.Namespace, Name: pod.Spec.ServiceAccountName,
	}}
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		Audiences: []string{v1alpha1.TokenAudience}, ExpirationSeconds: new(int64(3600)),
		BoundObjectRef: &authenticationv1.BoundObjectReference{
			Kind: "Pod", APIVersion: "v1", Name: pod.Name, UID: pod.UID,
		},
	}}
	err := w.admin.SubResource("token").Create(ctx, account, request)
	return request.Status.Token, err
}

// requestTokens requests a token for each pod, and adds what that took.
func (w *world) requestTokens(p *process, pods []string, query, name string) {
	w.t.Helper()
	httpClient := w.brokerClient(p)
	w.authorities.forget()
	before, own, api := w.requests(), p.cpu(w.t), w.apiServer.cpu(w.t)
	var mu sync.Mutex
	var seconds []float64
	began := time.Now()
	group, ctx := errgroup.WithContext(w.t.Context())
	group.SetLimit(tokenClients)
	for _, pod := range pods {
		group.Go(func() error {
			asked := time.Now()
			if err := requestToken(ctx, httpClient, query, pod); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			seconds = append(seconds, time.Since(asked).Seconds())
			return nil
		})
	}
	must(w.t, group.Wait())
	per := float64(len(pods))
	measured.Product(w.key(name+": tokens", "1/s"), per/time.Since(began).Seconds())
	measured.Product(w.key(name+": p50", "s"), figures.Percentile(seconds, 0.5))
	measured.Product(w.key(name+": p99", "s"), figures.Percentile(seconds, 0.99))
	measured.Product(w.key(name+": program's CPU per token", "ms"), (p.cpu(w.t)-own).Seconds()*1000/per)
	measured.Product(w.key(name+": kube-apiserver's CPU per token", "ms"), (w.apiServer.cpu(w.t)-api).Seconds()*1000/per)
	measured.Product(w.key(name+": requests to Maskinporten per token", ""), float64(w.authorities.ofCustomers())/per)
	since := w.settledRequests(before)
	measured.Product(w.key(name+": API requests per token", ""), since.perObject().total()/per)
}

// requestToken requests a token.
func requestToken(ctx context.Context, httpClient *http.Client, query, token string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://token-broker."+system+".svc/token?"+query,
		http.NoBody)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := httpClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		return fmt.Errorf("the token broker refused with %s: %s", response.Status, body)
	}
	return err
}

// brokerClient returns a client that connects to the manager's token broker under its Service's name, with a connection
// per request, as pods have.
func (w *world) brokerClient(p *process) *http.Client {
	w.t.Helper()
	var ca corev1.Secret
	must(w.t, w.admin.Get(w.t.Context(), client.ObjectKey{Namespace: system, Name: broker.CASecretName}, &ca))
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca.Data[corev1.TLSCertKey]) {
		w.t.Fatalf("Secret %s has no certificate", broker.CASecretName)
	}
	return &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, p.broker)
		},
	}}
}

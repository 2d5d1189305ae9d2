//go:build e2e

package e2e

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// broker requests a token from both replicas with the token of the wolf's running pod. Both issue one, and refuse once
// the wolf is suspended. Resuming it creates no first run.
func (s *story) broker(t *testing.T) {
	before := s.jobsOf(t, wolf)
	pod := s.runningPod(t, wolf, "asks")
	token := s.podToken(t, pod)
	for _, manager := range s.managers(t) {
		status, body := s.askBroker(t, &manager, token)
		if status != http.StatusOK || consumerOf(t, body) != "0192:"+wolf.number {
			t.Errorf("%s: status %d, token for %s", manager.Name, status, consumerOf(t, body))
		}
		if status, _ := s.askBrokerFrom(t, "", &manager, token); status != http.StatusForbidden {
			t.Errorf("%s: status %d for a token from another address, want 403", manager.Name, status)
		}
	}
	await(t, func() string { // a line takes its time through containerd
		for name, log := range s.managersLogs(t) {
			if !strings.Contains(log, `"msg":"Issued token"`) {
				return "an issued token in the log of " + name
			}
		}
		return ""
	})

	s.suspend(t, wolf, true)
	for _, manager := range s.managers(t) {
		took := await(t, func() string {
			if status, _ := s.askBroker(t, &manager, token); status != http.StatusForbidden {
				return fmt.Sprintf("%s refuses with 403, not %d", manager.Name, status)
			}
			return ""
		})
		t.Logf("%s refused %s after the wolf was suspended", manager.Name, seconds(took))
	}
	await(t, func() string {
		if err := s.Get(t.Context(), client.ObjectKeyFromObject(pod), &corev1.Pod{}); err == nil ||
			client.IgnoreNotFound(err) != nil {
			return "the pod to be deleted"
		}
		return ""
	})
	s.maskinporten.repair(t)
	s.suspend(t, wolf, false)
	await(t, s.customerIs(t, wolf, "True Delegated", "True Delegated"))
	s.awaitChecks(t, 1, wolf)
	if diff := cmp.Diff(before, s.jobsOf(t, wolf)); diff != "" {
		t.Errorf("Jobs after the wolf was resumed (-before +after):\n%s", diff)
	}
	s.runAgain(t, wolf, "resumed")
}

// podToken requests a token as the kubelet does for the pod.
func (s *story) podToken(t *testing.T, pod *corev1.Pod) string {
	t.Helper()
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		Audiences:      []string{v1alpha1.TokenAudience},
		BoundObjectRef: &authenticationv1.BoundObjectReference{APIVersion: "v1", Kind: "Pod", Name: pod.Name, UID: pod.UID},
	}}
	made, err := s.kubernetes.CoreV1().ServiceAccounts(pod.Namespace).
		CreateToken(t.Context(), pod.Spec.ServiceAccountName, request, metav1.CreateOptions{})
	must(t, err)
	return made.Status.Token
}

// askBroker sends a token request to one replica from the node's address, which the broker accepts for the node's pods.
// It repeats it while the broker returns 503, as runs do, and returns status and body.
func (s *story) askBroker(t *testing.T, manager *corev1.Pod, token string) (status int, body []byte) {
	t.Helper()
	return s.askBrokerFrom(t, manager.Status.HostIP, manager, token)
}

// askBrokerFrom sends a token request from an address; "" is the one from which the node reaches pods.
func (s *story) askBrokerFrom(t *testing.T, from string, manager *corev1.Pod, token string) (status int, body []byte) {
	t.Helper()
	await(t, func() string {
		if status, body = s.tryBroker(t, from, manager, token); status == http.StatusServiceUnavailable {
			return fmt.Sprintf("%s to respond: %s", manager.Name, body)
		}
		return ""
	})
	return status, body
}

func (s *story) tryBroker(t *testing.T, from string, manager *corev1.Pod, token string) (status int, body []byte) {
	t.Helper()
	var authority corev1.Secret
	must(t, s.Get(t.Context(), client.ObjectKey{Namespace: systemNamespace, Name: "token-broker-ca"}, &authority))
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority.Data[corev1.TLSCertKey]) {
		t.Fatal("the token broker's authority has no certificate")
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	url := "https://" + net.JoinHostPort(manager.Status.PodIP, "8444") + "/token"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, http.NoBody)
	must(t, err)
	request.Header.Set("Authorization", "Bearer "+token)
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	transport := &http.Transport{
		DialContext:     dialer.DialContext,
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "token-broker." + systemNamespace + ".svc"},
	}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	must(t, err)
	return response.StatusCode, body
}

// consumerOf returns the consumer of an access token, without verifying the token, as test/broker does.
func consumerOf(t *testing.T, body []byte) string {
	t.Helper()
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	must(t, json.Unmarshal(body, &answer))
	parts := strings.Split(answer.AccessToken, ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	must(t, err)
	var claims struct {
		Consumer struct{ ID string } `json:"consumer"`
	}
	must(t, json.Unmarshal(payload, &claims))
	return claims.Consumer.ID
}

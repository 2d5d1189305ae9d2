//go:build e2e

package e2e

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// metrics requests the leader's metrics without a token, without the right, and as a scraper.
func (s *story) metrics(t *testing.T) {
	pod := s.podOf(t, s.awaitLeader(t, ""))
	url := "https://" + net.JoinHostPort(pod.Status.PodIP, "8443") + "/metrics"
	s.bind(t, "scraper", "integration-operator-metrics-reader")
	for _, c := range []struct {
		who    string
		token  string
		status int
	}{
		{who: "without a token", status: http.StatusUnauthorized},
		{who: "as an account without rights", token: s.token(t, "default"), status: http.StatusForbidden},
		{who: "as the scraper", token: s.token(t, "scraper"), status: http.StatusOK},
	} {
		status, body := s.get(t, url, c.token)
		if status != c.status {
			t.Errorf("GET /metrics %s: %d, want %d", c.who, status, c.status)
		}
		if has := strings.Contains(body,
			`controller_runtime_reconcile_total{controller="customerintegration"`); has != (c.status == http.StatusOK) {
			t.Errorf("GET /metrics %s: has its reconciles of customers: %t", c.who, has)
		}
		for _, own := range []string{
			`integration_operator_customers{`,
			`integration_operator_outside_requests_total{class="OK",operation="token",service="maskinporten"}`,
		} {
			if has := strings.Contains(body, own); has != (c.status == http.StatusOK) {
				t.Errorf("GET /metrics %s: has %s: %t", c.who, own, has)
			}
		}
	}
}

// bind creates a ServiceAccount in namespace default and binds it to a ClusterRole.
func (s *story) bind(t *testing.T, account, role string) {
	t.Helper()
	must(t, s.Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{
		Name:      account,
		Namespace: "default",
	}}))
	must(t, s.Create(t.Context(), &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: account},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Name: account, Namespace: "default"}},
	}))
}

// token returns a token of a ServiceAccount in namespace default.
func (s *story) token(t *testing.T, account string) string {
	t.Helper()
	request, err := s.kubernetes.CoreV1().ServiceAccounts("default").
		CreateToken(t.Context(), account, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	must(t, err)
	return request.Status.Token
}

// get returns the response to a GET request. A connection that fails is tried again, because kube-proxy learns the pods
// of a Service after they are ready.
func (s *story) get(t *testing.T, url, token string) (status int, body string) {
	t.Helper()
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // The default certificate is self-signed.
	}
	defer transport.CloseIdleConnections()
	await(t, func() string {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		must(t, err)
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		response, err := transport.RoundTrip(request)
		if failed, isNetwork := errors.AsType[*net.OpError](err); isNetwork && failed.Op == "dial" {
			return err.Error()
		}
		must(t, err)
		defer func() { _ = response.Body.Close() }()
		text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
		must(t, err)
		status, body = response.StatusCode, string(text)
		return ""
	})
	return status, body
}

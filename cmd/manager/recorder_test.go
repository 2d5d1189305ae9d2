package main

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// recorder is a proxy between the manager and the API server that records requests and refusals. Clients send tokens of
// their own.
type recorder struct {
	server *httptest.Server

	mu      sync.Mutex
	used    map[string]bool
	refused []string
}

// startRecorder starts a recorder for an API server.
func startRecorder(t testing.TB, config *rest.Config) *recorder {
	t.Helper()
	target, err := url.Parse(config.Host)
	if err != nil {
		t.Fatal(err)
	}
	anonymous := rest.AnonymousClientConfig(config)
	transport, err := rest.TransportFor(anonymous)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{used: map[string]bool{}}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(p *httputil.ProxyRequest) { p.SetURL(target) },
		Transport:      transport,
		FlushInterval:  -1, // watches
		ModifyResponse: r.note,
	}
	r.server = httptest.NewUnstartedServer(proxy)
	r.server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	r.server.StartTLS()
	t.Cleanup(func() {
		r.server.CloseClientConnections() // watches
		r.server.Close()
	})
	return r
}

// note records a request and whether it was refused.
func (r *recorder) note(response *http.Response) error {
	right := rightOf(response.Request)
	r.mu.Lock()
	defer r.mu.Unlock()
	if right != "" {
		r.used[right] = true
	}
	if response.StatusCode == http.StatusForbidden || response.StatusCode == http.StatusUnauthorized {
		r.refused = append(r.refused, fmt.Sprintf("%d %s %s", response.StatusCode, response.Request.Method,
			response.Request.URL.Path))
	}
	return nil
}

func (r *recorder) refusals() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.refused...)
}

func (r *recorder) uses() map[string]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	used := make(map[string]bool, len(r.used))
	for right := range r.used {
		used[right] = true
	}
	return used
}

// kubeconfig writes a kubeconfig for the recorder, with a token.
func (r *recorder) kubeconfig(t testing.TB, token string) string {
	t.Helper()
	const name = "recorder"
	config := clientcmdapi.NewConfig()
	config.Clusters[name] = &clientcmdapi.Cluster{
		Server:                   r.server.URL,
		CertificateAuthorityData: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.server.Certificate().Raw}),
	}
	config.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: token}
	config.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	config.CurrentContext = name
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// rightOf returns the right that a request needs as "namespace group resource verb", with "-" for an empty namespace or
// group. It returns "" for discovery, which needs none.
func rightOf(r *http.Request) string {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	group := "-"
	switch {
	case parts[0] == "api" && len(parts) > 2:
		parts = parts[2:]
	case parts[0] == "apis" && len(parts) > 3:
		group, parts = parts[1], parts[3:]
	default:
		return ""
	}
	namespace := "-"
	if parts[0] == "namespaces" && len(parts) > 2 {
		namespace, parts = parts[1], parts[2:]
	}
	resource, named := parts[0], len(parts) > 1
	if len(parts) > 2 {
		resource += "/" + parts[2]
	}
	return strings.Join([]string{namespace, group, resource, verbOf(r, named)}, " ")
}

// verbOf returns the verb of a request, for one object or for a list.
func verbOf(r *http.Request, named bool) string {
	switch r.Method {
	case http.MethodPost:
		return "create"
	case http.MethodPut:
		return "update"
	case http.MethodPatch:
		return "patch"
	case http.MethodDelete:
		return "delete"
	}
	if watch := r.URL.Query().Get("watch"); watch == "true" || watch == "1" {
		return "watch"
	}
	if named {
		return "get"
	}
	return "list"
}

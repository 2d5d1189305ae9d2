package apiserver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// etcdFolders are the prefixes of kinds in etcd.
var etcdFolders = map[string]string{
	"CronJob":             "cronjobs",
	"Job":                 "jobs",
	"Pod":                 "pods",
	"ServiceAccount":      "serviceaccounts",
	"CustomerIntegration": "integrations.4human.no/customerintegrations",
	"Supplier":            "integrations.4human.no/suppliers",
}

// Store writes an object to etcd as it is, past the API server, with its UID, times, status and managed fields. So it
// exists as another version of the operator, or another cluster, left it.
func (s *Server) Store(ctx context.Context, o *unstructured.Unstructured) error {
	folder, ok := etcdFolders[o.GetKind()]
	if !ok {
		return fmt.Errorf("storing %s: the folder of kind %s in etcd is unknown", o.GetName(), o.GetKind())
	}
	value, err := o.MarshalJSON()
	if err != nil {
		return fmt.Errorf("storing %s: %w", o.GetName(), err)
	}
	// Byte slices are base64 in JSON, as etcd's gateway wants them.
	body, err := json.Marshal(map[string][]byte{
		"key": []byte(path.Join("/registry", folder, o.GetNamespace(), o.GetName())), "value": value,
	})
	if err != nil {
		return fmt.Errorf("storing %s: %w", o.GetName(), err)
	}
	put := s.environment.ControlPlane.Etcd.URL.JoinPath("v3/kv/put").String()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, put, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("storing %s: %w", o.GetName(), err)
	}
	response, err := (&http.Client{}).Do(request)
	if err != nil {
		return fmt.Errorf("storing %s: %w", o.GetName(), err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("storing %s: etcd returned %s", o.GetName(), response.Status)
	}
	return nil
}

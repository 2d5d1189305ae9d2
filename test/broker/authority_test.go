package broker

import (
	"bytes"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/internal/broker"
	"github.com/4human/integration-operator/internal/podseal"
)

// TestReplicasShareAnAuthority starts replicas at the same time in a namespace without an authority. Clients that trust
// one replica's authority trust all replicas. After the Secret is deleted, all replicas use another authority.
func TestReplicasShareAnAuthority(t *testing.T) {
	w := newWorld(t, plenty())
	c := w.addCustomer()
	old := w.authority()
	replicas := []*broker.Broker{w.broker}
	remove := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.system, Name: broker.CASecretName}}
	w.must(server.Client.Delete(t.Context(), remove))
	for range 4 {
		replica, _ := w.startManager(plenty())
		replicas = append(replicas, replica)
	}
	var all sync.WaitGroup
	for _, b := range replicas {
		request := httptest.NewRequest(http.MethodGet, "/readyz", http.NoBody)
		all.Go(func() { w.eventually("replica is ready", func() bool { return b.Check(request) == nil }) })
	}
	all.Wait()
	w.eventually("another authority", func() bool { return !bytes.Equal(w.authority(), old) })
	current := w.authority()
	c.pod.Annotations = map[string]string{podseal.Annotation: c.seal(&c.pod.Spec)} // the new authority has another seal
	c.update(c.pod)
	for i, b := range replicas {
		w.eventually("replica uses the new authority", func() bool {
			answer, err := w.client(current, b).Do(c.request(c.token()))
			if err != nil {
				return false
			}
			defer func() { _ = answer.Body.Close() }()
			return answer.StatusCode == http.StatusOK
		})
		answer, err := w.client(old, b).Do(c.request(c.token()))
		if err == nil {
			_ = answer.Body.Close()
		}
		if _, untrusted := errors.AsType[x509.UnknownAuthorityError](err); !untrusted {
			t.Errorf("replica %d: client of the old authority: %v", i, err)
		}
	}
}

package syncjob

import (
	"encoding/json"
	"runtime"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
)

// BenchmarkCachedCustomer measures the memory of a customer with large annotations in the cache, and of one as the API
// server returns it.
func BenchmarkCachedCustomer(b *testing.B) {
	customer := fixture.Customer()
	customer.Annotations = map[string]string{corev1.LastAppliedConfigAnnotation: strings.Repeat("x", 250_000)}
	text, err := json.Marshal(customer)
	if err != nil {
		b.Fatal(err)
	}
	for name, strip := range map[string]func(any) (any, error){
		"stripped": StripMetadata, "whole": func(o any) (any, error) { return o, nil },
	} {
		b.Run(name, func(b *testing.B) {
			measureCached(b, 100, text, strip, func() any { return &v1alpha1.CustomerIntegration{} })
		})
	}
}

// BenchmarkCachedCronJob measures the memory of a CronJob in the cache, and of one as the API server returns it,
// without its managed fields.
func BenchmarkCachedCronJob(b *testing.B) {
	text, err := json.Marshal(makeDressed().child().CronJob)
	if err != nil {
		b.Fatal(err)
	}
	for name, strip := range map[string]func(any) (any, error){
		"stripped": StripCronJob, "whole": func(o any) (any, error) { return o, nil },
	} {
		b.Run(name, func(b *testing.B) {
			measureCached(b, 1000, text, strip, func() any { return &batchv1.CronJob{} })
		})
	}
}

// measureCached reports the memory of an object that was decoded from JSON and stripped.
func measureCached(b *testing.B, n int, text []byte, strip func(any) (any, error), object func() any) {
	b.Helper()
	var kept []any
	var before, after runtime.MemStats
	for b.Loop() {
		kept = make([]any, 0, n)
		runtime.GC()
		runtime.ReadMemStats(&before)
		for range n {
			o := object()
			if err := json.Unmarshal(text, o); err != nil {
				b.Fatal(err)
			}
			o, err := strip(o)
			if err != nil {
				b.Fatal(err)
			}
			kept = append(kept, o)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "bytes/object")
	runtime.KeepAlive(kept)
}

package syncjob

import (
	"encoding/json"
	"runtime"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
)

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
			const n = 1000
			var kept []any
			var before, after runtime.MemStats
			for b.Loop() {
				kept = make([]any, 0, n)
				runtime.GC()
				runtime.ReadMemStats(&before)
				for range n {
					c := &batchv1.CronJob{}
					if err := json.Unmarshal(text, c); err != nil {
						b.Fatal(err)
					}
					o, err := strip(c)
					if err != nil {
						b.Fatal(err)
					}
					kept = append(kept, o)
				}
				runtime.GC()
				runtime.ReadMemStats(&after)
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "bytes/CronJob")
			runtime.KeepAlive(kept)
		})
	}
}

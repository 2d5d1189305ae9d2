package guide_test

import (
	"testing"

	"github.com/4human/integration-operator/internal/guide"
)

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := guide.Load(nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	for b.Loop() {
		g := render(b, tiger())
		_, _ = g.Text(), g.HTML()
	}
}

package authority

import (
	"testing"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// TestOutagesOfAltinn verifies that each of Altinn's outages has a class of Maskinporten's, of the same kind.
func TestOutagesOfAltinn(t *testing.T) {
	for _, class := range altinn.Classes() {
		t.Run(string(class), func(t *testing.T) {
			got, mapped := outagesOfAltinn[class]
			if mapped != (class.Kind() == conclusion.Outage) {
				t.Fatalf("is mapped: %t", mapped)
			}
			if mapped && got.Kind() != conclusion.Outage {
				t.Errorf("%s is %s", got, got.Kind())
			}
			if said := ClassOfAltinn(&altinn.Error{Class: class}); !said.Kind().Inconclusive() ||
				said == maskinporten.ClassSystemUserMissing {
				t.Errorf("reported as %s", said)
			}
		})
	}
}

package rollouttest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/4human/integration-operator/internal/orgnumber"
)

var now = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)

// TestPopulation makes valid objects, the same each time.
func TestPopulation(t *testing.T) {
	customers, suppliers := Population(10_000, now)
	again, suppliersAgain := Population(10_000, now)
	if diff := cmp.Diff(customers[9_800:], again[9_800:]); diff != "" { // each follows from those before it
		t.Errorf("another population the second time: %s", diff)
	}
	if diff := cmp.Diff(suppliers, suppliersAgain); diff != "" {
		t.Errorf("other Suppliers the second time: %s", diff)
	}
	seen := map[string]bool{}
	for _, c := range customers {
		number, key := string(c.Spec.OrganizationNumber), c.Namespace+"/"+c.Name
		if _, err := orgnumber.Parse(number); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		if errs := validation.IsDNS1123Label(c.Name); len(errs) > 0 {
			t.Errorf("%s: %v", key, errs)
		}
		if seen[number] || seen[key] {
			t.Errorf("%s is there twice", key)
		}
		seen[number], seen[key] = true, true
		for _, s := range c.Status.Services {
			verified := s.Authorization.LastVerifiedTime
			if s.Authorization.Since.After(now) || verified != nil && verified.After(now) {
				t.Errorf("%s has a time in the future", key)
			}
		}
		if c.CreationTimestamp.After(now) || c.Status.Turn.Since.After(now) {
			t.Errorf("%s has a time in the future", key)
		}
	}
	shares := 0
	for _, s := range scenarios {
		shares += s.share
	}
	if shares != 1000 {
		t.Errorf("the shares add up to %d", shares)
	}
}

package syncjob

import (
	"maps"
	"math"
	"testing"

	"github.com/4human/integration-operator/internal/fixture"
)

// TestContains compares what was applied with what there is.
func TestContains(t *testing.T) {
	type (
		fields = map[string]any
		list   = []any
	)
	named := func(name string, more fields) fields {
		element := fields{"name": name}
		maps.Copy(element, more)
		return element
	}
	cases := map[string]struct {
		reason     string
		have, want any
		contained  bool
	}{
		"same":          {"nothing differs", fields{"a": "1"}, fields{"a": "1"}, true},
		"more":          {"others have added something", fields{"a": "1", "b": "2"}, fields{"a": "1"}, true},
		"more-deep":     {"at any depth", fields{"a": fields{"b": true, "c": true}}, fields{"a": fields{"b": true}}, true},
		"less":          {"something is gone", fields{"b": "2"}, fields{"a": "1"}, false},
		"other":         {"something was changed", fields{"a": "2"}, fields{"a": "1"}, false},
		"other-deep":    {"at any depth", fields{"a": fields{"b": false}}, fields{"a": fields{"b": true}}, false},
		"other-kind":    {"text is no number", fields{"a": "1"}, fields{"a": 1.0}, false},
		"scalar":        {"nothing can be in it", fields{"a": "1"}, fields{"a": fields{"b": "1"}}, false},
		"no-list":       {"nor in this", fields{"a": "1"}, fields{"a": list{"1"}}, false},
		"nothing":       {"there is no object", nil, fields{"a": "1"}, false},
		"null":          {"null is as good as absent", fields{}, fields{"a": nil}, true},
		"null-other":    {"and nothing else", fields{"a": "1"}, fields{"a": nil}, false},
		"zero":          {"a zero value is not absence", fields{}, fields{"a": 0.0}, false},
		"empty-fields":  {"to have none of a kind is to have something", fields{}, fields{"a": fields{}}, false},
		"empty-or-more": {"others may have filled it", fields{"a": fields{"b": "1"}}, fields{"a": fields{}}, true},

		"list": {"in order", fields{"a": list{"1", "2"}}, fields{"a": list{"1", "2"}}, true},
		"list-order": {
			"order matters where there are no names",
			fields{"a": list{"2", "1"}},
			fields{"a": list{"1", "2"}},
			false,
		},
		"list-longer":  {"such a list is one value", fields{"a": list{"1", "2", "3"}}, fields{"a": list{"1", "2"}}, false},
		"list-shorter": {"in either direction", fields{"a": list{"1"}}, fields{"a": list{"1", "2"}}, false},
		"list-gone":    {"it is not there at all", fields{}, fields{"a": list{"1"}}, false},
		"list-of-fields": {
			"its elements may have been added to",
			fields{"a": list{fields{"b": "1", "c": "2"}}},
			fields{"a": list{fields{"b": "1"}}},
			true,
		},
		"list-changed": {"or changed", fields{"a": list{fields{"b": "2"}}}, fields{"a": list{fields{"b": "1"}}}, false},

		"names": {"by name", list{named("x", fields{"b": "1"})}, list{named("x", fields{"b": "1"})}, true},
		"names-order": {
			"in whatever order",
			list{named("y", nil), named("x", nil)},
			list{named("x", nil), named("y", nil)},
			true,
		},
		"names-more":    {"others may have added some", list{named("z", nil), named("x", nil)}, list{named("x", nil)}, true},
		"names-gone":    {"one is gone", list{named("y", nil)}, list{named("x", nil), named("y", nil)}, false},
		"names-changed": {"one was changed", list{named("x", fields{"b": "2"})}, list{named("x", fields{"b": "1"})}, false},
		"names-swapped": {
			"what each has is its own",
			list{named("x", fields{"b": "2"}), named("y", fields{"b": "1"})},
			list{named("x", fields{"b": "1"})},
			false,
		},
		"names-twice": {
			"others have mounted our volume elsewhere too", list{
				named("x", fields{"mountPath": "/theirs"}),
				named("x", fields{"mountPath": "/ours"}),
			}, list{named("x", fields{"mountPath": "/ours"})}, true,
		},
	}
	for name, c := range cases {
		if got := contains(c.have, c.want); got != c.contained {
			t.Errorf("%s: %s: contained %t, want %t", name, c.reason, got, c.contained)
		}
	}
}

// TestDiffersErrors verifies the errors for values that cannot be compared.
func TestDiffersErrors(t *testing.T) {
	for name, c := range map[string]struct{ applied, observed any }{
		"applied":  {math.NaN(), 1},
		"observed": {1, math.NaN()},
	} {
		if _, err := Differs(c.applied, c.observed); err == nil {
			t.Errorf("%s: something that JSON does not have was compared", name)
		}
	}
}

// TestEveryFieldCounts takes an account that was applied. When any of its fields is changed or gone, it differs always;
// when others have added something wherever they may, it differs never.
func TestEveryFieldCounts(t *testing.T) {
	want, err := jsonValue(Desired{Customer: fixture.Customer(), Service: fixture.FollowUpPlans}.Account())
	if err != nil {
		t.Fatal(err)
	}
	fixture.Walk(want, nil, func(way []any, value any) {
		if added := fixture.Changed(want, way, fixture.Crowded); !contains(added, want) {
			t.Errorf("it differs when others have added something to %v", way)
		}
		if len(way) > 0 && contains(fixture.Changed(want, way[:len(way)-1], fixture.Without(way[len(way)-1])), want) {
			t.Errorf("it does not differ without %v", way)
		}
		switch value.(type) {
		case map[string]any, []any:
			return
		}
		if contains(fixture.Changed(want, way, func(any) any { return "changed" }), want) {
			t.Errorf("it does not differ when %v is changed", way)
		}
	})
}

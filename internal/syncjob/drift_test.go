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
		"same": {reason: "nothing differs", have: fields{"a": "1"}, want: fields{"a": "1"}, contained: true},
		"more": {
			reason: "others have added something",
			have:   fields{"a": "1", "b": "2"}, want: fields{"a": "1"}, contained: true,
		},
		"more-deep": {
			reason: "at any depth",
			have:   fields{"a": fields{"b": true, "c": true}}, want: fields{"a": fields{"b": true}}, contained: true,
		},
		"less":  {reason: "something is gone", have: fields{"b": "2"}, want: fields{"a": "1"}, contained: false},
		"other": {reason: "something was changed", have: fields{"a": "2"}, want: fields{"a": "1"}, contained: false},
		"other-deep": {
			reason: "at any depth",
			have:   fields{"a": fields{"b": false}}, want: fields{"a": fields{"b": true}}, contained: false,
		},
		"other-kind": {reason: "text is no number", have: fields{"a": "1"}, want: fields{"a": 1.0}, contained: false},
		"scalar": {
			reason: "nothing can be in it",
			have:   fields{"a": "1"}, want: fields{"a": fields{"b": "1"}}, contained: false,
		},
		"no-list":    {reason: "nor in this", have: fields{"a": "1"}, want: fields{"a": list{"1"}}, contained: false},
		"nothing":    {reason: "there is no object", want: fields{"a": "1"}, contained: false},
		"null":       {reason: "null is as good as absent", have: fields{}, want: fields{"a": nil}, contained: true},
		"null-other": {reason: "and nothing else", have: fields{"a": "1"}, want: fields{"a": nil}, contained: false},
		"zero":       {reason: "a zero value is not absence", have: fields{}, want: fields{"a": 0.0}, contained: false},
		"empty-fields": {
			reason: "to have none of a kind is to have something",
			have:   fields{}, want: fields{"a": fields{}}, contained: false,
		},
		"empty-or-more": {
			reason: "others may have filled it",
			have:   fields{"a": fields{"b": "1"}}, want: fields{"a": fields{}}, contained: true,
		},

		"list": {reason: "in order", have: fields{"a": list{"1", "2"}}, want: fields{"a": list{"1", "2"}}, contained: true},
		"list-order": {
			reason: "order matters where there are no names",
			have:   fields{"a": list{"2", "1"}}, want: fields{"a": list{"1", "2"}}, contained: false,
		},
		"list-longer": {
			reason: "such a list is one value",
			have:   fields{"a": list{"1", "2", "3"}}, want: fields{"a": list{"1", "2"}}, contained: false,
		},
		"list-shorter": {
			reason: "in either direction",
			have:   fields{"a": list{"1"}}, want: fields{"a": list{"1", "2"}}, contained: false,
		},
		"list-gone": {reason: "it is not there at all", have: fields{}, want: fields{"a": list{"1"}}, contained: false},
		"list-of-fields": {
			reason: "its elements may have been added to",
			have:   fields{"a": list{fields{"b": "1", "c": "2"}}}, want: fields{"a": list{fields{"b": "1"}}}, contained: true,
		},
		"list-changed": {
			reason: "or changed",
			have:   fields{"a": list{fields{"b": "2"}}}, want: fields{"a": list{fields{"b": "1"}}}, contained: false,
		},

		"names": {
			reason: "by name",
			have:   list{named("x", fields{"b": "1"})}, want: list{named("x", fields{"b": "1"})}, contained: true,
		},
		"names-order": {
			reason: "in whatever order",
			have:   list{named("y", nil), named("x", nil)}, want: list{named("x", nil), named("y", nil)}, contained: true,
		},
		"names-more": {
			reason: "others may have added some",
			have:   list{named("z", nil), named("x", nil)}, want: list{named("x", nil)}, contained: true,
		},
		"names-gone": {
			reason: "one is gone",
			have:   list{named("y", nil)}, want: list{named("x", nil), named("y", nil)}, contained: false,
		},
		"names-changed": {
			reason: "one was changed",
			have:   list{named("x", fields{"b": "2"})}, want: list{named("x", fields{"b": "1"})}, contained: false,
		},
		"names-swapped": {
			reason: "what each has is its own",
			have:   list{named("x", fields{"b": "2"}), named("y", fields{"b": "1"})}, want: list{named("x", fields{"b": "1"})},
			contained: false,
		},
		"names-twice": {
			reason: "others have mounted our volume elsewhere too",
			have:   list{named("x", fields{"mountPath": "/theirs"}), named("x", fields{"mountPath": "/ours"})},
			want:   list{named("x", fields{"mountPath": "/ours"})}, contained: true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := contains(c.have, c.want); got != c.contained {
				t.Errorf("%s: contained %t, want %t", c.reason, got, c.contained)
			}
		})
	}
}

// TestDiffersErrors verifies the errors for values that cannot be compared.
func TestDiffersErrors(t *testing.T) {
	for name, c := range map[string]struct{ applied, observed any }{
		"applied":  {applied: math.NaN(), observed: 1},
		"observed": {applied: 1, observed: math.NaN()},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Differs(c.applied, c.observed); err == nil {
				t.Error("something that JSON does not have was compared")
			}
		})
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

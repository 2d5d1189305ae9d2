package rollout_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/rollout"
	"github.com/4human/integration-operator/internal/rollout/rollouttest"
)

// daysAgo returns a time some days before now.
func daysAgo(n int) time.Time { return now.Add(-time.Duration(n) * 24 * time.Hour) }

// rows are the customers of the tests of Select, in an order that no key has.
func rows() []rollout.Customer {
	return []rollout.Customer{
		{
			Namespace: "vest", Name: "orn", Title: "ØRN AS", Organization: "314240979", Supplier: "default",
			State: rollout.Waiting, Turn: v1alpha1.ActorCustomer, TurnSince: daysAgo(3), WaitingSince: daysAgo(20),
			Services: []rollout.Service{{Name: plans, State: rollout.Waiting}},
		},
		{
			Namespace: "nord", Name: "aelg", Title: "ÆLG AS", Organization: "310330701", Supplier: "default",
			State: rollout.Granted, LastData: daysAgo(1), Labels: map[string]string{"consultant": "berit"},
			Services: []rollout.Service{{Name: plans, State: rollout.Granted}, {Name: notes, State: rollout.Granted}},
		},
		{
			Namespace: "nord", Name: "aal", Title: "ÅL ASA", Organization: "315587336", Supplier: "test",
			State: rollout.Failing, Turn: v1alpha1.ActorPlatformTeam, TurnSince: daysAgo(5), LastData: daysAgo(9),
			WaitingSince: daysAgo(14),
			Services:     []rollout.Service{{Name: plans, State: rollout.Failing}, {Name: notes, State: rollout.Waiting}},
		},
		{
			Namespace: "nord", Name: "zebra", Title: "zebra", Organization: "897757222", Supplier: "default",
			State: rollout.Withdrawn, Turn: v1alpha1.ActorSupplier, TurnSince: daysAgo(1), LastData: daysAgo(2),
			Labels:   map[string]string{"consultant": "jonas"},
			Services: []rollout.Service{{Name: payments, State: rollout.Withdrawn}},
		},
	}
}

func selected(q rollout.Query) []string {
	names := []string{}
	for _, c := range rollout.Select(rows(), q, now) {
		names = append(names, c.Name)
	}
	return names
}

func TestSelect(t *testing.T) {
	cases := map[string]struct {
		reason string
		query  rollout.Query
		want   []string
	}{
		"all": {
			reason: "The zero Query selects all, the state that needs attention first.",
			want:   []string{"zebra", "aal", "orn", "aelg"},
		},
		"text": {
			reason: "Case does not matter.",
			query:  rollout.Query{Text: "Ørn"}, want: []string{"orn"},
		},
		"text-without-ø": {
			reason: "A keyboard may have no ø.",
			query:  rollout.Query{Text: "orn as"}, want: []string{"orn"},
		},
		"text-oe": {
			reason: "Others write oe.",
			query:  rollout.Query{Text: "oern"}, want: []string{"orn"},
		},
		"text-aa": {
			reason: "Aa is å.",
			query:  rollout.Query{Text: "aal"}, want: []string{"aal"},
		},
		"text-words": {
			reason: "Each word must be there, in any order, in any of the fields.",
			query:  rollout.Query{Text: "nord  asa"}, want: []string{"aal"},
		},
		"text-nothing": {
			reason: "What no customer has selects none.",
			query:  rollout.Query{Text: "hval"}, want: []string{},
		},
		"number": {
			reason: "A number is found as it is written in the object.",
			query:  rollout.Query{Text: "310330701"}, want: []string{"aelg"},
		},
		"number-with-blanks": {
			reason: "People write numbers in groups.",
			query:  rollout.Query{Text: " 310 330 701 "}, want: []string{"aelg"},
		},
		"number-no-break": {
			reason: "Pages write them with no-break spaces.",
			query:  rollout.Query{Text: rollout.Organization("310330701")}, want: []string{"aelg"},
		},
		"number-begun": {
			reason: "The beginning of a number is enough.",
			query:  rollout.Query{Text: "31"}, want: []string{"aal", "orn", "aelg"},
		},
		"namespace": {
			reason: "The namespace is exact.",
			query:  rollout.Query{Namespace: "nord", Sort: rollout.ByName}, want: []string{"zebra", "aelg", "aal"},
		},
		"namespace-part": {
			reason: "A part of a namespace is none.",
			query:  rollout.Query{Namespace: "nor"}, want: []string{},
		},
		"supplier": {
			reason: "The Supplier is exact.",
			query:  rollout.Query{Supplier: "test"}, want: []string{"aal"},
		},
		"state": {
			reason: "A service in the state is enough.",
			query:  rollout.Query{States: []rollout.State{rollout.Waiting}}, want: []string{"aal", "orn"},
		},
		"states": {
			reason: "One of the states is enough.",
			query:  rollout.Query{States: []rollout.State{rollout.Withdrawn, rollout.Failing}}, want: []string{"zebra", "aal"},
		},
		"service": {
			reason: "A listed service is enough.",
			query:  rollout.Query{Services: []v1alpha1.ServiceName{notes}}, want: []string{"aal", "aelg"},
		},
		"service-in-state": {
			reason: "The state must be that of the service.",
			query: rollout.Query{
				Services: []v1alpha1.ServiceName{plans}, States: []rollout.State{rollout.Waiting},
			},
			want: []string{"orn"},
		},
		"turn": {
			reason: "Whose turn it is.",
			query:  rollout.Query{Turn: v1alpha1.ActorSupplier}, want: []string{"zebra"},
		},
		"waiting": {
			reason: "A wait counts beside another state, and exactly 14 days are at least 14 days.",
			query:  rollout.Query{WaitingFor: 14 * 24 * time.Hour, Sort: rollout.ByWaiting}, want: []string{"orn", "aal"},
		},
		"waiting-longer": {
			reason: "Those who have waited for less are left out.",
			query:  rollout.Query{WaitingFor: 15 * 24 * time.Hour}, want: []string{"orn"},
		},
		"label": {
			reason: "A selector selects labels.",
			query:  rollout.Query{Selector: selector("consultant in (berit, jonas), consultant!=jonas")}, want: []string{"aelg"},
		},
		"both": {
			reason: "All filters must agree.",
			query:  rollout.Query{Text: "as", Namespace: "vest"}, want: []string{"orn"},
		},
		"by-name": {
			reason: "Æ, ø and å come last.",
			query:  rollout.Query{Sort: rollout.ByName}, want: []string{"zebra", "aelg", "orn", "aal"},
		},
		"by-number": {
			reason: "Numbers are sorted by their digits.",
			query:  rollout.Query{Sort: rollout.ByNumber}, want: []string{"aelg", "orn", "aal", "zebra"},
		},
		"by-number-descending": {
			reason: "Descending is the reverse.",
			query:  rollout.Query{Sort: rollout.ByNumber, Descending: true}, want: []string{"zebra", "aal", "orn", "aelg"},
		},
		"by-turn": {
			reason: "The longest turn is first, and those without come last.",
			query:  rollout.Query{Sort: rollout.ByTurn}, want: []string{"aal", "orn", "zebra", "aelg"},
		},
		"by-turn-descending": {
			reason: "Those without a turn come last here, too.",
			query:  rollout.Query{Sort: rollout.ByTurn, Descending: true}, want: []string{"zebra", "orn", "aal", "aelg"},
		},
		"by-data": {
			reason: "The oldest data is first, and those without come last.",
			query:  rollout.Query{Sort: rollout.ByLastData}, want: []string{"aal", "zebra", "aelg", "orn"},
		},
		"unknown-key": {
			reason: "A key from an address that is none sorts by state.",
			query:  rollout.Query{Sort: "colour"}, want: []string{"zebra", "aal", "orn", "aelg"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, selected(c.query)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

func selector(text string) labels.Selector {
	parsed, err := labels.Parse(text)
	if err != nil {
		panic(err)
	}
	return parsed
}

// TestSelectIsStable returns the same order for every order of the input, and does not change it.
func TestSelectIsStable(t *testing.T) {
	all := described(500)
	for _, key := range rollout.SortKeys() {
		t.Run(string(key), func(t *testing.T) {
			want := rollout.Select(all, rollout.Query{Sort: key}, now)
			reversed := slices.Clone(all)
			slices.Reverse(reversed)
			before := slices.Clone(reversed)
			if diff := cmp.Diff(want, rollout.Select(reversed, rollout.Query{Sort: key}, now)); diff != "" {
				t.Errorf("the order depends on the input:\n%s", diff)
			}
			if diff := cmp.Diff(before, reversed); diff != "" {
				t.Errorf("the input was changed:\n%s", diff)
			}
		})
	}
}

// described returns a population.
func described(n int) []rollout.Customer {
	customers, suppliers := rollouttest.Population(n, now)
	all := make([]rollout.Customer, 0, n)
	for i := range customers {
		s := &suppliers[0]
		if customers[i].SupplierName() == suppliers[1].Name {
			s = &suppliers[1]
		}
		all = append(all, rollout.Of(&customers[i], s))
	}
	return all
}

func BenchmarkSelect(b *testing.B) {
	all := described(10_000)
	for name, q := range map[string]rollout.Query{
		"all":     {},
		"by-name": {Sort: rollout.ByName},
		"text":    {Text: "ålende bjorn"},
		"waiting": {WaitingFor: 14 * 24 * time.Hour, Sort: rollout.ByWaiting},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				rollout.Select(all, q, now)
			}
		})
	}
}

func BenchmarkOf(b *testing.B) {
	customers, suppliers := rollouttest.Population(10_000, now)
	for b.Loop() {
		for i := range customers {
			rollout.Of(&customers[i], &suppliers[0])
		}
	}
}

func BenchmarkSummarize(b *testing.B) {
	all := described(10_000)
	for b.Loop() {
		rollout.Summarize(all, now)
	}
}

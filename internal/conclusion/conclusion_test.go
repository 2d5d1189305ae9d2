package conclusion

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKinds(t *testing.T) {
	kinds := Kinds[string]{"No": Answer, "Broken": OwnFault}
	for class, want := range map[string]Kind{"": "", "No": Answer, "Broken": OwnFault, "SomethingNew": Outage} {
		t.Run(class, func(t *testing.T) {
			if got := kinds.Of(class); got != want {
				t.Errorf("of %q: %q, want %q", class, got, want)
			}
		})
	}
	if diff := cmp.Diff([]string{"Broken", "No"}, kinds.Classes()); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
}

package login

// claimGroups is the claim of the ID token with a person's groups.
const claimGroups = "groups"

// Person is a person who can log in.
type Person struct {
	// ID is the subject.
	ID string
	// Name is the full name.
	Name string
	// Groups are those of the claim groups.
	Groups []string
	// Overage leaves the groups out of the token and refers to another address for them, as Entra ID does for a person
	// with more than two hundred.
	Overage bool
}

// Email is the person's address.
func (p Person) Email() string { return p.ID + "@4human.example" }

// Groups of the people.
const (
	// GroupNord are the consultants of the north.
	GroupNord = "consultants-nord"
	// GroupAll are the consultants of all customers.
	GroupAll = "consultants"
	// GroupManagement is the management.
	GroupManagement = "management"
)

// People returns the people of a demonstration.
func People() []Person {
	return []Person{
		{ID: "consultant-nord", Name: "Nora Nord", Groups: []string{GroupNord}},
		{ID: "consultant-all", Name: "Alf Alle", Groups: []string{GroupAll}},
		{ID: "manager", Name: "Mona Leder", Groups: []string{GroupManagement}},
		{ID: "no-rights", Name: "Ragnar Rettløs"},
	}
}

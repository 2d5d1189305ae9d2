package onboarding

// existing are the customers that a directory has before an import.
type existing struct {
	byNumber map[string]*stored
}

// stored is a customer in a file of its own.
type stored struct {
	name, file string
}

func (e existing) names() []string { return nil }

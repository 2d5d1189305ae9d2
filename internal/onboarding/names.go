package onboarding

// nameRows names the objects of customers that the spreadsheet does not name: as before if the customer exists, else by
// the customer's name, and with its number if another customer has that name.
func nameRows(rows []*row, known existing) {
	taken := map[string]bool{}
	for name := range known.byName {
		taken[name] = true
	}
	for _, r := range rows {
		if r.subject != nil && r.named {
			taken[r.customer.Name] = true
		}
	}
	for _, r := range rows {
		if r.subject == nil || r.named {
			continue
		}
		number := string(r.customer.Spec.OrganizationNumber)
		if before := known.byNumber[number]; before != nil && number != "" {
			r.customer.Name = before.name
			continue
		}
		name := slug(r.title)
		if name == "" {
			name = withNumber("", number)
			r.fault(string(columnName), NameMissing, []any{name})
		}
		if taken[name] || notNames.MatchString(name) {
			name = withNumber(name, number)
		}
		r.customer.Name, taken[name] = name, true
	}
}

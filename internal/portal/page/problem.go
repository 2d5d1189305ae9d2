package page

// Problems lists the problems.
func Problems() []Problem {
	return []Problem{
		ProblemNotFound, ProblemLinkInvalid, ProblemNoRights, ProblemAccessUnknown, ProblemLoginDisabled,
		ProblemLoginUnavailable, ProblemLoginFailed, ProblemLoginRefused, ProblemTooManyGroups, ProblemTooManyRequests,
		ProblemForeignForm, ProblemBadRequest, ProblemCheckFailed, ProblemInternal,
	}
}

func problemIcon(p Problem) string {
	switch p {
	case ProblemNotFound:
		return "search"
	case ProblemLinkInvalid:
		return "link"
	case ProblemNoRights, ProblemLoginDisabled, ProblemLoginRefused, ProblemTooManyGroups:
		return "blocked"
	case ProblemTooManyRequests, ProblemAccessUnknown, ProblemLoginUnavailable:
		return "waiting"
	default:
		return "alert"
	}
}

// OffersLogin reports whether to log in helps.
func (d ErrorData) OffersLogin() bool {
	return d.Problem == ProblemLoginFailed || d.Problem == ProblemLoginRefused
}

// OffersRetry reports whether the same address may work later.
func (d ErrorData) OffersRetry() bool {
	switch d.Problem {
	case ProblemTooManyRequests, ProblemAccessUnknown, ProblemLoginUnavailable, ProblemInternal, ProblemCheckFailed:
		return d.Path != ""
	default:
		return false
	}
}

// OffersCustomers reports whether the person can go on to the list.
func (d ErrorData) OffersCustomers() bool { return d.Person != nil && d.Problem != ProblemNoRights }

package page

// guestTone returns the style and icon of a state of the customer's own page: those of a customer's state.
func guestTone(s GuestState) string {
	switch s {
	case GuestReceived:
		return "granted"
	case GuestRefused:
		return "rejected"
	case GuestPaused:
		return "suspended"
	default:
		return "waiting"
	}
}

// guestService returns the state of one service in words.
func (s speaker) guestService(service GuestService) string {
	if service.State == GuestReceived && !service.Since.IsZero() {
		return s.word("guest.serviceReceivedSince", "date", s.date(service.Since))
	}
	return s.word("guest.service" + string(service.State))
}

const (
	// livePoll is how often a live page is updated, in seconds.
	livePoll = 15
	// checkPoll is how often it is while a check is running.
	checkPoll = 2
)

// Poll returns how often the page is updated, in seconds, 0 if it is not.
func (d GuestData) Poll() int {
	switch {
	case !d.Live:
		return 0
	case d.Check.Running && !d.Check.Slow:
		return checkPoll
	default:
		return livePoll
	}
}

// Poll returns how often the page is updated, in seconds, 0 if it is not: while a check is running.
func (d CustomerData) Poll() int {
	switch {
	case !d.Check.Running:
		return 0
	case d.Check.Slow:
		return livePoll
	default:
		return checkPoll
	}
}

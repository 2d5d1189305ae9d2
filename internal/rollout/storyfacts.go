package rollout

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// since returns since when a chapter is so, "" if that is not known. For what is not the customer's doing, that is
// since when the actor has to act, which the story has once.
func (t *teller) since(c *chapter, isFirst bool) string {
	fact := map[State]string{Waiting: "waiting", Withdrawn: "withdrawn", Rejected: "rejected"}[meanings[c.reason()].state]
	at := earliest(c.services)
	switch {
	case fact != "" && !at.IsZero():
		return t.text("fact."+fact, "date", t.date(at),
			"span", Span(t.now.Sub(at), t.lang), "ago", Ago(t.now.Sub(at), t.lang))
	case fact == "" && isFirst && t.c.Turn != "" && !t.c.TurnSince.IsZero():
		return t.text("fact.turn", "actor", t.text("actorInside."+string(t.c.Turn)), "date", t.date(t.c.TurnSince),
			"span", Span(t.now.Sub(t.c.TurnSince), t.lang))
	default:
		return ""
	}
}

// reason returns the reason of the access to a chapter's services, or else that of Ready.
func (c *chapter) reason() string {
	if m, isKnown := meanings[c.key]; isKnown && m.extent != ownReason && m.extent != whileUnknown {
		return c.key
	}
	if len(c.services) == 0 {
		return ""
	}
	return c.services[0].Reason
}

// earliest returns the earliest known time since when services are in their state.
func earliest(all []Service) time.Time {
	var first time.Time
	for _, s := range all {
		if !s.Since.IsZero() && (first.IsZero() || s.Since.Before(first)) {
			first = s.Since
		}
	}
	return first
}

// date returns a day, without its year if that is this year.
func (t *teller) date(at time.Time) string {
	if at.In(oslo).Year() == t.now.In(oslo).Year() {
		return DayAndMonth(at, t.lang)
	}
	return Date(at, t.lang)
}

// access returns the services with access that no chapter is about, "" if there are none.
func (t *teller) access(chapters []chapter) string {
	told := map[v1alpha1.ServiceName]bool{}
	for _, c := range chapters {
		for _, s := range c.services {
			told[s.Name] = true
		}
	}
	granted := t.having(func(s Service) bool { return s.IsGranted() && !told[s.Name] })
	if len(granted) == 0 {
		return ""
	}
	return t.text("fact.granted", "services", t.list(granted))
}

// register returns what Enhetsregisteret says that may concern the consultant, "" if there is nothing.
func (t *teller) register() string {
	switch o := t.c.Register; {
	case o == nil:
		return ""
	case o.Bankrupt:
		return t.text("fact.bankrupt")
	case o.Dissolving:
		return t.text("fact.dissolving")
	case o.DeletedOn != "" && t.c.Reason != v1alpha1.ReasonOrganizationDeleted:
		return t.text("fact.deleted", "date", t.day(o.DeletedOn))
	default:
		return ""
	}
}

// history returns when access was last checked, and when data was last transferred.
func (t *teller) history() string {
	checked := t.text("fact.neverVerified")
	switch {
	case !t.c.Verified.IsZero():
		checked = t.text("fact.verified", "date", When(t.c.Verified, t.lang, t.now))
	case len(t.having(func(s Service) bool { return !s.Verified.IsZero() })) > 0:
		checked = t.text("fact.someVerified")
	}
	return join(checked, t.dataFact())
}

// dataFact returns when data was last transferred, "" if none is expected.
func (t *teller) dataFact() string {
	hasData := len(t.having(func(s Service) bool { return !s.LastData.IsZero() })) > 0
	isExpected := hasData || len(t.having(Service.IsGranted)) > 0
	switch {
	case t.c.SyncDisabled || !isExpected:
		return ""
	case !t.c.LastData.IsZero():
		return t.text("fact.data", "date", When(t.c.LastData, t.lang, t.now))
	case hasData:
		return t.text("fact.someData")
	default:
		return t.text("fact.neverData")
	}
}

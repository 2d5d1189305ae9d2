package page

import "github.com/4human/integration-operator/internal/rollout"

// bySupplier groups lights by the name of their Supplier, which is "" if all are of one.
func bySupplier(lights []Light) map[string][]Light {
	groups := map[string][]Light{}
	for _, l := range lights {
		groups[l.Supplier] = append(groups[l.Supplier], l)
	}
	if len(groups) == 1 {
		return map[string][]Light{"": lights}
	}
	return groups
}

// lightIcon returns an icon whose shape says what the color does.
func lightIcon(s LightState) string {
	switch s {
	case LightOK:
		return "granted"
	case LightWarning:
		return "failing"
	case LightDown:
		return "rejected"
	default:
		return "unverified"
	}
}

func (s speaker) lightName(l Light) string { return s.word("light." + string(l.Kind)) }

// lightText says what state a light has and since when, or how many days the key has left.
func (s speaker) lightText(l Light) string {
	switch {
	case l.Days != nil && *l.Days <= 0:
		return s.word("light.expired")
	case l.Days != nil:
		return s.count("light.days", *l.Days)
	}
	text := s.word("light." + string(l.State))
	if (l.State == LightDown || l.State == LightWarning) && !l.Since.IsZero() {
		text += " " + s.word("light.since", "date", rollout.DateTime(l.Since, s.lang))
	}
	return text
}

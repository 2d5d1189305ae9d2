package plugin

import (
	"strings"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

// accessText returns the state of each service of a customer, such as "Follow-up plans: access since 3 Nov".
func accessText(c *v1alpha1.CustomerIntegration, lang language.Language, now time.Time) string {
	return chips(rollout.Of(c, nil).Services, lang, now)
}

// chips returns the states of services in one line.
func chips(all []rollout.Service, lang language.Language, now time.Time) string {
	texts := make([]string, 0, len(all))
	for i := range all {
		texts = append(texts, all[i].Title(lang)+": "+rollout.Chip(all[i], lang, now))
	}
	return strings.Join(texts, "; ")
}

package main

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// outsideServices shows Maskinporten, Altinn and NAV as the operator and its runs see them.
func outsideServices() *dashboard.DashboardBuilder {
	b := board("outside", "Integration operator / Outside services", "Maskinporten, Altinn and NAV, seen by the operator.")
	return withSuppliers(b).
		WithPanel(states("Reachable", "Conditions of the Suppliers, from the last verification and the last runs.",
			map[string][2]string{"0": {"no", red}, "1": {"yes", green}}, query{
				expression: reachable(), legend: "{{supplier}} {{type}}",
			})).
		WithPanel(states("Breakers", "After failures in a row, requests are held back.",
			map[string][2]string{"0": {"closed", green}, "1": {"one may try", yellow}, "2": {"open", red}}, query{
				expression: gauge("supplier, service", "breaker_state", ofSupplier), legend: "{{supplier}} {{service}}",
			})).
		WithPanel(lines("Requests", "Requests to Maskinporten and Altinn.", perSecond, query{
			expression: rate("service, operation", "outside_requests_total"), legend: "{{service}} {{operation}}",
		})).
		WithPanel(lines("Failures", "Requests that the service did not answer as it should. NotDelegated is an answer.",
			perSecond, query{
				expression: rate("service, class", "outside_requests_total", `class!~"OK|NotDelegated"`),
				legend:     "{{service}} {{class}}",
			})).
		WithPanel(lines("Answers", "Requests by result.", perSecond, query{
			expression: rate("service, class", "outside_requests_total"), legend: "{{service}} {{class}}",
		})).
		WithPanel(lines("Duration", "Half and 19 of 20 of the requests take less. They time out after 10 s.", seconds,
			query{
				expression: quantile("0.5", "service", "outside_request_duration_seconds"), legend: "{{service}} half",
			},
			query{
				expression: quantile("0.95", "service", "outside_request_duration_seconds"), legend: "{{service}} 19 of 20",
			})).
		WithPanel(lines("Deferred by the limit", "Requests beyond spec.verification.requestsPerSecond.", perSecond,
			query{expression: rate("priority", "limiter_refusals_total", ofSupplier), legend: "{{priority}}"})).
		WithPanel(lines("NAV: runs that failed there", "Runs that NAV failed, by reason.", number, query{
			expression: increase("service, reason", "sync_runs_total", ofSupplier, `reason=~"NAV.*"`),
			legend:     "{{service}} {{reason}}",
		})).
		WithPanel(lines("Tokens for runs", "The token broker's responses, by code. OK is a token.", perSecond, query{
			expression: rate("code", "token_requests_total"), legend: "{{code}}",
		}))
}

// reachable returns 1 for each condition about a service that is True, and 0 for one that is not.
func reachable() string {
	conditions := `type=~"MaskinportenReachable|AltinnReachable|NAVReachable|TokenBrokerReachable"`
	return gauge("supplier, type", "supplier_condition", ofSupplier, conditions, `status="True"`) +
		" or 0 * " + gauge("supplier, type", "supplier_condition", ofSupplier, conditions)
}

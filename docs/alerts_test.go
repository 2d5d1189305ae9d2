package docs_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/internal/alert"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/metrics"
)

// promtool runs Prometheus' own tool, which hack/prometheus.sh unpacks.
func promtool(t *testing.T, stdin string, args ...string) {
	t.Helper()
	program, err := filepath.Abs("../bin/prometheus/promtool")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), program, args...)
	command.Stdin = strings.NewReader(stdin)
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v (hack/prometheus.sh fetches it)\n%s", strings.Join(args, " "), err, output)
	}
}

// steady is a series whose value stays, and rising one that grows by a value per minute, each until the end.
func steady(value float64) string { return fmt.Sprintf("%g+0xEND", value) }
func rising(by float64) string    { return fmt.Sprintf("0+%gxEND", by) }

// series are values in promtool's notation by what they belong to, without the prefix of the metric's name.
type series map[string]string

const (
	day      = 86400
	isReady  = `supplier_condition{supplier="default", type="Ready", status="True", reason="CredentialsProved"}`
	granted  = `customer_services{supplier="default", service="SickNotes", state="Granted"}`
	late     = `overdue_runs{supplier="default", service="SickNotes"}`
	lastRun  = `last_successful_run_timestamp_seconds{supplier="default", service="SickNotes"}`
	lateRun  = `oldest_overdue_run_seconds{supplier="default"}`
	check    = `oldest_overdue_check_seconds{supplier="default"}`
	caExpiry = `token_broker_ca_expiry_timestamp_seconds`
	expiry   = `supplier_key_expiry_timestamp_seconds{supplier="default"}`

	succeeded = `sync_runs_total{supplier="default", service="SickNotes", outcome="Succeeded", reason="OK"}`
	failed    = `sync_runs_total{supplier="default", service="SickNotes", outcome="Failed", reason="NAVError"}`
	ofOther   = `sync_runs_total{supplier="other", service="SickNotes", outcome="Failed", reason="NAVError"}`
	unknown   = `unsettled_plans{supplier="default", outcome="unknown"}`
)

// healthy returns a fleet in which no alert fires. Time starts at 0.
func healthy() series {
	return series{
		`build_info{version="v1.0.0"}`: steady(1), `leader{pod="a"}`: steady(0), `leader{pod="b"}`: steady(1),
		ready("caches"): steady(1), ready("namespaces"): steady(1), ready("token-broker"): steady(1),
		caExpiry: steady(3650 * day), expiry: steady(365 * day), isReady: steady(1), granted: steady(100), late: steady(0),
		lateRun: steady(0), check: steady(0), lastRun: rising(60), failed: rising(0), unknown: steady(0),
		customersAre("Delegated", "True"): steady(100), succeeded: rising(10),
	}
}

func ready(check string) string { return fmt.Sprintf("readiness_check{check=%q}", check) }

func build(instance string) string {
	return fmt.Sprintf(`build_info{job="manager", instance=%q, version="v1.0.0"}`, instance)
}

func up(instance string) string { return fmt.Sprintf(`up{job="manager", instance=%q}`, instance) }

func start(instance string) string {
	return fmt.Sprintf(`process_start_time_seconds{job="manager", instance=%q}`, instance)
}

// crashing is a series of a process that is scraped for two of seven minutes, for 70 minutes. The value grows with each
// start.
func crashing(value, by float64) string {
	var b strings.Builder
	for i := range 10 {
		fmt.Fprintf(&b, "%g+0x1 stale _x4 ", value+float64(i)*by)
	}
	return strings.TrimSpace(b.String())
}

func customersAre(reason, ready string) string { return customersOf("default", reason, ready) }

func customersOf(supplier, reason, ready string) string {
	return fmt.Sprintf("customers{supplier=%q, ready=%q, reason=%q}", supplier, ready, reason)
}

func supplierIs(conditionType, status, reason string) string {
	return fmt.Sprintf("supplier_condition{supplier=%q, type=%q, status=%q, reason=%q}", "default", conditionType, status,
		reason)
}

// starts returns the histogram of runs of which some a minute start within a minute, and the others within two.
func starts(onTime, all float64) series {
	const name = `run_start_delay_seconds`
	return series{
		name + `_bucket{service="SickNotes", le="60"}`:   rising(onTime),
		name + `_bucket{service="SickNotes", le="120"}`:  rising(all),
		name + `_bucket{service="SickNotes", le="+Inf"}`: rising(all),
		name + `_count{service="SickNotes"}`:             rising(all),
	}
}

// alternating returns a condition that is False and whose reason changes between two every 20 minutes, for two hours.
func alternating(conditionType, first, second string) series {
	return series{
		supplierIs(conditionType, "False", first):  "1+0x19 _x20 1+0x19 _x20 1+0x19 _x20",
		supplierIs(conditionType, "False", second): "_x20 1+0x19 _x20 1+0x19 _x20 1+0x19",
	}
}

// alertCase is a change of the healthy fleet. "" removes a series.
type alertCase struct {
	reason string
	change series
	at     string   // after which the alerts are read
	want   []string // alerts with their severity
	spares string   // the alert of which the case shows when it does not fire
}

// conditionCases returns a case of an alert of one condition of a Supplier, and the case of its end.
func conditionCases(name, severity, conditionType, status, reason, at, before string) map[string]alertCase {
	change := series{supplierIs(conditionType, status, reason): steady(1)}
	if conditionType == "Ready" {
		change[isReady] = ""
	}
	return map[string]alertCase{
		name + "/" + reason + "/fires": {
			reason: "the condition lasts", change: change, at: at, want: []string{name + " " + severity},
		},
		name + "/" + reason + "/spares": {
			reason: "it is too early", change: change, at: before, spares: name + " " + severity,
		},
	}
}

// alertCases returns for each alert at least one case in which it fires, and one in which it just does not.
func alertCases() map[string]alertCase {
	cases := map[string]alertCase{
		"healthy": {reason: "all is well for two days", at: "49h"},
		"Absent/fires": {
			reason: "no manager is scraped", at: "30m", want: []string{"Absent critical"},
			change: series{`build_info{version="v1.0.0"}`: ""},
		},
		"Absent/spares": {
			reason: "a manager was restarted", at: "12m", spares: "Absent critical",
			change: series{`build_info{version="v1.0.0"}`: "_x8 1+0xEND"},
		},
		"Restarting/fires": {
			reason: "both replicas lead and are ready in turn, for two of seven minutes", at: "65m",
			want: []string{"Restarting critical"},
			change: series{
				`build_info{version="v1.0.0"}`: "",
				build("a"):                     crashing(1, 0), build("b"): crashing(1, 0),
				start("a"): crashing(1, 420), start("b"): crashing(1, 420),
			},
		},
		"Restarting/spares": {
			reason: "the other replica runs", at: "65m", spares: "Restarting critical", want: []string{"ReplicaDown warning"},
			change: series{
				`build_info{version="v1.0.0"}`: "",
				build("a"):                     crashing(1, 0), build("b"): steady(1),
				start("a"): crashing(1, 420), start("b"): steady(1),
			},
		},
		"ReplicaDown/away": {
			reason: "one of two is gone after ten minutes, and its pod exists", at: "70m", want: []string{"ReplicaDown warning"},
			change: series{build("a"): "1+0x9", up("a"): "1+0x9 0+0xEND", build("b"): steady(1), up("b"): steady(1)},
		},
		"ReplicaDown/spares": {
			reason: "a replica was replaced by one that starts slowly", at: "70m", spares: "ReplicaDown warning",
			change: series{
				build("a"): "1+0x20", up("a"): "1+0x20 0 0 stale",
				build("b"): "_x30 1+0xEND", up("b"): "_x20 0+0x9 1+0xEND",
			},
		},
		"ReplicaDown/removed": {
			reason: "a replica that was away was removed with its node", at: "70m", spares: "ReplicaDown warning",
			change: series{build("a"): "1+0x9", up("a"): "1+0x9 0+0x40 stale", build("b"): steady(1), up("b"): steady(1)},
		},
		"ReplicaDown/other": {
			reason: "another program of the same job is away", at: "3h", spares: "ReplicaDown warning",
			change: series{build("a"): steady(1), up("a"): steady(1), up("other"): steady(0)},
		},
		"NoLeader/crashes": {
			reason: "no replica leads in the two of seven minutes it runs", at: "20m",
			want:   []string{"NoLeader critical"},
			change: series{`leader{pod="a"}`: crashing(0, 0), `leader{pod="b"}`: crashing(0, 0)},
		},
		"NotReady/crashes": {
			reason: "no replica fills its caches in the two of seven minutes it runs", at: "20m",
			want:   []string{"NotReady critical"},
			change: series{ready("caches"): crashing(0, 0), ready("token-broker"): crashing(0, 0)},
		},
		"NoLeader/fires": {
			reason: "no replica leads", at: "15m", want: []string{"NoLeader critical"},
			change: series{`leader{pod="b"}`: steady(0)},
		},
		"NoLeader/spares": {
			reason: "another replica takes over", at: "15m", spares: "NoLeader critical",
			change: series{`leader{pod="a"}`: "0+0x7 1+0xEND", `leader{pod="b"}`: "1+0x3 0+0xEND"},
		},
		"NotReady/fires": {
			reason: "no replica has rights", at: "15m", want: []string{"NotReady critical"},
			change: series{ready("namespaces"): steady(0)},
		},
		"NotReady/spares": {
			reason: "the other replica is ready", at: "15m", spares: "NotReady critical",
			change: series{`readiness_check{check="caches", pod="b"}`: steady(0)},
		},
		"BrokerCertificateInvalid/fires": {
			reason: "the Secret is damaged", at: "15m", want: []string{"BrokerCertificateInvalid critical"},
			change: series{ready("token-broker"): steady(0)},
		},
		"BrokerCertificateInvalid/caches": {
			reason: "the broker waits for the caches", at: "15m", want: []string{"NotReady critical"},
			change: series{ready("caches"): steady(0), ready("token-broker"): steady(0)},
			spares: "BrokerCertificateInvalid critical",
		},
		"BrokerCertificateInvalid/spares": {
			reason: "one replica starts", at: "15m", spares: "BrokerCertificateInvalid critical",
			change: series{`readiness_check{check="token-broker", pod="b"}`: steady(0)},
		},
		"BrokerCAExpires/fires": {
			reason: "29 days are left", at: "2h", want: []string{"BrokerCAExpires warning"},
			change: series{caExpiry: steady(29 * day)},
		},
		"BrokerCAExpires/spares": {
			reason: "31 days are left", at: "2h", spares: "BrokerCAExpires warning",
			change: series{caExpiry: steady(31 * day)},
		},
		"KeyExpiresSoon/fires": {
			reason: "29 days are left", at: "2h", want: []string{"KeyExpiresSoon warning"},
			change: series{expiry: steady(29 * day)},
		},
		"KeyExpiresSoon/spares": {
			reason: "31 days are left", at: "2h", spares: "KeyExpiresSoon warning",
			change: series{expiry: steady(31 * day)},
		},
		"KeyExpiresSoon/standby": {
			reason: "a standby replica has the certificate before the renewal", at: "2h", spares: "KeyExpiresSoon warning",
			change: series{
				`supplier_key_expiry_timestamp_seconds{supplier="default", pod="b"}`: steady(29 * day),
			},
		},
		"KeyExpiresSoon/over": {
			reason: "an expired key has another alert", at: "2h", spares: "KeyExpiresSoon warning",
			change: series{expiry: steady(1)},
		},
		"MaskinportenDown/alternates": {
			reason: "the reason changes every 20 minutes", at: "45m", want: []string{"MaskinportenDown warning"},
			change: alternating("MaskinportenReachable", "Unreachable", "ServerError"),
		},
		"AltinnDown/alternates": {
			reason: "the reason changes every 20 minutes", at: "90m", want: []string{"AltinnDown warning"},
			change: alternating("AltinnReachable", "Unreachable", "ServerError"),
		},
		"NoRuns/fires": {
			reason: "the last run succeeded at the start, and runs are late", at: "49h", want: []string{"NoRuns critical"},
			change: series{lastRun: steady(0), lateRun: steady(2 * 3600)},
		},
		"NoRuns/fails": {
			reason: "all runs fail", at: "49h", want: []string{"NoRuns critical"},
			change: series{
				lastRun: steady(0), customersAre("HRMOrganizationMismatch", "False"): "_x2800 1+0xEND", failed: rising(1),
			},
		},
		"NoRuns/never": {
			reason: "no run has ever succeeded, and one has been due for two days", at: "1h",
			want: []string{"NoRuns critical"}, change: series{lastRun: "", lateRun: steady(2*day + 1)},
		},
		"NoRuns/new": {
			reason: "the first run is late for a day", at: "1h", spares: "NoRuns critical",
			change: series{lastRun: "", lateRun: steady(day)},
		},
		"NoRuns/weekend": {
			reason: "one customer's runs failed on Friday", at: "60h", spares: "NoRuns critical",
			change: series{
				lastRun: steady(0), customersAre("HRMOrganizationMismatch", "False"): "_x3400 1+0xEND",
				failed: "0+1x600 600+0xEND",
			},
		},
		"NoRuns/other": {
			reason: "it failed on Friday, and another Supplier's runs fail now", at: "60h", spares: "NoRuns critical",
			change: series{
				lastRun: steady(0), customersAre("HRMOrganizationMismatch", "False"): "_x3400 1+0xEND",
				failed: "0+1x600 600+0xEND", ofOther: rising(1),
			},
		},
		"NoRuns/spares": {
			reason: "no run was due, as on a weekend", at: "60h", spares: "NoRuns critical",
			change: series{lastRun: steady(0)},
		},
		"ChecksLate/fires": {
			reason: "for more than half an hour", at: "20m", want: []string{"ChecksLate warning"},
			change: series{check: steady(1801)},
		},
		"ChecksLate/spares": {
			reason: "for half an hour", at: "20m", spares: "ChecksLate warning", change: series{check: steady(1800)},
		},
		"RunsLate/fires": {
			reason: "of 6 in 100 customers", at: "90m", want: []string{"RunsLate warning"}, change: series{late: steady(6)},
		},
		"RunsLate/spares": {
			reason: "of 5 in 100 customers", at: "90m", spares: "RunsLate warning", change: series{late: steady(5)},
		},
		"RunsStartLate/fires": {
			reason: "one in five", at: "95m", want: []string{"RunsStartLate warning"}, change: starts(8, 10),
		},
		"RunsStartLate/spares": {
			reason: "one in twenty", at: "95m", spares: "RunsStartLate warning", change: starts(9.5, 10),
		},
		"RunsStartLate/few": {
			reason: "all fifteen within an hour", at: "95m", spares: "RunsStartLate warning", change: starts(0, 0.25),
		},
		"ManyRunsFail/fires": {
			reason: "3 of 13 runs", at: "2h", want: []string{"ManyRunsFail warning"},
			change: series{failed: rising(3), customersAre("SyncFailing", "False"): steady(3)},
		},
		"ManyRunsFail/NAV": {
			reason: "NAV serves no run, and no customer is blamed", at: "2h", want: []string{"ManyRunsFail warning"},
			change: series{
				failed: rising(3), supplierIs("NAVReachable", "False", "CustomerRunsFailing"): steady(1),
			},
		},
		"ManyRunsFail/other": {
			reason: "all runs of one Supplier in two", at: "2h", want: []string{"ManyRunsFail warning"},
			change: series{
				succeeded: rising(100), ofOther: rising(3), customersOf("other", "SyncFailing", "False"): steady(3),
			},
		},
		"ManyRunsFail/few": {
			reason: "3 of 13 runs, of two customers", at: "2h", spares: "ManyRunsFail warning",
			change: series{failed: rising(3), customersAre("SyncFailing", "False"): steady(2)},
		},
		"ManyRunsFail/spares": {
			reason: "2 of 12 runs", at: "2h", spares: "ManyRunsFail warning",
			change: series{failed: rising(2), customersAre("SyncFailing", "False"): steady(3)},
		},
		"PlansUnsettled/fires": {
			reason: "NAV may have one plan", at: "90m", want: []string{"PlansUnsettled warning"},
			change: series{unknown: steady(1)},
		},
		"PlansUnsettled/spares": {
			reason: "a person settled it within an hour", at: "90m", spares: "PlansUnsettled warning",
			change: series{unknown: "1+0x50 0+0xEND"},
		},
	}
	for _, all := range []map[string]alertCase{
		conditionCases("KeyExpired", "critical", "Ready", "False", "KeyExpired", "10m", "4m"),
		conditionCases("SupplierNotReady", "critical", "Ready", "False", "KeyUnknown", "20m", "14m"),
		conditionCases("SupplierNotReady", "warning", "Ready", "False", "ScopeNotGranted", "90m", "50m"),
		conditionCases("ManyWithdrawals", "critical", "WithdrawalsImplausible", "True", "ManyWithdrawals", "2m", "0m"),
		conditionCases("TokensUnavailable", "critical", "TokenBrokerReachable", "False", "RunsWithoutToken", "20m", "14m"),
		conditionCases("MaskinportenDown", "warning", "MaskinportenReachable", "False", "ServerError", "40m", "29m"),
		conditionCases("AltinnDown", "warning", "AltinnReachable", "False", "Unreachable", "90m", "59m"),
		conditionCases("NAVDown", "warning", "NAVReachable", "False", "CustomerRunsFailing", "181m", "179m"),
		conditionCases("ManyRejections", "warning", "RejectionsImplausible", "True", "ManyRejections", "90m", "59m"),
		conditionCases("Interrupted", "warning", "VerificationOutdated", "True", "OperatorInterrupted", "3h", "119m"),
		conditionCases("NamespacesInaccessible", "warning", "NamespacesInaccessible", "True", "NamespaceRightsMissing", "15m",
			"9m"),
		conditionCases("PodsNotStarting", "critical", "RunsNotStarting", "True", "PodsNotStarting", "20m", "14m"),
		conditionCases("CustomersBlocked", "warning", "CustomersBlocked", "True", "HRMHostsMissing", "90m", "59m"),
		conditionCases("CustomersBlocked", "warning", "CustomersBlocked", "True", "HRMSystemsMissing", "90m", "59m"),
		conditionCases("EmergencyStop", "warning", "Ready", "False", "EmergencyStop", "5h", "239m"),
		customerCases("PodsNotStarting", "warning", "SyncPodRefused", "90m", "59m"),
		customerCases("HRMTokenRefused", "warning", "HRMUnauthorized", "90m", "59m"),
		customerCases("CustomersBlocked", "warning", "SyncFailing", "7h", "359m"),
		customerCases("CustomersBlocked", "warning", "HRMEndpointNotAllowed", "7h", "359m"),
		customerCases("CustomersBlocked", "info", "DuplicateOrganization", "25h", "23h"),
	} {
		maps.Copy(cases, all)
	}
	return cases
}

// customerCases returns the cases of an alert of a reason of customers.
func customerCases(name, severity, reason, at, before string) map[string]alertCase {
	change := series{customersAre(reason, "False"): steady(2)}
	return map[string]alertCase{
		name + "/" + reason + "/fires": {
			reason: "two customers wait", change: change, at: at, want: []string{name + " " + severity},
		},
		name + "/" + reason + "/spares": {
			reason: "they do not for long", change: change, at: before, spares: name + " " + severity,
		},
	}
}

// metricOf returns a series with its metric's whole name.
func metricOf(s string) string {
	if strings.HasPrefix(s, "process_") || strings.HasPrefix(s, "up{") { // of Prometheus and its client
		return s
	}
	return metrics.Prefix + s
}

// ruleTest is a test of promtool: exactly these alerts fire.
func ruleTest(t *testing.T, name string, c alertCase) map[string]any {
	t.Helper()
	values := healthy()
	maps.Copy(values, c.change)
	end := fmt.Sprint(minutes(t, c.at) + 1)
	var inputs, samples []any
	for _, s := range slices.Sorted(maps.Keys(values)) {
		if values[s] != "" {
			inputs = append(
				inputs,
				map[string]any{"series": metricOf(s), "values": strings.ReplaceAll(values[s], "END", end)},
			)
		}
	}
	for _, w := range c.want {
		alertName, severity, _ := strings.Cut(w, " ")
		samples = append(samples, map[string]any{
			"labels": fmt.Sprintf("{alertname=%q, severity=%q}", alert.Prefix+alertName, severity), "value": 1,
		})
	}
	return map[string]any{
		"name": name, "interval": "1m", "input_series": inputs,
		"promql_expr_test": []any{map[string]any{
			"expr":      `count by (alertname, severity) (ALERTS{alertstate="firing"})`,
			"eval_time": c.at, "exp_samples": samples,
		}},
	}
}

// TestAlerts runs Prometheus' own rule tester: each alert fires when it should, alone, and does not when it need not.
func TestAlerts(t *testing.T) {
	rules, err := filepath.Abs("../config/monitoring/prometheus.yaml")
	if err != nil {
		t.Fatal(err)
	}
	promtool(t, "", "check", "rules", rules)
	cases := alertCases()
	tests := map[string][]any{} // by how often rules are evaluated: not every minute of days
	fires, spares := map[string]bool{}, map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		every := "1m"
		if minutes(t, cases[name].at) > 240 {
			every = "30m"
		}
		tests[every] = append(tests[every], ruleTest(t, name, cases[name]))
		spares[cases[name].spares] = true
		for _, w := range cases[name].want {
			fires[w] = true
		}
	}
	for _, a := range alert.All() {
		key := strings.TrimPrefix(a.Name, alert.Prefix) + " " + string(a.Severity)
		if !fires[key] || !spares[key] {
			t.Errorf("%s needs a case in which it fires (%t) and one in which it does not (%t)", key, fires[key], spares[key])
		}
	}
	for every, all := range tests {
		content, err := yaml.Marshal(map[string]any{
			"rule_files": []string{rules}, "evaluation_interval": every, "tests": all,
		})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "alerts.yaml")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		promtool(t, "", "test", "rules", path)
	}
}

// minutes returns a duration in whole minutes.
func minutes(t *testing.T, text string) int {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return int(d.Minutes())
}

// TestAlertsCoverReasons verifies that each reason on which the platform team acts has an alert, and that the rules'
// metrics and reasons exist.
func TestAlertsCoverReasons(t *testing.T) {
	var rules strings.Builder
	for _, a := range alert.All() {
		rules.WriteString(a.Expr + "\n")
	}
	var missing []string
	for _, r := range condition.Rows() {
		for _, kind := range []string{condition.Customer, condition.Supplier} {
			status, ok := r.At(kind, "Ready")
			acts := r.Actor == condition.PlatformTeam && r.Urgency != condition.Never
			named := regexp.MustCompile(`["|]` + r.Reason + `["|]`).MatchString(rules.String())
			if ok && status != "True" && acts && !named && r.Reason != "SupplierNotReady" { // the Supplier has an alert
				missing = append(missing, r.Reason)
			}
		}
	}
	if len(missing) > 0 {
		t.Errorf("no alert names %v", missing)
	}
	var names []string
	for _, d := range metrics.Definitions() {
		names = append(names, d.Name)
	}
	for _, name := range metricName.FindAllString(rules.String(), -1) {
		name = strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_count") // of a histogram
		if !slices.Contains(names, name) {
			t.Errorf("there is no metric %s", name)
		}
	}
	var known []string
	for _, r := range condition.Rows() {
		known = append(known, r.Reason)
	}
	for _, list := range regexp.MustCompile(`reason=~?"([^"]+)"`).FindAllStringSubmatch(rules.String(), -1) {
		for reason := range strings.SplitSeq(list[1], "|") {
			if !slices.Contains(known, reason) {
				t.Errorf("there is no reason %s", reason)
			}
		}
	}
}

// TestPrometheusRule verifies that both files of rules have the same groups.
func TestPrometheusRule(t *testing.T) {
	var plain, object map[string]any
	for path, into := range map[string]*map[string]any{
		"config/monitoring/prometheus.yaml": &plain, "config/monitoring/prometheus-rule.yaml": &object,
	} {
		if err := yaml.Unmarshal([]byte(readFile(t, path)), into); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(any(plain), object["spec"]); diff != "" || len(plain) == 0 {
		t.Errorf("-prometheus.yaml +prometheus-rule.yaml:\n%s", diff)
	}
}

package main

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// operator shows the manager's processes.
func operator() *dashboard.DashboardBuilder {
	return board("operator", "Integration operator / Operator", "The manager's processes: leader, work, memory.").
		WithPanel(figure("Replicas", "Processes of the manager that Prometheus scrapes.", number, 0, 0,
			query{expression: "count(" + metric("build_info") + ")"})).
		WithPanel(figure("Leaders", "One leads. None: customers are not verified. Two: two installations.", number, 0, 0,
			query{expression: "sum(" + metric("leader") + ")"})).
		WithPanel(remaining("Broker's authority expires in", "The certificate authority in the Secret token-broker-ca.",
			"min("+metric("token_broker_ca_expiry_timestamp_seconds")+")")).
		WithPanel(list("Versions", "What runs where.", half, query{
			expression: "max by (instance, version, revision, goversion) (" + metric("build_info") + ")",
		})).
		WithPanel(states("Readiness", "Checks of each process.",
			map[string][2]string{"0": {"fails", red}, "1": {"passes", green}}, query{
				expression: "min by (instance, check) (" + metric("readiness_check") + ")", legend: "{{instance}} {{check}}",
			})).
		WithPanel(lines("Waiting objects", "Depth of the controllers' queues.", number, query{
			expression: "sum by (name) (" + ofManager("workqueue_depth") + ")", legend: "{{name}}",
		})).
		WithPanel(lines("Reconciles", "By controller and result.", perSecond, query{
			expression: "sum by (controller, result) (" +
				ofManager("rate(controller_runtime_reconcile_total[$__rate_interval])") + ")",
			legend: "{{controller}} {{result}}",
		})).
		WithPanel(lines("Duration of a reconcile", "19 of 20 take less.", seconds, query{
			expression: "histogram_quantile(0.95, sum by (le, controller) (" +
				ofManager("rate(controller_runtime_reconcile_time_seconds_bucket[$__rate_interval])") + "))",
			legend: "{{controller}}",
		})).
		WithPanel(lines("Memory", "The process, its heap, and Go's limit (GOMEMLIMIT).", bytes,
			query{expression: ofManager("process_resident_memory_bytes"), legend: "{{instance}} process"},
			query{expression: ofManager("go_memstats_heap_inuse_bytes"), legend: "{{instance}} heap"},
			query{expression: ofManager("go_gc_gomemlimit_bytes < 1e15"), legend: "{{instance}} limit"})).
		WithPanel(lines("CPU", "Cores.", number, query{
			expression: ofManager("rate(process_cpu_seconds_total[$__rate_interval])"), legend: "{{instance}}",
		})).
		WithPanel(lines("Requests to the API server", "By method and status.", perSecond, query{
			expression: "sum by (method, code) (" + ofManager("rate(rest_client_requests_total[$__rate_interval])") + ")",
			legend:     "{{method}} {{code}}",
		}))
}

{{- /* args are the operator's flags that differ from its own defaults. */ -}}
{{- define "integration-operator.args" -}}
{{- with .Values }}
{{- if ne (int .workers) 10 }}
- --workers={{ .workers }}
{{- end }}
{{- if ne .logLevel "info" }}
- --log-level={{ .logLevel }}
{{- end }}
{{- if not .leaderElection.enabled }}
- --leader-elect=false
{{- end }}
{{- if ne .leaderElection.leaseDuration "35s" }}
- --leader-election-lease-duration={{ .leaderElection.leaseDuration }}
{{- end }}
{{- if ne .leaderElection.renewDeadline "30s" }}
- --leader-election-renew-deadline={{ .leaderElection.renewDeadline }}
{{- end }}
{{- if ne .leaderElection.retryPeriod "2s" }}
- --leader-election-retry-period={{ .leaderElection.retryPeriod }}
{{- end }}
{{- if ne .tokenBroker.source "node" }}
- --token-broker-source={{ .tokenBroker.source }}
{{- end }}
{{- if .tokenBroker.anyPod }}
- --token-broker-any-pod
{{- end }}
{{- if not .metrics.enabled }}
- --metrics-bind-address=0
{{- else if ne (int .ports.metrics) 8443 }}
- --metrics-bind-address=:{{ .ports.metrics }}
{{- end }}
{{- if and .metrics.enabled .metrics.certSecret }}
- --metrics-cert-dir=/etc/metrics-cert
{{- end }}
{{- if ne (int .ports.health) 8081 }}
- --health-probe-bind-address=:{{ .ports.health }}
{{- end }}
{{- if ne (int .ports.tokenBroker) 8444 }}
- --token-broker-bind-address=:{{ .ports.tokenBroker }}
{{- end }}
{{- range .extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* image is the name of an image. Parameters: root, image. */ -}}
{{- define "integration-operator.image" -}}
{{- $name := printf "%s/%s" (trimSuffix "/" .root.Values.imageRegistry) .image.name -}}
{{- if .image.digest -}}
{{- printf "%s@%s" $name .image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (default .root.Chart.AppVersion .image.tag) -}}
{{- end -}}
{{- end -}}

{{- /* goMemoryLimit is the variable GOMEMLIMIT, if there is a limit. Parameters: limit, resources. */ -}}
{{- define "integration-operator.goMemoryLimit" -}}
{{- $limit := .limit -}}
{{- if not $limit -}}
{{- $memory := dig "limits" "memory" "" .resources -}}
{{- if kindIs "float64" $memory -}}{{- $memory = printf "%.0f" $memory -}}{{- end -}}
{{- with $memory | toString -}}
{{- $units := dict "" 1 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- $number := regexFind "^[0-9.]+" . -}}
{{- $unit := trimPrefix $number . -}}
{{- if or (not $number) (not (hasKey $units $unit)) -}}
{{- fail (printf "the memory limit %q is no number with one of the units k, M, G, T, Ki, Mi, Gi and Ti" .) -}}
{{- end -}}
{{- $limit = printf "%dMiB" (divf (mulf (float64 $number) (get $units $unit) 0.9) 1048576 | floor | int64) -}}
{{- end -}}
{{- end -}}
{{- with $limit }}
- name: GOMEMLIMIT
  value: {{ . | quote }}
{{- end -}}
{{- end -}}

{{- /* outside are the variables by which a pod reaches the outside: proxy and authorities. */ -}}
{{- define "integration-operator.outside" -}}
{{- with .Values.proxy.url }}
- name: HTTPS_PROXY
  value: {{ . | quote }}
- name: NO_PROXY
  value: {{ concat (list "$(KUBERNETES_SERVICE_HOST)" ".svc" ".cluster.local") $.Values.proxy.except | join "," | quote }}
{{- end }}
{{- if .Values.ca.configMap }}
- name: SSL_CERT_FILE
  value: /etc/ca/{{ .Values.ca.key }}
{{- end -}}
{{- end -}}

{{- /* caMount and caVolume mount the authorities. */ -}}
{{- define "integration-operator.caMount" -}}
{{- if .Values.ca.configMap }}
- {name: ca, mountPath: /etc/ca, readOnly: true}
{{- end -}}
{{- end -}}
{{- define "integration-operator.caVolume" -}}
{{- with .Values.ca.configMap }}
- name: ca
  configMap: {name: {{ . | quote }}}
{{- end -}}
{{- end -}}

{{- /* scheduling is where pods run. Parameters: name, and the values of the part. */ -}}
{{- define "integration-operator.scheduling" -}}
{{- if kindIs "invalid" .values.topologySpreadConstraints }}
topologySpreadConstraints:
- maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      app.kubernetes.io/name: {{ .name }}
{{- else }}
{{- with .values.topologySpreadConstraints }}
topologySpreadConstraints:
{{- range . }}
{{- $selector := dict "matchLabels" (dict "app.kubernetes.io/name" $.name) }}
- {{- toYaml (merge (deepCopy .) (dict "labelSelector" $selector)) | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations: {{- toYaml . | nindent 0 }}
{{- end }}
{{- with .values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- end -}}

{{- /* containerSecurity is the security context of all containers. */ -}}
{{- define "integration-operator.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{- /* probes are the probes of all containers. */ -}}
{{- define "integration-operator.probes" -}}
startupProbe:
  httpGet: {path: /healthz, port: health}
  periodSeconds: 1
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /healthz, port: health}
  periodSeconds: 20
  timeoutSeconds: 5
readinessProbe:
  httpGet: {path: /readyz, port: health}
  periodSeconds: 2
  timeoutSeconds: 5
{{- end -}}

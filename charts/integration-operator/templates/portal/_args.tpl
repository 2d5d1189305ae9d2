{{- /* portalArgs are the portal's flags that differ from its own defaults. */ -}}
{{- define "integration-operator.portalArgs" -}}
{{- if ne .sessionLifetime "8h" }}
- --session-lifetime={{ .sessionLifetime }}
{{- end }}
{{- with .trustedProxies }}
- --trusted-proxies={{ join "," . }}
{{- end }}
{{- if .tlsSecret }}
- --tls-cert-dir=/etc/portal-tls
{{- end }}
{{- if ne .logLevel "info" }}
- --log-level={{ .logLevel }}
{{- end }}
{{- if ne (int .ports.http) 8080 }}
- --bind-address=:{{ .ports.http }}
{{- end }}
{{- if ne (int .ports.health) 8081 }}
- --health-probe-bind-address=:{{ .ports.health }}
{{- end }}
{{- if not .metrics }}
- --metrics-bind-address=0
{{- else if ne (int .ports.metrics) 8082 }}
- --metrics-bind-address=:{{ .ports.metrics }}
{{- end }}
{{- if .oidc.issuerURL }}
{{- include "integration-operator.oidcArgs" .oidc }}
{{- end }}
{{- range .extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end -}}

{{- /* oidcArgs are the flags of the login. */ -}}
{{- define "integration-operator.oidcArgs" }}
- {{ printf "--oidc-issuer-url=%s" .issuerURL | quote }}
- {{ printf "--oidc-client-id=%s" .clientID | quote }}
{{- if .clientSecret }}
- --oidc-client-secret-file=/etc/portal/client-secret
{{- end }}
{{- if .caConfigMap }}
- --oidc-ca-file=/etc/portal-oidc-ca/ca.crt
{{- end }}
{{- if ne (join "," .scopes) "profile,email" }}
- {{ printf "--oidc-scopes=%s" (join "," .scopes) | quote }}
{{- end }}
{{- if ne .usernameClaim "sub" }}
- {{ printf "--oidc-username-claim=%s" .usernameClaim | quote }}
{{- end }}
{{- with .usernamePrefix }}
- {{ printf "--oidc-username-prefix=%s" . | quote }}
{{- end }}
{{- if ne .groupsClaim "groups" }}
- {{ printf "--oidc-groups-claim=%s" .groupsClaim | quote }}
{{- end }}
{{- with .groupsPrefix }}
- {{ printf "--oidc-groups-prefix=%s" . | quote }}
{{- end }}
{{- end -}}

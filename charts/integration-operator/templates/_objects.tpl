{{- /*
objects renders the objects of a file below files/, which is a copy of config/, in the release's namespace. Parameters:
root, file, and optionally namespace (of all objects instead), name (likewise), labels and annotations (added), spec (merged
into spec), egress (added to the rules of each NetworkPolicy that has rules), and replace (texts by others).
*/ -}}
{{- define "integration-operator.objects" -}}
{{- $root := .root -}}
{{- $text := $root.Files.Get (printf "files/%s" .file) | required (printf "the chart lacks files/%s" .file) -}}
{{- $text = $text | replace "integration-operator-system" $root.Release.Namespace -}}
{{- range $old, $new := .replace -}}{{- $text = $text | replace $old $new -}}{{- end -}}
{{- range $document := regexSplit "(?m)^---$" $text -1 -}}
{{- $object := fromYaml $document -}}
{{- if $object -}}
{{- with $.namespace -}}{{- $_ := set $object.metadata "namespace" . -}}{{- end -}}
{{- with $.name -}}{{- $_ := set $object.metadata "name" . -}}{{- end -}}
{{- with $.annotations -}}
{{- $_ := set $object.metadata "annotations" (merge . (default dict $object.metadata.annotations)) -}}
{{- end -}}
{{- with $.spec -}}{{- $_ := set $object "spec" (mergeOverwrite $object.spec .) -}}{{- end -}}
{{- if and $.egress $object.spec.egress -}}
{{- $_ := set $object.spec "egress" (concat $object.spec.egress $.egress) -}}
{{- end -}}
{{- $labels := include "integration-operator.labels" $root | fromYaml -}}
{{- $_ := set $object.metadata "labels" (merge (default dict $.labels) (default dict $object.metadata.labels) $labels) }}
---
{{ toYaml $object }}
{{ end -}}
{{- end -}}
{{- end -}}

{{- /* labels are the labels of all objects. */ -}}
{{- define "integration-operator.labels" -}}
{{- with .Values.commonLabels }}
{{- toYaml . }}
{{ end -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | replace "+" "_" | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: integration-operator
{{- end -}}

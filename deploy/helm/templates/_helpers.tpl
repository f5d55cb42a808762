{{/* The name that everything of a release begins with. */}}
{{- define "ringpost.name" -}}
{{- if contains "ringpost" .Release.Name -}}
{{- .Release.Name | replace "." "-" | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-ringpost" .Release.Name | replace "." "-" | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "ringpost.selector" -}}
app.kubernetes.io/name: ringpost
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "ringpost.labels" -}}
{{ include "ringpost.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "ringpost.secret" -}}
{{- .Values.secret.existing | default (include "ringpost.name" .) -}}
{{- end -}}

{{/* What no container of ours needs. */}}
{{- define "ringpost.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

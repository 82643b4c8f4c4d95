{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}

{{- /* Name of everything that is namespaced; others know it, it must not change. */ -}}
{{- define "name" -}}
gardener-extension-cri-resmgr
{{- end -}}

{{- define "runtimeCluster" -}}
{{- if ((.Values.gardener).runtimeCluster).enabled -}}true{{- end -}}
{{- end -}}

{{- /*
Prefix of the names of roles. A garden runtime cluster can be a seed at the same time, so the second
installation there needs cluster-scoped names of its own.
*/ -}}
{{- define "rolePrefix" -}}
extensions.gardener.cloud:extension-cri-resmgr-extension
{{- if include "runtimeCluster" . }}-runtime{{ end -}}
{{- end -}}

{{- /* The selector is immutable in a Deployment: never add to it. */ -}}
{{- define "selectorLabels" -}}
app.kubernetes.io/name: {{ include "name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "labels" -}}
{{ include "selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end -}}

{{- define "image" -}}
{{- with .Values.image -}}
{{- if .ref -}}
{{ .ref }}
{{- else -}}
{{ .repository }}
{{- if .tag }}:{{ .tag }}{{ else if not .digest }}:{{ $.Chart.AppVersion }}{{ end -}}
{{- if .digest }}@{{ .digest }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "priorityClassName" -}}
{{- if include "runtimeCluster" . -}}
{{ .Values.gardener.runtimeCluster.priorityClassName | default .Values.priorityClassName }}
{{- else -}}
{{ .Values.priorityClassName }}
{{- end -}}
{{- end -}}

{{- define "componentConfig" -}}
apiVersion: cri-resmgr.extensions.config.gardener.cloud/v1alpha1
kind: Configuration
{{ toYaml .Values.config }}
{{- end -}}

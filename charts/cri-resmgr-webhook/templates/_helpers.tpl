{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}

{{- define "name" -}}
cri-resmgr-webhook
{{- end -}}

{{- define "selectorLabels" -}}
app: {{ include "name" . }}
{{- end -}}

{{- define "labels" -}}
{{ include "selectorLabels" . }}
app.kubernetes.io/name: {{ include "name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion }}
{{- end -}}

{{- /* The names by which the API server may call the service. */ -}}
{{- define "dnsNames" -}}
{{- $service := printf "%s.%s" (include "name" .) .Release.Namespace -}}
{{- list (printf "%s.svc" $service) $service (printf "%s.svc.cluster.local" $service) | toJson -}}
{{- end -}}

{{- /*
A certificate of our own is made once a release; rendered again, the one that is there is kept, for a
new authority would cut the API server off until every pod has the new pair.
*/ -}}
{{- define "pair" -}}
{{- $secret := lookup "v1" "Secret" .Release.Namespace .Values.certificate.secretName -}}
{{- if and $secret $secret.data (index $secret.data "ca.crt") -}}
{{- dict "ca" (index $secret.data "ca.crt") "crt" (index $secret.data "svc.crt") "key" (index $secret.data "svc.key") | toJson -}}
{{- else -}}
{{- $days := int .Values.certificate.validDays -}}
{{- $ca := genCA (printf "%s-ca" (include "name" .)) $days -}}
{{- $names := include "dnsNames" . | fromJsonArray -}}
{{- $made := genSignedCert (first $names) nil $names $days $ca -}}
{{- dict "ca" ($ca.Cert | b64enc) "crt" ($made.Cert | b64enc) "key" ($made.Key | b64enc) | toJson -}}
{{- end -}}
{{- end -}}

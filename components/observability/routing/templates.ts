import { alertmanagerDataSource } from "../datasources.ts";

/**
 * Message templates for Slack, e-mail and SNS, in Go's template language. Each alert tells its summary, the value, and
 * three addresses: runbook, dashboard, and the form that silences it (Grafana's, for Alertmanager is not published).
 *
 * @param grafanaUrl address of Grafana, without a slash at the end
 */
export function messageTemplates(grafanaUrl: string): string {
  const silence = `${grafanaUrl}/alerting/silence/new?alertmanager=${encodeURIComponent(alertmanagerDataSource.name)}`;
  return `${title}${silenceLink(silence)}${slack}${plain}${html}`;
}

/** ASCII only, for it is also the subject of SNS messages, which must be. */
const title = `{{ define "platform.title" -}}
[{{ if eq .Status "firing" }}{{ with .CommonLabels.severity }}{{ . | toUpper }}{{ else }}FIRING{{ end }}{{ if gt (len .Alerts.Firing) 1 }} x{{ len .Alerts.Firing }}{{ end }}{{ else }}RESOLVED{{ end }}] {{ with .CommonLabels.alertname }}{{ . }}{{ else }}{{ len .Alerts }} alerts{{ end }}{{ with .CommonLabels.service }} - {{ . }}{{ end }}{{ with .CommonLabels.environment }} ({{ . }}){{ end }}
{{- end }}
`;

function silenceLink(address: string): string {
  return `{{ define "platform.silence" -}}
${address}&matcher=alertname%3D{{ .Labels.alertname | urlquery }}{{ with .Labels.service }}&matcher=service%3D{{ . | urlquery }}{{ end }}
{{- end }}
`;
}

const slack = `{{ define "platform.slack.color" -}}
{{ if ne .Status "firing" }}good{{ else if eq .CommonLabels.severity "critical" }}danger{{ else }}warning{{ end }}
{{- end }}
{{ define "platform.slack.text" -}}
{{ range .Alerts }}*{{ .Labels.alertname }}*{{ with .Labels.service }} of {{ . }}{{ end }}{{ if ne .Status "firing" }} (resolved){{ end }}
{{ .Annotations.summary }}
{{ with .Annotations.value }}Value: {{ . }}
{{ end }}{{ with .Annotations.impact }}Impact: {{ . }}
{{ end }}{{ with .Annotations.runbook_url }}<{{ . }}|Runbook> | {{ end }}{{ with .Annotations.dashboard_url }}<{{ . }}|Dashboard> | {{ end }}<{{ template "platform.silence" . }}|Silence>

{{ end }}
{{- end }}
`;

const plain = `{{ define "platform.text" -}}
{{ range .Alerts }}{{ .Labels.alertname }}{{ with .Labels.service }} of {{ . }}{{ end }}{{ if ne .Status "firing" }} (resolved){{ end }}: {{ .Annotations.summary }}
{{ with .Annotations.value }}Value: {{ . }}
{{ end }}{{ with .Annotations.runbook_url }}Runbook: {{ . }}
{{ end }}{{ with .Annotations.dashboard_url }}Dashboard: {{ . }}
{{ end }}Silence: {{ template "platform.silence" . }}

{{ end }}
{{- end }}
`;

const html = `{{ define "platform.html" -}}
<!DOCTYPE html>
<html><body style="font-family: sans-serif; font-size: 14px; color: #1c1e21">
<h2 style="font-size: 16px">{{ template "platform.title" . }}</h2>
{{ range .Alerts }}<div style="margin: 0 0 16px; padding: 0 0 0 12px; border-left: 4px solid {{ if ne .Status "firing" }}#2f9e44{{ else if eq .Labels.severity "critical" }}#c92a2a{{ else }}#e67700{{ end }}">
<p style="margin: 0"><strong>{{ .Labels.alertname }}</strong>{{ with .Labels.service }} of {{ . }}{{ end }}{{ if ne .Status "firing" }} (resolved){{ end }}</p>
<p style="margin: 4px 0">{{ .Annotations.summary }}</p>
{{ with .Annotations.description }}<p style="margin: 4px 0; color: #555">{{ . }}</p>
{{ end }}{{ with .Annotations.value }}<p style="margin: 4px 0">Value: {{ . }}</p>
{{ end }}{{ with .Annotations.impact }}<p style="margin: 4px 0">Impact: {{ . }}</p>
{{ end }}<p style="margin: 4px 0">since {{ .StartsAt.UTC.Format "2006-01-02 15:04 UTC" }} | {{ with .Annotations.runbook_url }}<a href="{{ . }}">Runbook</a> | {{ end }}{{ with .Annotations.dashboard_url }}<a href="{{ . }}">Dashboard</a> | {{ end }}<a href="{{ template "platform.silence" . }}">Silence</a></p>
</div>
{{ end }}</body></html>
{{- end }}
`;

{{- define "labels" -}}
app.kubernetes.io/part-of: competency-bank
app.kubernetes.io/instance: {{ .release | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "confined" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- /* A service: what is the same for the bank and the verifier. */}}
{{- define "service" -}}
{{- $name := printf "%s-%s" .release .component }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels: {{- include "labels" . | nindent 4 }}
spec:
  replicas: {{ .room.replicas }}
  {{- if eq .access "ReadWriteMany" }}
  # A step of the schema only adds, so instances of two versions work side by side while they are replaced.
  strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}
  {{- else }}
  strategy: {type: Recreate} # the volume is mounted once
  {{- end }}
  selector:
    matchLabels: {{- include "labels" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "labels" . | nindent 8 }}
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ add .room.drainSeconds 15 }}
      securityContext:
        runAsNonRoot: true
        runAsUser: 65534
        runAsGroup: 65534
        fsGroup: 65534
        fsGroupChangePolicy: OnRootMismatch
        seccompProfile: {type: RuntimeDefault}
      {{- if .trust }}
      initContainers: # the trust list of the ConfigMap is the first one; `cb-verifier trust refresh` keeps it fresh
        - name: trust
          image: {{ .image | quote }}
          imagePullPolicy: {{ .pullPolicy }}
          command: [/bin/sh, -c, "test -e /data/trust.json || cp /trust/trust.json /data/trust.json"]
          resources: {{- toYaml .room.resources | nindent 12 }}
          securityContext: {{- include "confined" . | nindent 12 }}
          volumeMounts:
            - {name: data, mountPath: /data}
            - {name: trust, mountPath: /trust, readOnly: true}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ .image | quote }}
          imagePullPolicy: {{ .pullPolicy }}
          env:
            {{- range $key, $value := .room.settings }}
            - {name: {{ $key }}, value: {{ $value | quote }}}
            {{- end }}
            - {name: {{ .prefix }}_DRAIN_SECONDS, value: {{ .room.drainSeconds | quote }}}
          envFrom:
            - secretRef: {name: {{ .room.secret }}}
          ports:
            - {name: http, containerPort: {{ .port }}}
            - {name: metrics, containerPort: 9464}
          startupProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 2
            failureThreshold: 30
          readinessProbe:
            httpGet: {path: /readyz, port: http}
            periodSeconds: 5
            timeoutSeconds: 5
          livenessProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 15
            timeoutSeconds: 5
            failureThreshold: 4
          resources: {{- toYaml .room.resources | nindent 12 }}
          securityContext: {{- include "confined" . | nindent 12 }}
          volumeMounts:
            - {name: data, mountPath: /data}
            - {name: tmp, mountPath: /tmp}
      volumes:
        - name: data
          persistentVolumeClaim: {claimName: {{ .room.volume.claim | default $name }}}
        - name: tmp
          emptyDir: {sizeLimit: 4Gi}
        {{- if .trust }}
        - name: trust
          configMap: {name: {{ .trust }}}
        {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  labels: {{- include "labels" . | nindent 4 }}
spec:
  selector: {{- include "labels" . | nindent 4 }}
  ports:
    - {name: http, port: 80, targetPort: http}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  labels: {{- include "labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{- include "labels" . | nindent 6 }}
{{- if not .room.volume.claim }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ $name }}
  labels: {{- include "labels" . | nindent 4 }}
  annotations:
    helm.sh/resource-policy: keep
spec:
  accessModes: [{{ .access }}]
  {{- with .room.volume.storageClass }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests: {storage: {{ .room.volume.size }}}
{{- end }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ $name }}
  labels: {{- include "labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels: {{- include "labels" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - namespaceSelector: {matchLabels: {{ toJson .network.ingress }}}
      ports: [{port: http}]
    - from:
        - namespaceSelector: {matchLabels: {{ toJson .network.monitoring }}}
      ports: [{port: metrics}]
  egress:
    - ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
    - ports: [{port: 443}]
    {{- if .stores }}
    - ports:
        {{- range .stores }}
        - {port: {{ . }}}
        {{- end }}
    {{- end }}
{{- end }}

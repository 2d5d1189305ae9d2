package api

import (
	"strings"
	"testing"
)

const (
	podCPU         = "        cpu: 10m\n"
	podOperator    = "      operator: Equal\n"
	podEffect      = "      effect: NoSchedule\n"
	podTolerations = "    - key: 4human.no/jobs\n" + podOperator + "      value: \"true\"\n" + podEffect
	podJobLabel    = "      kueue.x-k8s.io/queue-name: sync\n"
	podAnnotation  = "      linkerd.io/inject: disabled\n"
	podProxy       = "http://proxy.4human.example:3128"
)

// amountMessage is the message about a wrong quantity.
const amountMessage = `write a positive quantity in quotes, such as "100m" of CPU or "64Mi" of memory`

const labelValueMessage = "label values have letters, digits, hyphens, dots and underscores, such as sync-jobs"

// amount is a Supplier whose jobs request a wrong amount of CPU.
func amount(reason, written string) mistake {
	return mistake{
		reason: reason,
		file:   supplierFull,
		edits:  []edit{{was: podCPU, is: `        cpu: "` + written + "\"\n"}},
		want:   []string{`spec.sync.resources.requests.cpu: Invalid value: "` + written + `": ` + amountMessage},
	}
}

// jobLabel is a Supplier with a reserved label of Jobs.
func jobLabel(reason, key string) mistake {
	return mistake{
		reason: reason,
		file:   supplierFull,
		edits:  []edit{{was: podJobLabel, is: podJobLabel + "      " + key + ": other\n"}},
		want: []string{"spec.sync.jobLabels: Invalid value: labels of integrations.4human.no, app.kubernetes.io and " +
			"batch.kubernetes.io are reserved"},
	}
}

const (
	podImage     = "registry.4human.example/integration-operator-sync:1.0.0"
	imageMessage = "write an image's name, such as registry.example/integration-operator-sync:1"
)

// podName is a Supplier with a wrong name in a field of spec.sync.
func podName(reason, field, was, written, message string) mistake {
	name := field[strings.LastIndex(field, ".")+1:]
	return mistake{
		reason: reason, file: supplierFull, edits: []edit{{was: name + ": " + was, is: name + ": " + written}},
		want: []string{"spec.sync." + field + `: Invalid value: "` + written + `": ` + message},
	}
}

// podAnnotationKey is a Supplier with a wrong annotation of pods.
func podAnnotationKey(reason, key, message string) mistake {
	return mistake{
		reason: reason,
		file:   supplierFull,
		edits:  []edit{{was: podAnnotation, is: podAnnotation + "      " + key + ": other\n"}},
		want:   []string{"spec.sync.podAnnotations: Invalid value: " + message},
	}
}

// proxy is a Supplier with a wrong proxy.
func proxy(reason, written, message string) mistake {
	return mistake{
		reason: reason,
		file:   supplierFull,
		edits:  []edit{{was: podProxy, is: written}},
		want:   []string{`spec.sync.proxy.url: Invalid value: "` + written + `": ` + message},
	}
}

// platformMistakes are mistakes in the fields for platforms.
func platformMistakes() map[string]mistake {
	const (
		reserved = "annotations of integrations.4human.no and batch.kubernetes.io are reserved"
		parts    = "must be scheme, host and port, such as http://proxy.example:3128"
	)
	return map[string]mistake{
		"annotation of ours":        podAnnotationKey("the seal is the operator's", "integrations.4human.no/seal", reserved),
		"annotation of Kubernetes'": podAnnotationKey("Kubernetes sets it", "batch.kubernetes.io/a", reserved),
		"annotation key with a space": podAnnotationKey("Kubernetes rejects the pod", "my note",
			"keys must be annotation keys: a name with an optional domain, such as linkerd.io/inject"),
		"annotation of kilobytes": {
			reason: "every CronJob holds it",
			file:   supplierFull,
			edits:  []edit{{was: podAnnotation, is: "      linkerd.io/inject: " + strings.Repeat("a", 1025) + "\n"}},
			want: []string{
				notChecked,
				"spec.sync.podAnnotations.linkerd.io/inject: Too long: may not be more than 1024 bytes",
			},
		},
		"user by number": {
			reason: "the message lists the values",
			file:   supplierFull, edits: []edit{{was: "podUser: Platform", is: "podUser: Openshift"}},
			want: []string{
				notChecked,
				`spec.sync.podUser: Unsupported value: "Openshift": supported values: "Fixed", "Platform"`,
			},
		},
		"proxy with a password": proxy("CronJobs show it", "http://user:hush@proxy.example:3128",
			"must not hold a user or password: CronJobs show it"),
		"proxy without a scheme": proxy("curl accepts it, Go does not", "proxy.example:3128", parts),
		"proxy of another kind":  proxy("SOCKS is not supported", "socks5://proxy.example:1080", parts),
		"proxy with a path":      proxy("it has no effect", "http://proxy.example:3128/", parts),
		"exception with a wildcard": {
			reason: "a domain begins with a dot",
			file:   supplierFull, edits: []edit{{was: "- .hrm.4human.example", is: `- "*.hrm.4human.example"`}},
			want: []string{`spec.sync.proxy.except[0]: Invalid value: "*.hrm.4human.example": must be a host, a domain such as .hrm.example, an IP address or a network`},
		},
		"authorities without a key": {
			reason: "a reference needs a key",
			file:   supplierFull,
			edits:  []edit{{was: "      name: company-ca\n      key: ca.crt\n", is: "      name: company-ca\n"}},
			want:   []string{notChecked, "spec.sync.caConfigMapRef.key: Required value"},
		},
		"authorities with a path": {
			reason: "no ConfigMap has such a key",
			file:   supplierFull, edits: []edit{{was: "      key: ca.crt\n", is: "      key: certs/ca.crt\n"}},
			want: []string{`spec.sync.caConfigMapRef.key: Invalid value: "certs/ca.crt": must be a key of a ConfigMap, such as ca.crt`},
		},
	}
}

func TestPlatformMistakes(t *testing.T) {
	for name, m := range platformMistakes() {
		t.Run(name, func(t *testing.T) { m.check(t) })
	}
}

// podMistakes are mistakes in the configuration of pods.
func podMistakes() map[string]mistake {
	return map[string]mistake{
		"amount in words":      amount("words are no quantity", "lots"),
		"amount below nothing": amount("quantities are positive", "-1"),
		"amount of nothing":    amount("zero is not allowed", "0"),
		"amount of no cores":   amount("zero is not allowed with a unit either", "0m"),
		"amount with a space":  amount("a quantity has no spaces", "100 m"),
		"amount, unit unknown": amount("MB is no unit", "64MB"),
		"amount, comma":        amount("a fraction has a point", "0,5"),
		"amount without quotes": {
			reason: "YAML reads digits as a number",
			file:   supplierFull, edits: []edit{{was: podCPU, is: "        cpu: 100\n"}},
			want: []string{"spec.sync.resources.requests.cpu: Invalid value: 100: " + amountMessage},
		},
		"amounts everywhere": {
			reason: "each quantity is validated",
			file:   supplierFull,
			edits: []edit{
				{was: podCPU, is: "        cpu: a\n"}, {was: "memory: 32Mi", is: "memory: b"}, {
					was: `cpu: "1"`,
					is:  "cpu: c",
				}, {was: "memory: 128Mi", is: "memory: d"},
			},
			want: []string{
				`spec.sync.resources.limits.cpu: Invalid value: "c": ` + amountMessage,
				`spec.sync.resources.limits.memory: Invalid value: "d": ` + amountMessage,
				`spec.sync.resources.requests.cpu: Invalid value: "a": ` + amountMessage,
				`spec.sync.resources.requests.memory: Invalid value: "b": ` + amountMessage,
			},
		},
		"resource unknown": {
			reason: "unknown fields are rejected",
			file:   supplierFull, edits: []edit{{was: podCPU, is: podCPU + "        ephemeral-storage: 1Gi\n"}},
			want: []string{`Supplier in version "v1alpha1" cannot be handled as a Supplier: strict decoding error: unknown field "spec.sync.resources.requests.ephemeral-storage"`},
		},
		"label of ours":        jobLabel("the operator sets its own labels", "integrations.4human.no/integration"),
		"label of another's":   jobLabel("the operator sets this label", "app.kubernetes.io/managed-by"),
		"label of Kubernetes'": jobLabel("Kubernetes sets this label", "batch.kubernetes.io/job-name"),
		"label too long": {
			reason: "a label's value has at most 63 characters",
			file:   supplierFull, edits: []edit{{
				was: podJobLabel,
				is:  "      kueue.x-k8s.io/queue-name: " + strings.Repeat("a", 64) + "\n",
			}},
			want: []string{notChecked, "spec.sync.jobLabels.kueue.x-k8s.io/queue-name: Too long: may not be more than 63 bytes"},
		},
		"selector with a switch": {
			reason: "YAML reads true as a boolean",
			file:   supplierFull, edits: []edit{{was: "kubernetes.io/os: linux", is: "4human.no/jobs: true"}},
			want: []string{
				notChecked,
				`spec.sync.nodeSelector.4human.no/jobs: Invalid value: "boolean": spec.sync.nodeSelector.4human.no/jobs in body must be of type string: "boolean"`,
			},
		},
		"toleration's operator": {
			reason: "the message lists the values",
			file:   supplierFull, edits: []edit{{was: podOperator, is: "      operator: Exist\n"}},
			want: []string{
				notChecked,
				`spec.sync.tolerations[0].operator: Unsupported value: "Exist": supported values: "Equal", "Exists"`,
			},
		},
		"toleration's effect": {
			reason: "the message lists the values",
			file:   supplierFull, edits: []edit{{was: podEffect, is: "      effect: NoRun\n"}},
			want: []string{
				notChecked,
				`spec.sync.tolerations[0].effect: Unsupported value: "NoRun": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"`,
			},
		},
		"toleration of nothing": {
			reason: "Kubernetes rejects the pod",
			file:   supplierFull, edits: []edit{{was: podTolerations, is: "    - effect: NoSchedule\n"}},
			want: []string{`spec.sync.tolerations[0]: Invalid value: key is required unless operator is Exists, such as {key: dedicated, value: sync}`},
		},
		"toleration with a value that is not looked at": {
			reason: "Kubernetes rejects the pod",
			file:   supplierFull, edits: []edit{{was: podOperator, is: "      operator: Exists\n"}},
			want: []string{`spec.sync.tolerations[0]: Invalid value: value is not allowed if operator is Exists, such as {key: dedicated, operator: Exists}`},
		},
		"image with a space":  podName("no pod would start", "image", podImage, "registry.example/sync jobs:1", imageMessage),
		"image in upper case": podName("likewise", "image", podImage, "registry.example/Sync:1", imageMessage),
		"priority class in upper case": podName("Kubernetes rejects the pod", "priorityClassName", "low", "Low",
			"write the name of a PriorityClass in lower case, such as low"),
		"toleration's key": podName("Kubernetes rejects the pod", "tolerations[0].key", "4human.no/jobs", "jobs of 4human",
			"write a taint's key: a name with an optional domain, such as example.com/dedicated"),
		"toleration's value": podName("Kubernetes rejects the pod", "tolerations[0].value", `"true"`, "yes always",
			"a taint's value has letters, digits, hyphens, dots and underscores, such as sync-jobs"),
		"requests above limits": {
			reason: "Kubernetes rejects the pod",
			file:   supplierFull, edits: []edit{{was: podCPU, is: "        cpu: 1500m\n"}},
			want: []string{`spec.sync.resources: Invalid value: requests must not exceed limits, such as requests: {memory: 32Mi} with limits: {memory: 128Mi}`},
		},
		"label value with a space": {
			reason: "Kubernetes rejects the Job",
			file:   supplierFull, edits: []edit{{was: podJobLabel, is: "      kueue.x-k8s.io/queue-name: my queue\n"}},
			want: []string{`spec.sync.jobLabels[kueue.x-k8s.io/queue-name]: Invalid value: "my queue": ` + labelValueMessage},
		},
		"label key with a space": {
			reason: "Kubernetes rejects the Job",
			file:   supplierFull, edits: []edit{{was: podJobLabel, is: "      my queue: sync\n"}},
			want: []string{`spec.sync.jobLabels: Invalid value: keys must be label keys: a name with an optional domain, such as kueue.x-k8s.io/queue-name`},
		},
		"selector key with two slashes": {
			reason: "no node has such a label",
			file:   supplierFull, edits: []edit{{was: "kubernetes.io/os: linux", is: "kubernetes.io/os/linux: yes-please"}},
			want: []string{`spec.sync.nodeSelector: Invalid value: keys must be label keys: a name with an optional domain, such as kubernetes.io/arch`},
		},
		"pull secret without name": {
			reason: "a reference needs a name",
			file:   supplierFull, edits: []edit{{was: "    - name: registry\n", is: "    - {}\n"}},
			want: []string{notChecked, "spec.sync.imagePullSecrets[0].name: Required value"},
		},
		"pull secret twice": {
			reason: "Secrets are unique",
			file:   supplierFull, edits: []edit{{
				was: "    - name: registry\n",
				is:  "    - name: registry\n    - name: registry\n",
			}},
			want: []string{`spec.sync.imagePullSecrets[1]: Duplicate value: {"name":"registry"}`},
		},
		"no pods": {
			reason: "an empty object has no effect",
			file:   supplierMinimal, edits: []edit{{was: "spec:\n", is: "spec:\n  sync: {}\n"}},
			want: []string{"spec.sync: Invalid value: 0: spec.sync in body should have at least 1 properties"},
		},
		"limits of nothing": {
			reason: "likewise",
			file:   supplierMinimal, edits: []edit{{was: "spec:\n", is: "spec:\n  sync: {resources: {limits: {}}}\n"}},
			want: []string{"spec.sync.resources.limits: Invalid value: 0: spec.sync.resources.limits in body should have at " +
				"least 1 properties"},
		},
	}
}

func TestPodMistakes(t *testing.T) {
	for name, m := range podMistakes() {
		t.Run(name, func(t *testing.T) { m.check(t) })
	}
}

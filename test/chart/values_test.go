package chart

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	operator     = "Deployment " + system + "/integration-operator: "
	manager      = operator + "spec.template.spec.containers[0]."
	syncImage    = operator + "spec.template.spec.initContainers[0].image="
	portalPod    = "Deployment " + system + "/integration-operator-portal: spec.template.spec."
	portalServer = portalPod + "containers[0]."
	checkPod     = notInConfig + ": "
	crds         = "CustomResourceDefinition /"
)

// TestValues verifies that each value changes what it says, and nothing else.
func TestValues(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		portal bool // compare with the chart that has the portal
		set    []string
		want   []string
	}{
		"registry": {set: []string{"imageRegistry=registry.example/team/"}, want: []string{
			syncImage + "registry.example/team/integration-operator-sync:dev",
			manager + "image=registry.example/team/integration-operator:dev",
			checkPod + "spec.containers[0].image=registry.example/team/integration-operator:dev",
		}},
		"tags": {set: []string{"image.tag=1.2.3", "syncImage.tag=1.2.4"}, want: []string{
			syncImage + "localhost/integration-operator-sync:1.2.4",
			manager + "image=localhost/integration-operator:1.2.3",
			checkPod + "spec.containers[0].image=localhost/integration-operator:1.2.3",
		}},
		"digest": {set: []string{"image.digest=sha256:" + strings.Repeat("0a", 32)}, want: []string{
			manager + "image=localhost/integration-operator@sha256:" + strings.Repeat("0a", 32),
			checkPod + "spec.containers[0].image=localhost/integration-operator@sha256:" + strings.Repeat("0a", 32),
		}},
		"pull": {set: []string{"image.pullPolicy=Always", "imagePullSecrets[0].name=registry"}, want: []string{
			operator + "spec.template.spec.imagePullSecrets[0].name=registry",
			manager + "imagePullPolicy=Always", operator + "spec.template.spec.initContainers[0].imagePullPolicy=Always",
			checkPod + "spec.containers[0].imagePullPolicy=Always",
			checkPod + "spec.imagePullSecrets[0].name=registry",
		}},
		"no-crds": {set: []string{"crds.enabled=false"}, want: []string{
			"- " + crds + "customerintegrations.integrations.4human.no", "- " + crds + "suppliers.integrations.4human.no",
		}},
		"crds-not-kept": {set: []string{"crds.keep=false"}, want: []string{
			crds + "customerintegrations.integrations.4human.no: metadata.annotations.argocd.argoproj.io/sync-options is gone",
			crds + "customerintegrations.integrations.4human.no: metadata.annotations.helm.sh/resource-policy is gone",
			crds + "customerintegrations.integrations.4human.no: " +
				"metadata.annotations.kustomize.toolkit.fluxcd.io/prune is gone",
			crds + "suppliers.integrations.4human.no: metadata.annotations.argocd.argoproj.io/sync-options is gone",
			crds + "suppliers.integrations.4human.no: metadata.annotations.helm.sh/resource-policy is gone",
			crds + "suppliers.integrations.4human.no: metadata.annotations.kustomize.toolkit.fluxcd.io/prune is gone",
		}},
		"namespaces": {set: []string{"customerNamespaces.names={customers,north}"}, want: []string{
			"+ Namespace /north", "+ NetworkPolicy north/default-deny", "+ NetworkPolicy north/integration-operator-sync",
			"+ Role north/integration-operator", "+ RoleBinding north/integration-operator",
			manager + "args[0]=--namespaces=customers,north",
			checkPod + "spec.containers[0].args[1]=--namespaces=customers,north",
		}},
		"shards": {set: []string{"shards={east}"}, want: []string{
			"+ Deployment " + system + "/integration-operator-east",
			"+ PodDisruptionBudget " + system + "/integration-operator-east",
			"PodDisruptionBudget " + system + "/integration-operator: " +
				"spec.selector.matchExpressions[0].key=integrations.4human.no/shard",
			"PodDisruptionBudget " + system + "/integration-operator: " +
				"spec.selector.matchExpressions[0].operator=DoesNotExist",
			manager + "args[1]=--watch-label-selector=!integrations.4human.no/shard",
			checkPod + "spec.containers[0].args[2]=--watch-label-selector=!integrations.4human.no/shard",
		}},
		"namespaces-elsewhere": {
			set:  []string{"customerNamespaces.create=false"},
			want: []string{"- Namespace /customers"},
		},
		"rights-elsewhere": {set: []string{"customerNamespaces.rights=false"}, want: []string{
			"- Role customers/integration-operator", "- RoleBinding customers/integration-operator",
		}},
		"one-replica": {
			set: []string{"replicas=1", "podDisruptionBudget.enabled=false", "leaderElection.enabled=false"},
			want: []string{
				"- PodDisruptionBudget " + system + "/integration-operator",
				operator + "spec.replicas=1", manager + "args[1]=--leader-elect=false",
				checkPod + "spec.containers[0].args[2]=--leader-elect=false",
			},
		},
		"budget": {set: []string{"replicas=3", "podDisruptionBudget.minAvailable=2"}, want: []string{
			operator + "spec.replicas=3", "PodDisruptionBudget " + system + "/integration-operator: spec.minAvailable=2",
		}},
		"budget-in-percent": {set: []string{"podDisruptionBudget.minAvailable=50%"}, want: []string{
			"PodDisruptionBudget " + system + "/integration-operator: spec.minAvailable=50%",
		}},
		"no-budget": {set: []string{"podDisruptionBudget.minAvailable=0"}, want: []string{
			"PodDisruptionBudget " + system + "/integration-operator: spec.minAvailable=0",
		}},
		"no-policy": {set: []string{"networkPolicy.enabled=false"}, want: []string{
			"- NetworkPolicy " + system + "/integration-operator", "- " + policyOfCheck,
			"- NetworkPolicy customers/default-deny",
			"- NetworkPolicy customers/integration-operator-sync",
		}},
		"more-egress": {set: []string{"networkPolicy.extraEgress[0].ports[0].port=3128"}, want: []string{
			"NetworkPolicy " + system + "/integration-operator: spec.egress[2].ports[0].port=3128",
			policyOfCheck + ": spec.egress[2].ports[0].port=3128",
		}},
		"more-egress-of-jobs": {set: []string{"networkPolicy.extraJobEgress[0].ports[0].port=3128"}, want: []string{
			"NetworkPolicy customers/integration-operator-sync: spec.egress[3].ports[0].port=3128",
		}},
		"broker-port": {set: []string{"ports.tokenBroker=9444"}, want: []string{
			"NetworkPolicy customers/integration-operator-sync: spec.egress[1].ports[0].port=9444",
			policyOfCheck + ": spec.egress[1].ports[2].port=9444",
			manager + "args[1]=--token-broker-bind-address=:9444", manager + "ports[2].containerPort=9444",
		}},
		"dashboards": {set: []string{"dashboards.enabled=true"}, want: []string{
			"+ ConfigMap " + system + "/integration-operator-dashboards",
		}},
		"no-user-roles": {set: []string{"userRoles.enabled=false"}, want: []string{
			"- ClusterRole /integration-operator-edit", "- ClusterRole /integration-operator-emergency-stop",
			"- ClusterRole /integration-operator-metrics-reader",
			"- ClusterRole /integration-operator-view",
		}},
		"no-metrics": {set: []string{"metrics.enabled=false"}, want: []string{
			"- Service " + system + "/integration-operator-metrics", manager + "args[1]=--metrics-bind-address=0",
			manager + "ports[0].containerPort=8081", manager + "ports[0].name=health",
			manager + "ports[1].containerPort=8444", manager + "ports[1].name=token-broker",
			manager + "ports[2].containerPort is gone", manager + "ports[2].name is gone",
		}},
		"metrics-certificate": {set: []string{"metrics.certSecret=cert"}, want: []string{
			manager + "args[1]=--metrics-cert-dir=/etc/metrics-cert",
			manager + "volumeMounts[0].mountPath=/etc/metrics-cert", manager + "volumeMounts[0].name=metrics-cert",
			manager + "volumeMounts[0].readOnly=true", operator + "spec.template.spec.securityContext.fsGroup=65532",
			operator + "spec.template.spec.volumes[0].name=metrics-cert",
			operator + "spec.template.spec.volumes[0].secret.defaultMode=288",
			operator + "spec.template.spec.volumes[0].secret.secretName=cert",
		}},
		"pod-monitor": {set: []string{"podMonitor.enabled=true"}, want: []string{
			"+ ClusterRoleBinding /integration-operator-scraper", "+ PodMonitor " + system + "/integration-operator",
			"+ Secret " + system + "/integration-operator-scraper",
			"+ ServiceAccount " + system + "/integration-operator-scraper",
		}},
		"prometheus-rule": {set: []string{"prometheusRule.enabled=true"}, want: []string{
			"+ PrometheusRule " + system + "/integration-operator",
		}},
		"memory": {set: []string{"resources.limits.memory=1.5Gi"}, want: []string{
			manager + "env[2].value=1382MiB", manager + "resources.limits.memory=1.5Gi",
		}},
		"memory-in-bytes": {set: []string{"resources.limits.memory=2G"}, want: []string{
			manager + "env[2].value=1716MiB", manager + "resources.limits.memory=2G",
		}},
		"memory-as-number": {set: []string{"json:resources.limits.memory=2147483648"}, want: []string{
			manager + "env[2].value=1843MiB", manager + "resources.limits.memory=2.147483648e+09",
		}},
		"no-memory-limit": {set: []string{"resources.limits=null"}, want: []string{
			manager + "env[2].name is gone", manager + "env[2].value is gone", manager + "resources.limits.memory is gone",
		}},
		"go-memory-limit": {set: []string{"goMemoryLimit=500MiB"}, want: []string{manager + "env[2].value=500MiB"}},
		"proxy": {
			set: []string{"proxy.url=http://proxy.example:3128", "proxy.except={10.0.0.0/8}"},
			want: []string{
				manager + "env[3].name=HTTPS_PROXY", manager + "env[3].value=http://proxy.example:3128",
				manager + "env[4].name=NO_PROXY",
				manager + "env[4].value=$(KUBERNETES_SERVICE_HOST),.svc,.cluster.local,10.0.0.0/8",
			},
		},
		"ca": {set: []string{"ca.configMap=company", "ca.key=all.pem"}, want: []string{
			manager + "env[3].name=SSL_CERT_FILE", manager + "env[3].value=/etc/ca/all.pem",
			manager + "volumeMounts[0].mountPath=/etc/ca", manager + "volumeMounts[0].name=ca",
			manager + "volumeMounts[0].readOnly=true", operator + "spec.template.spec.volumes[0].configMap.name=company",
			operator + "spec.template.spec.volumes[0].name=ca",
		}},
		"labels": {
			set: []string{"podLabels.team=hr", "podAnnotations.note=a", "deploymentAnnotations.note=b"},
			want: []string{
				operator + "metadata.annotations.note=b", operator + "spec.template.metadata.annotations.note=a",
				operator + "spec.template.metadata.labels.team=hr",
			},
		},
		"account": {set: []string{"serviceAccount.annotations.role=r"}, want: []string{
			"ServiceAccount " + system + "/integration-operator: metadata.annotations.role=r",
		}},
		"more": {
			set: []string{
				"extraArgs={--v}", "extraEnv[0].name=A", "extraEnv[0].value=b", "extraVolumes[0].name=tmp",
				"extraVolumes[0].emptyDir.medium=Memory", "extraVolumeMounts[0].name=tmp", "extraVolumeMounts[0].mountPath=/tmp",
			},
			want: []string{
				manager + "args[1]=--v", manager + "env[3].name=A", manager + "env[3].value=b",
				manager + "volumeMounts[0].mountPath=/tmp", manager + "volumeMounts[0].name=tmp",
				operator + "spec.template.spec.volumes[0].emptyDir.medium=Memory",
				operator + "spec.template.spec.volumes[0].name=tmp",
			},
		},
		"scheduling": {
			set: []string{
				"nodeSelector.disk=ssd", "tolerations[0].key=k", "json:affinity={\"nodeAffinity\":{\"x\":1}}",
				"priorityClassName=high", "terminationGracePeriodSeconds=60",
			},
			want: []string{
				checkPod + "spec.nodeSelector.disk=ssd", checkPod + "spec.tolerations[0].key=k",
				operator + "spec.template.spec.affinity.nodeAffinity.x=1", operator + "spec.template.spec.nodeSelector.disk=ssd",
				operator + "spec.template.spec.priorityClassName=high",
				operator + "spec.template.spec.terminationGracePeriodSeconds=60",
				operator + "spec.template.spec.tolerations[0].key=k",
			},
		},
		"spread": {
			set: []string{
				`json:topologySpreadConstraints=[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule"}]`,
			},
			want: []string{
				operator + "spec.template.spec.topologySpreadConstraints[0].topologyKey=zone",
				operator + "spec.template.spec.topologySpreadConstraints[0].whenUnsatisfiable=DoNotSchedule",
			},
		},
		"no-spread": {set: []string{"json:topologySpreadConstraints=[]"}, want: []string{
			operator + "spec.template.spec.topologySpreadConstraints[0].labelSelector.matchLabels." +
				"app.kubernetes.io/name is gone",
			operator + "spec.template.spec.topologySpreadConstraints[0].maxSkew is gone",
			operator + "spec.template.spec.topologySpreadConstraints[0].topologyKey is gone",
			operator + "spec.template.spec.topologySpreadConstraints[0].whenUnsatisfiable is gone",
		}},
		"portal-elsewhere": {portal: true, set: []string{"portal.namespaces={north}"}, want: []string{
			"+ Role north/integration-operator-portal", "+ RoleBinding north/integration-operator-portal",
			"- Role customers/integration-operator-portal", "- RoleBinding customers/integration-operator-portal",
			portalServer + "args[0]=--namespaces=north",
		}},
		"portal-ingress": {
			portal: true,
			set:    []string{"portal.ingress.enabled=true", "portal.ingress.className=nginx", "portal.ingress.tlsSecret=tls"},
			want:   []string{"+ Ingress " + system + "/integration-operator-portal"},
		},
		"portal-ingress-https": {
			portal: true,
			set: []string{
				"portal.tlsSecret=tls", "portal.ingress.enabled=true",
				`portal.serviceAnnotations.traefik\.ingress\.kubernetes\.io/service\.serversscheme=https`,
			},
			want: []string{
				"+ Ingress " + system + "/integration-operator-portal",
				"Service " + system + "/integration-operator-portal: " +
					"metadata.annotations.traefik.ingress.kubernetes.io/service.serversscheme=https",
				portalServer + "args[5]=--tls-cert-dir=/etc/portal-tls",
				portalServer + "volumeMounts[2].mountPath=/etc/portal-tls", portalServer + "volumeMounts[2].name=tls",
				portalServer + "volumeMounts[2].readOnly=true",
				portalPod + "volumes[2].name=tls", portalPod + "volumes[2].secret.defaultMode=288",
				portalPod + "volumes[2].secret.secretName=tls",
			},
		},
		"portal-platform-user": {portal: true, set: []string{"platformUser=true"}, want: []string{
			"Deployment " + system + "/integration-operator-portal: spec.template.spec.securityContext.fsGroup is gone",
		}},
		"portal-metrics": {portal: true, set: []string{"portal.metrics=false"}, want: []string{
			portalServer + "args[5]=--metrics-bind-address=0", portalServer + "ports[2].containerPort is gone",
			portalServer + "ports[2].name is gone",
		}},
		"portal-service": {portal: true, set: []string{"portal.serviceAnnotations.a=b"}, want: []string{
			"Service " + system + "/integration-operator-portal: metadata.annotations.a=b",
		}},
	}
	before := map[bool]objects{false: rendered(t), true: rendered(t, portal...)}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := c.set
			if c.portal {
				set = slices.Concat(portal, set)
			}
			slices.Sort(c.want)
			if diff := cmp.Diff(c.want, rendered(t, set...).changes(before[c.portal])); diff != "" {
				t.Errorf("%v (-want +got):\n%s", set, diff)
			}
		})
	}
}

// TestCommonLabels verifies that each object has the labels, and that the pods' selectors do not.
func TestCommonLabels(t *testing.T) {
	before := rendered(t, portal...)
	all := rendered(t, append(portal, "commonLabels.team=hr")...)
	var want []string
	for key := range maps.Keys(all) {
		want = append(want, key+": metadata.labels.team=hr")
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, all.changes(before)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestWrongValues verifies that wrong values are refused with a sentence.
func TestWrongValues(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		set    []string
		want   string
	}{
		"misspelt": {
			reason: "no value is ignored", set: []string{"replica=3"},
			want: "additional properties 'replica' not allowed",
		},
		"misspelt-below": {
			reason: "nor below a group", set: []string{"tokenBroker.sorce=any"},
			want: "additional properties 'sorce' not allowed",
		},
		"type":  {reason: "a number", set: []string{"replicas=two"}, want: "at '/replicas': got string, want integer"},
		"least": {reason: "one at least", set: []string{"workers=0"}, want: "at '/workers': minimum: got 0, want 1"},
		"level": {
			reason: "an enumeration", set: []string{"logLevel=loud"},
			want: "value must be one of 'debug', 'info', 'warn', 'error'",
		},
		"source": {
			reason: "likewise", set: []string{"tokenBroker.source=cluster"},
			want: "value must be one of 'pod', 'node', 'any'",
		},
		"digest": {
			reason: "a digest without its algorithm", set: []string{"image.digest=abc"},
			want: "at '/image/digest': 'abc' does not match pattern",
		},
		"no-names": {
			reason: "no namespace is not all namespaces", set: []string{"json:customerNamespaces.names=[]"},
			want: "at '/customerNamespaces/names': minItems: got 0, want 1",
		},
		"bad-name": {
			reason: "no namespace has such a name", set: []string{"customerNamespaces.names={Customers}"},
			want: "at '/customerNamespaces/names/0': 'Customers' does not match pattern",
		},
		"own-namespace": {
			reason: "jobs beside the key", set: []string{"customerNamespaces.names={" + system + "}"},
			want: "customerNamespaces.names must not contain the operator's own namespace " + system,
		},
		"proxy": {
			reason: "credentials would be in the manifest", set: []string{"proxy.url=http://user:secret@proxy.example"},
			want: "at '/proxy/url'",
		},
		"pod-monitor": {
			reason: "it could not read", set: []string{"podMonitor.enabled=true", "metrics.enabled=false"},
			want: "podMonitor.enabled=true needs metrics.enabled=true",
		},
		"no-leader": {
			reason: "both would write", set: []string{"leaderElection.enabled=false"},
			want: "leaderElection.enabled=false needs replicas=1",
		},
		"budget": {
			reason: "no node could be drained", set: []string{"replicas=1"},
			want: "podDisruptionBudget.minAvailable=1 must be less than replicas=1",
		},
		"budget-of-portal": {
			reason: "likewise", set: append(portal, "portal.replicas=1"),
			want: "podDisruptionBudget.minAvailable=1 must be less than portal.replicas=1",
		},
		"budget-of-all": {
			reason: "likewise", set: []string{"podDisruptionBudget.minAvailable=100%"},
			want: "podDisruptionBudget.minAvailable=100% must be less than replicas=2",
		},
		"budget-of-half": {
			reason: "Kubernetes rounds up", set: []string{"replicas=1", "podDisruptionBudget.minAvailable=50%"},
			want: "podDisruptionBudget.minAvailable=50% must be less than replicas=1",
		},
		"budget-of-most": {
			reason: "Kubernetes rounds up", set: []string{"replicas=3", "podDisruptionBudget.minAvailable=67%"},
			want: "podDisruptionBudget.minAvailable=67% must be less than replicas=3",
		},
		"budget-below-zero": {
			reason: "the API server refuses it", set: []string{"podDisruptionBudget.minAvailable=-1"},
			want: "at '/podDisruptionBudget/minAvailable': minimum: got -1, want 0",
		},
		"common-labels": {
			reason: "the key would exist twice", set: []string{`commonLabels.helm\.sh/chart=a`},
			want: "at '/commonLabels/helm.sh~1chart': false schema",
		},
		"pod-labels": {
			reason: "likewise", set: []string{`podLabels.app\.kubernetes\.io/name=a`},
			want: "at '/podLabels/app.kubernetes.io~1name': false schema",
		},
		"portal-pod-labels": {
			reason: "likewise", set: []string{`portal.podLabels.app\.kubernetes\.io/name=a`},
			want: "at '/portal/podLabels/app.kubernetes.io~1name': false schema",
		},
		"ports": {
			reason: "the second one cannot listen", set: []string{"ports.metrics=8444"},
			want: "ports.metrics, ports.health and ports.tokenBroker must differ",
		},
		"ports-of-portal": {
			reason: "likewise", set: append(portal, "portal.ports.http=8081"),
			want: "portal.ports.http, portal.ports.health and portal.ports.metrics must differ",
		},
		"lease": {
			reason: "two could lead", set: []string{"leaderElection.renewDeadline=35s"},
			want: "leaderElection.leaseDuration=35s must be longer than leaderElection.renewDeadline=35s",
		},
		"lease-in-minutes": {
			reason: "likewise",
			set:    []string{"leaderElection.leaseDuration=1m30s", "leaderElection.renewDeadline=2m"},
			want:   "leaderElection.leaseDuration=1m30s must be longer than leaderElection.renewDeadline=2m",
		},
		"long-lease": {
			reason: "the operator does not start", set: []string{"leaderElection.leaseDuration=6m"},
			want: "leaderElection.leaseDuration=6m must be at most 5m",
		},
		"retry": {
			reason: "the operator does not start", set: []string{"leaderElection.retryPeriod=25s"},
			want: "leaderElection.retryPeriod=25s must be more than 0 and, with a fifth added",
		},
		"memory": {
			reason: "GOMEMLIMIT cannot be computed", set: []string{"resources.limits.memory=1GiB"},
			want: `the memory limit "1GiB" is no number with one of the units`,
		},
		"portal-address": {
			reason: "the portal does not start", set: []string{"portal.enabled=true"},
			want: "portal.enabled=true needs portal.publicURL",
		},
		"portal-own-namespace": {
			reason: "no customers are there", set: append(portal, "portal.namespaces={"+system+"}"),
			want: "portal.namespaces must not contain the operator's own namespace " + system,
		},
		"portal-namespace-twice": {
			reason: "its Role would exist twice", set: append(portal, "portal.namespaces={a,a}"),
			want: "at '/portal/namespaces': items at 0 and 1 are equal",
		},
		"portal-ingress-http": {
			reason: "the Ingress would speak HTTP to HTTPS",
			set: append(portal, "portal.ingress.enabled=true", "portal.tlsSecret=tls",
				`portal.ingress.annotations.nginx\.ingress\.kubernetes\.io/force-ssl-redirect=yes`),
			want: "portal.tlsSecret with portal.ingress.enabled=true needs an annotation",
		},
		"portal-login": {
			reason: "the portal does not start", set: append(portal, "portal.oidc.issuerURL=https://login.example"),
			want: "portal.oidc.issuerURL needs portal.oidc.clientID",
		},
		"portal-client": {
			reason: "the portal does not start", set: append(portal, "portal.oidc.clientID=a"),
			want: "portal.oidc.clientID needs portal.oidc.issuerURL",
		},
		"ingress": {
			reason: "it would lead nowhere", set: []string{"portal.ingress.enabled=true"},
			want: "portal.ingress.enabled=true needs portal.enabled=true",
		},
		"supplier": {
			reason: "it is incomplete", set: []string{"supplier.create=true"},
			want: "supplier.create=true needs supplier.spec",
		},
		"supplier-before-crds": {
			reason: "Helm looks up all kinds before it creates any",
			set:    []string{"supplier.create=true", "supplier.spec.name=A"},
			want:   "install with supplier.create=false, then run helm upgrade with supplier.create=true",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problem := helm(t, templateArgs("integration-operator", system, c.set)...)
			if !strings.Contains(problem, c.want) {
				t.Errorf("%s: got %q, want %q", c.reason, problem, c.want)
			}
		})
	}
}

// TestFollowingNotes verifies the commands of the notes that Helm prints.
func TestFollowingNotes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ set, want []string }{
		"supplier": {set: []string{"supplier.name=acme"}, want: []string{
			`metadata: {name: "acme"}`, "kubectl wait supplier/acme --for=condition=Ready",
		}},
		"rights": {
			set: append(slices.Clone(portal), "customerNamespaces.rights=false", "portal.namespaces={north}"),
			want: []string{
				"apply config/customer-namespace/rights in customers, with the\nnamespace " + system +
					" for the RoleBinding's subject.",
				"apply config/portal/customer-namespace in\nnorth likewise",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := templateArgs("integration-operator", system, c.set)
			args[0] = "install"
			out, problem := helm(t, append(args, "--dry-run=client")...)
			for _, want := range c.want {
				if !strings.Contains(out, want) {
					t.Errorf("%q is missing: %s\n%s", want, problem, out)
				}
			}
		})
	}
}

// TestSupplierName verifies that a name of digits remains text.
func TestSupplierName(t *testing.T) {
	t.Parallel()
	out, problem := helm(t, "template", "hr", folder, "--set", "supplier.create=true,supplier.spec.name=A",
		"--set-string", "supplier.name=123", "--api-versions", "integrations.4human.no/v1alpha1/Supplier")
	if parsed(t, out)["Supplier /123"] == nil {
		t.Errorf("Supplier 123 is missing: %s", problem)
	}
}

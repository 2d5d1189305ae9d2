package chart

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// operatorFlags has for each flag of the manager values and the argument that they result in.
var operatorFlags = map[string]struct{ set, want string }{
	"namespaces": {set: "customerNamespaces.names={a,b}", want: "--namespaces=a,b"},
	"watch-label-selector": {
		set: "shards={east}", want: "--watch-label-selector=!integrations.4human.no/shard",
	},
	"workers":      {set: "workers=20", want: "--workers=20"},
	"leader-elect": {set: "leaderElection.enabled=false", want: "--leader-elect=false"},
	"leader-election-lease-duration": {
		set: "leaderElection.leaseDuration=1m", want: "--leader-election-lease-duration=1m",
	},
	"leader-election-renew-deadline": {
		set: "leaderElection.renewDeadline=20s", want: "--leader-election-renew-deadline=20s",
	},
	"leader-election-retry-period": {set: "leaderElection.retryPeriod=3s", want: "--leader-election-retry-period=3s"},
	"metrics-bind-address":         {set: "ports.metrics=9443", want: "--metrics-bind-address=:9443"},
	"metrics-cert-dir":             {set: "metrics.certSecret=cert", want: "--metrics-cert-dir=/etc/metrics-cert"},
	"health-probe-bind-address":    {set: "ports.health=9081", want: "--health-probe-bind-address=:9081"},
	"token-broker-bind-address":    {set: "ports.tokenBroker=9444", want: "--token-broker-bind-address=:9444"},
	"token-broker-source":          {set: "tokenBroker.source=any", want: "--token-broker-source=any"},
	"token-broker-any-pod":         {set: "tokenBroker.anyPod=true", want: "--token-broker-any-pod"},
	"log-level":                    {set: "logLevel=debug", want: "--log-level=debug"},
}

// notValues are flags without a value of the chart, and why.
var notValues = map[string]string{
	"sync-image":    "the init container sync has the image",
	"namespace":     "POD_NAMESPACE has the release's namespace",
	"timeout":       "of the subcommand check",
	"pprof-address": "extraArgs sets it while a person looks at profiles",
}

// portalFlags are those of the portal.
var portalFlags = map[string]struct{ set, want string }{
	"namespaces": {set: "portal.namespaces={a,b}", want: "--namespaces=a,b"},
	"public-url": {
		set: "portal.publicURL=https://other.example", want: "--public-url=https://other.example",
	},
	"bind-address":              {set: "portal.ports.http=9080", want: "--bind-address=:9080"},
	"tls-cert-dir":              {set: "portal.tlsSecret=tls", want: "--tls-cert-dir=/etc/portal-tls"},
	"metrics-bind-address":      {set: "portal.ports.metrics=9082", want: "--metrics-bind-address=:9082"},
	"health-probe-bind-address": {set: "portal.ports.health=9081", want: "--health-probe-bind-address=:9081"},
	"link-key-file":             {set: "portal.secret=keys", want: "--link-key-file=/etc/portal/link.key"},
	"session-key-files": {
		set: "portal.secret=keys", want: "--session-key-files=/etc/portal/session.key,/etc/portal/session-previous.key",
	},
	"session-lifetime": {set: "portal.sessionLifetime=1h30m", want: "--session-lifetime=1h30m"},
	"guides-dir":       {set: "portal.guidesConfigMap=guides", want: "--guides-dir=/etc/portal-guides"},
	"trusted-proxies":  {set: "portal.trustedProxies={10.0.0.0/8}", want: "--trusted-proxies=10.0.0.0/8"},
	"log-level":        {set: "portal.logLevel=warn", want: "--log-level=warn"},
	"oidc-issuer-url":  {set: "portal.oidc.groupsPrefix=", want: "--oidc-issuer-url=https://login.example"},
	"oidc-client-id":   {set: "portal.oidc.clientID=other", want: "--oidc-client-id=other"},
	"oidc-client-secret-file": {
		set: "portal.oidc.clientSecret=true", want: "--oidc-client-secret-file=/etc/portal/client-secret",
	},
	"oidc-ca-file":         {set: "portal.oidc.caConfigMap=ca", want: "--oidc-ca-file=/etc/portal-oidc-ca/ca.crt"},
	"oidc-scopes":          {set: "portal.oidc.scopes={groups}", want: "--oidc-scopes=groups"},
	"oidc-username-claim":  {set: "portal.oidc.usernameClaim=oid", want: "--oidc-username-claim=oid"},
	"oidc-username-prefix": {set: "portal.oidc.usernamePrefix=oidc:", want: "--oidc-username-prefix=oidc:"},
	"oidc-groups-claim":    {set: "portal.oidc.groupsClaim=roles", want: "--oidc-groups-claim=roles"},
	"oidc-groups-prefix":   {set: "portal.oidc.groupsPrefix=oidc:", want: "--oidc-groups-prefix=oidc:"},
}

// TestFlags verifies that each flag of manager and portal can be set by a value.
func TestFlags(t *testing.T) {
	t.Parallel()
	for program, c := range map[string]struct {
		deployment string
		flags      map[string]struct{ set, want string }
		set        []string
	}{
		"manager": {deployment: "integration-operator", flags: operatorFlags, set: []string{
			"replicas=1", "podDisruptionBudget.enabled=false",
		}},
		"portal": {deployment: "integration-operator-portal", flags: portalFlags, set: append(portal,
			"portal.oidc.issuerURL=https://login.example", "portal.oidc.clientID=portal")},
	} {
		existing := flagsOf(t, program)
		if len(existing) < 10 {
			t.Fatalf("%s: found only the flags %v", program, existing)
		}
		for _, flag := range existing {
			t.Run(program+"/"+flag, func(t *testing.T) {
				t.Parallel()
				by, ok := c.flags[flag]
				if _, not := notValues[flag]; !ok && not {
					return
				}
				if !ok {
					t.Fatalf("--%s has no value: add one to charts/integration-operator, and a row here", flag)
				}
				o := rendered(t, append(slices.Clone(c.set), by.set)...)["Deployment "+system+"/"+c.deployment]
				if got := argumentsOf(o.Object); !slices.Contains(got, by.want) {
					t.Errorf("--set %s: %s is not in %q", by.set, by.want, got)
				}
			})
		}
		for flag := range c.flags {
			if !slices.Contains(existing, flag) {
				t.Errorf("the %s has no flag --%s", program, flag)
			}
		}
	}
}

// argumentsOf returns the arguments of a Deployment's container.
func argumentsOf(deployment map[string]any) []string {
	leaves := map[string]string{}
	flatten("", deployment, leaves)
	var all []string
	for path, value := range leaves {
		if strings.HasPrefix(path, "spec.template.spec.containers[0].args[") {
			all = append(all, value)
		}
	}
	return all
}

// flagsOf returns the flags that a program's source defines: calls such as f.StringVar(&o.name, "name", …).
func flagsOf(t *testing.T, program string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "cmd", program, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 3 {
				return true
			}
			name, isText := call.Args[1].(*ast.BasicLit)
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && isText && strings.HasSuffix(f.Sel.Name, "Var") {
				if flag, err := strconv.Unquote(name.Value); err == nil {
					found[flag] = true
				}
			}
			return true
		})
	}
	all := make([]string, 0, len(found))
	for flag := range found {
		all = append(all, flag)
	}
	slices.Sort(all)
	return all
}

//go:build e2e

package e2e

import (
	"bufio"
	"cmp"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// operatorName and portalName are the names of the accounts and roles of the operator and the portal.
const (
	operatorName = "integration-operator"
	portalName   = "integration-operator-portal"
)

// unused are rights that the story need not use, without their namespace, and why an account has them.
var unused = map[string]string{
	" list":                        "a cache lists if the server does not stream watches",
	" suppliers get":               "Suppliers are read from the cache; get reveals no more than list",
	" customerintegrations get":    "a customer is read past the cache while the cache lacks our own write",
	" serviceaccounts create":      "a server-side apply of a new object needs it",
	" cronjobs delete":             "when a service is removed from a spec: test/syncing",
	" serviceaccounts delete":      "likewise",
	" events patch":                "a recorder patches a repeated event",
	" subjectaccessreviews create": "authorization for metrics is cached",
}

// rightsUsed compares the requests of each account in the audit log with the rights of its roles.
func (s *story) rightsUsed(t *testing.T) {
	for _, account := range []string{operatorName, portalName} {
		granted := s.grantedRights(t, account)
		used := covered(s.usedRights(t, account), granted)
		for right := range granted {
			if !used[right] && reasonFor(right) == "" {
				t.Errorf("%s: granted but never used: %s", account, right)
			}
		}
		for right := range used {
			if !granted[right] {
				t.Errorf("%s: used but not granted: %s", account, right)
			}
		}
		t.Logf("%s: %d rights are granted, %d were used", account, len(granted), len(used))
	}
}

// covered returns the rights used. One that is granted in all namespaces is named as granted.
func covered(used, granted map[string]bool) map[string]bool {
	named := map[string]bool{}
	for right := range used {
		_, what, _ := strings.Cut(right, " ")
		if everywhere := "- " + what; granted[everywhere] {
			right = everywhere
		}
		named[right] = true
	}
	return named
}

func reasonFor(right string) string {
	for end, reason := range unused {
		if strings.HasSuffix(right, end) {
			return reason
		}
	}
	return ""
}

// usedRights returns the rights of an account in the audit log as "namespace group resource verb", with "-" for empty
// parts.
func (s *story) usedRights(t *testing.T, account string) map[string]bool {
	t.Helper()
	path := os.Getenv("AUDIT_LOG")
	file, err := os.Open(path)
	if err != nil {
		t.Fatalf("$AUDIT_LOG: %v", err)
	}
	defer func() { _ = file.Close() }()
	used := map[string]bool{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var event struct {
			Verb      string
			User      struct{ Username string }
			ObjectRef *struct{ Namespace, APIGroup, Resource, Subresource string }
			Response  struct{ Code int } `json:"responseStatus"`
		}
		must(t, json.Unmarshal(lines.Bytes(), &event))
		if event.User.Username != "system:serviceaccount:"+systemNamespace+":"+account ||
			event.ObjectRef == nil || event.Response.Code == 403 { // discovery; a namespace that is being deleted
			continue
		}
		resource := event.ObjectRef.Resource
		if event.ObjectRef.Subresource != "" {
			resource += "/" + event.ObjectRef.Subresource
		}
		used[rightOf(event.ObjectRef.Namespace, event.ObjectRef.APIGroup, resource, event.Verb)] = true
	}
	must(t, lines.Err())
	if len(used) == 0 {
		t.Fatalf("%s has no requests of %s", path, account)
	}
	return used
}

// grantedRights returns the rights of an account's roles, which have its name.
func (s *story) grantedRights(t *testing.T, account string) map[string]bool {
	t.Helper()
	granted := map[string]bool{}
	add := func(namespace string, rules []rbacv1.PolicyRule) {
		for _, rule := range rules {
			if slices.Contains(slices.Concat(rule.APIGroups, rule.Resources, rule.Verbs), "*") {
				t.Errorf("a rule in namespace %q has a wildcard: %v", namespace, rule)
			}
			for _, group := range rule.APIGroups {
				for _, resource := range rule.Resources {
					for _, verb := range rule.Verbs {
						granted[rightOf(namespace, group, resource, verb)] = true
					}
				}
			}
		}
	}
	var everywhere rbacv1.ClusterRole
	must(t, s.Get(t.Context(), client.ObjectKey{Name: account}, &everywhere))
	add("", everywhere.Rules)
	var roles rbacv1.RoleList
	must(t, s.List(t.Context(), &roles))
	for i := range roles.Items {
		if roles.Items[i].Name == account {
			add(roles.Items[i].Namespace, roles.Items[i].Rules)
		}
	}
	return granted
}

func rightOf(namespace, group, resource, verb string) string {
	return strings.Join([]string{cmp.Or(namespace, "-"), cmp.Or(group, "-"), resource, verb}, " ")
}

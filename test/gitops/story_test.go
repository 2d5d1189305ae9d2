//go:build e2e

package gitops

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	system    = "hr-integrations"
	customers = "customers"
	tiger     = "cint/dynamisk-altetende-tiger"
	elk       = "cint/sjelden-flink-elg"
	wolf      = "cint/kreativ-oransje-ulv"
	supplier  = "supplier/default"
	base      = "integrations/base/"
)

// TestFlux tells a team's story with Flux: each part continues where the one before ended.
func TestFlux(t *testing.T) {
	repository := &repository{t: t, folder: os.Getenv("REPOSITORY")}
	simulator(t, "delegate", "--consumer", "310330701", "--supplier", "897757222")
	s := &story{repository: repository}
	for _, part := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"rolls-out-with-a-waiting-customer", s.rollsOut},
		{"no-drift", s.noDrift},
		{"request-by-annotation", s.request},
		{"suspend-by-hand", s.suspendByHand},
		{"emergency-stop", s.emergencyStop},
		{"customer-added-during-an-outage", s.addedDuringOutage},
		{"customer-removed", s.removed},
	} {
		if !t.Run(part.name, part.run) {
			t.FailNow()
		}
	}
}

type story struct {
	repository *repository
	requests   int
}

// rollsOut installs everything from git. The Kustomization is Ready while the elk has not delegated.
func (s *story) rollsOut(t *testing.T) {
	run(t, "kubectl", "apply", "--server-side", "-k", filepath.Join(s.repository.folder, "clusters/simulator"))
	s.applied(t, "operator", "")
	s.applied(t, "integrations", "")
	await(t, is(t, tiger, ready, "Delegated"))
	await(t, is(t, elk, ready, "AwaitingDelegation"))
	await(t, is(t, tiger, "{.status.services[0].sync.lastRun.outcome}", "Succeeded"))
	s.reconcile(t, "integrations")
	if image := get(t, "cronjobs", "{.items[0].spec.jobTemplate.spec.template.spec.containers[0].image}"); image !=
		"localhost/integration-operator-sync:dev" {
		t.Errorf("the CronJob's image is %s", image)
	}
}

// noDrift verifies that Flux and the operator do not overwrite each other: specs, and objects without a status, stay as
// they are.
func (s *story) noDrift(t *testing.T) {
	before := s.written(t)
	for range 3 {
		s.reconcile(t, "operator")
		s.reconcile(t, "integrations")
	}
	if after := s.written(t); after != before {
		t.Errorf("objects were written\nbefore:\n%s\nafter:\n%s", before, after)
	}
}

// written returns when each manager of fields last wrote each object, statuses left out.
func (s *story) written(t *testing.T) string {
	t.Helper()
	const each = `{range .items[*]}{.kind} {.metadata.name} {.metadata.generation}{range ` +
		`.metadata.managedFields[?(@.subresource!="status")]} {.manager}={.time}{end}{"\n"}{end}`
	var b strings.Builder
	for _, kind := range []string{
		"customerintegrations", "suppliers", "cronjobs", "roles", "rolebindings", "deployments", "services", "serviceaccounts",
		"networkpolicies", "clusterroles,clusterrolebindings", "namespaces",
	} {
		args := append([]string{"get"}, strings.Fields(kind)...)
		b.WriteString(run(t, "kubectl", append(args, "-A", "--show-managed-fields", "-o", "jsonpath="+each)...))
	}
	return b.String()
}

// request verifies that a request by annotation is answered although Flux removes the annotation.
func (s *story) request(t *testing.T) {
	run(t, "kubectl", "annotate", "-n", customers, elk, "reconcile.fluxcd.io/requestedAt=by-hand")
	s.reconcile(t, "integrations")
	await(t, is(t, elk, "{.status.lastHandledReconcileAt}", "by-hand"))
	if left := get(t, elk, `{.metadata.annotations.reconcile\.fluxcd\.io/requestedAt}`); left != "" {
		t.Errorf("Flux left the annotation %q", left)
	}
}

// suspendByHand verifies how Flux treats a field that git does not have, by who wrote it.
func (s *story) suspendByHand(t *testing.T) {
	suspend := func(manager string) string {
		t.Helper()
		run(t, "kubectl", "patch", supplier, "--type=merge", "--field-manager="+manager, "-p", `{"spec":{"suspend":true}}`)
		for range 3 {
			s.reconcile(t, "integrations")
		}
		return get(t, supplier, "{.spec.suspend}")
	}
	if left := suspend("kubectl-patch"); left != "" {
		t.Errorf("kubectl's own field manager: suspend is %q, want Flux to remove it", left)
	}
	if left := suspend("flux-client-side-apply"); left != "true" {
		t.Errorf("the field manager flux-client-side-apply: suspend is %q, want Flux to leave it", left)
	}
	for _, option := range []string{"Merge", "IfNotPresent"} {
		resume(t)
		annotation := "\n  annotations: {kustomize.toolkit.fluxcd.io/ssa: " + option + "}"
		s.repository.edit(base+"supplier.yaml", "\n  name: default", "\n  name: default"+annotation)
		s.applied(t, "integrations", s.repository.commit("Keep fields of the Supplier: "+option))
		run(t, "kubectl", "annotate", "--overwrite", supplier, "kustomize.toolkit.fluxcd.io/ssa="+option)
		if left := suspend("kubectl-patch"); left != "true" {
			t.Errorf("ssa: %s: suspend is %q, want Flux to leave it", option, left)
		}
		run(t, "kubectl", "annotate", supplier, "kustomize.toolkit.fluxcd.io/ssa-")
		s.repository.edit(base+"supplier.yaml", annotation, "")
		s.applied(t, "integrations", s.repository.commit("Do not keep fields of the Supplier"))
	}
	resume(t)
	run(t, "kubectl", "annotate", supplier, "kustomize.toolkit.fluxcd.io/reconcile=disabled")
	if left := suspend("kubectl-patch"); left != "true" {
		t.Errorf("reconcile: disabled: suspend is %q, want Flux to leave it", left)
	}
	resume(t)
	run(t, "kubectl", "annotate", supplier, "kustomize.toolkit.fluxcd.io/reconcile-")
	await(t, is(t, supplier, ready, "CredentialsProved"))
}

// resume ends a suspension by hand.
func resume(t *testing.T) {
	t.Helper()
	run(t, "kubectl", "patch", supplier, "--type=merge", "-p", `{"spec":{"suspend":null}}`)
}

// emergencyStop verifies that the switch outside git holds.
func (s *story) emergencyStop(t *testing.T) {
	await(t, is(t, "cronjobs", "{.items[0].spec.suspend}", "false"))
	run(t, "kubectl", "create", "configmap", "integration-operator-emergency-stop", "-n", system,
		"--from-literal=reason=wrong plans reach NAV")
	await(t, is(t, "cronjobs", "{.items[0].spec.suspend}", "true"))
	for range 3 {
		s.reconcile(t, "operator")
		s.reconcile(t, "integrations")
		if got := get(t, "cronjobs", "{.items[0].spec.suspend}"); got != "true" {
			t.Errorf("after an interval the CronJob's suspend is %s", got)
		}
	}
	if reason := get(t, supplier, ready); reason != "EmergencyStop" {
		t.Errorf("the Supplier's reason is %s", reason)
	}
	run(t, "kubectl", "delete", "configmap", "integration-operator-emergency-stop", "-n", system)
	await(t, is(t, "cronjobs", "{.items[0].spec.suspend}", "false"))
	await(t, is(t, supplier, ready, "CredentialsProved"))
}

// addedDuringOutage adds a customer while Maskinporten is down. The Kustomization becomes Ready all the same.
func (s *story) addedDuringOutage(t *testing.T) {
	simulator(t, "fault", "outage", "ServiceUnavailable")
	await(t, is(t, supplier, `{.status.conditions[?(@.type=="MaskinportenReachable")].status}`, "False"))
	text, err := os.ReadFile(filepath.Join(s.repository.folder, base, "sjelden-flink-elg.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.NewReplacer("sjelden-flink-elg", "kreativ-oransje-ulv", "315339138", "315587336", "elk", "wolf",
		"https://elk.hrm.4human.example/integration", "http://hrm.simulator.svc/wolf").Replace(string(text)))
	path := filepath.Join(s.repository.folder, base, "kreativ-oransje-ulv.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	s.repository.edit(base+"kustomization.yaml", "- sjelden-flink-elg.yaml", "- sjelden-flink-elg.yaml\n- kreativ-oransje-ulv.yaml")
	revision := s.repository.commit("Add the wolf")
	s.applied(t, "integrations", revision)
	t.Logf("during the outage the wolf is %s", get(t, wolf, ready))
	simulator(t, "fault", "clear")
	await(t, is(t, wolf, ready, "AwaitingDelegation"))
}

// removed removes the tiger from git. All that it owned is deleted.
func (s *story) removed(t *testing.T) {
	if err := os.Remove(filepath.Join(s.repository.folder, base, "dynamisk-altetende-tiger.yaml")); err != nil {
		t.Fatal(err)
	}
	s.repository.edit(base+"kustomization.yaml", "- dynamisk-altetende-tiger.yaml\n", "")
	s.repository.edit("integrations/simulator/kustomization.yaml", `- target: {name: dynamisk-altetende-tiger}
  patch: |
    - {op: replace, path: /spec/hrm/endpoint, value: "http://hrm.simulator.svc/tiger"}
`, "")
	s.applied(t, "integrations", s.repository.commit("Remove the tiger"))
	await(t, func() string {
		return run(t, "kubectl", "get", "cint,cronjobs,jobs,pods,serviceaccounts", "-n", customers, "-o", "name", "-l",
			"integrations.4human.no/integration=dynamisk-altetende-tiger")
	})
	if out, err := try(t, "kubectl", "get", tiger, "-n", customers); err == nil {
		t.Errorf("the tiger exists: %s", out)
	}
}

// ready is the path of the reason of Ready.
const ready = `{.status.conditions[?(@.type=="Ready")].reason}`

// applied waits until a Flux Kustomization is Ready with a commit, "" means any.
func (s *story) applied(t *testing.T, name, revision string) {
	t.Helper()
	await(t, func() string {
		const state = `{.status.lastAppliedRevision} {.metadata.generation}={.status.observedGeneration} ` +
			`{.status.conditions[?(@.type=="Ready")].status} {.status.conditions[?(@.type=="Ready")].message}`
		got := run(t, "kubectl", "get", "-n", "flux-system", kustomization(name), "-o", "jsonpath="+state)
		if strings.Contains(got, revision) && strings.Contains(got, " True ") {
			return ""
		}
		return name + " at " + revision + ": " + got
	})
}

// reconcile makes Flux reconcile a Kustomization as at its interval, and waits until it has and is Ready.
func (s *story) reconcile(t *testing.T, name string) {
	t.Helper()
	s.requests++
	value := fmt.Sprint("test-", s.requests)
	run(t, "kubectl", "annotate", "--overwrite", "-n", "flux-system", kustomization(name), "reconcile.fluxcd.io/requestedAt="+value)
	await(t, func() string {
		const state = `{.status.lastHandledReconcileAt} {.status.conditions[?(@.type=="Ready")].status}`
		got := run(t, "kubectl", "get", "-n", "flux-system", kustomization(name), "-o", "jsonpath="+state)
		if got == value+" True" {
			return ""
		}
		return name + ": " + got
	})
}

func kustomization(name string) string { return "kustomizations.kustomize.toolkit.fluxcd.io/" + name }

// get returns a part of an object in the namespace of customers.
func get(t *testing.T, object, path string) string {
	t.Helper()
	out, err := try(t, "kubectl", "get", "-n", customers, object, "-o", "jsonpath="+path)
	if err != nil {
		return "error: " + out
	}
	return out
}

// is returns a function for await.
func is(t *testing.T, object, path, want string) func() string {
	t.Helper()
	return func() string {
		got := get(t, object, path)
		if got == want {
			return ""
		}
		return fmt.Sprintf("%s of %s is %q, want %q", path, object, got, want)
	}
}

// simulator runs a command of the simulated services.
func simulator(t *testing.T, args ...string) {
	t.Helper()
	run(t, os.Getenv("SIMULATOR"), append([]string{"--admin", "http://admin.simulator.svc"}, args...)...)
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/4human/integration-operator/internal/condition"
)

// writeChecks replaces the lists of reasons and conditions in the health checks.
func writeChecks(folder string) error {
	for name, edit := range map[string]func(string) (string, error){
		"argocd-customerintegration.lua": editCustomerScript,
		"argocd-supplier.lua":            editSupplierScript,
		"flux-kustomization.yaml":        editKustomization,
	} {
		path := filepath.Join(folder, name)
		before, err := os.ReadFile(path) //nolint:gosec // The paths are constants.
		if err != nil {
			return err
		}
		after, err := edit(string(before))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := os.WriteFile(path, []byte(after), 0o644); err != nil { //nolint:gosec // They are no secrets.
			return err
		}
	}
	return copyChecks(filepath.Join(folder, "flux-kustomization.yaml"), "examples/gitops/clusters/base/integrations.yaml")
}

// copyChecks copies the health checks, which are the end of a file, into another Kustomization of Flux.
func copyChecks(from, to string) error {
	const begin = "  healthCheckExprs:\n"
	source, err := os.ReadFile(from) //nolint:gosec // The path is a constant.
	if err != nil {
		return err
	}
	target, err := os.ReadFile(to) //nolint:gosec // The path is a constant.
	if err != nil {
		return err
	}
	_, checks, found := strings.Cut(string(source), begin)
	before, _, has := strings.Cut(string(target), begin)
	if !found || !has {
		return fmt.Errorf("%s or %s has no healthCheckExprs", from, to)
	}
	return os.WriteFile(to, []byte(before+begin+checks), 0o644) //nolint:gosec // It is no secret.
}

// reasonsOf lists the reasons of Ready of a kind with a health.
func reasonsOf(kind string, healths ...condition.Health) []string {
	var all []string
	for _, r := range condition.Rows() {
		if _, ok := r.At(kind, "Ready"); !ok {
			continue
		}
		for _, h := range healths {
			if r.HealthOf(kind) == h {
				all = append(all, r.Reason)
			}
		}
	}
	return all
}

// typesWellWith lists the condition types of a Supplier, besides Ready, whose good status is the given one.
func typesWellWith(well string) []string {
	var all []string
	for _, t := range condition.Types() {
		if string(t.Well) == well && t.On(condition.Supplier) && t.Announced && t.Name != "Ready" {
			all = append(all, t.Name)
		}
	}
	return all
}

func editCustomerScript(text string) (string, error) {
	text, err := replaceSets(text, condition.Customer)
	if err != nil {
		return "", err
	}
	return replaceSet(text, "fails", reasonsOf(condition.Customer, condition.Fails))
}

func editSupplierScript(text string) (string, error) {
	text, err := replaceSets(text, condition.Supplier)
	if err != nil {
		return "", err
	}
	for name, words := range map[string][]string{"reachables": typesWellWith("True"), "alarms": typesWellWith("False")} {
		list := fmt.Sprintf("local %s = {\n  %q,\n}", name, strings.Join(words, "\x00"))
		list = strings.ReplaceAll(list, `\x00`, "\",\n  \"")
		if text, err = replaceOne(text, `local `+name+` = \{[^}]*\}`, list); err != nil {
			return "", err
		}
	}
	return text, nil
}

// replaceSets replaces the sets that both scripts have.
func replaceSets(text, kind string) (string, error) {
	text, err := replaceSet(text, "off", reasonsOf(kind, condition.Off))
	if err != nil {
		return "", err
	}
	return replaceSet(text, "waits", reasonsOf(kind, condition.Waits))
}

// replaceSet replaces a set of a Lua script.
func replaceSet(text, name string, words []string) (string, error) {
	return replaceOne(text, `local `+name+` = \{[^}]*\}`,
		fmt.Sprintf("local %s = {\n  %s = true,\n}", name, strings.Join(words, " = true,\n  ")))
}

// inList is a list of reasons in CEL.
var inList = regexp.MustCompile(`c\.reason in \[[^\]]*\]`)

// editKustomization replaces the three lists of the Kustomization, in their order: of a customer that is current, and
// of a Supplier that has not failed and is current.
func editKustomization(text string) (string, error) {
	unready := reasonsOf(condition.Supplier, condition.Off, condition.Waits)
	lists := [][]string{
		reasonsOf(condition.Customer, condition.Off, condition.Waits, condition.Fails), unready, unready,
	}
	if n := len(inList.FindAllString(text, -1)); n != len(lists) {
		return "", fmt.Errorf("there are %d lists of reasons, want %d", n, len(lists))
	}
	return inList.ReplaceAllStringFunc(text, func(string) string {
		list := lists[0]
		lists = lists[1:]
		return "c.reason in [" + celStrings(list) + "]"
	}), nil
}

// celStrings returns words as strings of CEL, four in a line.
func celStrings(words []string) string {
	var b strings.Builder
	for i, word := range words {
		switch {
		case i == 0:
		case i%4 == 0:
			b.WriteString(",\n      ")
		default:
			b.WriteString(", ")
		}
		b.WriteString("'" + word + "'")
	}
	return b.String()
}

// replaceOne replaces what a pattern matches, which must be once.
func replaceOne(text, pattern, by string) (string, error) {
	re := regexp.MustCompile(pattern)
	if n := len(re.FindAllString(text, -1)); n != 1 {
		return "", fmt.Errorf("%q matches %d times, want once", pattern, n)
	}
	return re.ReplaceAllString(text, by), nil
}

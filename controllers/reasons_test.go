package controllers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// TestStatesAreAll verifies that every reason of the API occurs in a state.
func TestStatesAreAll(t *testing.T) {
	files, err := filepath.Glob("testdata/states/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var seen strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		seen.Write(b)
	}
	for _, reason := range reasons(t) {
		if !strings.Contains(seen.String(), "reason: "+reason+"\n") {
			t.Errorf("no state has the reason %s", reason)
		}
	}
}

// reasons returns the value of every Reason constant of the API.
func reasons(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../api/v1alpha1/conditions.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Reason") {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, value)
		return true
	})
	if len(all) < 20 {
		t.Fatalf("found only %d reasons", len(all))
	}
	return all
}

var (
	// machineText is what people copy and do not read: addresses and commands.
	machineText = regexp.MustCompile(`https?://\S+|kubectl [^;]*`)
	// longText is how many characters a message may have for each service, without those.
	longText = 220
)

// TestMessagesAreShort reads the messages of every state: each is about two sentences per service, no fact is in two
// conditions, and the conditions fit one screen of kubectl describe.
func TestMessagesAreShort(t *testing.T) {
	files, err := filepath.Glob("testdata/states/*.yaml")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d golden files were found: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var object struct {
				Spec struct {
					Services []struct{} `json:"services"`
				} `json:"spec"`
				Status struct {
					Conditions []metav1.Condition `json:"conditions"`
				} `json:"status"`
			}
			if err := yaml.Unmarshal(content, &object); err != nil {
				t.Fatal(err)
			}
			lines, seen := 0, map[string]string{}
			for _, c := range object.Status.Conditions {
				if n := len([]rune(machineText.ReplaceAllString(c.Message, ""))); n > longText*len(object.Spec.Services) {
					t.Errorf("%s: %d characters: %s", c.Type, n, c.Message)
				}
				if other, ok := seen[c.Message]; ok && c.Status != metav1.ConditionUnknown {
					t.Errorf("%s and %s say the same: %s", c.Type, other, c.Message)
				}
				seen[c.Message] = c.Type
				lines += 6
			}
			if lines > 60 {
				t.Errorf("the conditions take %d lines", lines)
			}
		})
	}
}

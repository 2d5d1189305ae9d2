package docs_test

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/4human/integration-operator/pkg/worker"
)

var (
	// brokerCode is a code in a response of the token broker.
	brokerCode = regexp.MustCompile(`(?m)^\tcode(?:InvalidToken|AccessDenied|TooManyRequests|Unavailable) += "(\w+)"`)
	// workerReason is a reason of workers of custom services.
	workerReason = regexp.MustCompile(`(?m)^\t(\w+) = Reason\(runreport\.\w+\)`)
)

// TestWorkerContract checks that the page of the worker's contract names all that a pod finds, the token broker's
// responses, and the reasons of a run.
func TestWorkerContract(t *testing.T) {
	page := readFile(t, "docs/worker-contract.md")
	environment := worker.Environment{
		Service: "a", OrganizationNumber: "b", Units: []string{"c"}, StartDate: "d", HRMURL: "e",
		TokenBroker: worker.TokenBroker{URL: "f", CA: "g"},
	}
	variables, err := environment.Variables()
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, v := range variables {
		named = append(named, v.Name)
	}
	named = append(named, worker.FileToken, worker.FileHRMToken, worker.FileHRMCA, worker.FileHRMOwner, worker.FileReport)
	named = append(named, jsonPaths("", reflect.TypeFor[worker.Settings]())...)
	for file, pattern := range map[string]*regexp.Regexp{
		"internal/broker/refusal.go": brokerCode, "pkg/worker/report.go": workerReason,
	} {
		found := pattern.FindAllStringSubmatch(readFile(t, file), -1)
		if len(found) < 4 {
			t.Errorf("%s: %d matches", file, len(found))
		}
		for _, match := range found {
			named = append(named, match[1])
		}
	}
	for _, name := range named {
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("docs/worker-contract.md does not name %s", name)
		}
	}
}

// jsonPaths returns the paths of a struct's fields in JSON.
func jsonPaths(prefix string, of reflect.Type) []string {
	var all []string
	for field := range of.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Type.Kind() == reflect.Struct {
			all = append(all, jsonPaths(prefix+name+".", field.Type)...)
			continue
		}
		all = append(all, prefix+name)
	}
	return all
}

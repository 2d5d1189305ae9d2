package docs_test

import (
	"bytes"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/4human/integration-operator/internal/alert"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/plugin"
)

var (
	// fieldPath is a field of a kind. Behind an ellipsis is the rest of several fields' names.
	fieldPath  = regexp.MustCompile(`(?:^|[^\w.-])((?:spec|status)(?:\.[A-Za-z]\w*(?:\[[^\]]*\])?)+…?)`)
	inBrackets = regexp.MustCompile(`\[[^\]]*\]`)
	longFlag   = regexp.MustCompile(`(?:^|[\s=\[("])--([a-z][a-z0-9-]*[a-z0-9])`)
	variable   = regexp.MustCompile(`\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b`)
	labelKey   = regexp.MustCompile(`\b[a-z.]*4human\.no/[a-z][\w.-]*\w`)
	// sourceFlag is a flag in a source, with its dashes or as a string.
	sourceFlag = regexp.MustCompile(`(?:--|")([a-z][a-z0-9-]*[a-z0-9])`)

	cintCall = regexp.MustCompile(`kubectl cint ([a-z]+)([^|#;&\n]*)`)
	cintFlag = regexp.MustCompile(`(?:^|[\s\[])(--[a-z][a-z-]*[a-z]|-[A-Za-z])(?:[\s=\]]|$)`)
	helpFlag = regexp.MustCompile(`(?m)^ +(?:(-\w), )?(?: +)?(--[a-z-]+)`)
	letters  = regexp.MustCompile(`[A-Za-z]+`)
	// logged is a code span, or an argument of grep, with words of a log. An error begins with a small letter.
	logged   = regexp.MustCompile(`^([A-Z]\w*(?: [a-z']+)+)$|grep ["']([A-Z]\w* [a-z]+)["']`)
	failure  = regexp.MustCompile(`^[a-z]+(?: [a-z]+)+$`)
	addition = regexp.MustCompile(`"\s*\+\s*"`)
	linked   = regexp.MustCompile(`\]\([^)]*\)`)
)

// runbooks is the folder whose pages name reasons and errors.
const runbooks = "docs/runbooks/"

// othersFields are fields of Kubernetes' kinds, and a file that looks like a field.
var othersFields = []string{"status.phase", "status.go"}

// othersFlags are flags of other programs, such as kubectl and helm, that no source uses.
var othersFlags = []string{
	"all-pods", "as-group", "branch", "concurrent", "concurrent-cron-job-syncs", "concurrent-job-syncs",
	"from-oci-layout", "ignore-errors", "ignore-not-found", "index", "mark-compacted", "patch-file",
	"reset-then-reuse-values", "resource-name",
}

// othersNames are names in the runbooks that are no reasons, conditions or alerts of ours.
var othersNames = []string{
	"CRDs", "ConfigMap", "CronJob", "CronJobs", "GitOps", "ImagePullBackOff", "LimitRange", "NetworkPolicies",
	"NetworkPolicy", "PlatformTeam", "RoleBinding", "ServiceAccount",
}

// othersLogs are words of logs and events of Kubernetes and its libraries.
var othersLogs = []string{
	"Error retrieving lease lock", "Failed to update lease", "Liveness probe failed", "leader election lost",
	"no matches for kind",
}

// vocabulary is what documents may name.
type vocabulary struct {
	schemas map[string]*apiextensionsv1.JSONSchemaProps
	// flags, variables and labels are those of the sources, reasons those of the tables.
	flags, variables, labels, metrics, reasons map[string]bool
	// sources are the product's sources in Go.
	sources string
	// help returns the flags of a command of kubectl cint, nil if there is none.
	help func(command string) map[string]bool
}

// unknown lists the names in a document that do not exist.
func (v *vocabulary) unknown(name, text string) []string {
	var all []string
	for _, c := range code(text) {
		c = address.ReplaceAllString(c, "")
		for _, m := range fieldPath.FindAllStringSubmatch(c, -1) {
			if f := m[1]; !strings.HasSuffix(f, "…") && !slices.Contains(othersFields, f) && !v.hasField(f) {
				all = append(all, f)
			}
		}
		for _, m := range longFlag.FindAllStringSubmatch(c, -1) {
			if !v.flags[m[1]] && !slices.Contains(othersFlags, m[1]) {
				all = append(all, "--"+m[1])
			}
		}
		all = append(all, missing(v.variables, variable.FindAllString(c, -1))...)
		all = append(all, missing(v.labels, labelKey.FindAllString(c, -1))...)
		all = append(all, missing(v.metrics, metricName.FindAllString(c, -1))...)
		all = append(all, v.unknownOfPlugin(c)...)
		all = append(all, v.unknownOfLogs(c, strings.HasPrefix(name, runbooks))...)
	}
	if strings.HasPrefix(name, runbooks) {
		all = append(all, missing(v.reasons, camelCase(text))...)
	}
	return all
}

// unknownOfPlugin lists the commands of kubectl cint, and the flags of those, that do not exist.
func (v *vocabulary) unknownOfPlugin(code string) []string {
	var all []string
	for _, call := range cintCall.FindAllStringSubmatch(code, -1) {
		flags := v.help(call[1])
		if flags == nil {
			all = append(all, "kubectl cint "+call[1])
			continue
		}
		for _, m := range cintFlag.FindAllStringSubmatch(call[2], -1) {
			if !flags[m[1]] {
				all = append(all, "kubectl cint "+call[1]+" "+m[1])
			}
		}
	}
	return all
}

// unknownOfLogs lists the words of logs that no source has. Only runbooks have errors.
func (v *vocabulary) unknownOfLogs(code string, withErrors bool) []string {
	var all []string
	for _, m := range logged.FindAllStringSubmatch(code, -1) {
		all = append(all, m[1]+m[2])
	}
	if withErrors && failure.MatchString(code) && !strings.HasPrefix(code, "kubectl ") {
		all = append(all, code)
	}
	return slices.DeleteFunc(all, func(words string) bool {
		return strings.Contains(v.sources, words) || slices.Contains(othersLogs, words)
	})
}

// hasField reports whether one of our kinds has a field. The keys of maps are not ours.
func (v *vocabulary) hasField(field string) bool {
	names := strings.Split(inBrackets.ReplaceAllString(field, ""), ".")
	for _, schema := range v.schemas {
		for at := range names {
			parent := follow(schema, names[:at])
			if parent != nil && parent.AdditionalProperties != nil {
				return true
			}
		}
		if follow(schema, names) != nil {
			return true
		}
	}
	return false
}

// missing returns the names that are not known.
func missing(known map[string]bool, found []string) []string {
	return slices.DeleteFunc(found, func(name string) bool { return known[name] })
}

// camelCase returns the words of a text that have a second capital, without those of addresses.
func camelCase(text string) []string {
	text = address.ReplaceAllString(linked.ReplaceAllString(text, "]"), "")
	return slices.DeleteFunc(letters.FindAllString(text, -1), func(w string) bool {
		capitals := strings.IndexFunc(w[1:], unicode.IsUpper) >= 0 && strings.IndexFunc(w, unicode.IsLower) >= 0
		return !unicode.IsUpper(rune(w[0])) || !capitals || slices.Contains(othersNames, w)
	})
}

// readVocabulary reads the CRDs, the tables and the sources. A source is any file that is no document or picture.
func readVocabulary(t *testing.T) *vocabulary {
	t.Helper()
	v := &vocabulary{
		schemas: schemasOf(t), flags: map[string]bool{}, variables: map[string]bool{}, labels: map[string]bool{},
		metrics: map[string]bool{}, reasons: reasonNames(), help: helpOf(t),
	}
	for _, d := range metrics.Definitions() {
		v.metrics[d.Name] = true
	}
	r, _ := readRepository(t)
	var sources strings.Builder
	for name := range r.files {
		endings := []string{".go", ".sh", ".yaml", ".yml", ".tpl", ".tmpl"}
		if strings.HasPrefix(name, "docs/") || !slices.Contains(endings, path.Ext(name)) && path.Base(name) != "Makefile" {
			continue
		}
		text := readFile(t, name)
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			sources.WriteString(addition.ReplaceAllString(text, ""))
		}
		for _, m := range sourceFlag.FindAllStringSubmatch(text, -1) {
			v.flags[m[1]] = true
		}
		for _, found := range variable.FindAllString(text, -1) {
			v.variables[found] = true
		}
		for _, found := range labelKey.FindAllString(text, -1) {
			v.labels[found] = true
		}
	}
	v.sources = sources.String()
	return v
}

// reasonNames returns the names of reasons, conditions and alerts.
func reasonNames() map[string]bool {
	all := map[string]bool{}
	for _, r := range condition.Rows() {
		all[r.Reason] = true
	}
	for _, r := range condition.Runs() {
		all[string(r.Reason)] = true
	}
	for _, c := range condition.Types() {
		all[c.Name] = true
	}
	for _, a := range alert.All() {
		all[a.Name] = true
	}
	return all
}

// helpOf returns the function that returns the flags in the help of a command of kubectl cint.
func helpOf(t *testing.T) func(command string) map[string]bool {
	t.Helper()
	known := map[string]map[string]bool{}
	return func(command string) map[string]bool {
		if flags, ok := known[command]; ok {
			return flags
		}
		var out bytes.Buffer
		p := plugin.Program{
			IOStreams: genericiooptions.IOStreams{In: strings.NewReader(""), Out: &out, ErrOut: &out},
			Flags:     genericclioptions.NewConfigFlags(true),
		}
		if p.Execute(t.Context(), []string{command, "--help"}) != plugin.ExitGood {
			return nil
		}
		known[command] = map[string]bool{}
		for _, m := range helpFlag.FindAllStringSubmatch(out.String(), -1) {
			known[command][m[1]], known[command][m[2]] = true, true
		}
		return known[command]
	}
}

// TestNames looks up every field, flag, variable, label, metric, line of a log and command of kubectl cint in the
// documents' code and in the alerts' descriptions, and the reasons, conditions and alerts of these and of the runbooks.
func TestNames(t *testing.T) {
	v := readVocabulary(t)
	if len(v.flags) < 50 || len(v.variables) < 10 || len(v.labels) < 5 || len(v.reasons) < 50 {
		t.Fatalf("%d flags, %d variables, %d labels and %d reasons were found", len(v.flags), len(v.variables),
			len(v.labels), len(v.reasons))
	}
	_, documents := readRepository(t)
	for _, name := range documents {
		for _, unknown := range v.unknown(name, readFile(t, name)) {
			t.Errorf("%s: %s does not exist", name, unknown)
		}
	}
	for _, a := range alert.All() {
		for _, unknown := range v.unknown(runbooks+a.Name+".md", "```\n"+a.Description+"\n```") {
			t.Errorf("the description of %s: %s does not exist", a.Name, unknown)
		}
	}
}

// TestNamesNoticesMistakes reads documents with one mistake each.
func TestNamesNoticesMistakes(t *testing.T) {
	v := readVocabulary(t)
	cases := map[string]struct {
		reason string
		text   string
		want   string // "" for a document without mistakes
	}{
		"field":         {reason: "of an element of a list", text: "`status.services[0].sync.lastRun.reason`"},
		"field of all":  {reason: "both kinds have it", text: "set `spec.suspend: true`"},
		"field's start": {reason: "several fields", text: "`status.lastHandled…`"},
		"field of pods": {reason: "a selector of kubectl", text: "`--field-selector=status.phase=Pending`"},
		"field in URL":  {reason: "an address is none", text: "`curl https://status.nav.no x`"},
		"field gone":    {reason: "a typo", text: "`spec.hrm.allowedHost`", want: "spec.hrm.allowedHost"},
		"field wrapped": {reason: "a span of two lines", text: "a `kubectl get x\nspec.gone`", want: "spec.gone"},
		"flag":          {reason: "the manager's", text: "`--token-broker-source=pod`"},
		"flag gone":     {reason: "an older name", text: "`--broker-source`", want: "--broker-source"},
		"variable":      {reason: "the manager's", text: "`GOMEMLIMIT` and `POD_NAMESPACE`"},
		"variable gone": {reason: "an older name", text: "`POD_GONE`", want: "POD_GONE"},
		"label":         {reason: "a removed one", text: "`kubectl label ns x integrations.4human.no/metrics-`"},
		"label gone":    {reason: "a typo", text: "`integrations.4human.no/me=x`", want: "integrations.4human.no/me"},
		"metric gone":   {reason: "a typo", text: "`integration_operator_lead`", want: "integration_operator_lead"},
		"log":           {reason: "a line of the manager", text: "`x | grep \"Not ready\"`, `Failed to verify`"},
		"log gone":      {reason: "a line of no program", text: "`Failed to renew`", want: "Failed to renew"},
		"log searched":  {reason: "a line of no program", text: "`x | grep 'Is ready'`", want: "Is ready"},
		"error":         {reason: "split in the source", text: "`no usable certificate authority`"},
		"error gone":    {reason: "of no program", text: "`cannot renew lease`", want: "cannot renew lease"},
		"cint":          {reason: "its own and kubectl's flags", text: "`kubectl cint status -A --turn x -n y | grep -x`"},
		"cint gone":     {reason: "no command", text: "`kubectl cint whine x`", want: "kubectl cint whine"},
		"cint flag":     {reason: "of another command", text: "`kubectl cint why --all`", want: "kubectl cint why --all"},
		"cint letter":   {reason: "of another command", text: "`kubectl cint why -A x`", want: "kubectl cint why -A"},
		"reason":        {reason: "of a run, with a link", text: "[OOMKilled](../reasons.md#WhyARunFailed)"},
		"reason gone":   {reason: "the constant's name", text: "NoReport, OutOfMemory", want: "OutOfMemory"},
	}
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(v.unknown(runbooks+"page.md", cases[name].text), "\n")
			if got != cases[name].want {
				t.Errorf("%s: found %q, want %q", cases[name].reason, got, cases[name].want)
			}
		})
	}
}

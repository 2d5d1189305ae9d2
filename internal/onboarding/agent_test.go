package onboarding

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/4human/integration-operator/internal/language"
)

// TestImportAgents imports customers that grant access through an agent.
func TestImportAgents(t *testing.T) {
	agents := func(t *testing.T) []Source {
		t.Helper()
		all := supplierFile(t)
		all[0].Content = []byte(strings.Replace(string(all[0].Content), "systemID: 897757222_4human_hrm",
			"systemID: 897757222_4human_hrm, agents: Enabled, accessPackages: [\"urn:altinn:accesspackage:a-ordning\"]", 1))
		return all
	}
	cases := map[string]struct {
		reason, row string
		title       string // of the last column, "" for "tilgang gjennom"
		suppliers   func(*testing.T) []Source
		want        []string // findings
		file        string   // what it has
	}{
		"agent": {
			reason: "the number is read as an organization's", row: "310330701;tiger;sykmeldinger;315587336;NO 313 876 144 MVA",
			suppliers: agents, file: "  access:\n    through: \"313876144\"\n  services:\n",
		},
		"none": {reason: "the cell is empty", row: "310330701;tiger;sykmeldinger;;", suppliers: agents},
		"no unit": {
			reason: "the token opens the data of all clients", row: "310330701;tiger;sykmeldinger;;313876144", suppliers: agents,
			want: []string{"kunder.csv, row 2 InvalidField tjenester"},
		},
		"mistyped": {
			reason: "a digit is wrong", row: "310330701;tiger;sykmeldinger;315587336;313876145", suppliers: agents,
			want: []string{"kunder.csv, row 2 WrongCheckDigit tilgang gjennom"},
		},
		"itself": {
			reason: "the customer is no agent", row: "310330701;tiger;sykmeldinger;315587336;310330701", suppliers: agents,
			want: []string{"kunder.csv, row 2 InvalidField tilgang gjennom"},
		},
		"not allowed": {
			reason: "the Supplier does not let agents grant access", suppliers: supplierFile,
			row:  "310330701;tiger;sykmeldinger;315587336;313876144",
			want: []string{"kunder.csv, row 2 AgentsNotAllowed tilgang gjennom"},
		},
		"agent's number": {
			reason: "the title says that it is a number", row: "310330701;tiger;sykmeldinger;315587336;313876144",
			title: "Agentens org.nr.", suppliers: agents, file: "  access:\n    through: \"313876144\"\n  services:\n",
		},
		"person": {
			reason: "the column is not about access, and the name is not quoted", title: "Regnskapsfører",
			row: "310330701;tiger;sykmeldinger;315587336;Kari Nordmann", suppliers: agents,
			want: []string{"kunder.csv, row 1 ColumnsIgnored"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			i := newImporter(t)
			i.options.Suppliers = c.suppliers(t)
			title := c.title
			if title == "" {
				title = "tilgang gjennom"
			}
			header := "orgnr;navn;tjenester;underenheter;" + title + "\n"
			source := Source{Name: "kunder.csv", Content: []byte(header + c.row + "\n")}
			plan, err := Plan(t.Context(), source, i.directory, i.options)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, codesAt(&plan.Report), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", c.reason, diff)
			}
			if c.want != nil {
				return
			}
			if content := string(plan.Files[len(plan.Files)-1].Content); !strings.Contains(content, c.file) ||
				strings.Contains(content, "access:") != (c.file != "") {
				t.Errorf("%s:\n%s", c.reason, content)
			}
		})
	}
}

// TestCheckAgent checks the number of an agent in a document.
func TestCheckAgent(t *testing.T) {
	for written, want := range map[string][]string{
		`"313876144"`:   nil,
		`313876144`:     {"NumberNotQuoted spec.access.through"},
		`"313 876 144"`: {"NumberNotPlain spec.access.through"},
		`"313876145"`:   {"WrongCheckDigit spec.access.through"},
	} {
		manifest := "apiVersion: integrations.4human.no/v1alpha1\nkind: CustomerIntegration\n" +
			"metadata: {name: tiger, namespace: customers}\nspec:\n  organizationNumber: \"310330701\"\n" +
			"  access:\n    through: " + written + "\n  services:\n  - {name: FollowUpPlans}\n  sync: Disabled\n"
		report := checked(t, []Source{{Name: "tiger.yaml", Content: []byte(manifest)}}, Options{Language: language.English})
		var got []string
		for _, finding := range codesAt(report) {
			if !strings.Contains(finding, "SupplierNotChecked") {
				_, code, _ := strings.Cut(finding, " ")
				got = append(got, code)
			}
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("through: %s (-want +got):\n%s", written, diff)
		}
	}
}

package main

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	simhrm "github.com/4human/integration-operator/internal/simulator/hrm"
)

// hrmTenantPath is the path of a tenant's data in the admin API.
func hrmTenantPath(tenant string) string { return "/hrm/tenants/" + url.PathEscape(tenant) }

// tenantData is the data of a tenant, without the contents of plans and documents.
type tenantData struct {
	plans     []simhrm.PlanView
	documents []simhrm.DocumentView
	cursors   []simhrm.CursorView
	letters   []simhrm.LetterView
}

// newHRMCommand shows a tenant's data.
func newHRMCommand(admin *adminClient) *cobra.Command {
	return &cobra.Command{
		Use:   "hrm TENANT",
		Short: "Show the plans, documents and letters that a tenant of the HRM system has",
		Long: `Show the data of a tenant of the HRM system: its plans and their states, its documents and its cursors, and its
letters, without contents and people.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var data tenantData
			for path, into := range map[string]any{
				"/plans": &data.plans, "/documents": &data.documents,
				"/cursors": &data.cursors, "/letters": &data.letters,
			} {
				if err := admin.call(cmd.Context(), http.MethodGet, hrmTenantPath(args[0])+path, nil, into); err != nil {
					return fmt.Errorf("cannot read the tenant's data: %w", err)
				}
			}
			return data.print(cmd.OutOrStdout())
		},
	}
}

func (d *tenantData) print(out io.Writer) error {
	if len(d.plans)+len(d.documents)+len(d.cursors)+len(d.letters) == 0 {
		_, err := fmt.Fprintln(out, "No data")
		return err
	}
	for _, part := range []func(io.Writer){d.printPlans, d.printDocuments, d.printCursors, d.printLetters} {
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		part(table)
		if err := table.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func (d *tenantData) printPlans(table io.Writer) {
	if len(d.plans) == 0 {
		return
	}
	_, _ = fmt.Fprintln(table, "PLAN\tSTATE\tNAV'S UUID\tPRACTITIONER\tREJECTION\tNAV-CALL-ID\tSINCE")
	for i := range d.plans {
		p := &d.plans[i]
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			p.ID, p.State, formatID(p.NAVUUID), cmp.Or(p.Practitioner, "-"),
			cmp.Or(p.Rejection, lastRefusal(p), "-"), formatID(p.CallID), p.Since.Format(time.DateTime))
	}
}

// lastRefusal returns NAV's last refusal of a plan with the number of refusals, or "".
func lastRefusal(p *simhrm.PlanView) string {
	if p.Refusals == 0 {
		return ""
	}
	return fmt.Sprintf("%s (%d)", p.LastRefusal, p.Refusals)
}

func (d *tenantData) printDocuments(table io.Writer) {
	if len(d.documents) == 0 {
		return
	}
	_, _ = fmt.Fprintln(table, "UNIT\tKIND\tDOCUMENT\tNUMBER\tPDF\tCSV")
	for _, document := range d.documents {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%t\t%t\n",
			document.Unit, document.Kind, document.ID, document.SequenceNumber, document.PDF, document.CSV)
	}
}

func (d *tenantData) printCursors(table io.Writer) {
	if len(d.cursors) == 0 {
		return
	}
	_, _ = fmt.Fprintln(table, "UNIT\tKIND\tCURSOR\tLAST OVERLAP")
	for _, c := range d.cursors {
		overlap := "-"
		if c.LastOverlap != nil {
			overlap = c.LastOverlap.String()
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%d\t%s\n", c.Unit, c.Kind, c.Cursor, overlap)
	}
}

func (d *tenantData) printLetters(table io.Writer) {
	if len(d.letters) == 0 {
		return
	}
	_, _ = fmt.Fprintln(table, "UNIT\tKIND\tLETTER\tCREATED\tCONTENT")
	for _, l := range d.letters {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%t\n", l.Unit, l.Kind, l.ID, l.Created.Format(time.DateTime), l.Content)
	}
}

func formatID(id uuid.UUID) string {
	if id == uuid.Nil {
		return "-"
	}
	return id.String()
}

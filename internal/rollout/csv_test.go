package rollout_test

import (
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/rollout"
)

// TestWriteCSV writes what Excel of the language's country opens by a double click.
func TestWriteCSV(t *testing.T) {
	c := rows()[0]
	c.Title, c.Reason, c.Verified = `ØRN "NORD"; AS`, v1alpha1.ReasonAwaitingDelegation, now
	cases := map[string]struct {
		norwegian bool
		want      string
	}{
		"nb": {
			norwegian: true,
			want: "\ufeffOrganisasjonsnummer;Navn;Tilstand;Hvem må gjøre noe;Siden;Tjenester;Venter siden;Siste data;" +
				"Sist sjekket;Årsak;Navnerom;Objekt;Leverandør\r\n" +
				`314240979;"ØRN ""NORD""; AS";Venter;Kunden;2026-11-19;Oppfølgingsplaner: Venter;2026-11-02;;` +
				"2026-11-22 13:00;AwaitingDelegation;vest;orn;default\r\n",
		},
		"en": {
			want: "\ufeffOrganization number,Name,State,Whose turn,Since,Services,Waiting since,Last data," +
				"Last checked,Reason,Namespace,Object,Supplier\r\n" +
				`314240979,"ØRN ""NORD""; AS",Waiting,The customer,2026-11-19,Follow-up plans: Waiting,2026-11-02,,` +
				"2026-11-22 13:00,AwaitingDelegation,vest,orn,default\r\n",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			lang := en
			if tc.norwegian {
				lang = nb
			}
			var b strings.Builder
			if err := rollout.WriteCSV(&b, []rollout.Customer{c}, lang); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, b.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestCSVHasNoFormulas writes names that a spreadsheet would compute as text.
func TestCSVHasNoFormulas(t *testing.T) {
	for _, title := range []string{"=HYPERLINK(\"x\")", "+47", "-1", "@SUM(A1)", "\tx"} {
		t.Run(title, func(t *testing.T) {
			c := rows()[0]
			c.Title = title
			var b strings.Builder
			if err := rollout.WriteCSV(&b, []rollout.Customer{c}, en); err != nil {
				t.Fatal(err)
			}
			records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff"))).ReadAll()
			if err != nil || len(records) != 2 {
				t.Fatalf("%d records: %v", len(records), err)
			}
			if got := records[1][1]; got != "'"+title {
				t.Errorf("%q", got)
			}
		})
	}
}

// full is a disk without room.
type full struct{ room int }

var errFull = errors.New("no space left on device")

func (f *full) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWriteCSVFails(t *testing.T) {
	for name, room := range map[string]int{"at-once": 0, "later": 10} {
		t.Run(name, func(t *testing.T) {
			if err := rollout.WriteCSV(&full{room}, rows(), nb); !errors.Is(err, errFull) {
				t.Errorf("%v", err)
			}
		})
	}
}

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/pkg/worker"
)

// TestReadItems reads the items from an HRM system.
func TestReadItems(t *testing.T) {
	for name, c := range map[string]struct {
		reason  string
		respond http.HandlerFunc
		want    []string
		failed  worker.Reason
	}{
		"items": {
			reason: "a list of names", respond: outboundtest.Says(http.StatusOK, `["mast-1","mast-2"]`),
			want: []string{"mast-1", "mast-2"},
		},
		"none": {reason: "there is nothing to register", respond: outboundtest.Says(http.StatusOK, `[]`)},
		"no list": {
			reason: "another service responds", respond: outboundtest.Says(http.StatusOK, `<html>`), failed: worker.HRMBadResponse,
		},
		"null": {
			reason: "it is not an empty list", respond: outboundtest.Says(http.StatusOK, `null`), failed: worker.HRMBadResponse,
		},
		"cut off": {
			reason: "the rest is missing", respond: outboundtest.CutOff(http.StatusOK, `["mast-1",`),
			failed: worker.HRMBadResponse,
		},
		"reset": {
			reason: "the HRM system ends within the body", respond: outboundtest.Reset(http.StatusOK),
			failed: worker.HRMUnreachable,
		},
		"error": {
			reason: "the next run may succeed", respond: outboundtest.Says(http.StatusBadGateway, ""),
			failed: worker.HRMBadResponse,
		},
		"rejected": {
			reason: "the token is wrong", respond: outboundtest.Says(http.StatusForbidden, ""), failed: worker.HRMUnauthorized,
		},
	} {
		t.Run(name, func(t *testing.T) {
			system := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/tiger/registrations" || r.Header.Get("Authorization") != "Bearer hrm-token" {
					t.Errorf("request for %s without the token", r.URL.Path)
				}
				c.respond(w, r)
			})
			run := &worker.Run{HRMFiles: worker.HRMFiles{Token: filepath.Join(t.TempDir(), "token")}}
			run.OrganizationNumber, run.HRMURL = "310330701", system.URL+"/tiger"
			run.Settings.HRM.AllowedAddresses = []string{"127.0.0.0/8"}
			if err := os.WriteFile(run.HRMFiles.Token, []byte("hrm-token\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := readItems(t.Context(), run)
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" || worker.ReasonOf(err) != c.failed {
				t.Errorf("%s: %v (-want +got):\n%s", c.reason, err, diff)
			}
		})
	}
}

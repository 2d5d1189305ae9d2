package documentimport

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/letters"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

// TestLetterStatuses checks that a letter is sent with its content however far NAV has come with delivering it in
// Altinn: NAV's API may have the only copy.
func TestLetterStatuses(t *testing.T) {
	for _, status := range []string{"RECEIVED", "PENDING", "COMPLETED", "ERROR"} {
		t.Run(status, func(t *testing.T) {
			w := newLetterWorld()
			server := outboundtest.Serve(t, func(to http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/api/v1/documents" {
					to.Header().Set("Content-Type", "application/pdf")
					_, _ = io.WriteString(to, "%PDF-")
					return
				}
				to.Header().Set("Content-Type", "application/json")
				_, _ = fmt.Fprintf(to, `{"items":[{"documentId":%q,"linkId":%q,"type":"DIALOGMOTE","status":%q,"orgNumber":%q,`+
					`"created":"2026-09-01T11:00:00Z"}],"meta":{"hasMore":false}}`, idOf(1), linkOf(1), status, unit)
			})
			calls := outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: time.Minute, Now: time.Now}
			log := slog.New(slog.DiscardHandler)
			client, err := letters.New(navapi.Config{BaseURL: server.URL, Calls: calls, Log: log})
			if err != nil {
				t.Fatal(err)
			}
			w.calls = map[string]int{}
			i := w.importer()
			i.NAV = client
			_, err = i.Run(t.Context())
			want := hrmapi.LetterEntry{ID: idOf(1), LinkID: linkOf(1)}
			if err != nil || w.entries[idOf(1)] != want || string(w.contents[idOf(1)]) != "%PDF-" {
				t.Errorf("stored %v, content %q: %v", w.entries, w.contents[idOf(1)], err)
			}
		})
	}
}

package maskinporten

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"testing"
)

// TestErrorsHoldNoSecret has a server, or a proxy before it, return the
// assertion and a token in every place from which text could reach an error.
func TestErrorsHoldNoSecret(t *testing.T) {
	// raw answers with bytes of its own choice.
	raw := func(w http.ResponseWriter, format string, args ...any) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = fmt.Fprintf(conn, format, args...)
		_ = conn.Close()
	}
	refuse := func(w http.ResponseWriter, status int, name, description, uri string) {
		writeJSON(w, status, map[string]string{"error": name, "error_description": description, "error_uri": uri})
	}
	cases := map[string]struct {
		reason string
		echo   func(w http.ResponseWriter, secret string)
	}{
		"description": {"a debug mode", func(w http.ResponseWriter, s string) { refuse(w, 400, "invalid_grant", "Invalid assertion "+s, "") }},
		"beginning": {"or the first part of it", func(w http.ResponseWriter, s string) {
			refuse(w, 400, "invalid_grant", "Invalid assertion "+s[:60], "")
		}},
		"claims only": {"or the second", func(w http.ResponseWriter, s string) { refuse(w, 400, "invalid_grant", strings.Split(s, ".")[1], "") }},
		"signature":   {"or the third", func(w http.ResponseWriter, s string) { refuse(w, 400, "invalid_grant", strings.Split(s, ".")[2], "") }},
		"5xx":         {"an outage has a description too", func(w http.ResponseWriter, s string) { refuse(w, 500, "server_error", s, "") }},
		"error":       {"as the error's name", func(w http.ResponseWriter, s string) { refuse(w, 400, s, "", "") }},
		"URI":         {"as its URI", func(w http.ResponseWriter, s string) { refuse(w, 403, "forbidden", "", s+"/MP-251") }},
		"plain body":  {"as the body", func(w http.ResponseWriter, s string) { _, _ = io.WriteString(w, s) }},
		"HTML": {"in a page", func(w http.ResponseWriter, s string) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, "<html>"+s)
		}},
		"number": {"where a parser quotes what it reads", func(w http.ResponseWriter, s string) {
			_, _ = fmt.Fprintf(w, `{"access_token":%q,"expires_in":%q}`, s, s)
		}},
		"token": {"as the token, which then is not the issuer's", func(w http.ResponseWriter, s string) {
			writeJSON(w, 200, map[string]string{"access_token": s, "token_type": "Bearer"})
		}},
		"half token": {"as half a token", func(w http.ResponseWriter, s string) {
			writeJSON(w, 200, map[string]string{"access_token": s[:99], "token_type": "Bearer"})
		}},
		"token type": {"as the token's type", func(w http.ResponseWriter, s string) {
			writeJSON(w, 200, map[string]string{"access_token": "a", "token_type": s})
		}},
		"redirect": {"in a redirect", func(w http.ResponseWriter, s string) {
			w.Header().Set("Location", "/?assertion="+s)
			w.WriteHeader(http.StatusFound)
		}},
		"bad redirect": {"in one that is no URL", func(w http.ResponseWriter, s string) {
			w.Header().Set("Location", "https://["+s)
			w.WriteHeader(http.StatusFound)
		}},
		"wait": {"as Retry-After", func(w http.ResponseWriter, s string) {
			w.Header().Set("Retry-After", s)
			w.WriteHeader(http.StatusTooManyRequests)
		}},
		"status line": {"in what should be HTTP", func(w http.ResponseWriter, s string) { raw(w, "%s\r\n\r\n", s) }},
		"status code": {"as the status", func(w http.ResponseWriter, s string) { raw(w, "HTTP/1.1 %s no\r\n\r\n", s) }},
		"phrase":      {"as the reason phrase", func(w http.ResponseWriter, s string) { raw(w, "HTTP/1.1 403 %s\r\nContent-Length: 0\r\n\r\n", s) }},
		"header":      {"as a header", func(w http.ResponseWriter, s string) { raw(w, "HTTP/1.1 403 No\r\n%s\r\n\r\n", s) }},
		"length":      {"as the length", func(w http.ResponseWriter, s string) { raw(w, "HTTP/1.1 403 No\r\nContent-Length: %s\r\n\r\n", s) }},
		"encoding":    {"as the encoding", func(w http.ResponseWriter, s string) { raw(w, "HTTP/1.1 403 No\r\nTransfer-Encoding: %s\r\n\r\n", s) }},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a := newAuthority(t)
			a.server.Config.ErrorLog = log.New(io.Discard, "", 0)
			c := a.client(t)
			issued := a.sign(a.claims())
			for kind, pick := range map[string]func(*http.Request) string{
				"assertion": func(r *http.Request) string { return r.PostFormValue("assertion") },
				"token":     func(*http.Request) string { return issued },
			} {
				secret := ""
				a.set(func() {
					a.token = func(w http.ResponseWriter, r *http.Request) {
						secret = pick(r)
						tc.echo(w, secret)
					}
				})
				_, err := c.Token(t.Context(), testRequest)
				// With a token whole and good there is no error, and nothing to show it.
				if err == nil && (kind != "token" || name != "token") {
					t.Errorf("%s: no error", tc.reason)
				}
				checkHides(t, err, secret)
			}
		})
	}
}

// checkHides looks into an error, all its fields and causes, for parts of a secret.
func checkHides(t *testing.T, err error, secret string) {
	t.Helper()
	if err == nil {
		return
	}
	checkError(t, err)
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("not an *Error: %v", err)
	}
	fields, jsonErr := json.Marshal(map[string]any{"c": e.Code, "o": e.OAuthError, "d": e.Description})
	if jsonErr != nil {
		t.Fatal(jsonErr)
	}
	for _, shown := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%q", err), string(fields)} {
		for i := 0; i+20 <= len(secret); i += 10 {
			if strings.Contains(shown, secret[i:i+20]) {
				t.Fatalf("the error shows the part %q of a secret: %s", secret[i:i+20], shown)
			}
		}
	}
}

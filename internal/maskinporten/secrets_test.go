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

// TestErrorsHoldNoSecret has a server return the assertion and a token in every place from which text could reach an
// error.
func TestErrorsHoldNoSecret(t *testing.T) {
	// raw responds with arbitrary bytes.
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
		"description": {
			reason: "a debug mode",
			echo:   func(w http.ResponseWriter, s string) { refuse(w, 400, "invalid_grant", "Invalid assertion "+s, "") },
		},
		"beginning": {reason: "or the first part of it", echo: func(w http.ResponseWriter, s string) {
			refuse(w, 400, "invalid_grant", "Invalid assertion "+s[:60], "")
		}},
		"claims only": {
			reason: "or the second",
			echo:   func(w http.ResponseWriter, s string) { refuse(w, 400, "invalid_grant", strings.Split(s, ".")[1], "") },
		},
		"signature": {
			reason: "or the third",
			echo:   func(w http.ResponseWriter, s string) { refuse(w, 400, "invalid_grant", strings.Split(s, ".")[2], "") },
		},
		"5xx": {
			reason: "an outage has a description too",
			echo:   func(w http.ResponseWriter, s string) { refuse(w, 500, "server_error", s, "") },
		},
		"error": {
			reason: "as the error's name",
			echo:   func(w http.ResponseWriter, s string) { refuse(w, 400, s, "", "") },
		},
		"URI": {
			reason: "as its URI",
			echo:   func(w http.ResponseWriter, s string) { refuse(w, 403, "forbidden", "", s+"/MP-251") },
		},
		"plain body": {reason: "as the body", echo: func(w http.ResponseWriter, s string) { _, _ = io.WriteString(w, s) }},
		"HTML": {reason: "in a page", echo: func(w http.ResponseWriter, s string) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, "<html>"+s)
		}},
		"number": {reason: "where a parser quotes what it reads", echo: func(w http.ResponseWriter, s string) {
			_, _ = fmt.Fprintf(w, `{"access_token":%q,"expires_in":%q}`, s, s)
		}},
		"token": {reason: "as the token, which then is not the issuer's", echo: func(w http.ResponseWriter, s string) {
			writeJSON(w, 200, map[string]string{"access_token": s, "token_type": "Bearer"})
		}},
		"half token": {reason: "as half a token", echo: func(w http.ResponseWriter, s string) {
			writeJSON(w, 200, map[string]string{"access_token": s[:99], "token_type": "Bearer"})
		}},
		"token type": {reason: "as the token's type", echo: func(w http.ResponseWriter, s string) {
			writeJSON(w, 200, map[string]string{"access_token": "a", "token_type": s})
		}},
		"redirect": {reason: "in a redirect", echo: func(w http.ResponseWriter, s string) {
			w.Header().Set("Location", "/?assertion="+s)
			w.WriteHeader(http.StatusFound)
		}},
		"bad redirect": {reason: "in one that is no URL", echo: func(w http.ResponseWriter, s string) {
			w.Header().Set("Location", "https://["+s)
			w.WriteHeader(http.StatusFound)
		}},
		"wait": {reason: "as Retry-After", echo: func(w http.ResponseWriter, s string) {
			w.Header().Set("Retry-After", s)
			w.WriteHeader(http.StatusTooManyRequests)
		}},
		"status line": {
			reason: "in what should be HTTP",
			echo:   func(w http.ResponseWriter, s string) { raw(w, "%s\r\n\r\n", s) },
		},
		"status code": {
			reason: "as the status",
			echo:   func(w http.ResponseWriter, s string) { raw(w, "HTTP/1.1 %s no\r\n\r\n", s) },
		},
		"phrase": {
			reason: "as the reason phrase",
			echo:   func(w http.ResponseWriter, s string) { raw(w, "HTTP/1.1 403 %s\r\nContent-Length: 0\r\n\r\n", s) },
		},
		"header": {
			reason: "as a header",
			echo:   func(w http.ResponseWriter, s string) { raw(w, "HTTP/1.1 403 No\r\n%s\r\n\r\n", s) },
		},
		"length": {
			reason: "as the length",
			echo:   func(w http.ResponseWriter, s string) { raw(w, "HTTP/1.1 403 No\r\nContent-Length: %s\r\n\r\n", s) },
		},
		"encoding": {
			reason: "as the encoding",
			echo:   func(w http.ResponseWriter, s string) { raw(w, "HTTP/1.1 403 No\r\nTransfer-Encoding: %s\r\n\r\n", s) },
		},
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
				t.Run(kind, func(t *testing.T) {
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
				})
			}
		})
	}
}

// checkHides fails the test if an error, its fields or its causes have a part of a secret.
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

package session

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
)

var now = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func keysOf(t *testing.T, letters ...string) Keys {
	t.Helper()
	var secrets [][]byte
	for _, letter := range letters {
		secrets = append(secrets, []byte(strings.Repeat(letter, MinKeySize)))
	}
	keys, err := NewKeys(secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func groups(n int) []string {
	all := make([]string, 0, n)
	for i := range n {
		all = append(all, uuid.NewSHA1(uuid.Nil, fmt.Append(nil, i)).String())
	}
	return all
}

// sent returns a request with the cookies of a response, besides those that it removes.
func sent(w *httptest.ResponseRecorder, before ...*http.Cookie) *http.Request {
	all := map[string]*http.Cookie{}
	for _, c := range append(before, w.Result().Cookies()...) {
		all[c.Name] = c
		if c.MaxAge < 0 {
			delete(all, c.Name)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	for _, c := range all {
		r.AddCookie(c)
	}
	return r
}

// TestSession keeps a session of any size that fits, until it expires.
func TestSession(t *testing.T) {
	for name, tc := range map[string]struct {
		groups  int
		cookies int
		err     error
	}{
		"none":           {groups: 0, cookies: 1},
		"some":           {groups: 20, cookies: 1},
		"Entra ID's 200": {groups: 200, cookies: 2},
		"240":            {groups: 240, cookies: 2},
		"too many":       {groups: 400, err: ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			clock := now
			s := New(func() Keys { return keysOf(t, "a") }, true, time.Hour, func() time.Time { return clock })
			w := httptest.NewRecorder()
			want := Session{Username: "oidc:nora", Name: "Nora", Groups: groups(tc.groups)}
			if err := s.Begin(w, want); !errors.Is(err, tc.err) {
				t.Fatalf("got %v, want %v", err, tc.err)
			}
			if tc.err != nil {
				return
			}
			r := sent(w)
			total := 0
			for _, c := range r.Cookies() {
				total += len(c.Name) + len(c.Value)
			}
			t.Logf("%d groups: %d bytes", tc.groups, total)
			if n := len(r.Cookies()); n != tc.cookies {
				t.Errorf("%d cookies, want %d", n, tc.cookies)
			}
			want.Expires = now.Add(time.Hour)
			if diff := cmp.Diff(&want, s.Of(r), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("session (-want +got):\n%s", diff)
			}
			clock = now.Add(time.Hour)
			if s.Of(r) != nil {
				t.Error("it does not expire")
			}
			s.End(w)
			if s.Of(sent(w, r.Cookies()...)) != nil {
				t.Error("it does not end")
			}
		})
	}
}

// TestSmallerSession replaces a larger one altogether.
func TestSmallerSession(t *testing.T) {
	s := New(func() Keys { return keysOf(t, "a") }, false, time.Hour, func() time.Time { return now })
	large, small := httptest.NewRecorder(), httptest.NewRecorder()
	if err := errors.Join(s.Begin(large, Session{Username: "a", Groups: groups(200)}), s.Begin(small, Session{Username: "b"})); err != nil {
		t.Fatal(err)
	}
	if got := s.Of(sent(small, large.Result().Cookies()...)); got == nil || got.Username != "b" {
		t.Errorf("got %+v", got)
	}
}

// TestAttributes verifies the cookies' attributes.
func TestAttributes(t *testing.T) {
	for name, tc := range map[string]struct {
		secure bool
		want   string
	}{
		"https": {secure: true, want: "__Host-portal-session"},
		"http":  {secure: false, want: "portal-session"},
	} {
		t.Run(name, func(t *testing.T) {
			s := New(func() Keys { return keysOf(t, "a") }, tc.secure, time.Hour, func() time.Time { return now })
			w := httptest.NewRecorder()
			if err := s.Begin(w, Session{Username: "a"}); err != nil {
				t.Fatal(err)
			}
			c := w.Result().Cookies()[0]
			if c.Name != tc.want || c.Secure != tc.secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode ||
				c.Path != "/" || c.Domain != "" || c.MaxAge != 3600 {
				t.Errorf("the cookie is %s", c)
			}
		})
	}
}

// TestRotation opens what an earlier key sealed while that key is kept, and seals with the first one.
func TestRotation(t *testing.T) {
	sealed, err := keysOf(t, "a").Seal(ForSession, Session{Username: "x"})
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		keys []string
		want error
	}{
		"same": {keys: []string{"a"}}, "kept": {keys: []string{"b", "a"}}, "gone": {keys: []string{"b"}, want: errInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			var got Session
			if err := keysOf(t, tc.keys...).Open(ForSession, sealed, &got); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
	again, err := keysOf(t, "b", "a").Seal(ForSession, Session{Username: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := keysOf(t, "b").Open(ForSession, again, &Session{}); err != nil {
		t.Errorf("the first key does not seal: %v", err)
	}
}

// TestKeys verifies keys, and that they are never printed.
func TestKeys(t *testing.T) {
	if _, err := NewKeys([]byte("short")); !errors.Is(err, ErrShortKey) {
		t.Errorf("got %v", err)
	}
	if _, err := NewKeys(); !errors.Is(err, ErrShortKey) {
		t.Errorf("got %v", err)
	}
	keys := keysOf(t, "a")
	if text := fmt.Sprintf("%v %+v %#v %s", keys, keys, keys, keys); strings.Contains(text, "aaa") {
		t.Errorf("printed %s", text)
	}
}

// FuzzOpen never opens what was not sealed.
func FuzzOpen(f *testing.F) {
	keys, err := NewKeys([]byte(strings.Repeat("a", MinKeySize)))
	if err != nil {
		f.Fatal(err)
	}
	sealed, err := keys.Seal(ForSession, Session{Username: "x"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add("....")
	f.Add("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, text string) {
		var got Session
		if keys.Open(ForSession, text, &got) == nil && text != sealed && got.Username != "x" {
			t.Errorf("opened %q", text)
		}
	})
}

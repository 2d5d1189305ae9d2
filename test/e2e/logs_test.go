//go:build e2e

package e2e

import (
	"encoding/json"
	"io"
	"maps"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// container is the manager's container.
const container = "manager"

// unspeakable is what no log may have: the beginning of a JWT or JWK in base64url, three parts of a JWT, and the
// private exponent of a JWK, also quoted in JSON.
var unspeakable = map[string]*regexp.Regexp{
	"the beginning of a token": regexp.MustCompile(`eyJ`),
	"a signed token":           regexp.MustCompile(`[\w-]{20,}\.[\w-]{20,}\.[\w-]{20,}`),
	"a private key":            regexp.MustCompile(`\\*"d\\*"\s*:|PRIVATE KEY`),
}

// logs verifies all logs of the managers, also of those that were killed or deleted, and of the portal: JSON lines,
// without a token, a key, a grant or a link to a customer's own page.
func (s *story) logs(t *testing.T) {
	all := s.managersLogs(t)
	if len(all) != 4 {
		t.Errorf("logs of %d managers, want 4: one was killed, one was deleted, two run", len(all))
	}
	maps.Copy(all, s.portalsLogs(t))
	var key map[string]any
	must(t, json.Unmarshal(s.keyData(t), &key))
	for name, text := range all {
		t.Logf("%s: %d lines of JSON", name, s.linesOfJSON(t, name, text))
		if strings.Contains(text, path.Base(s.opened)) {
			t.Errorf("%s has the link to the tiger's page", name)
		}
		for _, member := range []string{"d", "p", "q", "dp", "dq", "qi"} {
			if pieceOf(key[member].(string), text) != "" {
				t.Errorf("%s has a part of the key's %q", name, member)
			}
		}
	}
	all["simulator"] = kubectl(t, "logs", "-n", simulatorNamespace, "deployment/simulator")
	for name, text := range all {
		for what, pattern := range unspeakable {
			if pattern.MatchString(text) {
				t.Errorf("the log of %s has %s", name, what)
			}
		}
	}
}

// linesOfJSON returns the number of lines of a log. Each must be JSON with a time, a level and a message.
func (s *story) linesOfJSON(t *testing.T, name, text string) int {
	t.Helper()
	n := 0
	for line := range strings.Lines(text) {
		n++
		var entry struct{ Time, Level, Msg string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Time == "" || entry.Level == "" ||
			entry.Msg == "" {
			t.Errorf("%s: malformed line (%v): %s", name, err, line)
		}
	}
	if n == 0 {
		t.Errorf("%s: empty log", name)
	}
	return n
}

// managersLogs returns the log of every manager so far.
func (s *story) managersLogs(t *testing.T) map[string]string {
	t.Helper()
	all := maps.Clone(s.ended)
	maps.Copy(all, s.logsOf(t, s.managers(t), container))
	return all
}

// portalsLogs returns the log of each of the portal's pods.
func (s *story) portalsLogs(t *testing.T) map[string]string {
	t.Helper()
	return s.logsOf(t, s.portals(t), "portal")
}

func (s *story) logsOf(t *testing.T, pods []corev1.Pod, container string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pod := range pods {
		options := &corev1.PodLogOptions{Container: container}
		text, err := s.kubernetes.CoreV1().Pods(systemNamespace).GetLogs(pod.Name, options).DoRaw(t.Context())
		must(t, err)
		all[pod.Name] = string(text)
	}
	return all
}

// followLog reads a manager's log until its end.
func (s *story) followLog(t *testing.T, pod string) <-chan string {
	t.Helper()
	options := &corev1.PodLogOptions{Container: container, Follow: true}
	stream, err := s.kubernetes.CoreV1().Pods(systemNamespace).GetLogs(pod, options).Stream(t.Context())
	must(t, err)
	whole := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(stream) // cut short if the kubelet has removed the container
		_ = stream.Close()
		whole <- withoutKubeletsWords(string(text))
	}()
	return whole
}

// withoutKubeletsWords removes the line that the kubelet appends to a followed log if it removes the container.
func withoutKubeletsWords(text string) string {
	start := strings.LastIndex(text, "\n") + 1
	if strings.HasPrefix(text[start:], "rpc error: code = NotFound ") {
		return text[:start]
	}
	return text
}

// keepLog keeps the log of a manager that has ended, because its pod may not.
func (s *story) keepLog(t *testing.T, manager string, log <-chan string) {
	t.Helper()
	select {
	case s.ended[manager] = <-log:
	case <-time.After(patience):
		t.Fatalf("the log of %s did not end", manager)
	}
}

// pieceOf returns a piece of a secret that a text has, or "". A piece has eight characters, because fewer occur by
// chance.
func pieceOf(secret, text string) string {
	const piece = 8
	for i := 0; i+piece <= len(secret); i++ {
		if strings.Contains(text, secret[i:i+piece]) {
			return secret[i : i+piece]
		}
	}
	return ""
}

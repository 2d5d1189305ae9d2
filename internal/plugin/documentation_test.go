package plugin

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/naming"
)

// page is the documentation of the plugin.
var page = filepath.Join("..", "..", "docs", "kubectl-cint.md")

// console matches a block of commands with their output.
var console = regexp.MustCompile("(?s)```console\n(.*?)```")

// operated returns a client in front of an operator that answers every request at once.
func operated(c client.WithWatch) client.WithWatch {
	return interceptor.NewClient(c, interceptor.Funcs{
		Patch: func(
			ctx context.Context, c client.WithWatch, o client.Object, patch client.Patch, opts ...client.PatchOption,
		) error {
			if err := c.Patch(ctx, o, patch, opts...); err != nil {
				return err
			}
			customer, ok := o.(*v1alpha1.CustomerIntegration)
			if !ok {
				return nil
			}
			answerRequests(customer)
			return c.Status().Update(ctx, customer.DeepCopy())
		},
	})
}

// answerRequests changes a status as the operator does: runs succeed, and a customer that gets another request has a
// new link.
func answerRequests(c *v1alpha1.CustomerIntegration) {
	verify := c.Annotations[v1alpha1.AnnotationReconcileRequestedAt]
	ask := c.Annotations[v1alpha1.AnnotationAskCustomerAgain]
	c.Status.LastHandledReconcileAt, c.Status.LastHandledAskCustomerAgain = verify, ask
	for i := range c.Status.Services {
		s := &c.Status.Services[i]
		if s.Sync.ActiveSince != nil && verify != "" {
			s.Sync.RequestedJobName = naming.RequestedJob(c.Name, s.Name, verify)
			s.Sync.LastRun.JobUID = "of the run requested at " + verify
		}
		if isRefusal(s.Authorization) && ask != "" {
			s.Authorization.State = v1alpha1.AuthorizationAwaitingApproval
			s.Authorization.ConfirmURL = "https://am.ui.altinn.no/accessmanagement/ui/systemuser/request?id=" +
				"2f0d5c1e-8a52-4c57-9c80-1d8f2a1b7c11"
		}
	}
}

// TestDocumentation compares the output in the documentation with the commands' own. With -update it writes it.
func TestDocumentation(t *testing.T) {
	content, err := os.ReadFile(filepath.Clean(page))
	if err != nil {
		t.Fatal(err)
	}
	c := honoured(t, operated(cluster(t, objects(t)...)))
	blocks, commands := 0, 0
	got := console.ReplaceAllStringFunc(string(content), func(block string) string {
		blocks++
		var b strings.Builder
		b.WriteString("```console\n")
		for line := range strings.Lines(block) {
			command, isCommand := strings.CutPrefix(line, "$ kubectl cint ")
			if !isCommand {
				continue
			}
			s := newSession(t, c)
			at := now().Add(time.Duration(commands) * time.Minute) // each request has a value of its own
			s.program.Now = func() time.Time { return at }
			commands++
			b.WriteString(line)
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			_ = s.program.Execute(ctx, strings.Fields(command))
			stop()
			b.WriteString(s.err.String() + s.out.String())
		}
		return b.String() + "```"
	})
	if blocks < 5 {
		t.Fatalf("only %d blocks have output", blocks)
	}
	if *fixture.Update {
		if err := os.WriteFile(page, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(content), got); diff != "" {
		t.Errorf("%s is not as the commands print it; go test ./internal/plugin -update writes it (-want +got):\n%s", page, diff)
	}
}

// TestDocumentationIsComplete checks that the page names each command.
func TestDocumentationIsComplete(t *testing.T) {
	content, err := os.ReadFile(filepath.Clean(page))
	if err != nil {
		t.Fatal(err)
	}
	for _, cmd := range newSession(t, cluster(t)).program.newRootCommand().Commands() {
		if !strings.Contains(string(content), "`"+cmd.Name()+"`") && cmd.Name() != "help" {
			t.Errorf("%s does not name %s", page, cmd.Name())
		}
	}
}

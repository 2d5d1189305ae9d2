package plugin

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
)

// now is the time of the tests, in Oslo a quarter past one.
func now() time.Time { return time.Date(2026, 11, 24, 12, 15, 0, 0, time.UTC) }

// resident is a customer of the tests' cluster, in a state of the operator's golden files.
type resident struct {
	namespace, name, organization, title, state, team string
	suspended                                         bool
}

// residents are the customers of the tests' cluster.
var residents = []resident{
	{
		namespace: "customers", name: "dynamisk-altetende-tiger", organization: "310330701",
		title: "DYNAMISK ALTETENDE TIGER AS", state: "delegation-withdrawn", team: "north",
	},
	{
		namespace: "customers", name: "sjelden-flink-elg", organization: "315339138",
		title: "SJELDEN FLINK ELG AS", state: "awaiting-delegation", team: "north",
	},
	{
		namespace: "customers", name: "varsom-rolig-hare", organization: "310702641",
		title: "VARSOM ROLIG HARE AS", state: "plans-and-approval", team: "south",
	},
	{
		namespace: "customers", name: "rask-munter-oter", organization: "311411317",
		title: "RASK MUNTER OTER AS", state: "approval-rejected", team: "south",
	},
	{
		namespace: "customers", name: "taus-ivrig-grevling", organization: "313826579",
		title: "TAUS IVRIG GREVLING AS", state: "hrm-credentials-missing", team: "south",
	},
	{
		namespace: "customers", name: "klok-stille-ugle", organization: "312849013",
		title: "KLOK STILLE UGLE AS", state: "synced", team: "north",
	},
	{
		namespace: "customers-west", name: "seig-modig-mink", organization: "314108267",
		state: "suspended", team: "west", suspended: true,
	},
}

// object returns the resident as an object of the API server.
func (r resident) object(t *testing.T) *v1alpha1.CustomerIntegration {
	t.Helper()
	c := golden[v1alpha1.CustomerIntegration](t, "customer-"+r.state)
	old := c.Name
	c.ObjectMeta = metav1.ObjectMeta{
		Namespace: r.namespace, Name: r.name, UID: types.UID("uid-of-" + r.name), Generation: 1,
		Labels: map[string]string{"team": r.team}, CreationTimestamp: metav1.NewTime(now().AddDate(0, 0, -20)),
	}
	c.Spec.OrganizationNumber = v1alpha1.OrganizationNumber(r.organization)
	c.Spec.HRM.CredentialsSecretRef.Name = r.name + "-hrm"
	c.Spec.Suspend = r.suspended
	if r.title != "" {
		c.Status.Organization = &v1alpha1.Organization{
			Name: r.title, Kind: v1alpha1.OrganizationMainUnit, CheckedTime: metav1.NewTime(now()),
		}
	}
	for i := range c.Status.Conditions {
		renamed := strings.NewReplacer(old, r.name, "310330701", r.title+" ("+r.organization+")", "tiger-hrm", r.name+"-hrm")
		c.Status.Conditions[i].Message = renamed.Replace(c.Status.Conditions[i].Message)
	}
	for i := range c.Status.Services {
		c.Status.Services[i].Sync.CronJobName = strings.ReplaceAll(c.Status.Services[i].Sync.CronJobName, old, r.name)
	}
	return c
}

// golden reads a golden file of the operator's states.
func golden[T any](t *testing.T, name string) *T {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "controllers", "testdata", "states", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	object := new(T)
	if err := yaml.UnmarshalStrict(content, object); err != nil {
		t.Fatal(err)
	}
	return object
}

// supplier returns the Supplier of the tests' cluster, with a contact and a portal.
func supplier(t *testing.T) *v1alpha1.Supplier {
	t.Helper()
	s := golden[v1alpha1.Supplier](t, "supplier-credentials-proved")
	s.Spec.AllowedNamespaces = []string{"customers", "customers-west"}
	s.Spec.Contact = v1alpha1.Contact{Name: "4human Support", Email: "support@4human.example", Phone: "+47 22 00 00 00"}
	s.Spec.Portal.URL = "https://portal.4human.example"
	return s
}

// portalSecret returns the Secret with the key of customers' links.
func portalSecret() *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: systemNamespace, Name: linkSecret},
		Data:       map[string][]byte{linkKey: bytes.Repeat([]byte("k"), 32)},
	}
}

// withdrawal returns an event of the tiger.
func withdrawal() *corev1.Event {
	return &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Namespace: "customers", Name: "tiger.1"},
		InvolvedObject: corev1.ObjectReference{UID: "uid-of-dynamisk-altetende-tiger"},
		Reason:         v1alpha1.ReasonDelegationWithdrawn, Type: corev1.EventTypeWarning,
		Message:   "FollowUpPlans: DYNAMISK ALTETENDE TIGER AS (310330701) has withdrawn its access.",
		EventTime: metav1.NewMicroTime(now().AddDate(0, 0, -2)),
	}
}

// objects returns all objects of the tests' cluster.
func objects(t *testing.T) []client.Object {
	t.Helper()
	all := []client.Object{supplier(t), portalSecret(), withdrawal()}
	for _, r := range residents {
		all = append(all, r.object(t))
	}
	return all
}

// cluster returns a client of objects.
func cluster(t *testing.T, all ...client.Object) client.WithWatch {
	t.Helper()
	return fake.NewClientBuilder().WithScheme(fixture.Scheme(t)).WithObjects(all...).
		WithIndex(&v1alpha1.CustomerIntegration{}, "metadata.name", func(o client.Object) []string {
			return []string{o.GetName()}
		}).
		WithStatusSubresource(&v1alpha1.CustomerIntegration{}, &v1alpha1.Supplier{}).
		WithIndex(&corev1.Event{}, "involvedObject.uid", func(o client.Object) []string {
			return []string{string(o.(*corev1.Event).InvolvedObject.UID)}
		}).Build()
}

// session is one run of the program.
type session struct {
	program  *Program
	out, err *bytes.Buffer
}

// newSession returns a session in a cluster, without a terminal and in namespace customers.
func newSession(t *testing.T, c client.WithWatch) *session {
	t.Helper()
	streams, _, out, problems := genericiooptions.NewTestIOStreams()
	flags := genericclioptions.NewConfigFlags(true)
	*flags.Namespace = "customers"
	*flags.KubeConfig = filepath.Join("testdata", "kubeconfig")
	return &session{
		program: &Program{
			IOStreams: streams, Flags: flags, Now: now, Locale: "C.UTF-8", Colors: true,
			connect: func() (client.WithWatch, error) { return c, nil },
		},
		out: out, err: problems,
	}
}

// run runs a command line and returns everything that it prints, with the exit code if that is not 0.
func (s *session) run(t *testing.T, line string) string {
	t.Helper()
	code := s.program.Execute(t.Context(), strings.Fields(line))
	text := s.out.String() + s.err.String()
	if code != ExitGood {
		text += fmt.Sprintf("exit code %d\n", code)
	}
	return text
}

// compareGolden compares a text with its golden file in testdata.
func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *fixture.Update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("not as %s has it (-want +got):\n%s", path, diff)
	}
}

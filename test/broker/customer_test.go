package broker

import (
	"context"
	"fmt"

	authenticationv1 "k8s.io/api/authentication/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/test/sample"
)

// plans is the service of most tests.
const plans = v1alpha1.ServiceFollowUpPlans

// customer is a customer with access, and its objects down to a running pod.
type customer struct {
	*world
	number   string
	supplier *v1alpha1.Supplier
	it       *v1alpha1.CustomerIntegration
	account  *corev1.ServiceAccount
	cronJob  *batchv1.CronJob
	job      *batchv1.Job
	pod      *corev1.Pod
}

// addCustomer adds a customer that has delegated access, with a running job.
func (w *world) addCustomer() *customer {
	w.t.Helper()
	c := &customer{world: w, number: nextNumber()}
	name := "c" + c.number
	c.supplier = w.addSupplier("s" + c.number)
	w.must(w.simulator.Maskinporten.Delegate(c.number, sample.SupplierNumber, sample.Scope))
	c.it = &v1alpha1.CustomerIntegration{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: w.customers},
		Spec: v1alpha1.CustomerIntegrationSpec{
			SupplierRef:        v1alpha1.SupplierReference{Name: c.supplier.Name},
			OrganizationNumber: v1alpha1.OrganizationNumber(c.number),
			Services:           []v1alpha1.CustomerService{{Name: plans}},
			HRM: v1alpha1.HRMConnection{
				Endpoint:             "https://" + name + ".hrm.4human.example/integration",
				CredentialsSecretRef: v1alpha1.LocalSecretReference{Name: name + "-hrm"},
			},
		},
	}
	w.create(c.it)
	c.grant(v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated)
	w.settle(c.supplier)

	child := naming.Child(name, plans)
	byIntegration := controlledBy(v1alpha1.GroupVersion.String(), "CustomerIntegration", c.it)
	c.account = c.addAccount(child, byIntegration)
	c.cronJob = c.addCronJob(child, byIntegration)
	c.job = c.addJob(child+"-29000000", controlledBy("batch/v1", "CronJob", c.cronJob))
	c.pod = c.addPod(child+"-29000000-abcde", child, controlledBy("batch/v1", "Job", c.job))
	return c
}

// grant writes a state of access into the customer's status, as the controller does.
func (c *customer) grant(state v1alpha1.AuthorizationState, reason string) {
	c.t.Helper()
	c.it.Status = v1alpha1.CustomerIntegrationStatus{
		Authority: v1alpha1.Authority{Issuer: c.url, SupplierOrganizationNumber: sample.SupplierNumber},
		Services: []v1alpha1.CustomerServiceStatus{{
			Name: plans,
			Authorization: v1alpha1.Authorization{
				Kind: v1alpha1.AccessAPIDelegation, State: state, Reason: reason,
			},
		}},
	}
	c.updateStatus(c.it)
}

func controlledBy(version, kind string, o client.Object) metav1.OwnerReference {
	return metav1.OwnerReference{
		APIVersion: version, Kind: kind, Name: o.GetName(), UID: o.GetUID(),
		Controller: new(true),
	}
}

func (c *customer) meta(name string, owners []metav1.OwnerReference) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Namespace: c.customers, Name: name, OwnerReferences: owners,
		Labels: map[string]string{
			v1alpha1.LabelManagedBy:   v1alpha1.ManagedBy,
			v1alpha1.LabelIntegration: c.it.Name,
			v1alpha1.LabelService:     string(plans),
		},
	}
}

func (c *customer) addAccount(name string, owners ...metav1.OwnerReference) *corev1.ServiceAccount {
	c.t.Helper()
	a := &corev1.ServiceAccount{ObjectMeta: c.meta(name, owners)}
	c.create(a)
	return a
}

func (c *customer) addCronJob(name string, owners ...metav1.OwnerReference) *batchv1.CronJob {
	c.t.Helper()
	j := &batchv1.CronJob{
		ObjectMeta: c.meta(name, owners),
		Spec: batchv1.CronJobSpec{
			Schedule:    "0 * * * *",
			JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: podTemplate(name)}},
		},
	}
	c.create(j)
	return j
}

func (c *customer) addJob(name string, owners ...metav1.OwnerReference) *batchv1.Job {
	c.t.Helper()
	j := &batchv1.Job{ObjectMeta: c.meta(name, owners), Spec: batchv1.JobSpec{Template: podTemplate(name)}}
	c.create(j)
	return j
}

// addPod creates a pod whose status is Running.
func (c *customer) addPod(name, account string, owners ...metav1.OwnerReference) *corev1.Pod {
	c.t.Helper()
	p := &corev1.Pod{ObjectMeta: c.meta(name, owners), Spec: podTemplate(account).Spec}
	p.Annotations = map[string]string{podseal.Annotation: c.seal(&p.Spec)}
	c.create(p)
	c.phase(p, corev1.PodRunning)
	return p
}

// seal returns the operator's seal of a pod.
func (c *customer) seal(pod *corev1.PodSpec) string {
	c.t.Helper()
	identity, err := c.broker.Identity(context.Background())
	c.must(err)
	seal, err := identity.Seal.Seal(c.customers, "", pod)
	c.must(err)
	return seal
}

func (c *customer) phase(p *corev1.Pod, phase corev1.PodPhase) {
	c.t.Helper()
	p.Status.Phase = phase
	c.updateStatus(p)
}

func podTemplate(account string) corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{Spec: corev1.PodSpec{
		ServiceAccountName: account,
		RestartPolicy:      corev1.RestartPolicyNever,
		Containers:         []corev1.Container{{Name: "sync", Image: "localhost/sync:dev"}},
	}}
}

// token returns the token that the kubelet would mount into the customer's pod.
func (c *customer) token() string {
	c.t.Helper()
	return c.tokenOf(c.account, c.pod, v1alpha1.TokenAudience)
}

// tokenOf returns a token of an account, bound to a pod unless it is nil.
func (c *customer) tokenOf(account *corev1.ServiceAccount, pod *corev1.Pod, audiences ...string) string {
	c.t.Helper()
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		Audiences:         audiences,
		ExpirationSeconds: new(int64(600)),
	}}
	if pod != nil {
		request.Spec.BoundObjectRef = &authenticationv1.BoundObjectReference{
			Kind: "Pod", APIVersion: "v1", Name: pod.Name,
			UID: pod.UID,
		}
	}
	c.must(server.Client.SubResource("token").Create(context.Background(), account, request))
	return request.Status.Token
}

// again deletes an object and creates it with another UID.
func (c *customer) again(o client.Object) {
	c.t.Helper()
	c.remove(o)
	c.eventually("object is deleted", func() bool {
		return apierrors.IsNotFound(server.Client.Get(context.Background(), client.ObjectKeyFromObject(o),
			o.DeepCopyObject().(client.Object)))
	})
	o.SetUID("")
	o.SetResourceVersion("")
	o.SetCreationTimestamp(metav1.Time{})
	c.create(o)
}

// names are the names that no response may contain.
func (c *customer) names() []string {
	names := []string{
		c.number, c.it.Name, c.supplier.Name, c.customers, c.system, sample.SupplierNumber,
		sample.ClientID, "simulator",
	}
	for _, o := range []client.Object{c.it, c.supplier, c.account, c.cronJob, c.job, c.pod} {
		names = append(names, fmt.Sprint(o.GetUID()), o.GetName())
	}
	return names
}

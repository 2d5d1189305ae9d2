//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"os"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/test/sample"
)

// floor makes the final objects of customers, one request each, without looking at anything.
type floor struct {
	floorPlan
	clients kubernetes.Interface
	raw     dynamic.ResourceInterface // of customers
	tokens  *maskinporten.Client
	uids    map[string]types.UID // of the customers
}

// runFloor is the floor's program.
func runFloor(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f := &floor{}
	if err := json.Unmarshal(text, &f.floorPlan); err != nil {
		return err
	}
	all, err := readObjects(f.Objects)
	if err != nil {
		return err
	}
	ctx := context.Background()
	if err := f.connect(ctx); err != nil {
		return err
	}
	if _, err := f.tokens.Token(ctx, maskinporten.Request{Scope: sample.Scope}); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(f.Workers)
	for i := range all {
		group.Go(func() error { return f.make(ctx, &all[i]) })
	}
	return group.Wait()
}

func (f *floor) connect(ctx context.Context) error {
	config, err := clientcmd.BuildConfigFromFlags("", f.Kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.UserAgent = -1, "bench-floor"
	protobuf := rest.CopyConfig(config)
	protobuf.ContentType = "application/vnd.kubernetes.protobuf"
	if f.clients, err = kubernetes.NewForConfig(protobuf); err != nil {
		return err
	}
	raw, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	f.raw = raw.Resource(v1alpha1.GroupVersion.WithResource("customerintegrations")).Namespace(customers)
	list, err := f.raw.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	f.uids = map[string]types.UID{}
	for i := range list.Items {
		f.uids[list.Items[i].GetName()] = list.Items[i].GetUID()
	}
	return f.connectMaskinporten()
}

func (f *floor) connectMaskinporten() error {
	keys, err := maskinporten.ParseKeys(maskinporten.KeyMaterial{Data: f.Key})
	if err != nil {
		return err
	}
	supplier, err := orgnumber.Parse(sample.SupplierNumber)
	if err != nil {
		return err
	}
	f.tokens, err = maskinporten.New(maskinporten.Config{
		Issuer: f.Issuer, AllowInsecure: true, ClientID: sample.ClientID, Supplier: supplier, SystemID: systemID, Keys: keys,
	})
	return err
}

// make requests the tokens of a customer and writes its objects.
func (f *floor) make(ctx context.Context, o *customerObjects) error {
	if err := f.request(ctx, o); err != nil {
		return err
	}
	status, err := json.Marshal(map[string]any{"status": o.Status})
	if err != nil {
		return err
	}
	if _, err := f.raw.Patch(ctx, o.Name, types.MergePatchType, status, metav1.PatchOptions{}, "status"); err != nil {
		return err
	}
	for i := range o.Accounts {
		account := &o.Accounts[i]
		account.OwnerReferences[0].UID = f.uids[o.Name]
		_, err := f.clients.CoreV1().ServiceAccounts(customers).Create(ctx, account, metav1.CreateOptions{})
		if err != nil {
			return err
		}
	}
	uids := map[string]types.UID{}
	for i := range o.CronJobs {
		cronJob := &o.CronJobs[i]
		cronJob.OwnerReferences[0].UID = f.uids[o.Name]
		made, err := f.clients.BatchV1().CronJobs(customers).Create(ctx, cronJob, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		uids[made.Name] = made.UID
	}
	for i := range o.Jobs {
		job := &o.Jobs[i]
		job.OwnerReferences[0].UID = uids[job.OwnerReferences[0].Name]
		if _, err := f.clients.BatchV1().Jobs(customers).Create(ctx, job, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	return nil
}

// request requests a token for each of the customer's services.
func (f *floor) request(ctx context.Context, o *customerObjects) error {
	number, err := orgnumber.Parse(o.Number)
	if err != nil {
		return err
	}
	for _, s := range o.Status.Services {
		service, _ := services.Declared(s.Name, nil)
		request := maskinporten.Request{Scope: service.Scope, Consumer: number}
		if service.Kind == v1alpha1.AccessSystemUser {
			request.Consumer, request.SystemUser = orgnumber.Number{}, maskinporten.SystemUserRequest{Owner: number}
		}
		if _, err := f.tokens.Token(ctx, request); err != nil {
			return err
		}
	}
	return nil
}

package customerintegration

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/services"
)

const (
	// scrapePatience is how long a scrape waits for the cache before it leaves these metrics out.
	scrapePatience = 2 * time.Second
	// runPatience is how late a run may end before it counts as overdue: the longest that a run may take.
	runPatience = 15 * time.Minute
)

// CustomerCollector counts all customers in the cache at each scrape. It keeps nothing in between, so deleted customers
// leave no series.
type CustomerCollector struct {
	reader client.Reader
	zone   *time.Location
	now    func() time.Time
	log    logr.Logger
}

var _ prometheus.Collector = (*CustomerCollector)(nil)

// NewCustomerCollector returns a collector that reads a cache. Schedules are in the time zone.
func NewCustomerCollector(
	cache client.Reader, zone *time.Location, now func() time.Time, log logr.Logger,
) *CustomerCollector {
	return &CustomerCollector{reader: cache, zone: zone, now: now, log: log}
}

// Describe sends the descriptors of the metrics.
func (c *CustomerCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []metrics.Definition{
		metrics.Customers, metrics.CustomerServices, metrics.OldestOverdueCheck, metrics.OldestOverdueRun,
		metrics.OverdueRuns, metrics.LastSuccessfulRun, metrics.UnsettledPlans,
	} {
		ch <- d.Desc()
	}
}

// Collect counts the customers and sends the metrics. If the cache cannot be read, it logs the error and sends none:
// the scrape still has all other metrics.
func (c *CustomerCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapePatience)
	defer cancel()
	t, err := c.tally(ctx)
	if err != nil {
		c.log.Error(err, "Failed to count customers for a scrape")
		return
	}
	for k, n := range t.customers {
		ch <- metrics.Customers.Value(float64(n), k.supplier, k.ready, k.reason)
	}
	for k, n := range t.services {
		ch <- metrics.CustomerServices.Value(float64(n), k.supplier, k.service, k.state)
	}
	for supplier, d := range t.overdue {
		ch <- metrics.OldestOverdueCheck.Value(d.Seconds(), supplier)
	}
	t.runs.collect(ch)
}

// tally is the counts of all customers.
type tally struct {
	customers map[customerKey]int
	services  map[serviceKey]int
	overdue   map[string]time.Duration
	runs      *runTally
}

type (
	customerKey struct{ supplier, ready, reason string }
	serviceKey  struct{ supplier, service, state string }
)

// tally reads the cache's own objects, and changes none of them.
func (c *CustomerCollector) tally(ctx context.Context) (*tally, error) {
	var suppliers v1alpha1.SupplierList
	if err := c.reader.List(ctx, &suppliers, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("listing Suppliers: %w", err)
	}
	var customers v1alpha1.CustomerIntegrationList
	if err := c.reader.List(ctx, &customers, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("listing customers: %w", err)
	}
	return c.tallyOf(suppliers.Items, customers.Items), nil
}

// tallyOf counts all customers.
func (c *CustomerCollector) tallyOf(
	suppliers []v1alpha1.Supplier, customers []v1alpha1.CustomerIntegration,
) *tally {
	now := c.now()
	t := &tally{
		customers: map[customerKey]int{}, services: map[serviceKey]int{}, overdue: map[string]time.Duration{},
		runs: newRunTally(c.zone, now),
	}
	byName := map[string]*v1alpha1.Supplier{}
	for i := range suppliers {
		byName[suppliers[i].Name] = &suppliers[i]
		t.overdue[suppliers[i].Name] = 0
		t.runs.addSupplier(&suppliers[i])
	}
	listedTwice := duplicatesAmong(byName, customers)
	for i := range customers {
		customer := &customers[i]
		t.add(byName[customer.SupplierName()], customer, listedTwice[customer.Spec.OrganizationNumber], now)
	}
	return t
}

// duplicatesAmong returns the customers of each organization that is listed more than once.
func duplicatesAmong(
	suppliers map[string]*v1alpha1.Supplier, customers []v1alpha1.CustomerIntegration,
) map[v1alpha1.OrganizationNumber][]entitlement.Contender {
	listed := make(map[v1alpha1.OrganizationNumber]int, len(customers))
	for i := range customers {
		listed[customers[i].Spec.OrganizationNumber]++
	}
	all := map[v1alpha1.OrganizationNumber][]entitlement.Contender{}
	for i := range customers {
		if number := customers[i].Spec.OrganizationNumber; listed[number] > 1 {
			all[number] = append(all[number], entitlement.Contender{
				Customer: &customers[i], Supplier: suppliers[customers[i].SupplierName()],
			})
		}
	}
	return all
}

// add counts one customer. Its Supplier is nil if it does not exist.
func (t *tally) add(
	supplier *v1alpha1.Supplier, customer *v1alpha1.CustomerIntegration, contenders []entitlement.Contender, now time.Time,
) {
	name := customer.SupplierName()
	ready := customerKey{name, string(metav1.ConditionUnknown), v1alpha1.ReasonVerificationPending}
	if c := meta.FindStatusCondition(customer.Status.Conditions, v1alpha1.ConditionReady); c != nil {
		ready.ready, ready.reason = string(c.Status), c.Reason
	}
	t.customers[ready]++
	for i := range customer.Spec.Services {
		service := customer.Spec.Services[i].Name
		state := cmp.Or(customer.Status.Service(service).Authorization.State, v1alpha1.AuthorizationUnknown)
		t.services[serviceKey{name, labelOf(supplier, service), string(state)}]++
	}
	if supplier == nil {
		return
	}
	t.runs.add(supplier, customer)
	t.overdue[name] = max(t.overdue[name], verdict.LongestOverdue(supplier, customer, contenders, now))
}

// labelOf returns the value of metrics.LabelService. Customers can list any name, so those that neither the operator
// nor the Supplier knows share one.
func labelOf(supplier *v1alpha1.Supplier, name v1alpha1.ServiceName) string {
	if _, known := services.Of(supplier, name); !known {
		return metrics.UnknownService
	}
	return string(name)
}

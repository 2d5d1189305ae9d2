package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/metrics"
)

type variant = variants.Dataquery

// ofSupplier selects the series of the chosen Suppliers.
const ofSupplier = `supplier=~"$supplier"`

// metric selects series of one of our metrics in the chosen namespace, with further matchers. It panics if the metric
// does not exist.
func metric(name string, matchers ...string) string {
	name = metrics.Prefix + name
	defined := slices.ContainsFunc(metrics.Definitions(), func(d metrics.Definition) bool {
		return d.Name == strings.TrimSuffix(name, "_bucket")
	})
	if !defined {
		panic("there is no metric " + name)
	}
	return fmt.Sprintf("%s{%s}", name, strings.Join(append([]string{`namespace=~"$namespace"`}, matchers...), ","))
}

// gauge returns a gauge of the cache, which each replica reports.
func gauge(labels, name string, matchers ...string) string {
	return fmt.Sprintf("max by (%s) (%s)", labels, metric(name, matchers...))
}

// rate returns how often a counter counts in a second.
func rate(labels, name string, matchers ...string) string {
	return fmt.Sprintf("sum by (%s) (rate(%s[$__rate_interval]))", labels, metric(name, matchers...))
}

// increase returns what a counter counted in the time between two points of the panel.
func increase(labels, name string, matchers ...string) string {
	return fmt.Sprintf("sum by (%s) (increase(%s[$__rate_interval]))", labels, metric(name, matchers...))
}

// quantile returns a quantile of a histogram, by labels.
func quantile(q, labels, name string, matchers ...string) string {
	return fmt.Sprintf("histogram_quantile(%s, sum by (le, %s) (rate(%s[$__rate_interval])))", q, labels,
		metric(name+"_bucket", matchers...))
}

// ofManager selects another metric of the manager's processes.
func ofManager(selector string) string {
	return selector + " and on (instance) " + metric("build_info")
}

// reasonsOf returns the reasons of Ready on which an actor acts, as a pattern.
func reasonsOf(actor condition.Actor) string {
	var reasons []string
	for _, row := range condition.Rows() {
		if status, ok := row.At(condition.Customer, "Ready"); ok && status != metav1.ConditionTrue && row.Actor == actor {
			reasons = append(reasons, row.Reason)
		}
	}
	return strings.Join(reasons, "|")
}

// customersOn returns the number of customers on whom an actor acts.
func customersOn(actor condition.Actor) string {
	return customers(`ready!="True"`, fmt.Sprintf("reason=~%q", reasonsOf(actor)))
}

// customers returns a number of customers, 0 if there are none.
func customers(matchers ...string) string {
	matchers = append([]string{ofSupplier}, matchers...)
	return fmt.Sprintf("sum(%s) or vector(0)", gauge("supplier, ready, reason", "customers", matchers...))
}

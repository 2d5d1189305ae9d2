// Package onboarding takes on customers in bulk. It checks files of CustomerIntegrations and Suppliers, and
// spreadsheets of customers, without a cluster, and it writes a spreadsheet's customers as files for git.
//
// It finds what the API server would reject, by the CustomResourceDefinitions' own schema and rules, what the operator
// would report later, and on request what Enhetsregisteret says. Each fault is a Finding with the place to correct and
// what to write there. No text of it shows a person's identity number that was typed in place of an organization
// number.
package onboarding

// Package customerlist finds CustomerIntegrations in the cache: those of a Supplier, and those of an organization.
package customerlist

// Package supplier reconciles Suppliers: it proves the supplier's own credentials, counts its customers, and reports
// once what concerns all of them.
package supplier

// Package enhetsregisteret is a client of the open API of Enhetsregisteret, the Norwegian register of organizations. It
// looks up an organization by number: its name, whether it is a main unit or a sub-unit, and whether it was deleted.
//
// An outage is not an answer. That an organization does not exist counts only if both of the register's collections
// deny it, and the same register returns the supplier's own organization right after: a proxy or a wrong base URL
// denies every number.
//
// A call sends each of its requests once. Retries, limits and the interval between look-ups are up to the caller.
//
// Source: data.brreg.no/enhetsregisteret/api/docs.
package enhetsregisteret

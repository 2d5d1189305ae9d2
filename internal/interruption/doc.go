// Package interruption detects that the API server has lost what the operator wrote last, because etcd was restored
// from a snapshot. It reads the leader's Lease, which the leader renews every two seconds and every replica reads as
// often.
//
// A new leader cannot tell a restored cluster from one in which no manager ran for as long. In both, the statuses are
// as old as the Lease, so both are recorded on the Suppliers in the same way, and customers are verified again before
// they sync. A replica that has seen a newer Lease knows that it was a restore. It also ends its process: its watches
// began at revisions that etcd has not reached again, and the API server sends no event until it has.
package interruption

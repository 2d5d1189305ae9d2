// Package interruption notices that the API server no longer has what the operator wrote last: etcd was restored from a
// snapshot. It looks at the leader's Lease, which a leader renews every two seconds and every replica reads as often.
//
// A new leader cannot tell a restored cluster from one in which no manager ran for as long. In both, its statuses are as old
// as the Lease, so both are recorded alike, on the Suppliers: customers are verified again before a run of theirs starts. A
// replica that has seen a newer Lease knows that it was a restore. It ends its process besides: its watches began at
// revisions that etcd has not reached again, and the API server sends them no event until it has.
package interruption

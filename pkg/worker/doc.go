// Package worker is for workers: the programs that the operator runs as a Job, one run of one service for one customer.
// It implements the worker's side of docs/worker-contract.md: what a pod finds, how it gets access tokens, how it calls
// the customer's HRM system, and how it reports.
//
// A worker in Go is a function, and [Main] does the rest:
//
//	func main() { os.Exit(worker.Main(carry)) }
//
//	func carry(ctx context.Context, run *worker.Run) (worker.Report, error) {
//		token, err := run.Tokens.Token(ctx)
//		…
//	}
package worker

# shellcheck shell=bash disable=SC2154 # CUSTOMERS, SUPPLIER and the customers are demo.sh's
# What to try when the story has ended. aliases, of on_cluster.sh or on_control_plane.sh, prints the aliases k and sim.

suggestions() {
  heading "Everything stays up. Paste these two lines, then try what follows:"
  aliases
  cat << T

   # The elk delegates, too: within 10 seconds it is Ready, with a CronJob and a first run.
   sim delegate --consumer $ELK --supplier $SUPPLIER
   k wait cint/sjelden-flink-elg --for=condition=Ready --timeout=1m
   k get cint,cronjobs,jobs

   # Our key expires: the Supplier says so, and no customer changes. Then it is valid again.
   sim fault set keysExpired=true
   k wait supplier/default --for=condition=Ready=False --timeout=1m
   k get suppliers,cint -o wide
   sim fault clear
   k wait supplier/default --for=condition=Ready --timeout=1m

   # Ask the hare for a system user again, and let it approve: sick notes flow again.
   k annotate --overwrite cint/varsom-rolig-hare reconcile.fluxcd.io/requestedAt="\$(date +%s)"
   k wait cint/varsom-rolig-hare --for=jsonpath='{.status.conditions[?(@.type=="Ready")].reason}'=AwaitingApproval --timeout=1m
   sim approve $HARE
   k wait cint/varsom-rolig-hare --for=condition=Ready --timeout=1m

   # What happened, and what can be broken.
   k events --for cint/dynamisk-altetende-tiger
   sim fault list

   make demo-down

   kubectl describe cronjob shows a Warning UnexpectedJob for each first run. It is harmless: Kubernetes reports each
   running Job of a CronJob that its own controller did not create. The operator creates the first one, so that a
   customer does not wait for the schedule.
T
}

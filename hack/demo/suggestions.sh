# shellcheck shell=bash disable=SC2154 # CUSTOMERS, SUPPLIER and the customers are register.sh's
# What to try when the story has ended. aliases, of on_cluster.sh or on_control_plane.sh, prints the aliases k and sim.

suggestions() {
  heading "Everything stays up. Paste these two lines, then try what follows:"
  aliases
  cat << T

   # The elk delegates, too: within 10 seconds it is Ready, with a CronJob and a first run.
   sim delegate --consumer $ELK --supplier $SUPPLIER
   k wait cint/sjelden-flink-elg --for=condition=Ready --timeout=1m
   k get cint,cronjobs,jobs

   # Our key expires: the Supplier reports it, and no customer changes. Then the key is valid again.
   sim fault set keysExpired=true
   k wait supplier/default --for=condition=Ready=False --timeout=1m
   k get suppliers,cint
   sim fault clear
   k wait supplier/default --for=condition=Ready --timeout=1m

   # Request a system user from the hare once more. It approves, and sick notes and settlement reports flow again.
   k annotate --overwrite cint/varsom-rolig-hare integrations.4human.no/ask-customer-again="\$(date +%s)"
   k wait cint/varsom-rolig-hare --for=jsonpath='{.status.conditions[?(@.type=="Ready")].reason}'=AwaitingApproval --timeout=1m
   sim approve $HARE
   k wait cint/varsom-rolig-hare --for=condition=Ready --timeout=1m

   # The elk gives access to sick notes through its accountant, who approves one system user for all clients, then adds the elk.
   k patch supplier default --type=merge -p '{"spec":{"systemUser":{"agents":"Enabled","accessPackages":["$AGENT_PACKAGE"]}}}'
   k patch cint sjelden-flink-elg --type=merge -p '{"spec":{"access":{"through":"$ACCOUNTANT"},"services":[{"name":"FollowUpPlans"},{"name":"SickNotes","units":["$ELK_UNIT"]}]}}'
   k wait cint/sjelden-flink-elg --for=jsonpath='{.status.services[?(@.name=="SickNotes")].authorization.reason}'=AwaitingApproval --timeout=1m
   sim approve $ACCOUNTANT
   k wait cint/sjelden-flink-elg --for=jsonpath='{.status.services[?(@.name=="SickNotes")].authorization.reason}'=AwaitingClient --timeout=1m
   sim add-client $ACCOUNTANT $ELK
   k wait cint/sjelden-flink-elg --for=jsonpath='{.status.services[?(@.name=="SickNotes")].authorization.reason}'=Delegated --timeout=1m
   k get cint,cronjobs,jobs

   # What happened to the tiger.
   k events --for cint/dynamisk-altetende-tiger
   k events --types=Warning

   # "sim fault list" lists all that can be broken, "sim --help" all that people can do. To remove everything:
   make demo-down
T
}
